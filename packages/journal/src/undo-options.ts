import type { DeletionFailure, PassThrough } from '@store/core';
import { defineOptions, optionTypes as types, passThroughOptions } from '@store/driver';
import type { KeyLeft, UndoProgress } from './undo-report.js';

export interface UndoOptions extends PassThrough {
  /** Say what would come back, and change nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  /**
   * After a run with `backup`: delete the copies when all that it deleted is back, and nothing was left or failed. Default false:
   * they stay, and `report.copies` says where.
   */
  readonly removeCopies?: boolean | undefined;
  /** Most requests in flight of each kind: listings of versions, and deletes of markers. Default 32. */
  readonly concurrency?: number | undefined;
  /** Most keys a second, averaged. Default: no limit but the service's own. */
  readonly maxKeysPerSecond?: number | undefined;
  /** Nothing new is sent; the report says `aborted`. Undoing again goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then (at most every 100 ms), and once at the end. */
  readonly onProgress?: ((progress: UndoProgress) => void) | undefined;
  /** Called for each key that is back; in a dry run for each that would be. */
  readonly onRestored?: ((key: string) => void) | undefined;
  /** Called for each key that was left as it is, with the reason. */
  readonly onLeft?: ((left: KeyLeft) => void) | undefined;
  /** Called for each key whose request failed. */
  readonly onFailure?: ((failure: DeletionFailure) => void) | undefined;
}

export const UNDO_OPTIONS = defineOptions<UndoOptions>()('undoDeletion', {
  dryRun: {
    type: types.flag,
    cli: { kind: 'flag', short: 'n', help: 'say what would come back, change nothing' },
  },
  removeCopies: {
    type: types.flag,
    cli: { kind: 'flag', help: 'after "rm --backup": delete the copies when everything is back' },
  },
  concurrency: { type: types.concurrency, cli: { kind: 'number', help: 'most requests in flight' } },
  maxKeysPerSecond: { type: types.rate, cli: { kind: 'number', help: 'most keys a second' } },
  signal: { type: types.signal },
  onProgress: { type: types.callback },
  onRestored: { type: types.callback },
  onLeft: { type: types.callback },
  onFailure: { type: types.callback },
  ...passThroughOptions.table,
});
