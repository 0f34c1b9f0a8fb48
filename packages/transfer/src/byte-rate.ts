import type { Clock } from '@store/core';

/** Longest wait of one timer, in milliseconds: a longer one overflows, and would end at once. */
const LONGEST_SLEEP_MS = 2 ** 31 - 1;

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
    for (let left = start - now; left > 0; left -= LONGEST_SLEEP_MS) {
      if (signal?.aborted) return;
      await this.#clock.sleep(Math.min(left, LONGEST_SLEEP_MS), signal);
    }
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
