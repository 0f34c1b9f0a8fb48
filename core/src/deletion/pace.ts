import type { Clock } from '../engine/clock.js';
import type { Engine } from '../engine/engine.js';
import { askedWaitMs } from '../engine/retry.js';
import { Delivered } from './delivered.js';

/** Leave to send one delete request. Give it back with `Pace.leave`. */
export interface Permit {
  /** So many keys, which may be fewer than were asked for. */
  readonly keys: number;
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
const SMALLEST_BATCH = 100;

/** The most that one batch may take of a rate that is known, in seconds. */
const LONGEST_BATCH_S = 0.1;

/** So long batches stay small, in milliseconds. */
const SMALL_MS = 10_000;

/** Throttles that are nearer to each other than this belong together, in milliseconds. */
const SOON_MS = 2000;

/** Nothing is sent for about this long after a throttle, in milliseconds; twice as long after each one that comes soon. */
const QUIET_MS = 100;
const MAX_QUIET_MS = 2000;

/**
 * How much faster it goes after so many seconds at the rate that was good: slowly where the service has asked for less
 * at about this rate before, quickly where that may have been an accident.
 */
const GROWTH = { sure: [0.005, 0.0005], unsure: [0.02, 0.01] } as const;

/** Requests, and keys, a second, at least. */
const LEAST_REQUESTS = 5;
const LEAST_KEYS = 500;

/** Timers come late by about this much, in milliseconds. */
const CLOCK_STEP_MS = 20;

/** Rates that differ less are the same limit. */
const ALIKE = 1.3;

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
  readonly #queue = new Set<Waiting>();
  /** Ends the wait for the next one's time. */
  #sleep: AbortController | undefined;
  #inFlight = 0;
  #window = FIRST_IN_FLIGHT;
  #epoch = 0;
  /** Keys a second that the service was seen to take. */
  #good = Infinity;
  /** It has been seen twice. */
  #sure = false;
  #loweredAt = -Infinity;
  /** Throttles that came soon after each other. */
  #series = 0;
  #quietUntil = -Infinity;
  /**
   * A throttle is a reason for all to pause. Not where the service has taken nothing since the last pause: each request waits
   * for itself then, and gives up when its patience ends, or a service that refuses everything would be asked for ever, one
   * pause after the other.
   */
  #pauses = true;
  /** Of the last few. */
  #keysPerRequest = 0;
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
    const [linear, square] = this.#sure ? GROWTH.sure : GROWTH.unsure;
    if (after >= 0) return this.#good * (1 + linear * after + square * after ** 2);
    const missing = (after / (RECOVERY_MS / 1000)) ** 3;
    return this.#good * (1 + (1 - LOWERED) * missing);
  }

  /** Keys to put into one request now. */
  get batchSize(): number {
    if (this.#loweredAt === -Infinity) return Infinity;
    const soon = this.#clock.now() - this.#loweredAt < SMALL_MS;
    const most = Math.max(SMALLEST_BATCH, Math.floor(this.#good * LONGEST_BATCH_S));
    return Math.min(most, soon ? (SMALL_BATCHES[this.#series - 1] ?? SMALLEST_BATCH) : Infinity);
  }

  /** Delete requests that may be in flight now. */
  get window(): number {
    return this.#window;
  }

  /** Takes leave for a request, if it may be sent at once. */
  tryEnter(keys: number): Permit | undefined {
    return this.#queue.size > 0 || this.#msToGo > 0 ? undefined : this.#permit(keys);
  }

  /** Waits until a request may be sent, one after the other; undefined when the signal fires before. */
  async enter(keys: number, stop: AbortSignal): Promise<Permit | undefined> {
    if (stop.aborted) return undefined;
    return new Promise((resolve) => {
      const waiting: Waiting = {
        go: () => {
          this.#queue.delete(waiting);
          stop.removeEventListener('abort', giveUp);
          resolve(this.#permit(keys));
        },
      };
      const giveUp = (): void => {
        this.#queue.delete(waiting);
        resolve(undefined);
        if (this.#queue.size === 0) this.#sleep?.abort();
      };
      stop.addEventListener('abort', giveUp, { once: true });
      this.#queue.add(waiting);
      this.#serve();
    });
  }

  /** The request of a permit has ended, well or not. */
  leave(): void {
    this.#inFlight--;
    this.#serve();
  }

  /** The service has taken so many keys. */
  succeeded(keys: number): void {
    this.#delivered.add(keys);
    if (this.#window <= this.#inFlight) this.#window++;
    this.#serve();
  }

  /**
   * An answer, or a part of one, asked for fewer requests.
   *
   * @param retryAfterMs for how long the service wants nothing
   */
  throttled({ epoch }: Pick<Permit, 'epoch'> = { epoch: this.#epoch }, retryAfterMs = 0): void {
    const now = this.#clock.now();
    const isNew = epoch === this.#epoch;
    if (isNew) this.#pauses = epoch === 0 || this.#delivered.total > 0;
    if (this.#pauses) this.#pauseFor(askedWaitMs({ retryAfterMs }));
    if (!isNew) return;
    this.#epoch++;
    this.#series = now - this.#loweredAt < SOON_MS ? this.#series + 1 : 1;
    const { rate: seen, total } = this.#delivered;
    // Where it was lowered a moment ago, or nothing has been taken yet, too little has been seen to tell a rate.
    if (seen !== undefined && total > 0) {
      const good = Math.max(this.#floor, Math.min(seen, this.rate) * NEARLY);
      this.#sure = good < this.#good * ALIKE && good * ALIKE > this.#good;
      this.#good = good;
    }
    this.#loweredAt = now;
    this.#window = Math.max(1, Math.ceil(this.#window / 2));
    const quiet = Math.min(MAX_QUIET_MS, QUIET_MS * 2 ** (this.#series - 1)) * (0.5 + Math.random() / 2);
    if (this.#pauses) this.#pauseFor(quiet);
    this.#delivered.clear();
  }

  #pauseFor(ms: number): void {
    this.#quietUntil = Math.max(this.#quietUntil, this.#clock.now() + ms);
    this.#nextAt = Math.max(this.#nextAt, this.#quietUntil);
  }

  /** Milliseconds until one more request may be sent; Infinity when that depends on those in flight. */
  get #msToGo(): number {
    if (this.#inFlight >= this.#window) return Infinity;
    return Math.max(this.#quietUntil, this.#nextAt) - this.#clock.now();
  }

  /** Refusals that have nothing to do with the rate must not lower it for ever. */
  get #floor(): number {
    return Math.max(LEAST_KEYS, this.#keysPerRequest * LEAST_REQUESTS);
  }

  #permit(asked: number): Permit {
    const keys = Math.min(asked, this.batchSize);
    this.#keysPerRequest = (7 * this.#keysPerRequest + keys) / 8;
    if (this.#good !== Infinity) {
      // What was not sent in time is not made up for, but for the clock's own steps.
      this.#nextAt = Math.max(this.#nextAt, this.#clock.now() - CLOCK_STEP_MS) + (keys / this.rate) * 1000;
    }
    this.#inFlight++;
    return { keys, epoch: this.#epoch };
  }

  /** Lets those go whose turn it is, and wakes up for the next. */
  #serve(): void {
    if (this.#sleep) return;
    for (const waiting of this.#queue) {
      const ms = this.#msToGo;
      if (ms === Infinity) return;
      if (ms > 0) {
        void this.#serveIn(ms);
        return;
      }
      waiting.go();
    }
  }

  async #serveIn(ms: number): Promise<void> {
    this.#sleep = new AbortController();
    await this.#clock.sleep(ms, this.#sleep.signal);
    this.#sleep = undefined;
    this.#serve();
  }
}

/** One that waits for its turn. */
interface Waiting {
  readonly go: () => void;
}

const PACES = new WeakMap<Engine, Pace>();

/** The pace of a store. */
export function paceOf(engine: Engine): Pace {
  const known = PACES.get(engine);
  if (known) return known;
  const pace = new Pace(engine.clock);
  PACES.set(engine, pace);
  return pace;
}
