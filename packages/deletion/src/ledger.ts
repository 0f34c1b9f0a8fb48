import {
  reasonText,
  soundSize,
  type DeletedTarget,
  type FailureReason,
  type StoreErrorCode,
} from '@store/driver';
import type { Candidate, Deleted } from './candidate.js';
import type { JournalKeeper } from './journal-keeper.js';
import { LeftOutBooks } from './left-out-books.js';
import type { DeleteManyOptions } from './options.js';
import type { DeletionFailure, DeletionProgress, DeletionReport, DeletionStrategy } from './report.js';

/** Failures that the report itself shows. */
const SAMPLE_SIZE = 20;
const MAX_WARNINGS = 50;

type OnDeleted = (deleted: DeletedTarget) => unknown;
type OnFailure = (failure: DeletionFailure) => void | Promise<void>;

/** What a report says that is not counted. */
export interface ReportFacts {
  readonly prefix: string | null;
  readonly provider: string;
  readonly strategy: DeletionStrategy;
  readonly aborted: boolean;
  readonly stoppedBy: DeletionReport['stoppedBy'];
  readonly dryRun: boolean;
  readonly maxDeleteReached: boolean;
  readonly versions: DeletionReport['versions'];
  readonly uploads: DeletionReport['uploads'];
  readonly remaining: DeletionReport['remaining'];
  readonly trash: DeletionReport['trash'];
  readonly backup: DeletionReport['backup'];
  /** An error ended the run. */
  readonly broken: boolean;
  readonly startedAt: number;
  readonly elapsedMs: number;
}

type LedgerOptions = Pick<DeleteManyOptions, 'onDeleted' | 'onFailure' | 'maxFailures'>;

interface LedgerContext {
  /** Told what a callback throws; what the callback was told is in the books all the same. */
  readonly onCallbackError: (error: unknown) => void;
  /** More keys have failed than may. */
  readonly onTooMany: () => void;
  readonly keeper?: JournalKeeper | undefined;
}

/** The books of one run: every key that enters leaves through exactly one of the counters. */
export class Ledger {
  listed = 0;
  filtered = 0;
  matched = 0;
  deleted = 0;
  failed = 0;
  skipped = 0;
  blocked = 0;
  bytes = 0;
  listRequests = 0;
  deleteRequests = 0;
  retried = 0;
  throttled = 0;
  /** Deletes that put a delete marker on top. */
  markersCreated = 0;
  readonly leftOut = new LeftOutBooks();
  readonly #byCode: Partial<Record<StoreErrorCode, number>> = {};
  readonly #sample: DeletionFailure[] = [];
  readonly #warnings = new Set<string>();
  readonly #keeper: JournalKeeper | undefined;
  readonly #maxFailures: number;
  readonly #onTooMany: () => void;
  readonly #onFailure: OnFailure | undefined;
  readonly #onDeleted: OnDeleted | undefined;
  readonly #onCallbackError: (error: unknown) => void;

  constructor(
    { onDeleted, onFailure, maxFailures = Infinity }: LedgerOptions,
    { onCallbackError, onTooMany, keeper }: LedgerContext,
  ) {
    this.#keeper = keeper;
    this.#maxFailures = maxFailures;
    this.#onTooMany = onTooMany;
    const { deleted = 0, filtered = 0, bytes = 0, markersCreated = 0 } = keeper?.soFar ?? {};
    this.listed = deleted + filtered;
    this.filtered = filtered;
    this.matched = deleted;
    this.deleted = deleted;
    this.bytes = bytes;
    this.markersCreated = markersCreated;
    this.#onDeleted = onDeleted;
    this.#onFailure = onFailure;
    this.#onCallbackError = onCallbackError;
  }

  countListRequest(retry: boolean): void {
    this.listRequests++;
    if (retry) this.retried++;
  }

  countDeleteRequest(retry: boolean): void {
    this.deleteRequests++;
    if (retry) this.retried++;
  }

  countDeleted(candidates: readonly Deleted[]): void {
    this.deleted += candidates.length;
    const before = this.bytes;
    for (const candidate of candidates) this.addBytes(candidate);
    this.#keeper?.deleted(candidates, this.bytes - before);
    this.#tellOfDeleted(candidates);
  }

  /** Gone by a request whose answer was lost: what it said about delete markers nobody knows. */
  countLost(candidates: readonly Candidate[]): void {
    this.#keeper?.lost(candidates);
    this.countDeleted(candidates);
  }

  /** What an earlier session's request deleted, whose answer nobody got. */
  countGone(targets: readonly Candidate[]): void {
    this.listed += targets.length;
    this.matched += targets.length;
    this.deleted += targets.length;
    for (const target of targets) this.addBytes(target);
    this.#tellOfDeleted(targets);
  }

  #tellOfDeleted(candidates: readonly Deleted[]): void {
    if (!this.#onDeleted) return;
    try {
      for (const { key, versionId, deleteMarker, deleteMarkerVersionId } of candidates)
        this.told(this.#onDeleted({ key, versionId, deleteMarker, deleteMarkerVersionId }));
    } catch (error) {
      this.#onCallbackError(error);
    }
  }

  /** Hears of a callback that fails later: it returns a promise where none was expected. */
  told(returned: unknown): void {
    if (returned instanceof Promise) returned.catch(this.#onCallbackError);
  }

  addBytes({ size }: Candidate): void {
    this.bytes += soundSize(size) ?? 0;
  }

  /** Something that was listed and that no request can name. */
  async countUnnameable(name: string, reason: FailureReason): Promise<void> {
    this.listed++;
    this.matched++;
    await this.#book({ key: name }, { ...describeFailure({ key: name }, reason, 0), unnameable: true });
  }

  async countFailed(candidate: Candidate, reason: FailureReason, attempts: number): Promise<void> {
    await this.#book(candidate, describeFailure(candidate, reason, attempts));
  }

  async #book(candidate: Candidate, failure: DeletionFailure): Promise<void> {
    if (failure.blocked) {
      this.blocked++;
      this.skipped++;
    } else {
      this.failed++;
    }
    this.#byCode[failure.code] = (this.#byCode[failure.code] ?? 0) + 1;
    if (this.#sample.length < SAMPLE_SIZE) this.#sample.push(failure);
    this.#keeper?.failed(candidate, failure);
    if (this.failed + this.blocked > this.#maxFailures) this.#onTooMany();
    try {
      await this.#onFailure?.(failure);
    } catch (error) {
      this.#onCallbackError(error);
    }
  }

  /** A warning is said once, however often it applies. */
  warn(message: string): void {
    if (this.#warnings.size < MAX_WARNINGS) this.#warnings.add(message);
  }

  progress(phase: DeletionProgress['phase'], elapsedMs: number): DeletionProgress {
    const { listed, matched, deleted, failed, skipped, bytes, throttled } = this;
    return { phase, listed, matched, deleted, failed, skipped, bytes, throttled, elapsedMs };
  }

  report(facts: ReportFacts): DeletionReport {
    const nothingLeft =
      this.failed === 0 &&
      this.skipped === 0 &&
      !facts.maxDeleteReached &&
      (facts.uploads === null || facts.uploads.aborted === facts.uploads.listed) &&
      (facts.remaining?.count ?? 0) === 0;
    return {
      prefix: facts.prefix,
      provider: facts.provider,
      strategy: facts.strategy,
      versions: facts.versions,
      listed: this.listed,
      filtered: this.filtered,
      matched: this.matched,
      deleted: this.deleted,
      failed: this.failed,
      skipped: this.skipped,
      blocked: this.blocked,
      bytes: this.bytes,
      complete: nothingLeft && !facts.aborted && !facts.broken,
      aborted: facts.aborted,
      stoppedBy: facts.stoppedBy,
      dryRun: facts.dryRun,
      maxDeleteReached: facts.maxDeleteReached,
      failures: { byCode: { ...this.#byCode }, sample: [...this.#sample] },
      leftOut: this.leftOut.report,
      requests: {
        list: this.listRequests,
        delete: this.deleteRequests,
        retried: this.retried,
        throttled: this.throttled,
      },
      deleteMarkersCreated: this.markersCreated,
      uploads: facts.uploads,
      remaining: facts.remaining,
      trash: facts.trash,
      backup: facts.backup,
      startedAt: new Date(facts.startedAt).toISOString(),
      elapsedMs: facts.elapsedMs,
      warnings: [...this.#warnings],
    };
  }
}

function describeFailure(candidate: Candidate, reason: FailureReason, attempts: number): DeletionFailure {
  const { code, providerCode, status, requestId, retryAfterMs, adjusted } = reason;
  // The failure names its key itself.
  const message = reasonText(reason);
  const blocked = reason.blocked === true || code === 'PreconditionFailed';
  return {
    key: candidate.key,
    ...(candidate.versionId === undefined ? {} : { versionId: candidate.versionId }),
    code,
    message,
    ...(providerCode === undefined ? {} : { providerCode }),
    ...(status === undefined ? {} : { status }),
    ...(requestId === undefined ? {} : { requestId }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(blocked ? { blocked } : {}),
    ...(adjusted === undefined ? {} : { adjusted }),
    attempts,
  };
}
