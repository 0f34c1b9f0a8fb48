import { StoreError } from '@store/core';
import { readFileSync } from 'node:fs';
import { readdir, readFile, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** How often the holder of a lock says that it is alive, in milliseconds. */
const SIGN_OF_LIFE_MS = 10_000;

/** A lock of another machine that has not been heard of for so long is nobody's. */
const SILENCE_MS = 120_000;

/** A lock whose holder has not written its name yet is younger than this. */
const NAMELESS_MS = 10_000;

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, as the system says it: a number may be another process's by now. */
  readonly began: string | undefined;
}

/**
 * That one process alone works on a journal. Files beside it, `JOURNAL.lock-1`, `-2`, …, of which the highest counts: who finds a
 * lock whose holder is gone takes the next number, which only one of several can. A holder is gone when its process is, on
 * this machine; on another one, when nothing was heard of it for two minutes.
 */
export class JournalLock {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;

  private constructor(path: string) {
    this.#path = path;
    // A sign of life that fails is the next one's business.
    this.#timer = setInterval(() => {
      const now = new Date();
      utimes(path, now, now).catch(() => undefined);
    }, SIGN_OF_LIFE_MS);
    this.#timer.unref();
  }

  /** @throws StoreError `PreconditionFailed` when somebody works on it */
  static async acquire(journal: string): Promise<JournalLock> {
    for (;;) {
      const numbers = await locksOf(journal);
      const highest = Math.max(0, ...numbers);
      if (highest > 0) {
        const holder = await holderOf(lockPath(journal, highest));
        if (holder !== undefined) {
          const message = `${holder} is at work on the journal ${journal}`;
          throw new StoreError('PreconditionFailed', message);
        }
      }
      const path = lockPath(journal, highest + 1);
      try {
        await writeFile(path, JSON.stringify(me()), { flag: 'wx', mode: 0o600 });
      } catch (error) {
        if (isCode(error, 'EEXIST')) continue;
        throw cannot(error, journal);
      }
      for (const number of numbers) await unlink(lockPath(journal, number)).catch(() => undefined);
      return new JournalLock(path);
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await unlink(this.#path).catch(() => undefined);
  }
}

/** Who is at work on a journal, in words; undefined when nobody is. */
export async function workerOn(journal: string): Promise<string | undefined> {
  const highest = Math.max(0, ...(await locksOf(journal)));
  return highest === 0 ? undefined : holderOf(lockPath(journal, highest));
}

async function locksOf(journal: string): Promise<number[]> {
  const begin = `${basename(journal)}.lock-`;
  const names = await readdir(dirname(journal)).catch((error: unknown) => {
    throw cannot(error, journal);
  });
  return names
    .filter((name) => name.startsWith(begin))
    .map((name) => Number(name.slice(begin.length)))
    .filter((number) => Number.isSafeInteger(number) && number > 0);
}

function lockPath(journal: string, number: number): string {
  return join(dirname(journal), `${basename(journal)}.lock-${number}`);
}

async function holderOf(path: string): Promise<string | undefined> {
  let holder: Holder | undefined;
  let silentMs: number;
  try {
    holder = readHolder(await readFile(path, 'utf8'));
    silentMs = Date.now() - (await stat(path)).mtimeMs;
  } catch (error) {
    // Released in between.
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  if (!holder) return silentMs < NAMELESS_MS ? 'another process' : undefined;
  const { pid, host, began } = holder;
  if (host !== hostname()) return silentMs < SILENCE_MS ? `process ${pid} on ${host}` : undefined;
  return isRunning(pid) && (began === undefined || began === beginOf(pid)) ? `process ${pid}` : undefined;
}

function me(): Holder {
  return { pid: process.pid, host: hostname(), began: beginOf(process.pid) };
}

function readHolder(text: string): Holder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('host' in value))
      return undefined;
    const { pid, host } = value;
    if (typeof pid !== 'number' || typeof host !== 'string') return undefined;
    return {
      pid,
      host,
      began: 'began' in value && typeof value.began === 'string' ? value.began : undefined,
    };
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
  const reason = error instanceof Error ? error.message : String(error);
  return new StoreError('InvalidArgument', `the journal ${journal} cannot be used: ${reason}`, {
    cause: error,
  });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
