import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { systemReason } from '@store/driver/extend';
import { abortedError } from '@store/core';
import type { Context } from './context.js';
import { UsageError } from './exit-codes.js';
import { fileTarget, openPlainly } from './file-target.js';

export interface FailuresFileContext {
  readonly signal: AbortSignal;
  /** Told of a wait, which lasts until somebody reads the pipe. */
  readonly onWait: (text: string) => void;
  /** Told once that failures are lost from now on. The run goes on. */
  readonly onLoss: (text: string) => void;
}

/**
 * The keys that were not deleted or copied, one JSON document a line.
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
      const target = await fileTarget(path);
      if ('writeTo' in target) {
        return new FailuresFile(await openPlainly(target, context), undefined, context);
      }
      const { replace, there } = target;
      const aside = join(dirname(replace), `.${basename(replace)}.${process.pid}.part`);
      const stream = createWriteStream(aside, { flags: 'wx', mode: (there?.mode ?? 0o666) & 0o777 });
      await once(stream, 'open');
      return new FailuresFile(stream, { aside, path: replace }, context);
    } catch (error) {
      if (context.signal.aborted) throw abortedError(context.signal, 'rm');
      const why = systemReason(error);
      throw new UsageError(`--failures: the file cannot be written: ${why}`);
    }
  }

  /** @param failure plain data. Resolves when there is room for the next, so that memory stays bounded. */
  async write(failure: object): Promise<void> {
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
    this.#onLoss(`--failures: not all is in the file: ${systemReason(error)}`);
  }
}

/** The file of `--failures`, where there is one. @throws as {@link FailuresFile.open} */
export async function openFailures(
  path: string | undefined,
  { output, signal }: Pick<Context, 'output' | 'signal'>,
): Promise<FailuresFile | undefined> {
  if (path === undefined) return undefined;
  return FailuresFile.open(path, {
    signal,
    onWait: (text) => output.note(`--failures: ${text}`),
    onLoss: (text) => output.lost(text),
  });
}
