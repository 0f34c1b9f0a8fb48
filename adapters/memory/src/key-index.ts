import { compareKeys } from '@store/driver';

/** Where a walk over gaps leaves notes: at every so many positions. */
const NOTE_EVERY = 64;

/**
 * Keys in the order of their UTF-8 bytes. Additions are collected and merged when somebody looks; removals
 * stay as gaps until they are many: so a listing that deletes as it goes costs O(log n) a page, wherever it begins.
 */
export class KeyIndex {
  readonly #isThere: (key: string) => boolean;
  #sorted: string[] = [];
  #added: string[] = [];
  #gaps = 0;
  /** By position: how many from there on are known to be gaps. What comes back is merged in, and all is forgotten. */
  #notes = new Map<number, number>();

  /** @param isThere whether a key that was added has not been removed since */
  constructor(isThere: (key: string) => boolean) {
    this.#isThere = isThere;
  }

  add(key: string): void {
    this.#added.push(key);
  }

  /** The key is gone from what `isThere` asks. */
  removed(): void {
    this.#gaps++;
  }

  /** The keys after this one, in order. */
  *after(key: string): Generator<string> {
    yield* this.#from(this.#search((other) => compareKeys(other, key) <= 0));
  }

  /** The keys from this prefix on: those that begin with it, and what comes behind them. */
  *fromPrefix(prefix: string): Generator<string> {
    yield* this.#from(this.#search((other) => compareKeys(other, prefix) < 0));
  }

  /** The keys behind all those that begin with this prefix. */
  *behindPrefix(prefix: string): Generator<string> {
    yield* this.#from(this.#search((other) => other.startsWith(prefix) || compareKeys(other, prefix) < 0));
  }

  *#from(start: number): Generator<string> {
    const keys = this.#sorted;
    const notes = this.#notes;
    let noted: number[] = [];
    for (let i = start; i < keys.length;) {
      const key = keys[i];
      if (key !== undefined && this.#isThere(key)) {
        for (const at of noted) notes.set(at, i - at);
        noted = [];
        yield key;
        i++;
        continue;
      }
      const known = notes.get(i);
      if (known !== undefined || i % NOTE_EVERY === 0 || i === start) noted.push(i);
      i += known ?? 1;
    }
    for (const at of noted) notes.set(at, keys.length - at);
  }

  /** The first position for which `before` is false. */
  #search(before: (key: string) => boolean): number {
    this.#settle();
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (before(this.#sorted[middle] ?? '')) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #settle(): void {
    if (this.#gaps > 1000 && this.#gaps > this.#sorted.length / 2) {
      this.#sorted = this.#sorted.filter(this.#isThere);
      this.#gaps = 0;
      this.#notes = new Map();
    }
    if (this.#added.length === 0) return;
    const added = this.#added.sort(compareKeys);
    this.#added = [];
    this.#sorted = merge(this.#sorted, added);
    this.#notes = new Map();
  }
}

/** Both lists in order, each key once. A generator over the old list goes on undisturbed. */
function merge(a: readonly string[], b: readonly string[]): string[] {
  const merged: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const x = a[i];
    const y = b[j];
    const fromA = y === undefined || (x !== undefined && compareKeys(x, y) <= 0);
    const next = fromA ? x : y;
    if (fromA) i++;
    else j++;
    if (next !== undefined && next !== merged.at(-1)) merged.push(next);
  }
  return merged;
}
