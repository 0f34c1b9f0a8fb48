import type { PartLimits } from '@store/driver';

/** Size of a part when the caller does not say, in bytes. */
const DEFAULT_PART_BYTES = 8 * 1024 ** 2;

/** No part grows larger by itself, in bytes: each is held in memory. */
const MOST_GROWN_BYTES = 1024 ** 3;

/**
 * How large each part of a body is, from the first, which has the number 1; the last one is what is left. The same for the
 * same arguments, so that a put that goes on with another one cuts its body in the same places.
 *
 * Of a body whose length is known all are alike, and large enough that there are not too many. Of another one they keep
 * their size for the first half of the parts that there may be, and then double with each further twentieth.
 *
 * @param size of the whole body in bytes, where it is known
 */
export function partSizes(
  { minPartBytes, maxPartBytes, maxParts, equalParts = false }: PartLimits,
  wanted = DEFAULT_PART_BYTES,
  size?: number,
): (partNumber: number) => number {
  const needed = size === undefined ? 0 : Math.ceil(size / maxParts);
  const bytes = Math.min(Math.max(wanted, minPartBytes, needed), maxPartBytes);
  if (size !== undefined || equalParts) return () => bytes;
  const alike = Math.floor(maxParts / 2);
  const step = Math.max(1, Math.floor(maxParts / 20));
  const most = Math.max(bytes, Math.min(MOST_GROWN_BYTES, maxPartBytes));
  return (partNumber) =>
    partNumber <= alike ? bytes : Math.min(bytes * 2 ** Math.ceil((partNumber - alike) / step), most);
}
