import type { DeletionFailure, DeletionReport } from './report.js';

/**
 * Where a run writes down what it is about to do and what became of it, so that another one can go on when it is killed.
 * `@store/journal` has one in a file.
 */
export interface DeletionJournal {
  /**
   * Called once, before the first request of the run.
   *
   * @throws StoreError when the run may not begin: it is another one than the journal is about, or somebody works on it
   */
  begin(run: RunOutline): Promise<JournalSession>;
}

/** What a run is, as plain data fit for JSON. */
export interface RunOutline {
  readonly operation: 'deletePrefix' | 'deleteMany';
  readonly provider: string;
  /** See `StoreDriver.place`. */
  readonly place: string;
  /** Null for `deleteMany`. */
  readonly prefix: string | null;
  /** What makes it this run and no other: filters, versions, limits; no callback, no secret. Dates are texts. */
  readonly options: Readonly<Record<string, unknown>>;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** A journal while one process writes to it. */
export interface JournalSession {
  /** What earlier sessions of the same run did. */
  readonly soFar?: RunSoFar | undefined;
  /** Takes a record. What cannot be written fails the next `flush`. */
  append(record: JournalRecord): void;
  /** Resolves when all that was appended survives a crash. @throws StoreError when that cannot be */
  flush(): Promise<void>;
  /** The run is over: all is written, and the journal free for others. Called once, whatever happens. */
  close(): Promise<void>;
}

/** A range of keys that is not finished: those behind `after`, up to and including `upto`. */
export interface OpenRange {
  readonly id: number;
  /** The listing of the run that it belongs to: 0, or 1 for the one over delete markers. */
  readonly pass: number;
  readonly after?: string | undefined;
  readonly upto?: string | undefined;
}

/** A key (or version) whose delete may have been sent, and whose outcome nobody learnt. */
export interface Unsettled {
  readonly pass: number;
  readonly intent: number;
  readonly index: number;
  readonly key: string;
  readonly versionId?: string | undefined;
  readonly size?: number | undefined;
}

/** What earlier sessions of a run did. */
export interface RunSoFar {
  readonly startedAt: number;
  /** Of all sessions, in milliseconds. */
  readonly elapsedMs: number;
  /** Listings of the run that have been gone through, but for the ranges that are left. */
  readonly passed: number;
  /** Ranges that are left, of all listings that have begun. */
  readonly ranges: readonly OpenRange[];
  readonly unsettled: readonly Unsettled[];
  /** No range and no intent has this id, or a greater one. */
  readonly nextId: number;
  /** Kept by filters, in the finished parts of ranges. */
  readonly filtered: number;
  readonly deleted: number;
  readonly bytes: number;
  readonly markersCreated: number;
  /** Of the trash; undefined when the run puts nothing there. */
  readonly bin?: string | undefined;
}

/** Line by line what a journal says, behind its header; see docs/journal.md. */
export type JournalRecord =
  /** A range; one that was split off (`of`) takes what is behind `after` from the other. */
  | ({ readonly type: 'range'; readonly of?: number | undefined } & OpenRange)
  /** A part of a range in which something is left; the range itself has no more to do with it. */
  | ({ readonly type: 'left'; readonly of: number } & OpenRange)
  /** Up to `at` everything in the range has its outcome. `filtered`: kept by filters since the cursor before. */
  | { readonly type: 'cursor'; readonly range: number; readonly at: string; readonly filtered: number }
  | { readonly type: 'done'; readonly range: number; readonly filtered: number }
  /** A listing has been gone through, but for the ranges that are left. */
  | { readonly type: 'passed'; readonly pass: number }
  /** These are about to be sent. `versions` and `sizes` stand beside `keys`; null where there is none. */
  | {
      readonly type: 'intent';
      readonly id: number;
      readonly pass: number;
      readonly keys: readonly string[];
      readonly versions?: readonly (string | null)[] | undefined;
      readonly sizes?: readonly (number | null)[] | undefined;
    }
  /** Gone: all keys of the intent, or those at `indexes`. `keys`: with `backup`, the same again, for undo. */
  | {
      readonly type: 'deleted';
      readonly keys?: readonly string[] | undefined;
      readonly intent: number;
      readonly indexes?: readonly number[] | undefined;
      readonly count: number;
      readonly bytes: number;
    }
  /** Of the deletes that were just told of: keys that have a delete marker on top now, and its version id. */
  | { readonly type: 'markers'; readonly keys: readonly string[]; readonly ids: readonly (string | null)[] }
  /** Keys that an earlier session's requests deleted, whose answers nobody learnt: which markers they made is not known. */
  | { readonly type: 'lost'; readonly keys: readonly string[] }
  /** What is deleted goes into this bin of the trash. */
  | { readonly type: 'trash'; readonly bin: string }
  /** From now on what is deleted is copied before, to this prefix and its key. */
  | { readonly type: 'backup'; readonly prefix: string }
  | {
      readonly type: 'failed';
      readonly intent?: number | undefined;
      readonly index?: number | undefined;
      readonly failure: DeletionFailure;
    }
  /** What an earlier session may have deleted is there (`alive`), or gone. */
  | {
      readonly type: 'settled';
      readonly intent: number;
      readonly indexes: readonly number[];
      readonly alive: boolean;
      readonly bytes: number;
    }
  /** The service is about to delete by itself what is under the prefix, so many keys at most. */
  | { readonly type: 'sweep'; readonly maxKeys: number }
  /** What it deleted, as it says. */
  | {
      readonly type: 'swept';
      readonly keys: readonly string[];
      readonly bytes: number;
    }
  | { readonly type: 'end'; readonly at: string; readonly report: DeletionReport };
