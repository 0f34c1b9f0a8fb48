import type { OpenRange, RunSoFar } from './journal.js';

/** A range to begin with: one that is open, or a new one. */
export type Begun = Partial<Pick<OpenRange, 'id' | 'after' | 'upto'>>;

/** What one of the listings of a run has to go through: everything, when no session has begun with it. */
export function openRanges(soFar: RunSoFar | undefined, pass: number): readonly Begun[] {
  const own = soFar?.ranges.filter((range) => range.pass === pass) ?? [];
  return !soFar || (own.length === 0 && soFar.passed <= pass) ? [{}] : own;
}
