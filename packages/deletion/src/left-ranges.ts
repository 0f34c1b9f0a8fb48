import { compareKeys } from '@store/driver';
import type { OpenRange } from './journal.js';

type Ends = Pick<OpenRange, 'after' | 'upto'>;

/**
 * The parts in which a listing left something, which is why the next one has not seen them as they will be: an object that
 * stays keeps the delete marker that hides it.
 */
export class LeftRanges {
  readonly #byId = new Map<number, Ends>();
  /** The same, in order. No two have a key in common. */
  #sorted: readonly Ends[] | undefined;

  /** One of them, which may have grown since it was told of. */
  add({ id, after, upto }: Pick<OpenRange, 'id' | 'after' | 'upto'>): void {
    this.#byId.set(id, { after, upto });
    this.#sorted = undefined;
  }

  /** Whether one of them has keys in common with what is behind `after`, up to `upto`. */
  meets({ after, upto }: Ends): boolean {
    this.#sorted ??= Array.from(this.#byId.values()).sort((a, b) => compareStarts(a.after, b.after));
    // The first one that does not end before: those behind it begin later.
    let [from, to] = [0, this.#sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (isBehind(after, this.#sorted[middle]?.upto)) from = middle + 1;
      else to = middle;
    }
    const first = this.#sorted[from];
    return first !== undefined && !isBehind(first.after, upto);
  }
}

/** Whether what begins behind `after` has nothing in common with what ends at `upto`. */
function isBehind(after: string | undefined, upto: string | undefined): boolean {
  return after !== undefined && upto !== undefined && compareKeys(after, upto) >= 0;
}

function compareStarts(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return compareKeys(a, b);
}
