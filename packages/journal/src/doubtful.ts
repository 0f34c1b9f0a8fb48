import type { StoreErrorCode } from '@store/core';

/** Keys that failed without a clear answer, and are looked for again. */
export const MOST_DOUBTFUL = 10_000;

const DOUBTFUL: ReadonlySet<StoreErrorCode> = new Set([
  'Unavailable',
  'Unconfirmed',
  'Corrupt',
  'Internal',
  'Aborted',
]);

/** After such a failure nobody knows whether the request was carried out. */
export function isDoubtful(code: StoreErrorCode): boolean {
  return DOUBTFUL.has(code);
}
