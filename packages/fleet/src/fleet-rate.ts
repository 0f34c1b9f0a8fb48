import type { Clock } from '@store/core';
import type { Leave, SharedRate, Slowed } from '@store/deletion/runs';
import type { FleetBooks, Leased } from './fleet-books.js';

/** Between two times that a worker asks what the rate is, in milliseconds. */
const HEAR_MS = 250;

/** The same while next to nothing is known of the service, and for how long at most, in milliseconds. */
const SOON_MS = 25;
const YOUNG_MS = 2000;

/** The most that is leased at a time, in seconds of the rate. */
const LEASED_S = 0.1;

interface FleetRateSettings {
  /** Keys a second that it is, whatever the service says. */
  readonly fixed?: number | undefined;
  /** Pieces that are dealt with at the same time. */
  readonly sharers: number;
  readonly clock: Clock;
}

const FREE: Leave = { isBound: false, giveBack: () => undefined };

/** The most that one batch may take of it: several workers send at the same time. */
const BATCH_S = 0.05;

/** One rate for all workers of a fleet: what one of them is told to slow down by slows all, once. */
export class FleetRate implements SharedRate {
  readonly sharers: number;
  readonly #books: Pick<FleetBooks, 'lease'>;
  readonly #name: string;
  readonly #clock: Clock;
  readonly #fixed: number | undefined;
  #known: Leased = { waitMs: 0, epoch: 0, isYoung: false };
  /** Leased, and not sent yet. */
  #credit = 0;
  /** The last lease had to wait. */
  #isBound = false;
  #taken = 0;
  /** Good answers, throttles of ranges, and ranges that had none before, that nobody was told of. */
  #good = 0;
  #refused = 0;
  #hot = 0;
  #throttledIn: number | undefined;
  /** Leases, one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #stop = new AbortController();
  #hearing: Promise<void> | undefined;

  /** @param name of the rate among those of the fleet */
  constructor(books: Pick<FleetBooks, 'lease'>, name: string, { fixed, sharers, clock }: FleetRateSettings) {
    this.#books = books;
    this.#name = name;
    this.#clock = clock;
    this.#fixed = fixed;
    this.sharers = sharers;
    if (fixed !== undefined) this.#known = { ...this.#known, rate: fixed };
  }

  /** Begins to hear of the rate. */
  async open(): Promise<void> {
    if (this.#fixed !== undefined) return;
    await this.#ask(0);
    this.#hearing = this.#hear();
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#hearing;
  }

  get batchSize(): number {
    const { rate } = this.#known;
    return rate === undefined ? Infinity : Math.max(1, Math.floor(rate * BATCH_S));
  }

  take(keys: number, stop: AbortSignal): Promise<Leave> | undefined {
    if (this.#known.rate === undefined) return undefined;
    const leased = this.#turn.then(() => this.#lease(keys, stop));
    this.#turn = leased.then(() => undefined);
    return leased;
  }

  get epoch(): number {
    return this.#known.epoch;
  }

  succeeded(keys: number): void {
    this.#taken += keys;
    if (keys > 0) this.#good++;
  }

  throttled(slowed: Slowed): void {
    const { isYoung, epoch } = this.#known;
    if (this.#fixed !== undefined) return;
    if (slowed === 'store') {
      if (this.#throttledIn !== undefined) return;
      this.#throttledIn = epoch;
    } else {
      if (!isYoung) return;
      this.#refused++;
      if (slowed === 'new range') this.#hot++;
    }
    this.#turn = this.#turn.then(() => this.#ask(0)).then(() => undefined);
  }

  async #lease(keys: number, stop: AbortSignal): Promise<Leave> {
    const { rate } = this.#known;
    if (rate === undefined || stop.aborted) return FREE;
    if (this.#credit < keys) {
      const wanted = Math.ceil(Math.max(keys - this.#credit, rate * LEASED_S));
      const { waitMs } = await this.#ask(wanted);
      this.#credit += wanted;
      this.#isBound = waitMs > 0;
      if (waitMs > 0) await this.#clock.sleep(waitMs, stop);
    }
    this.#credit -= keys;
    // A limit that somebody has set says nothing of the service.
    const isBound = this.#fixed === undefined && this.#isBound;
    // Not more than is leased at a time: what comes later is leased by then.
    const giveBack = (): void => {
      this.#credit = Math.min(this.#credit + keys, Math.ceil((this.#known.rate ?? rate) * LEASED_S));
    };
    return { isBound, giveBack };
  }

  /** Where the books cannot be asked, it goes on as it went: what is about to be sent needs them anyway. */
  async #ask(keys: number): Promise<Leased> {
    const [taken, throttledIn] = [this.#taken, this.#throttledIn];
    const [good, refused, hot] = [this.#good, this.#refused, this.#hot];
    this.#taken = 0;
    this.#hot = 0;
    this.#good = 0;
    this.#refused = 0;
    try {
      this.#known = await this.#books.lease(this.#name, {
        keys,
        taken,
        throttledIn,
        hot,
        good,
        refused,
        fixed: this.#fixed,
      });
      if (throttledIn !== undefined) this.#throttledIn = undefined;
    } catch {
      this.#taken += taken;
      this.#hot += hot;
      this.#good += good;
      this.#refused += refused;
      return { ...this.#known, waitMs: 0 };
    }
    return this.#known;
  }

  async #hear(): Promise<void> {
    const { signal } = this.#stop;
    const begunAt = this.#clock.now();
    while (!signal.aborted) {
      const isSoon = this.#known.isYoung && this.#clock.now() - begunAt < YOUNG_MS;
      await this.#clock.sleep(isSoon ? SOON_MS : HEAR_MS, signal);
      if (!signal.aborted) await this.#ask(0);
    }
  }
}

/** Several rates, of which each has to give its leave. */
export class AllRates implements SharedRate {
  readonly #rates: readonly SharedRate[];

  constructor(rates: readonly SharedRate[]) {
    this.#rates = rates;
  }

  get sharers(): number {
    return Math.max(1, ...this.#rates.map(({ sharers }) => sharers));
  }

  get batchSize(): number {
    // Asked for each key.
    let least = Infinity;
    for (const { batchSize } of this.#rates) least = Math.min(least, batchSize);
    return least;
  }

  get epoch(): number {
    return this.#rates.reduce((sum, { epoch }) => sum + epoch, 0);
  }

  take(keys: number, stop: AbortSignal): Promise<Leave> | undefined {
    const turns = this.#rates.map((rate) => rate.take(keys, stop)).filter((turn) => turn !== undefined);
    return turns.length === 0 ? undefined : Promise.all(turns).then(both);
  }

  succeeded(keys: number): void {
    for (const rate of this.#rates) rate.succeeded(keys);
  }

  throttled(slowed: Slowed): void {
    for (const rate of this.#rates) rate.throttled(slowed);
  }
}

function both(leaves: readonly Leave[]): Leave {
  return {
    isBound: leaves.some(({ isBound }) => isBound),
    giveBack: () => {
      for (const leave of leaves) leave.giveBack();
    },
  };
}
