import type { Clock } from '@store/driver';

/** Over which a rate is measured, in milliseconds. */
const SPAN_MS = 2000;

/** Less tells nothing. */
const SHORTEST_MS = 300;

/** How many keys a service has taken lately. */
export class Delivered {
  readonly #clock: Clock;
  /** When the present span began, and what came in it and in the one before. */
  #since: number;
  #now = 0;
  #before = 0;
  #hasBefore = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** Keys since it was cleared last, or of the last two spans. */
  get total(): number {
    return this.#now + this.#before;
  }

  /** Keys a second; undefined when it was cleared just now. */
  get rate(): number | undefined {
    return this.#ms < SHORTEST_MS ? undefined : this.rateWith(0);
  }

  /** Keys a second, where what had been saved up in so many seconds came with them. */
  rateWith(saved: number): number {
    return this.total / (this.seconds + saved);
  }

  /** Over which it is measured. */
  get seconds(): number {
    return this.#ms / 1000;
  }

  get #ms(): number {
    return Math.max(0, this.#clock.now() - this.#since) + (this.#hasBefore ? SPAN_MS : 0);
  }

  add(keys: number): void {
    const now = this.#clock.now();
    if (now - this.#since >= SPAN_MS) {
      this.#hasBefore = now - this.#since < 2 * SPAN_MS;
      this.#before = this.#hasBefore ? this.#now : 0;
      this.#now = 0;
      this.#since = now;
    }
    this.#now += keys;
  }

  clear(): void {
    this.#since = this.#clock.now();
    this.#now = 0;
    this.#before = 0;
    this.#hasBefore = false;
  }
}
