import type { Clock } from '../engine/clock.js';

export interface PacerSettings {
  /** Most requests in flight. */
  readonly concurrency: number;
  /** Most keys in one request. */
  readonly maxBatch: number;
  /** Most keys a second on average; no limit when undefined. */
  readonly maxKeysPerSecond?: number | undefined;
}

/** Leave to send one request. Give it back with `release`. */
export interface Permit {
  /** How often the pace had been lowered when the request began. */
  readonly epoch: number;
}

/** Below this many keys, batches are not made smaller: requests then cost more than keys. */
const SMALLEST_BATCH = 50;

/**
 * Decides how many delete requests run at once and how large they are: additive increase, multiplicative
 * decrease, as in TCP. Each answer that asks for fewer requests halves the number in flight and the size of
 * batches (every key of a batch counts as one write, so a full batch is a burst by itself); good answers
 * raise both again step by step. Requests that were under way when the pace was lowered do not lower it a
 * second time.
 */
export class Pacer {
  readonly #settings: PacerSettings;
  readonly #clock: Clock;
  readonly #stop: AbortSignal;
  readonly #waiting: (() => void)[] = [];
  #limit: number;
  #batch: number;
  #inFlight = 0;
  #epoch = 0;
  /** When the next keys may go, by `maxKeysPerSecond`. */
  #nextKeyAt = 0;

  /** @param stop when it fires, nobody gets a permit any more, and nobody waits for one */
  constructor(settings: PacerSettings, clock: Clock, stop: AbortSignal) {
    this.#settings = settings;
    this.#clock = clock;
    this.#stop = stop;
    this.#limit = settings.concurrency;
    this.#batch = settings.maxBatch;
    stop.addEventListener('abort', () => this.#wake(this.#waiting.length), { once: true });
  }

  /** Requests that may be in flight now. */
  get limit(): number {
    return Math.max(1, Math.floor(this.#limit));
  }

  /** Keys to put into one request now. A capped rate keeps a request below one second's worth of keys. */
  get batchSize(): number {
    const { maxBatch, maxKeysPerSecond = Infinity } = this.#settings;
    return Math.max(1, Math.min(maxBatch, Math.floor(this.#batch), Math.floor(maxKeysPerSecond)));
  }

  /** Waits for leave to send a request with this many keys; undefined when the run stops before. */
  async acquire(keys: number): Promise<Permit | undefined> {
    while (this.#inFlight >= this.limit && !this.#stop.aborted) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (this.#stop.aborted) return undefined;
    this.#inFlight++;
    await this.#waitForRate(keys);
    if (this.#stop.aborted) {
      this.release();
      return undefined;
    }
    return { epoch: this.#epoch };
  }

  /** The request of a permit has ended, well or not. */
  release(): void {
    this.#inFlight--;
    this.#wake(this.limit - this.#inFlight);
  }

  /** An answer was good. */
  succeeded(): void {
    const { concurrency, maxBatch } = this.#settings;
    this.#limit = Math.min(concurrency, this.#limit + 1 / this.#limit);
    this.#batch = Math.min(maxBatch, this.#batch * 1.05);
    this.#wake(this.limit - this.#inFlight);
  }

  /** An answer, or a part of one, asked for fewer requests. */
  throttled(permit: Permit = { epoch: this.#epoch }): void {
    if (permit.epoch !== this.#epoch) return;
    this.#epoch++;
    this.#limit = Math.max(1, this.#limit / 2);
    this.#batch = Math.max(Math.min(SMALLEST_BATCH, this.#settings.maxBatch), this.#batch / 2);
  }

  async #waitForRate(keys: number): Promise<void> {
    const { maxKeysPerSecond } = this.#settings;
    if (maxKeysPerSecond === undefined) return;
    const now = this.#clock.now();
    const start = Math.max(now, this.#nextKeyAt);
    this.#nextKeyAt = start + (keys / maxKeysPerSecond) * 1000;
    if (start > now) await this.#clock.sleep(start - now, this.#stop);
  }

  #wake(count: number): void {
    for (let i = 0; i < count; i++) this.#waiting.shift()?.();
  }
}
