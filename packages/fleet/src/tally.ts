import type { PieceStatus, RowAccount } from './fleet-books.js';
import { COUNTS, type PieceCounts } from './piece-counts.js';

/** Counters by their names, as books keep them: `n:deleted`, `n:code:AccessDenied`, `is:open`. */
export type Counters = Readonly<Record<string, string | number>>;

const CODE = 'n:code:';

export function countsIn(counters: Counters): PieceCounts {
  const counts = COUNTS.map((name) => [name, Number(counters[`n:${name}`] ?? 0)]);
  // Each of the names is there.
  return Object.fromEntries(counts) as PieceCounts;
}

/** What the counters of a row say. */
export function tallyOf(counters: Counters): Pick<RowAccount, 'counts' | 'byCode' | 'pieces'> {
  const pieces: Record<PieceStatus, number> = { open: 0, done: 0, split: 0, left: 0, broken: 0 };
  for (const status of Object.keys(pieces) as PieceStatus[])
    pieces[status] = Number(counters[`is:${status}`] ?? 0);
  const byCode: Record<string, number> = {};
  for (const [name, count] of Object.entries(counters))
    if (name.startsWith(CODE) && Number(count) !== 0) byCode[name.slice(CODE.length)] = Number(count);
  return { counts: countsIn(counters), byCode, pieces };
}

/** What a change counts, by the names of {@link Counters} without their `n:`. */
export function counted(
  counts: PieceCounts,
  byCode: Readonly<Record<string, number>> = {},
): Record<string, number> {
  const all: Record<string, number> = { ...counts };
  for (const [code, count] of Object.entries(byCode)) all[`code:${code}`] = count;
  return all;
}
