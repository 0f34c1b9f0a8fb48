import { compareKeys } from '@store/core';

/**
 * Keys in the order of their UTF-8 bytes. Additions are collected and merged when somebody looks; removals
 * stay as gaps until they are many: so a listing that deletes as it goes costs O(log n) a page.
 */
export class KeyIndex {
  readonly #isThere: (key: string) => boolean;
  #sorted: string[] = [];
  #added: string[] = [];
  #gaps = 0;

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
  *after(key: string | undefined): Generator<string> {
    yield* this.#from(key === undefined ? 0 : this.#search((other) => compareKeys(other, key) <= 0));
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
    for (let i = start; i < keys.length; i++) {
      const key = keys[i];
      if (key !== undefined && this.#isThere(key)) yield key;
    }
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
    }
    if (this.#added.length === 0) return;
    const added = this.#added.sort(compareKeys);
    this.#added = [];
    this.#sorted = merge(this.#sorted, added);
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
