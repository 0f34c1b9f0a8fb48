import type { Clock } from '@store/core';

/** Lets so many bytes a second through, averaged. */
export class ByteRate {
  readonly #perSecond: number;
  readonly #clock: Clock;
  #nextAt = 0;

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#clock = clock;
  }

  /** Waits until so many bytes more may be read. */
  async take(bytes: number, signal: AbortSignal | undefined): Promise<void> {
    const now = this.#clock.now();
    const start = Math.max(now, this.#nextAt);
    this.#nextAt = start + (bytes / this.#perSecond) * 1000;
    if (start > now) await this.#clock.sleep(start - now, signal);
  }

  /** The same chunks, each when it may be let through. */
  async *paced(
    chunks: AsyncIterable<Uint8Array>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Uint8Array, void, undefined> {
    for await (const chunk of chunks) {
      await this.take(chunk.length, signal);
      yield chunk;
    }
  }
}
