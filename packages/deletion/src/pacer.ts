import type { Clock } from '@store/driver';
import type { RequestSlots } from './request-slots.js';
import type { RangeKey, RangePace } from './hot-ranges.js';
import type { Pace, Permit, RangePermit } from './pace.js';
import type { Leave, SharedRate } from './shared-rate.js';

export interface PacerSettings {
  /** Most keys in one request. */
  readonly maxBatch: number;
  /** Most keys a second on average; no limit when undefined. */
  readonly maxKeysPerSecond?: number | undefined;
  readonly slots: RequestSlots;
  readonly pace: Pace;
  readonly shared?: SharedRate | undefined;
}

/** When a run sends its delete requests, and how large they are: what the caller allows, and what the store takes. */
export class Pacer {
  readonly #settings: PacerSettings;
  readonly #clock: Clock;
  readonly #stop: AbortSignal;
  /** When the next keys may go, by `maxKeysPerSecond`. */
  #nextKeyAt = 0;
  #waiting = 0;
  /** Of the rate that is shared, as far as it is heeded. */
  #sharedEpoch: number | undefined;

  /** @param stop when it fires, nobody gets a permit any more, and nobody waits for one */
  constructor(settings: PacerSettings, clock: Clock, stop: AbortSignal) {
    this.#settings = settings;
    this.#sharedEpoch = settings.shared?.epoch;
    this.#clock = clock;
    this.#stop = stop;
  }

  /** Keys to put into one request now. A capped rate keeps a request below one second's worth of keys. */
  get batchSize(): number {
    const { maxBatch, maxKeysPerSecond = Infinity, pace, shared } = this.#settings;
    const most = Math.min(maxBatch, pace.batchSize, shared?.batchSize ?? Infinity);
    return Math.max(1, Math.min(most, Math.floor(maxKeysPerSecond)));
  }

  /** The pace of a range, which others that are listed side by side with it have nothing to do with. */
  paceOf(range: RangeKey): RangePace {
    return this.#settings.pace.ranges.paceOf(range);
  }

  /** Somebody waits for leave to send a request, and not because of a range that is hot. */
  get isAwaited(): boolean {
    return this.#waiting > 0;
  }

  /**
   * Waits for leave to send a request with so many keys, or fewer; undefined when the run stops before.
   *
   * @param inRange where all of them are
   */
  async acquire(asked: number, inRange?: RangePace): Promise<Permit | undefined> {
    const { shared } = this.#settings;
    for (let [most, isAllowed] = [asked, false]; ;) {
      this.#heed();
      const [isHot, epoch] = [inRange?.isHot, shared?.epoch];
      const begun = await this.#begin(most, inRange, isAllowed);
      if (!begun) return undefined;
      if (isHot === inRange?.isHot && epoch === shared?.epoch) return begun.permit;
      // The service has asked for less while this one waited for its turn, and would refuse it as well.
      this.#giveBack(begun);
      // What the caller allows it has waited for; to give that back would let others go all at once.
      [most, isAllowed] = [begun.permit.keys, true];
    }
  }

  /** What others were told of the store explains what was seen of ranges. */
  #heed(): void {
    const { pace, shared } = this.#settings;
    if (!shared || shared.epoch === this.#sharedEpoch) return;
    this.#sharedEpoch = shared.epoch;
    pace.ranges.clear();
  }

  /** @param isAllowed by the caller's `maxKeysPerSecond` */
  async #begin(
    asked: number,
    inRange: RangePace | undefined,
    isAllowed: boolean,
  ): Promise<Begun | undefined> {
    if (!inRange?.isHot) return this.#beginHere(asked, isAllowed, inRange && { pace: inRange, epoch: 0 });
    const keys = Math.min(asked, this.batchSize, inRange.law.batchSize);
    // Nobody else has to wait for that.
    const isBound = await inRange.enter(keys, this.#stop);
    const range = { pace: inRange, epoch: inRange.law.epoch };
    return this.#beginHere(keys, isAllowed, range, isBound ? 'range' : undefined);
  }

  async #beginHere(
    asked: number,
    isAllowed: boolean,
    range: RangePermit | undefined,
    bound?: 'range',
  ): Promise<Begun | undefined> {
    this.#waiting++;
    try {
      const keys = Math.min(asked, this.batchSize);
      if (!isAllowed) await this.#waitForRate(keys);
      return await this.#beginOf(keys, range, bound);
    } finally {
      this.#waiting--;
    }
  }

  async #beginOf(keys: number, range: RangePermit | undefined, bound?: 'range'): Promise<Begun | undefined> {
    const { pace, slots, shared } = this.#settings;
    const turn = shared?.take(keys, this.#stop);
    const leave = turn && (await turn);
    if (this.#stop.aborted) return undefined;
    const permit = pace.tryEnter(keys) ?? (await pace.enter(keys, this.#stop));
    if (!permit) return undefined;
    if (!slots.tryAcquire('delete') && !(await slots.acquire('delete'))) {
      pace.leave();
      return undefined;
    }
    const by = bound ?? (leave?.isBound ? 'store' : permit.bound);
    return { permit: { ...permit, range, bound: by }, leave };
  }

  /** A request is not sent after all. */
  #giveBack({ permit, leave }: Begun): void {
    const { slots, pace } = this.#settings;
    leave?.giveBack();
    slots.release('delete');
    pace.giveBack(permit);
  }

  /** The request of a permit has ended, well or not. */
  release(): void {
    this.#settings.slots.release('delete');
    this.#settings.pace.leave();
  }

  /** The request of a permit has been answered after so many milliseconds. */
  took({ keys }: Permit, ms: number): void {
    this.#settings.pace.took(keys, ms);
  }

  /** The service has taken so many keys. */
  succeeded(keys: number, permit?: Permit): void {
    this.#settings.pace.succeeded(keys, permit);
    this.#settings.shared?.succeeded(keys);
  }

  /** An answer, or a part of one, asked for fewer requests. */
  throttled(permit?: Permit, retryAfterMs?: number): void {
    const slowed = this.#settings.pace.throttled(permit, retryAfterMs);
    if (slowed) this.#settings.shared?.throttled(slowed);
  }

  async #waitForRate(keys: number): Promise<void> {
    const { maxKeysPerSecond } = this.#settings;
    if (maxKeysPerSecond === undefined) return;
    const now = this.#clock.now();
    const start = Math.max(now, this.#nextKeyAt);
    this.#nextKeyAt = start + (keys / maxKeysPerSecond) * 1000;
    if (start > now) await this.#clock.sleep(start - now, this.#stop);
  }
}

/** A request that may be sent, and what it was given leave by. */
interface Begun {
  readonly permit: Permit;
  readonly leave: Leave | undefined;
}
