import { createHash, randomBytes } from 'node:crypto';
import { lstat, opendir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { errnoOf } from '@store/fs/on-disk';

/** A file that is being written stands beside the one that it will be, under a name that tells who writes it. */
const PART = /^\.store-([0-9a-f]{8})-(\d{1,10})-[0-9a-f]{12}\.part$/;

const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** What tells the parts of two that have one process number, as in two containers. */
const OWN = randomBytes(3).toString('hex');

let made = 0;

/** Parts that are older are nobody's, in milliseconds. */
const STALE_AFTER_MS = 24 * 3_600_000;

/** How many names of a directory are looked at. */
const MAX_LOOKED_AT = 10_000;

export function isPart(name: string): boolean {
  return PART.test(name);
}

export function newPart(): string {
  const number = (made++ % 0x1000000).toString(16).padStart(6, '0');
  return `.store-${HOST}-${process.pid}-${OWN}${number}.part`;
}

/**
 * Removes the parts that processes left which were killed: those of this machine at once, others after a day.
 *
 * @param at the path of a name in the directory
 */
export async function removeLeftParts(at: (name: string) => string): Promise<void> {
  let looked = 0;
  for await (const { name } of await opendir(at('.'))) {
    if (++looked > MAX_LOOKED_AT) return;
    const [, host, pid] = PART.exec(name) ?? [];
    if (pid === undefined) continue;
    const { mtimeMs } = await lstat(at(name)).catch(() => ({ mtimeMs: Date.now() }));
    const isLeft = host === HOST && !isRunning(Number(pid));
    if (isLeft || Date.now() - mtimeMs > STALE_AFTER_MS) await rm(at(name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's is running, too.
    return errnoOf(error) !== 'ESRCH';
  }
}
