import type { Clock } from '@store/driver';
import type { Engine } from '@store/engine';
import { HotRanges, type RangePace } from './hot-ranges.js';
import { LatencyGate } from './latency-gate.js';
import { RateLaw } from './rate-law.js';
import { sharedRateOf, type Slowed } from './shared-rate.js';

/** Leave to send one delete request. Give it back with `Pace.leave`. */
export interface Permit {
  /** So many keys, which may be fewer than were asked for. */
  readonly keys: number;
  /** How often the pace had been lowered when the request began. */
  readonly epoch: number;
  /** Where the keys are, if they are in one range. */
  readonly range?: RangePermit | undefined;
  /** What let through no more: the rate of the range, or that of the store. */
  readonly bound?: 'range' | 'store' | undefined;
}

/** The part of a permit that is of a range. */
export interface RangePermit {
  readonly pace: RangePace;
  readonly epoch: number;
}

/** Requests in flight at first; each good answer allows one more, so that they double from one round to the next. */
const FIRST_IN_FLIGHT = 8;

/** The same of all who begin at the same time: each of them hears late that others were refused. */
const FIRST_TOGETHER = 4;

/** A store is young until it has taken so many keys: not much more than one part of what takes more. */
const YOUNG_KEYS = 10_000;

/** A refusal of a store that is young makes all wait for so long, in milliseconds: what comes next says whose it was. */
const DOUBT_MS = 50;

/** Requests a second, at least. */
const LEAST_REQUESTS = 5;

/**
 * How fast a store takes deletes, found by itself, in keys a second (S3 counts each key of a batch as one write). One for
 * a store, shared by all runs on it.
 *
 * There is no limit until the service asks for one. Then nothing is sent for a moment; the rate begins again below what
 * the service had been taking, comes back to nearly that within two seconds, and stays near it, growing slowly at first
 * and then faster, as CUBIC does in TCP; not while requests take far longer than they can. Requests that were under way
 * when the pace was lowered do not lower it again.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #law: RateLaw;
  readonly ranges: HotRanges;
  readonly #queue = new Set<Waiting>();
  /** Ends the wait for the next one's time. */
  #sleep: AbortController | undefined;
  readonly #gate: LatencyGate;
  #inFlight = 0;
  /** Keys that the store has taken, as far as that is of interest. */
  #taken = 0;
  #window: number;

  /** @param sharers processes that begin at the same time */
  constructor(clock: Clock, sharers = 1) {
    this.#clock = clock;
    this.#window = sharers > 1 ? Math.max(1, Math.round(FIRST_TOGETHER / sharers)) : FIRST_IN_FLIGHT;
    this.#law = new RateLaw(clock, LEAST_REQUESTS);
    this.#gate = new LatencyGate(clock);
    this.ranges = new HotRanges(clock);
  }

  /** Keys a second that may be sent now; Infinity while nothing is known. */
  get rate(): number {
    return this.#law.rate;
  }

  /** Keys to put into one request now. */
  get batchSize(): number {
    return this.#law.batchSize;
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

  /** The request of a permit is not sent after all. */
  giveBack({ keys, range }: Pick<Permit, 'keys' | 'range'>): void {
    this.#law.takeBack(keys);
    if (range && range.epoch > 0) range.pace.law.takeBack(keys);
    this.leave();
  }

  /** A request with so many keys has been answered after so many milliseconds: {@link LatencyGate}. */
  took(keys: number, ms: number): void {
    this.#gate.took(keys, ms);
    this.#law.grows = this.#gate.isOpen;
  }

  /** The service has taken so many keys. */
  succeeded(keys: number, { range }: Pick<Permit, 'range'> = {}): void {
    this.#law.succeeded(keys);
    if (this.#isYoung) this.#taken += keys;
    if (range) {
      range.pace.law.succeeded(keys);
      if (keys > 0) this.ranges.succeeded();
    }
    if (this.#window <= this.#inFlight && this.#gate.isOpen) this.#window++;
    this.#serve();
  }

  /**
   * An answer, or a part of one, asked for fewer requests.
   *
   * @param retryAfterMs for how long the service wants nothing
   * @returns what is slowed by that; undefined where it is no news
   */
  throttled(
    { epoch, range, bound }: Pick<Permit, 'epoch' | 'range' | 'bound'> = { epoch: this.#law.epoch },
    retryAfterMs = 0,
  ): Slowed | undefined {
    const isOfRange = range && bound !== 'store' && retryAfterMs === 0 && epoch === this.#law.epoch;
    if (isOfRange) {
      const isNew = range.pace.law.throttled(range.epoch, retryAfterMs) && range.epoch === 0;
      if (bound === 'range' || !this.ranges.throttled(range.pace, this.#isYoung)) {
        if (this.#isYoung && bound !== 'range') this.#law.pauseFor(DOUBT_MS);
        return isNew ? 'new range' : 'range';
      }
    }
    if (!this.#law.throttled(epoch, retryAfterMs)) return undefined;
    this.ranges.clear();
    this.#window = Math.max(1, Math.ceil(this.#window / 2));
    return 'store';
  }

  get #isYoung(): boolean {
    return this.#taken < YOUNG_KEYS && this.#law.epoch === 0;
  }

  /** Milliseconds until one more request may be sent; Infinity when that depends on those in flight. */
  get #msToGo(): number {
    return this.#inFlight >= this.#window ? Infinity : this.#law.msToGo;
  }

  #permit(asked: number): Permit {
    const keys = Math.min(asked, this.batchSize);
    const bound = this.#law.isReached ? 'store' : undefined;
    this.#law.spend(keys);
    this.#inFlight++;
    return { keys, epoch: this.#law.epoch, bound };
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
  const pace = new Pace(engine.clock, sharedRateOf(engine)?.sharers);
  PACES.set(engine, pace);
  return pace;
}
