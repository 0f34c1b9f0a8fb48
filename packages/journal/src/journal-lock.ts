import { StoreError } from '@store/core';
import { systemReason } from '@store/driver/extend';
import { readFileSync } from 'node:fs';
import { open, readFile, realpath, stat, unlink, utimes, type FileHandle } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { randomUUID } from 'node:crypto';
import * as v from 'valibot';

/** How often the holder of a lock says that it is alive, in milliseconds. */
const SIGN_OF_LIFE_MS = 10_000;

/** A lock of another machine that has not been heard of for so long is nobody's. */
const SILENCE_MS = 120_000;

/** How long somebody else is let remove a lock, in milliseconds. */
const TURN_MS = 5;

/** A lock whose holder has not written its name yet is younger than this; else he was killed before he could. */
const NAMELESS_MS = 10_000;

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, as the system says it: a number may be another process's by now. */
  readonly began: string | undefined;
  /** Of this lock alone. */
  readonly token: string;
}

/** A lock file as it was found. */
interface Found {
  /** Who holds it, in words; undefined when its holder is gone. */
  readonly holder: string | undefined;
  /** Its holder has made it just now, and not written its name yet. */
  readonly isNameless?: boolean | undefined;
  /** No other lock file has the same. */
  readonly identity: string;
}

/**
 * That one process alone works on a journal: `JOURNAL.lock` beside it, which only one can make. Its holder is gone when its process
 * is, on this machine; on another one, when nothing was heard of it for two minutes. Who finds such a lock removes it, which
 * needs a lock of its own, named by that very lock: else the second one who finds it would remove what the first one has made since.
 */
export class JournalLock {
  readonly #path: string;
  readonly #token: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string, token: string) {
    this.#path = path;
    this.#token = token;
    // A sign of life that fails is the next one's business.
    this.#timer = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => undefined);
    }, SIGN_OF_LIFE_MS);
    this.#timer.unref();
  }

  /**
   * @param journal its real path
   * @throws StoreError `PreconditionFailed` when somebody works on it
   */
  static async acquire(journal: string): Promise<JournalLock> {
    await refuseSecondName(journal);
    const path = lockPath(journal);
    const begun = performance.now();
    for (;;) {
      const token = await create(path).catch((error: unknown) => {
        throw cannot(error, journal);
      });
      if (token !== undefined) return new JournalLock(path, token);
      const found = await find(path);
      // Clocks are set back now and then, and a lock is of the future then.
      if (found?.isNameless && performance.now() - begun < 2 * NAMELESS_MS) {
        await new Promise((done) => setTimeout(done, TURN_MS));
        continue;
      }
      if (found?.holder !== undefined) {
        const message = `${found.holder} is at work on the journal ${journal}`;
        throw new StoreError('PreconditionFailed', message);
      }
      if (found) await removeStale(path, found.identity);
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    // Another one may have taken it for gone.
    const found = await find(this.#path);
    if (found?.identity === this.#token) await unlink(this.#path).catch(() => undefined);
  }
}

/** Who is at work on a journal, in words; undefined when nobody is. @param journal its real path */
export async function workerOn(journal: string): Promise<string | undefined> {
  return (await find(lockPath(journal)))?.holder;
}

/** The path of a journal without symbolic links, so that it is one journal by all of its names. */
export async function realJournal(path: string): Promise<string> {
  const full = resolve(path);
  try {
    return await realpath(full);
  } catch {
    const directory = await realpath(dirname(full)).catch(() => dirname(full));
    return join(directory, basename(full));
  }
}

/** A lock is beside one name of a file: by another one somebody else would work on it at the same time. */
async function refuseSecondName(journal: string): Promise<void> {
  const found = await stat(journal).catch(() => undefined);
  if (!found || !found.isFile() || found.nlink === 1) return;
  const message = `the journal ${journal} has another name (a hard link), by which somebody else may work on it; remove one of them`;
  throw new StoreError('InvalidArgument', message);
}

function lockPath(journal: string): string {
  return `${journal}.lock`;
}

/** @returns its token; undefined when it is there already */
async function create(path: string): Promise<string | undefined> {
  const token = randomUUID();
  let file: FileHandle;
  try {
    file = await open(path, 'wx', 0o600);
  } catch (error) {
    if (isCode(error, 'EEXIST')) return undefined;
    throw error;
  }
  try {
    await file.writeFile(JSON.stringify(me(token)));
    return token;
  } catch (error) {
    // On a full disk: one without a name would be waited for.
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}

/** Removes a lock whose holder is gone, if it is still that one. Only one can. */
async function removeStale(path: string, identity: string): Promise<void> {
  const right = `${path}-${identity}`;
  if ((await create(right)) === undefined) {
    // Somebody is about to do it, or was killed while he did.
    const other = await find(right);
    if (other && other.holder === undefined) await removeStale(right, other.identity);
    await new Promise((done) => setTimeout(done, TURN_MS));
    return;
  }
  try {
    if ((await find(path))?.identity === identity) await unlink(path).catch(() => undefined);
  } finally {
    await unlink(right).catch(() => undefined);
  }
}

async function find(path: string): Promise<Found | undefined> {
  let text: string;
  let silentMs: number;
  let made: string;
  try {
    text = await readFile(path, 'utf8');
    const { mtimeMs, ino } = await stat(path);
    silentMs = Date.now() - mtimeMs;
    made = `${ino}-${Math.floor(mtimeMs)}`;
  } catch (error) {
    // Released in between.
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  const one = readHolder(text);
  if (!one) {
    const isNameless = silentMs < NAMELESS_MS;
    return { holder: isNameless ? 'another process' : undefined, isNameless, identity: made };
  }
  const { pid, host, began, token } = one;
  const isThere =
    host === hostname()
      ? isRunning(pid) && (began === undefined || began === beginOf(pid))
      : silentMs < SILENCE_MS;
  const holder = `process ${pid}${host === hostname() ? '' : ` on ${host}`}`;
  return { holder: isThere ? holder : undefined, identity: token };
}

function me(token: string): Holder {
  return { pid: process.pid, host: hostname(), began: beginOf(process.pid), token };
}

const holderSchema = v.object({
  pid: v.number(),
  host: v.string(),
  began: v.optional(v.string()),
  token: v.pipe(v.string(), v.regex(/^[0-9a-f-]{1,64}$/)),
});

function readHolder(text: string): Holder | undefined {
  try {
    const { success, output } = v.safeParse(holderSchema, JSON.parse(text));
    return success ? { ...output, began: output.began } : undefined;
  } catch {
    return undefined;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

/** Field 22 of `/proc/PID/stat`, behind the name, which may have blanks and brackets; undefined where there is none. */
function beginOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function cannot(error: unknown, journal: string): StoreError {
  const reason = systemReason(error);
  return new StoreError('InvalidArgument', `the journal ${journal} cannot be used: ${reason}`, {
    cause: error,
  });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
