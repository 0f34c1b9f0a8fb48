import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import type { DeletionFailure } from '@store/core';
import { UsageError } from './exit-codes.js';

/** The keys that were not deleted, one JSON document a line, as they become known. */
export class FailuresFile {
  readonly #stream: WriteStream;

  private constructor(stream: WriteStream) {
    this.#stream = stream;
  }

  /** Opens the file before anything is deleted. @throws UsageError when that cannot be done */
  static async open(path: string): Promise<FailuresFile> {
    const stream = createWriteStream(path);
    try {
      await once(stream, 'open');
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new UsageError(`--failures: the file cannot be written: ${why}`);
    }
    // What goes wrong later rejects `write` and `close`.
    stream.on('error', () => undefined);
    return new FailuresFile(stream);
  }

  /** Resolves when there is room for the next, so that memory stays bounded. */
  async write(failure: DeletionFailure): Promise<void> {
    if (this.#stream.errored) throw this.#stream.errored;
    if (!this.#stream.write(`${JSON.stringify(failure)}\n`)) await once(this.#stream, 'drain');
  }

  async close(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream);
  }
}
