import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { quoteKey } from '@store/core';

/** Results go to stdout, everything about how it goes to stderr. */
export class Output {
  readonly stdout: Writable;
  readonly stderr: Writable;
  #closed = false;

  constructor(stdout: Writable = process.stdout, stderr: Writable = process.stderr) {
    this.stdout = stdout;
    this.stderr = stderr;
    // `store ls … | head` closes the pipe early. That is the reader's wish and no failure.
    for (const stream of [stdout, stderr]) {
      stream.on('error', (error: NodeJS.ErrnoException) => {
        if (error.code !== 'EPIPE') throw error;
        if (stream === stdout) this.#closed = true;
      });
    }
  }

  /** Nobody reads the results any more: listing on would be for nothing. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Writes a line of the result, and waits while the reader is behind. */
  async line(text: string): Promise<void> {
    await this.bytes(`${text}\n`);
  }

  async bytes(chunk: string | Uint8Array): Promise<void> {
    if (this.#closed || this.stdout.write(chunk)) return;
    // A pipe that closes never drains.
    const settled = new AbortController();
    try {
      const { signal } = settled;
      await Promise.race([once(this.stdout, 'drain', { signal }), once(this.stdout, 'close', { signal })]);
    } catch {
      // The stream's own error handler has seen it.
    } finally {
      settled.abort();
    }
  }

  note(text: string): void {
    this.stderr.write(`${text}\n`);
  }
}

/** A key as it is, when a terminal shows it as it is; quoted when it would do something else there. */
export function displayKey(key: string): string {
  const plain = !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(key) && key.trim() === key && !key.startsWith('"');
  return plain ? key : quoteKey(key, Infinity);
}
