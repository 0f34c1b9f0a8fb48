import type { Clock } from '@store/driver';
import { askedWaitMs } from '@store/engine';
import { Delivered } from './delivered.js';

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
const GROWTH = { sure: [0.005, 0.0005], unsure: [0.02, 0.01], guessed: [0.05, 0.03] } as const;

const LEAST_KEYS = 500;

/**
 * Services save up about what they take in so many seconds, and what one has taken at first is that, too. It may be less; so a
 * first rate that was guessed by this grows faster.
 */
const SAVED_S = 1;

/** Timers come late by about this much, in milliseconds. */
const CLOCK_STEP_MS = 20;

/** Rates that differ less are the same limit. */
const ALIKE = 1.3;

/**
 * The rate of something that a service limits, in keys a second, found by itself. There is none until the service asks for
 * less. Then nothing is sent for a moment; the rate begins again below what the service had been taking, comes back to nearly
 * that within two seconds, and stays near it, growing slowly at first and then faster, as CUBIC does in TCP. What was under
 * way when it was lowered does not lower it again.
 */
export class RateLaw {
  readonly #clock: Clock;
  readonly #delivered: Delivered;
  readonly #leastRequests: number;
  #epoch = 0;
  /** Keys a second that the service was seen to take. */
  #good = Infinity;
  #known: keyof typeof GROWTH = 'guessed';
  #loweredAt = -Infinity;
  /** Growth beyond the rate that was good: for how long it has been held back since, and since when it is. */
  #heldMs = 0;
  #heldSince: number | undefined;
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

  /** @param leastRequests it is never lowered below so many of them a second */
  constructor(clock: Clock, leastRequests: number) {
    this.#clock = clock;
    this.#delivered = new Delivered(clock);
    this.#leastRequests = leastRequests;
  }

  /** How often it has been lowered. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Keys a second that may be sent now; Infinity while nothing is known. */
  get rate(): number {
    const seconds = (this.#clock.now() - this.#loweredAt) / 1000;
    const after = seconds - RECOVERY_MS / 1000;
    if (this.#good === Infinity) return Infinity;
    const [linear, square] = GROWTH[this.#known];
    if (after >= 0) {
      const grown = after - this.#heldSoFar / 1000;
      return this.#good * (1 + linear * grown + square * grown ** 2);
    }
    const missing = (after / (RECOVERY_MS / 1000)) ** 3;
    return this.#good * (1 + (1 - LOWERED) * missing);
  }

  /** Whether it may grow beyond the rate that was good; what it has grown stays. */
  set grows(grows: boolean) {
    if (grows === (this.#heldSince === undefined)) return;
    this.#heldMs = this.#heldSoFar;
    this.#heldSince = grows ? undefined : this.#clock.now();
  }

  /** Of the time since it had come back to the rate that was good, in milliseconds. */
  get #heldSoFar(): number {
    if (this.#heldSince === undefined) return this.#heldMs;
    const since = Math.max(this.#heldSince, this.#loweredAt + RECOVERY_MS);
    return this.#heldMs + Math.max(0, this.#clock.now() - since);
  }

  /** Keys to put into one request now. */
  get batchSize(): number {
    if (this.#epoch === 0) return Infinity;
    const soon = this.#clock.now() - this.#loweredAt < SMALL_MS;
    const most = Math.max(SMALLEST_BATCH, Math.floor(this.#good * LONGEST_BATCH_S));
    return Math.min(most, soon ? (SMALL_BATCHES[this.#series - 1] ?? SMALLEST_BATCH) : Infinity);
  }

  /** Milliseconds until the next keys may go. */
  get msToGo(): number {
    return Math.max(this.#quietUntil, this.#nextAt) - this.#clock.now();
  }

  /** As much is sent as it lets through. */
  get isReached(): boolean {
    return this.#good !== Infinity && this.#nextAt > this.#clock.now() - CLOCK_STEP_MS;
  }

  /** So many keys are about to go. */
  spend(keys: number): void {
    this.#keysPerRequest = (7 * this.#keysPerRequest + keys) / 8;
    if (this.#good === Infinity) return;
    // What was not sent in time is not made up for, but for the clock's own steps.
    this.#nextAt = Math.max(this.#nextAt, this.#clock.now() - CLOCK_STEP_MS) + (keys / this.rate) * 1000;
  }

  /** So many keys do not go after all. */
  takeBack(keys: number): void {
    if (this.#good !== Infinity) this.#nextAt -= (keys / this.rate) * 1000;
  }

  /** The service has taken so many keys. */
  succeeded(keys: number): void {
    this.#delivered.add(keys);
  }

  /**
   * An answer, or a part of one, asked for fewer requests.
   *
   * @param epoch when the request began
   * @param retryAfterMs for how long the service wants nothing
   * @returns whether that was news
   */
  throttled(epoch: number, retryAfterMs: number): boolean {
    const now = this.#clock.now();
    const isNew = epoch === this.#epoch;
    if (isNew) this.#pauses = epoch === 0 || this.#delivered.total > 0;
    if (this.#pauses) this.pauseFor(askedWaitMs({ retryAfterMs }));
    if (!isNew) return false;
    this.#epoch++;
    this.#series = now - this.#loweredAt < SOON_MS ? this.#series + 1 : 1;
    const { total } = this.#delivered;
    const isFirst = this.#good === Infinity;
    const isGuessed = isFirst && this.#delivered.seconds < SAVED_S;
    const seen = isFirst ? this.#delivered.rateWith(SAVED_S) : this.#delivered.rate;
    // Where it was lowered a moment ago, or next to nothing has been taken yet, too little has been seen to tell a rate.
    if (seen !== undefined && total > (isGuessed ? LEAST_KEYS : 0)) {
      const good = Math.max(this.#floor, Math.min(seen, this.rate) * NEARLY);
      const isAlike = good < this.#good * ALIKE && good * ALIKE > this.#good;
      this.#known = isGuessed ? 'guessed' : isAlike ? 'sure' : 'unsure';
      this.#good = good;
    }
    this.#loweredAt = now;
    this.#heldMs = 0;
    const quiet = Math.min(MAX_QUIET_MS, QUIET_MS * 2 ** (this.#series - 1)) * (0.5 + Math.random() / 2);
    if (this.#pauses) this.pauseFor(quiet);
    this.#delivered.clear();
    return true;
  }

  /** Nothing goes for so many milliseconds. */
  pauseFor(ms: number): void {
    this.#quietUntil = Math.max(this.#quietUntil, this.#clock.now() + ms);
    this.#nextAt = Math.max(this.#nextAt, this.#quietUntil);
  }

  /** Refusals that have nothing to do with the rate must not lower it for ever. */
  get #floor(): number {
    return Math.max(LEAST_KEYS, this.#keysPerRequest * this.#leastRequests);
  }
}
