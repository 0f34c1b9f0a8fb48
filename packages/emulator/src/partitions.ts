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

/** The number of the partition that a key is in, from 0. */
export function partitionOf(key: string, starts: readonly string[]): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(starts[middle] ?? '', key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
