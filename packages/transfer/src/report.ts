import {
  StoreError,
  type DeletionReport,
  type FailureReason,
  type LeftOutReport,
  type StoreErrorCode,
} from '@store/core';
import type { Place } from './place.js';

/**
 * The account of a transfer. The books are closed:
 *
 * - `listed = matched + filtered`
 * - `matched = copied + same + failed + skipped`
 */
export interface TransferReport {
  readonly operation: TransferOperation;
  readonly from: Pick<Place, 'prefix'> & { readonly provider: string };
  readonly to: Pick<Place, 'prefix'> & { readonly provider: string };
  /** Objects that the listing of the source named. */
  readonly listed: number;
  /** Of these, left out because a filter says so. */
  readonly filtered: number;
  /** Of these, meant. */
  readonly matched: number;
  /** Written at the target, and held against what was read. */
  readonly copied: number;
  /** The part of `copied` that the provider copied on its side. */
  readonly serverSide: number;
  /** At the target already. */
  readonly same: number;
  /** Not copied: tried in vain, after all retries; or no request can name the key. */
  readonly failed: number;
  /** Meant and left alone: dry run, abort, or an error that ended the run. */
  readonly skipped: number;
  /** Bytes of what was copied (in a dry run: of what would be). */
  readonly bytes: number;
  /** Nothing failed, nothing was skipped, and what was to be deleted is. */
  readonly complete: boolean;
  /** The `signal`, or what `stoppedBy` says, ended the run early. */
  readonly aborted: boolean;
  readonly stoppedBy: 'maxFailures' | null;
  readonly dryRun: boolean;
  readonly failures: {
    /** How many keys failed, by code. The sum is `failed`. */
    readonly byCode: Readonly<Partial<Record<StoreErrorCode, number>>>;
    /** The first of them; `onFailure` gets all. */
    readonly sample: readonly TransferFailure[];
  };
  /**
   * What stands among the objects of the source and is none: symbolic links that are not followed, sockets, FIFOs, devices. They are
   * not copied and not counted in `listed`, and nothing that a target has under their names is deleted.
   */
  readonly leftOut: LeftOutReport;
  /** Of `syncPrefix`: objects that are only at the target, and that `include` and `exclude` mean. Null where nobody looked. */
  readonly extra: number | null;
  /**
   * What became of the deletes: of those at the source (`movePrefix`), of what is only at the target (`syncPrefix`). Null when
   * none was asked for, or none was to be.
   */
  readonly deletion: DeletionReport | null;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly elapsedMs: number;
  readonly warnings: readonly string[];
}

export type TransferOperation = 'copyPrefix' | 'movePrefix' | 'syncPrefix' | 'copyKeys' | 'moveKeys';

/** An object that was copied. */
export interface Transferred {
  readonly from: string;
  readonly to: string;
  /** Bytes, where they are known. */
  readonly size?: number | undefined;
}

/** A key at the source that was not copied, and why. Plain data, fit for JSON. */
export interface TransferFailure extends Omit<FailureReason, 'retryable'> {
  readonly key: string;
  /** No request can name what the listing showed; `key` is for people then. */
  readonly unnameable?: true | undefined;
  /**
   * It was to be deleted there, and is left: an object that was moved, at the source; one that is only there, at the target. Of such
   * failures the account is `deletion`, not `failures`.
   */
  readonly undeletedAt?: 'source' | 'target' | undefined;
}

/** How far a run is. The counters have the meaning that they have in {@link TransferReport}. */
export interface TransferProgress {
  readonly phase: 'copying' | 'deleting';
  readonly listed: number;
  readonly matched: number;
  readonly copied: number;
  readonly same: number;
  readonly failed: number;
  readonly skipped: number;
  /** Bytes of what was copied, and what has been read of what is on its way. */
  readonly bytes: number;
  /** Bytes of what needs nothing more: `bytes`, and what is the same, has failed or was skipped. */
  readonly settledBytes: number;
  /** Of `deleting`: keys that are deleted. */
  readonly deleted: number;
  /** What there is, when it has been counted; see `count`. */
  readonly total?: { readonly objects: number; readonly bytes: number } | undefined;
  readonly elapsedMs: number;
}

/** A run that could not be finished. Its report says what was done until then. */
export class TransferError extends StoreError {
  readonly report: TransferReport;

  constructor(cause: StoreError, report: TransferReport) {
    const { code, reason, provider, operation, key, providerCode, status, requestId } = cause;
    super(code, reason, {
      provider,
      operation,
      key,
      providerCode,
      status,
      requestId,
      retryable: cause.retryable,
      cause,
    });
    this.name = 'TransferError';
    this.report = report;
  }
}
