import type { SharedRate } from '@store/core/extend';
import { setTimeout as delay } from 'node:timers/promises';
import type { FleetBooks, Leased } from './fleet-books.js';

/** Between two times that a worker asks what the rate is, in milliseconds. */
const HEAR_MS = 250;

/** The most that is leased at a time, in seconds of the rate. */
const LEASED_S = 0.1;

/** One rate for all workers of a fleet: what one of them is told to slow down by slows all, once. */
export class FleetRate implements SharedRate {
  readonly sharers: number;
  readonly #books: FleetBooks;
  readonly #name: string;
  readonly #fixed: number | undefined;
  #known: Leased = { waitMs: 0, epoch: 0 };
  /** Leased, and not sent yet. */
  #credit = 0;
  /** The last lease had to wait. */
  #isBound = false;
  #taken = 0;
  #throttledIn: number | undefined;
  /** Leases, one after the other. */
  #turn: Promise<void> = Promise.resolve();
  #stop = new AbortController();
  #hearing: Promise<void> | undefined;

  /**
   * @param name of the rate among those of the fleet
   * @param how what is known of it: keys a second that it is, whatever the service says, and pieces that are dealt with at the same time
   */
  constructor(
    books: FleetBooks,
    name: string,
    { fixed, sharers }: { readonly fixed?: number | undefined; readonly sharers: number },
  ) {
    this.#books = books;
    this.#name = name;
    this.#fixed = fixed;
    this.sharers = sharers;
    if (fixed !== undefined) this.#known = { waitMs: 0, rate: fixed, epoch: 0 };
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
    return rate === undefined ? Infinity : Math.max(1, Math.floor(rate * LEASED_S));
  }

  take(keys: number, stop: AbortSignal): Promise<boolean> | undefined {
    if (this.#known.rate === undefined) return undefined;
    const leased = this.#turn.then(() => this.#lease(keys, stop));
    this.#turn = leased.then(() => undefined);
    return leased;
  }

  succeeded(keys: number): void {
    this.#taken += keys;
  }

  throttled(): void {
    if (this.#fixed !== undefined || this.#throttledIn !== undefined) return;
    this.#throttledIn = this.#known.epoch;
    this.#turn = this.#turn.then(() => this.#ask(0)).then(() => undefined);
  }

  /** @returns whether there was no leave for more when it was asked for last */
  async #lease(keys: number, stop: AbortSignal): Promise<boolean> {
    const { rate } = this.#known;
    if (rate === undefined || stop.aborted) return false;
    if (this.#credit < keys) {
      const wanted = Math.ceil(Math.max(keys - this.#credit, rate * LEASED_S));
      const { waitMs } = await this.#ask(wanted);
      this.#credit += wanted;
      this.#isBound = waitMs > 0;
      if (waitMs > 0) await delay(waitMs, undefined, { signal: stop }).catch(() => undefined);
    }
    this.#credit -= keys;
    // A limit that somebody has set says nothing of the service.
    return this.#fixed === undefined && this.#isBound;
  }

  /** Where the books cannot be asked, it goes on as it went: what is about to be sent needs them anyway. */
  async #ask(keys: number): Promise<Leased> {
    const [taken, throttledIn] = [this.#taken, this.#throttledIn];
    this.#taken = 0;
    try {
      this.#known = await this.#books.lease(this.#name, { keys, taken, throttledIn, fixed: this.#fixed });
      if (throttledIn !== undefined) this.#throttledIn = undefined;
    } catch {
      this.#taken += taken;
      return { ...this.#known, waitMs: 0 };
    }
    return this.#known;
  }

  async #hear(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await delay(HEAR_MS, undefined, { signal, ref: false }).catch(() => undefined);
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

  take(keys: number, stop: AbortSignal): Promise<boolean> | undefined {
    const turns = this.#rates.map((rate) => rate.take(keys, stop)).filter((turn) => turn !== undefined);
    return turns.length === 0 ? undefined : Promise.all(turns).then((bound) => bound.includes(true));
  }

  succeeded(keys: number): void {
    for (const rate of this.#rates) rate.succeeded(keys);
  }

  throttled(): void {
    for (const rate of this.#rates) rate.throttled();
  }
}
