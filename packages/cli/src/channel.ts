import { once } from 'node:events';
import { fstatSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { errorCode } from './system-error.js';

/** Where a stream of bytes goes; on a terminal, with its size. */
export type Sink = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Standard output (1) or standard error (2). */
export function standardSink(fd: 1 | 2): Sink {
  // As large integers, which Node keeps elsewhere: what was last seen by a call of this kind misleads its resolution of modules, where that
  // was a pipe, into another copy of each module behind a symbolic link (fs.realpathSync of Node 20 and 22).
  const stats = fstatSync(fd, { bigint: true });
  const plain = stats.isFile() || (stats.isCharacterDevice() && !isatty(fd));
  if (!plain) return fd === 1 ? process.stdout : process.stderr;
  // Node's own stream for files takes a short write, as on a disk that is almost full, for a whole one.
  return new Writable({
    decodeStrings: true,
    write(chunk: Uint8Array, _encoding, done) {
      try {
        for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at);
        done();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
      }
    },
  });
}

/** A stream that the command writes to. Writing never throws: that output is lost ends no work, and is remembered. */
export class Channel {
  readonly sink: Sink;
  #left = false;
  #failure: Error | undefined;

  constructor(sink: Sink) {
    this.sink = sink;
    sink.on('error', (error: Error) => this.#failed(error));
  }

  /** Nothing more can get there: nobody reads it any more, or it cannot be written. */
  get closed(): boolean {
    return this.#left || this.#failure !== undefined;
  }

  /** Why something could not be written. A reader who leaves, as in `store ls … | head`, wishes that, and is none. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Writes without waiting. */
  write(chunk: string | Uint8Array): void {
    if (!this.closed) this.sink.write(chunk);
  }

  /** Writes one of many, and waits while the reader is behind. */
  async send(chunk: string | Uint8Array): Promise<void> {
    if (this.closed || this.sink.write(chunk)) return;
    // A pipe that closes never drains.
    const settled = new AbortController();
    try {
      const { signal } = settled;
      await Promise.race([once(this.sink, 'drain', { signal }), once(this.sink, 'close', { signal })]);
    } catch {
      // The handler of errors has seen it.
    } finally {
      settled.abort();
    }
  }

  /** Writes the whole of something, and resolves to whether it got there (or nobody wants it). */
  async deliver(chunk: string): Promise<boolean> {
    if (this.closed) return this.#failure === undefined;
    await new Promise<void>((resolve) => {
      this.sink.write(chunk, (error) => {
        if (error) this.#failed(error);
        resolve();
      });
    });
    return this.#failure === undefined;
  }

  #failed(error: Error): void {
    if (errorCode(error) === 'EPIPE') this.#left = true;
    else if (!this.#left) this.#failure ??= error;
  }
}
