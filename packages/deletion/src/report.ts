import { detailsOf, StoreError, type FailureReason, type StoreErrorCode } from '@store/driver';
import type { VersionSelection } from './version-selection.js';

/**
 * The account of a run. The books are closed:
 *
 * - `listed = matched + filtered`
 * - `matched = deleted + failed + skipped`
 */
export interface DeletionReport {
  /** What was deleted under; null for `deleteMany`. */
  readonly prefix: string | null;
  readonly provider: string;
  /** How the keys were deleted, in the end; see `DeletionStrategy`. */
  readonly strategy: DeletionStrategy;
  /** What was deleted: current objects, or versions. */
  readonly versions: VersionSelection;
  /** Keys (or versions and markers) that the listing (or the caller of `deleteMany`) named. */
  readonly listed: number;
  /** Of these, kept because a filter says so. */
  readonly filtered: number;
  /** Of these, meant to be deleted. */
  readonly matched: number;
  /** Seen to be deleted: the service named them so. */
  readonly deleted: number;
  /**
   * Not deleted: tried in vain, after all retries; or not tried, because the listing does not give a fact that a filter
   * needs, or no request can name the key.
   */
  readonly failed: number;
  /** Matched and left alone: dry run, `maxDelete`, abort, an error that ended the run, or blocked. */
  readonly skipped: number;
  /** The part of `skipped` that the service holds on purpose: object lock, a condition that did not hold. */
  readonly blocked: number;
  /** Bytes of what was deleted, as listed (in a dry run: of what would be). Sizes that are not known count 0. */
  readonly bytes: number;
  /** Nothing failed, nothing was skipped, nothing is known to be left. In a dry run only when nothing matched. */
  readonly complete: boolean;
  /** The `signal`, or what `stoppedBy` says, ended the run early. */
  readonly aborted: boolean;
  /** The limit that ended the run early; null when none did. */
  readonly stoppedBy: 'maxDuration' | 'maxFailures' | null;
  readonly dryRun: boolean;
  /** The run ended before its limit on deletes would have been exceeded. */
  readonly maxDeleteReached: boolean;
  readonly failures: {
    /** How many keys failed or are blocked, by code. The sum is `failed + blocked`. */
    readonly byCode: Readonly<Partial<Record<StoreErrorCode, number>>>;
    /** The first of them; `onFailure` gets all. */
    readonly sample: readonly DeletionFailure[];
  };
  /**
   * What the listing of this session showed among the objects and is none: symbolic links, sockets, FIFOs, devices. It stays, is not
   * counted in `listed`, and is no reason to be incomplete. Only what `include`, `exclude` and `filter` let in.
   */
  readonly leftOut: LeftOutReport;
  readonly requests: {
    readonly list: number;
    readonly delete: number;
    /** Requests that repeated an earlier one, or a part of it. Included in the two above. */
    readonly retried: number;
    /** Answers, whole or for single keys, that asked for fewer requests. */
    readonly throttled: number;
  };
  /** How many of the deletes put a delete marker on top of versions that stay, because the bucket is versioned. */
  readonly deleteMarkersCreated: number;
  /** With `uploads`: what became of the incomplete multipart uploads. Null when not asked for, or not reached. */
  readonly uploads: UploadsReport | null;
  /** With `verify`: what a second listing found. Null when not asked for, or not reached. */
  readonly remaining: { readonly count: number; readonly sample: readonly string[] } | null;
  /** With `trash`: the bin that what was deleted is in now. Null without. */
  readonly trash: string | null;
  /** With `backup`: the prefix before the keys of the copies that this session made. Null without. */
  readonly backup: string | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly elapsedMs: number;
  readonly warnings: readonly string[];
}

/** What stands among objects and is none: see `LeftOut`. */
export interface LeftOutReport {
  /** How many of each kind, such as `symbolic link`. */
  readonly byKind: Readonly<Record<string, number>>;
  /** The first of them. */
  readonly sample: readonly { readonly name: string; readonly kind: string }[];
}

/** What became of the incomplete multipart uploads under a prefix. */
export interface UploadsReport {
  /** Those that the filters mean, or cannot tell about. */
  readonly listed: number;
  readonly aborted: number;
  readonly failed: number;
  readonly sample: readonly {
    readonly key: string;
    /** Empty where no request can name the upload. */
    readonly uploadId: string;
    /** No request can name it; `key` is for people then. */
    readonly unnameable?: true | undefined;
    readonly code: StoreErrorCode;
    readonly message: string;
  }[];
}

/** `batch`: multi-object deletes. `single`: one request a key. */
export type KeyStrategy = 'batch' | 'single';

/** Or `server-prefix`: the service deletes by prefix itself; with `capabilities.prefixDelete`. */
export type DeletionStrategy = KeyStrategy | 'server-prefix';

/** A key that was not deleted, and why. Plain data, fit for JSON. */
export interface DeletionFailure extends Omit<FailureReason, 'retryable'> {
  readonly key: string;
  /** No request can name what the listing showed; `key` is for people then, its strange bytes escaped. */
  readonly unnameable?: true | undefined;
  readonly versionId?: string | undefined;
  /** Requests that tried to delete this key; 0 when it was refused before any. */
  readonly attempts: number;
}

/** How far a run is. The counters have the meaning that they have in {@link DeletionReport}. */
export interface DeletionProgress {
  readonly phase: 'deleting' | 'verifying';
  readonly listed: number;
  readonly matched: number;
  readonly deleted: number;
  readonly failed: number;
  readonly skipped: number;
  readonly bytes: number;
  readonly throttled: number;
  readonly elapsedMs: number;
}

/** A run that could not be finished. Its report says what was deleted until then. */
export class DeletionError extends StoreError {
  readonly report: DeletionReport;

  constructor(cause: StoreError, report: DeletionReport) {
    super(cause.code, cause.reason, detailsOf(cause));
    this.name = 'DeletionError';
    this.report = report;
  }
}
