import { compareKeys } from '@store/core';

/**
 * Where ranges of the key space begin that hold about the same number of these keys, as S3 splits a bucket that grows.
 *
 * @param keys in the order of their UTF-8 bytes
 * @param count how many ranges
 * @returns the first keys of all ranges but the first: fewer than `count - 1` where there are fewer keys
 */
export function evenPartitions(keys: readonly string[], count: number): readonly string[] {
  const starts = Array.from(
    { length: count - 1 },
    (_, i) => keys[Math.floor(((i + 1) * keys.length) / count)],
  );
  return [...new Set(starts)].filter((key) => key !== undefined).filter((key) => key !== keys[0]);
}

/** Ranges of the key space, from one start to before the next. */
export class Partitions {
  readonly #starts: readonly string[];
  readonly #isBefore: (a: string, b: string) => boolean;

  /** @param starts where all but the first begin, in any order */
  constructor(starts: readonly string[]) {
    this.#starts = [...starts].sort(compareKeys);
    // Below the surrogates JavaScript's own order is that of the bytes, and many times as fast.
    const simple = starts.every((start) => !/[\ud800-\uffff]/.test(start));
    this.#isBefore = simple ? (a, b) => a < b : (a, b) => compareKeys(a, b) < 0;
  }

  /**
   * The number of the partition that a key is in, from 0.
   *
   * @param guess looked at first: keys of a batch are mostly neighbours
   */
  of(key: string, guess = 0): number {
    const starts = this.#starts;
    const [from, to] = [starts[guess - 1], starts[guess]];
    const behind = from === undefined || !this.#isBefore(key, from);
    if (behind && (to === undefined || this.#isBefore(key, to))) return guess;
    let low = 0;
    let high = starts.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(key, starts[middle] ?? '')) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
