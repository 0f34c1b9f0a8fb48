import type { DeletionFailure } from '@store/core';

/** A key that is not as it was before the run, and why. */
export interface KeyLeft {
  readonly key: string;
  readonly reason: string;
}

/** How far it is; see {@link UndoReport}. */
export type UndoProgress = Pick<
  UndoReport,
  'looked' | 'restored' | 'alreadyBack' | 'left' | 'failed' | 'elapsedMs'
>;

/** What became of the keys that a run had deleted: `looked = restored + alreadyBack + left + failed + skipped`. */
export interface UndoReport {
  /** What brings them back: the run's delete markers go, objects come out of the trash, or they are copied back. */
  readonly by: 'markers' | 'trash' | 'copies';
  /** Keys that the run had deleted, as far as it can be known which. */
  readonly looked: number;
  /** Back; in a dry run: would be. */
  readonly restored: number;
  /** There was nothing to take back: an earlier undo did, or somebody. */
  readonly alreadyBack: number;
  /** Left as they are: written since, or nobody may say which marker is the run's. */
  readonly left: number;
  readonly failed: number;
  /** Not tried, because the undo was aborted. */
  readonly skipped: number;
  /** Deletes of the run that made no marker, and what is neither in its trash any more nor under its key: gone for good. */
  readonly gone: number;
  /**
   * Deleted by the run, not in its trash any more, and not named by its journal, which was made shorter: back already, or the
   * trash was emptied.
   */
  readonly missing: number;
  /** After a run with `backup`: the prefixes under which its copies are, and how many were deleted (`removeCopies`); else null. */
  readonly copies: { readonly prefixes: readonly string[]; readonly removed: number } | null;
  /** All that could be found is back: nothing was left, failed or skipped, and nothing is missing or gone for good. */
  readonly complete: boolean;
  readonly dryRun: boolean;
  readonly aborted: boolean;
  /** The first ones of those that were left. */
  readonly leftSample: readonly KeyLeft[];
  /** The first ones of those that failed. */
  readonly failures: readonly DeletionFailure[];
  readonly elapsedMs: number;
}
