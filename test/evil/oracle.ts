import type { DeletePrefixOptions } from '@store/core';
import { MIN_SIZE, OLDER_THAN, PREFIX } from './bucket.js';
import { KEPT_BEGINS } from './plan.js';
import { byteKey, type ByteKey, type Target, type Truth, type Version } from './truth.js';

/** What a run of `deletePrefix` means, by what is really in the bucket: reckoned here, apart from the engine. */
export interface Meant {
  /** Objects and versions: all of them, and no others. */
  readonly objects: readonly Target[];
  /** Delete markers that it may remove. Whether it does depends on what is under them. */
  readonly markers: readonly Target[];
}

export function meantBy(truth: Truth, options: DeletePrefixOptions, startedAt: number): Meant {
  const { versions = 'current', deleteMarkers = versions === 'all' ? 'all' : 'keep' } = options;
  const objects: Target[] = [];
  const markers: Target[] = [];
  for (const key of truth.keys(byteKey(PREFIX))) {
    for (const [i, version] of truth.history(key).entries()) {
      if (!passes(key, version, options, startedAt)) continue;
      const target = { key, versionId: version.id };
      if (version.marker) {
        if (deleteMarkers !== 'keep') markers.push(target);
      } else if (versions === 'current') {
        if (i === 0) objects.push({ key });
      } else if (versions === 'all' || i > 0) objects.push(target);
    }
  }
  return { objects, markers };
}

function passes(
  key: ByteKey,
  { size, modified, marker }: Version,
  { olderThan, minSize, exclude }: DeletePrefixOptions,
  startedAt: number,
): boolean {
  if (exclude !== undefined && isKept(key)) return false;
  if (olderThan !== undefined && modified >= startedAt - OLDER_THAN) return false;
  return minSize === undefined || (marker ? 0 : size) >= MIN_SIZE;
}

export function isKept(key: ByteKey): boolean {
  return key.startsWith(byteKey(PREFIX + KEPT_BEGINS));
}
