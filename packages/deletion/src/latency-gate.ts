import type { Clock } from '@store/driver';

/** Requests that take this many times as long as they can end growth, and those that take less than the other let it go on. */
const FAR_ABOVE = 4;
const NEAR = 2;

/** The share of the latest request in what is held against the floor. */
const WEIGHT = 1 / 8;

/** In so many milliseconds the floor rises to 2.7 times as much: a service may have become slower for good. */
const RISE_MS = 60_000;

/** Clocks tell nothing shorter, in milliseconds. */
const SHORTEST_MS = 1;

/**
 * Whether the pace of a store may grow, by how long its requests take: one that is near its end queues what it is sent before it
 * refuses any of it. Nothing is lowered for that, as latency has many reasons.
 *
 * What is far from normal is told by the shortest time that requests of about as many keys have taken.
 */
export class LatencyGate {
  readonly #clock: Pick<Clock, 'now'>;
  /** By the power of two of their keys: how many milliseconds, and when that was looked at. */
  readonly #floors = new Map<number, { readonly ms: number; readonly at: number }>();
  /** How many times their floor requests have taken of late. */
  #times = 1;
  #isOpen = true;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** A request with so many keys has been answered after so long. */
  took(keys: number, ms: number): void {
    const size = Math.floor(Math.log2(Math.max(1, keys)));
    const took = Math.max(SHORTEST_MS, ms);
    const at = this.#clock.now();
    const known = this.#floors.get(size) ?? { ms: took, at };
    const floor = Math.min(took, known.ms * Math.exp((at - known.at) / RISE_MS));
    this.#floors.set(size, { ms: floor, at });
    this.#times += WEIGHT * (took / floor - this.#times);
    this.#isOpen = this.#times < (this.#isOpen ? FAR_ABOVE : NEAR);
  }
}
