import type { Clock } from '../engine/clock.js';
import { Delivered } from './delivered.js';

/** Leave to send one delete request. Give it back with `Pace.leave`. */
export interface Permit {
  /** How often the pace had been lowered when the request began. */
  readonly epoch: number;
}

/** Requests in flight at first; each good answer allows one more, so that they double from one round to the next. */
const FIRST_IN_FLIGHT = 8;

/** Of the rate that a service was seen to take: what is tried again after it asked for less, first and in the end. */
const LOWERED = 0.7;
const NEARLY = 0.97;

/** How long the way back takes, in milliseconds. */
const RECOVERY_MS = 2000;

/** Batches after one throttle, and after others soon after it: one of 1000 keys that is sent again is a herd by itself. */
const SMALL_BATCHES = [250, 100] as const;

/** Throttles that are nearer to each other than this belong together, in milliseconds; so long batches stay small. */
const SOON_MS = 10_000;

/** Nothing is sent for about this long after a throttle; twice as long after each further one that comes soon. */
const QUIET_MS = 100;
const MAX_QUIET_MS = 5000;

/**
 * How fast a store takes deletes, found by itself, in keys a second (S3 counts each key of a batch as one write). One for
 * a store, shared by all runs on it.
 *
 * There is no limit until the service asks for one. Then nothing is sent for a moment; the rate begins again below what
 * the service had been taking, comes back to nearly that within two seconds, and stays near it, growing slowly at first
 * and then faster, as CUBIC does in TCP. Requests that were under way when the pace was lowered do not lower it again.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #delivered: Delivered;
  readonly #waiting: (() => void)[] = [];
  #inFlight = 0;
  #window = FIRST_IN_FLIGHT;
  #epoch = 0;
  /** Keys a second that the service was seen to take. */
  #good = Infinity;
  #loweredAt = -Infinity;
  /** Throttles that came soon after each other. */
  #series = 0;
  #quietUntil = -Infinity;
  /** When the next keys may go, by the rate. */
  #nextAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#delivered = new Delivered(clock);
  }

  /** Keys a second that may be sent now; Infinity while nothing is known. */
  get rate(): number {
    const seconds = (this.#clock.now() - this.#loweredAt) / 1000;
    const after = seconds - RECOVERY_MS / 1000;
    if (this.#good === Infinity) return Infinity;
    if (after >= 0) return this.#good * (1 + 0.005 * after + 0.0005 * after ** 2);
    const missing = (after / (RECOVERY_MS / 1000)) ** 3;
    return this.#good * (1 + (1 - LOWERED) * missing);
  }

  /** Keys to put into one request now. */
  get batchSize(): number {
    const soon = this.#clock.now() - this.#loweredAt < SOON_MS;
    return soon ? (SMALL_BATCHES[this.#series - 1] ?? SMALL_BATCHES[1]) : Infinity;
  }

  /** Delete requests that may be in flight now. */
  get window(): number {
    return this.#window;
  }

  /** Takes leave for a request, if it may be sent at once. */
  tryEnter(keys: number): Permit | undefined {
    const now = this.#clock.now();
    if (this.#waiting.length > 0 || this.#inFlight >= this.#window) return undefined;
    if (now < this.#quietUntil || now < this.#nextAt) return undefined;
    this.#spend(keys, now);
    this.#inFlight++;
    return { epoch: this.#epoch };
  }

  /** Waits until a request with so many keys may be sent; undefined when the signal fires before. */
  async enter(keys: number, stop: AbortSignal): Promise<Permit | undefined> {
    while (this.#inFlight >= this.#window && !stop.aborted) await this.#turn(stop);
    if (stop.aborted) return undefined;
    this.#inFlight++;
    const start = Math.max(this.#clock.now(), this.#quietUntil, this.#nextAt);
    this.#spend(keys, start);
    // What was asked for meanwhile holds for this one too.
    for (let until = start; until > this.#clock.now(); until = this.#quietUntil) {
      await this.#clock.sleep(until - this.#clock.now(), stop);
      if (!stop.aborted) continue;
      this.leave();
      return undefined;
    }
    return { epoch: this.#epoch };
  }

  /** The request of a permit has ended, well or not. */
  leave(): void {
    this.#inFlight--;
    this.#wake();
  }

  /** The service has taken so many keys. */
  succeeded(keys: number): void {
    this.#delivered.add(keys);
    if (this.#window <= this.#inFlight) this.#window++;
    this.#wake();
  }

  /**
   * An answer, or a part of one, asked for fewer requests.
   *
   * @param retryAfterMs for how long the service wants nothing
   */
  throttled(permit: Permit = { epoch: this.#epoch }, retryAfterMs = 0): void {
    const now = this.#clock.now();
    this.#quietUntil = Math.max(this.#quietUntil, now + retryAfterMs);
    if (permit.epoch !== this.#epoch) return;
    this.#epoch++;
    this.#series = now - this.#loweredAt < SOON_MS ? this.#series + 1 : 1;
    const seen = this.#delivered.rate;
    const before = this.rate;
    // Where it was lowered a moment ago, not enough has been seen since.
    this.#good = Math.max(1, seen === undefined ? before * LOWERED : Math.min(seen, before) * NEARLY);
    if (this.#good === Infinity) this.#good = Math.max(1, this.#delivered.total);
    this.#loweredAt = now;
    this.#window = Math.max(1, Math.ceil(this.#window / 2));
    const quiet = Math.min(MAX_QUIET_MS, QUIET_MS * 2 ** (this.#series - 1)) * (0.5 + Math.random() / 2);
    this.#quietUntil = Math.max(this.#quietUntil, now + quiet);
    this.#nextAt = Math.max(this.#nextAt, this.#quietUntil);
    this.#delivered.clear();
  }

  #spend(keys: number, start: number): void {
    if (this.#good !== Infinity) this.#nextAt = start + (keys / this.rate) * 1000;
  }

  async #turn(stop: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        stop.removeEventListener('abort', wake);
        resolve();
      };
      stop.addEventListener('abort', wake, { once: true });
      this.#waiting.push(wake);
    });
  }

  #wake(): void {
    for (let free = this.#window - this.#inFlight; free > 0; free--) {
      const wake = this.#waiting.shift();
      if (!wake) return;
      wake();
    }
  }
}
