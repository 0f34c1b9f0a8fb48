import type { Clock } from '@store/driver';
import { RateLaw } from './rate-law.js';

/** Answers are forgotten by and by, to a third after so many milliseconds. */
const LATELY_MS = 1000;

/** Fewer answers tell nothing. */
const FEW_ANSWERS = 6;

/**
 * Of a store that has not taken much yet, so many more throttles than good answers tell, of which each counts as two: nearly all
 * that is asked of a store that is slow as a whole is refused, from the first time on.
 */
const YOUNG_THROTTLES = 3;
const GOOD_COUNTS = 2;

/** Units of a hot range that a run deals with before more of it is listed. */
const UNITS = 2;

/** Requests a second, at least. */
const LEAST_REQUESTS = 1;

/** A range of a listing, whatever it is: what has the same place among the keys is the same object. */
export type RangeKey = object;

/**
 * Services limit parts of the keys, whose ends nobody outside knows. So what a throttle says is taken for the range of the
 * listing in which it was seen, and the others go on; until most of what is asked for is refused, in several of them: then it
 * is the store.
 */
export class HotRanges {
  readonly #clock: Clock;
  #paces = new WeakMap<RangeKey, RangePace>();
  /** Answers, good and bad, of the last moments. */
  #good = 0;
  #bad = 0;
  #countedAt = -Infinity;
  /** Throttles beyond what good answers are held against. */
  #excess = 0;
  /** Where there was a throttle, and when. */
  readonly #throttled = new Map<RangePace, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  paceOf(range: RangeKey): RangePace {
    const known = this.#paces.get(range);
    if (known) return known;
    const pace = new RangePace(this.#clock);
    this.#paces.set(range, pace);
    return pace;
  }

  succeeded(): void {
    this.#forget();
    this.#good++;
    this.#excess = Math.max(0, this.#excess - GOOD_COUNTS);
  }

  /**
   * A throttle that no rate explains.
   *
   * @param isYoung the store has not taken much yet
   * @returns whether it is the whole store that asks for less
   */
  throttled(pace: RangePace, isYoung: boolean): boolean {
    const now = this.#forget();
    this.#bad++;
    this.#excess++;
    this.#throttled.set(pace, now);
    for (const [one, at] of this.#throttled) if (now - at > LATELY_MS) this.#throttled.delete(one);
    if (this.#throttled.size < 2) return false;
    if (isYoung && this.#excess >= YOUNG_THROTTLES) return true;
    return this.#good + this.#bad >= FEW_ANSWERS && this.#bad > this.#good;
  }

  /** It was the store, and not these ranges. */
  clear(): void {
    this.#paces = new WeakMap();
    this.#throttled.clear();
    this.#good = 0;
    this.#bad = 0;
    this.#excess = 0;
  }

  #forget(): number {
    const now = this.#clock.now();
    const left = Math.exp((this.#countedAt - now) / LATELY_MS);
    this.#countedAt = now;
    this.#good *= left;
    this.#bad *= left;
    return now;
  }
}

/** How fast one range takes deletes. */
export class RangePace {
  readonly law: RateLaw;
  readonly #clock: Clock;
  /** Ends when the last of those that wait has had its turn: each would wake for each of the others. */
  #turns: Promise<void> = Promise.resolve();
  /** Units that have no outcome yet. */
  #units = 0;
  readonly #waiting = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.law = new RateLaw(clock, LEAST_REQUESTS);
  }

  /** The service has asked for less here. */
  get isHot(): boolean {
    return this.law.epoch > 0;
  }

  /** Waits until so many keys may be sent, or the signal fires. @returns whether it had to wait for the rate */
  enter(keys: number, stop: AbortSignal): Promise<boolean> {
    const turn = this.#turns.then(() => this.#enter(keys, stop));
    this.#turns = turn.then(() => undefined);
    return turn;
  }

  async #enter(keys: number, stop: AbortSignal): Promise<boolean> {
    let isBound = this.law.isReached;
    for (let ms = this.law.msToGo; ms > 0 && !stop.aborted; ms = this.law.msToGo) {
      isBound = true;
      await this.#clock.sleep(ms, stop);
    }
    this.law.spend(keys);
    return isBound;
  }

  beginUnit(): void {
    this.#units++;
  }

  endUnit(): void {
    this.#units--;
    for (const wake of this.#waiting) wake();
  }

  /** Resolves when there is so little left to delete here that more is to be listed; undefined: now. */
  wantsMore(stop: AbortSignal): Promise<void> | undefined {
    return this.isHot && this.#units >= UNITS && !stop.aborted ? this.#untilFewer(stop) : undefined;
  }

  async #untilFewer(stop: AbortSignal): Promise<void> {
    while (this.#units >= UNITS && !stop.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          stop.removeEventListener('abort', wake);
          resolve();
        };
        this.#waiting.add(wake);
        stop.addEventListener('abort', wake, { once: true });
      });
    }
  }
}
