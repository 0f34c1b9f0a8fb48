import { once } from 'node:events';
import { constants, createWriteStream, fstat, open, type Stats } from 'node:fs';
import { lstat, realpath, rename, rm, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { abortedError, type DeletionFailure } from '@store/core';
import { UsageError } from './exit-codes.js';
import { errorCode } from './system-error.js';

/** Between two looks whether somebody reads a pipe, in milliseconds. */
const READER_POLL_MS = 100;

const openFd = promisify(open);
const statFd = promisify(fstat);

export interface FailuresFileContext {
  readonly signal: AbortSignal;
  /** Told of a wait, which lasts until somebody reads the pipe. */
  readonly onWait: (text: string) => void;
  /** Told once that failures are lost from now on. The run goes on. */
  readonly onLoss: (text: string) => void;
}

/**
 * The keys that were not deleted, one JSON document a line.
 *
 * A file gets its new content as a whole, when the run is over: until then it is written aside, so that a run that is
 * refused leaves what an earlier one wrote. Pipes and devices are written at once, and never replaced.
 */
export class FailuresFile {
  readonly #stream: Writable;
  /** Written aside, and what it becomes. */
  readonly #file: { readonly aside: string; readonly path: string } | undefined;
  readonly #onLoss: FailuresFileContext['onLoss'];
  #lost = false;

  private constructor(
    stream: Writable,
    file: { readonly aside: string; readonly path: string } | undefined,
    { onLoss }: FailuresFileContext,
  ) {
    this.#stream = stream;
    this.#file = file;
    this.#onLoss = onLoss;
    stream.on('error', (error: Error) => this.#lose(error));
  }

  /** Opens it before anything is deleted. @throws UsageError when that cannot be done */
  static async open(path: string, context: FailuresFileContext): Promise<FailuresFile> {
    try {
      const there = await look(path);
      if (there && (!there.isFile() || (await isStandard(there)))) {
        return new FailuresFile(await openPlainly(path, there, context), undefined, context);
      }
      // A link stays: the file behind it is replaced.
      const target = there ? await realpath(path) : path;
      const aside = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
      const stream = createWriteStream(aside, { flags: 'wx', mode: (there?.mode ?? 0o666) & 0o777 });
      await once(stream, 'open');
      return new FailuresFile(stream, { aside, path: target }, context);
    } catch (error) {
      if (context.signal.aborted) throw abortedError(context.signal, 'rm');
      const why = error instanceof Error ? error.message : String(error);
      throw new UsageError(`--failures: the file cannot be written: ${why}`);
    }
  }

  /** Resolves when there is room for the next, so that memory stays bounded. */
  async write(failure: DeletionFailure): Promise<void> {
    if (this.#lost || this.#stream.write(`${JSON.stringify(failure)}\n`)) return;
    const settled = new AbortController();
    try {
      const { signal } = settled;
      await Promise.race([once(this.#stream, 'drain', { signal }), once(this.#stream, 'close', { signal })]);
    } catch {
      // The handler of errors has seen it.
    } finally {
      settled.abort();
    }
  }

  /** Ends it: a file now has what was written. */
  async close(): Promise<void> {
    try {
      if (!this.#lost) {
        this.#stream.end();
        await finished(this.#stream);
      }
    } catch (error) {
      this.#lose(error);
    }
    if (!this.#file) return;
    try {
      await rename(this.#file.aside, this.#file.path);
    } catch (error) {
      this.#lose(error);
    }
  }

  /** Forgets it: a file stays as it was. */
  async discard(): Promise<void> {
    this.#stream.destroy();
    if (this.#file) await rm(this.#file.aside, { force: true });
  }

  #lose(error: unknown): void {
    if (this.#lost) return;
    this.#lost = true;
    this.#onLoss(
      `--failures: not all is in the file: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

/** What a path leads to, when it leads to something that may be written. */
async function look(path: string): Promise<Stats | undefined> {
  const there = await statIfThere(path, stat);
  if (!there) {
    if (await statIfThere(path, lstat)) throw new Error('it is a link to nothing');
    return undefined;
  }
  if (there.isDirectory()) throw new Error('it is a directory');
  if (there.isBlockDevice()) throw new Error('it is a disk');
  return there;
}

async function statIfThere(path: string, how: (path: string) => Promise<Stats>): Promise<Stats | undefined> {
  try {
    return await how(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** `/dev/stdout` may be a file: replaced, it would be lost to what is written to it beside this. */
async function isStandard({ dev, ino }: Stats): Promise<boolean> {
  const standard = await Promise.all([1, 2].map((fd) => statFd(fd)));
  return standard.some((stats) => stats.dev === dev && stats.ino === ino);
}

async function openPlainly(path: string, there: Stats, context: FailuresFileContext): Promise<Writable> {
  if (there.isFIFO())
    return new Socket({ fd: await openPipe(path, context), readable: false, writable: true });
  const stream = createWriteStream(path, { flags: 'a' });
  await once(stream, 'open');
  return stream;
}

/** Opening a pipe waits for a reader, and would keep a thread busy that nothing can interrupt. */
async function openPipe(path: string, { signal, onWait }: FailuresFileContext): Promise<number> {
  for (let waited = false; ; waited = true) {
    try {
      return await openFd(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if (errorCode(error) !== 'ENXIO') throw error;
    }
    if (!waited) onWait(`--failures: waiting for somebody to read ${path}`);
    await sleep(READER_POLL_MS, undefined, { signal });
  }
}
