import { compareKeys } from '../keys.js';
import type { OpenRange, RunSoFar } from './journal.js';

/** A range to begin with: one that is open, or a new one, in place of others. */
export interface Begun {
  readonly id?: number | undefined;
  readonly after?: string | undefined;
  readonly upto?: string | undefined;
  readonly replaces?: readonly OpenRange[] | undefined;
}

type Ends = Pick<OpenRange, 'after' | 'upto'>;

/** What one of the listings of a run has to go through: everything, when no session has begun with it. */
export function openRanges(soFar: RunSoFar | undefined, pass: number): readonly Begun[] {
  const own = soFar?.ranges.filter((range) => range.pass === pass) ?? [];
  if (!soFar || (own.length === 0 && soFar.passed <= pass)) return [{}];
  // Where objects were left, markers were left too, because they hide them: they have to be looked at again.
  const before = soFar.ranges.filter((range) => range.pass < pass);
  const union = united([...own, ...before]);
  const [first, ...rest] = union;
  if (!first || (before.length === 0 && union.length === own.length)) return own;
  return [{ ...first, replaces: own }, ...rest];
}

/** The same keys without overlaps, each once. */
function united(ranges: readonly Ends[]): readonly Ends[] {
  const result: Ends[] = [];
  for (const { after, upto } of ranges.toSorted(byAfter)) {
    const last = result.at(-1);
    if (last && !isBehind(after, last.upto))
      result.splice(-1, 1, { after: last.after, upto: later(last.upto, upto) });
    else result.push({ after, upto });
  }
  return result;
}

function byAfter({ after: a }: Ends, { after: b }: Ends): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  return compareKeys(a, b);
}

/** Whether a range that begins behind `after` has nothing in common with one that ends at `upto`. */
function isBehind(after: string | undefined, upto: string | undefined): boolean {
  return after !== undefined && upto !== undefined && compareKeys(after, upto) >= 0;
}

function later(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return undefined;
  return compareKeys(a, b) > 0 ? a : b;
}
