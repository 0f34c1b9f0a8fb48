import { quoteKey, type FailureReason, type ObjectInfo, type StoreErrorCode } from '@store/core';
import { LeftOutBooks } from '@store/deletion/filters';
import type { CheckedTransferOptions } from './options.js';
import type { Transferred, TransferFailure, TransferProgress, TransferReport } from './report.js';

/** Failures that the report itself shows. */
const SAMPLE_SIZE = 20;
const MAX_WARNINGS = 50;

/** So many keys have failed for one reason, and none has gone: the others would fail too. */
const HOPELESS = 50;

/** Of one key these say nothing about others. */
const OF_ONE_KEY: ReadonlySet<StoreErrorCode> = new Set([
  'InvalidArgument',
  'PreconditionFailed',
  'Corrupt',
  'Conflict',
]);

type Listeners = Pick<CheckedTransferOptions, 'onTransferred' | 'onFailure' | 'maxFailures'>;

type Counters = Pick<
  TransferReport,
  'listed' | 'filtered' | 'matched' | 'copied' | 'serverSide' | 'same' | 'failed' | 'skipped' | 'bytes'
>;

/** The books of one run: every key that enters leaves through exactly one of the counters. */
export class Ledger {
  #listed = 0;
  #filtered = 0;
  #matched = 0;
  #copied = 0;
  #serverSide = 0;
  #same = 0;
  #failed = 0;
  #skipped = 0;
  #bytes = 0;
  /** Read of objects that are not there yet. */
  #underway = 0;
  #restBytes = 0;
  readonly leftOut = new LeftOutBooks();
  readonly #byCode = new Map<StoreErrorCode, number>();
  readonly #sample: TransferFailure[] = [];
  readonly #warnings = new Set<string>();
  readonly #lost = new Map<string, { count: number; readonly first: string }>();
  readonly #listeners: Listeners;
  readonly #named: boolean;

  /** @param named somebody has named the keys, and none of them need be there */
  constructor(listeners: Listeners, named: boolean) {
    this.#listeners = listeners;
    this.#named = named;
  }

  /** More have failed than may. */
  get tooMany(): boolean {
    return this.#failed > (this.#listeners.maxFailures ?? Infinity);
  }

  /** Nothing works, for one reason. */
  get hopeless(): boolean {
    const [[code, count] = []] = this.#byCode;
    if (code === undefined || count === undefined || OF_ONE_KEY.has(code)) return false;
    if (this.#named && code === 'NotFound') return false;
    return this.#copied + this.#same === 0 && count === this.#failed && count >= HOPELESS;
  }

  get failed(): number {
    return this.#failed;
  }

  get listed(): number {
    return this.#listed;
  }

  countFiltered(): void {
    this.#listed++;
    this.#filtered++;
  }

  countMatched(): void {
    this.#listed++;
    this.#matched++;
  }

  countSame({ size = 0 }: ObjectInfo): void {
    this.#same++;
    this.#restBytes += size;
  }

  /** In a dry run it would have been copied. */
  countSkipped({ size = 0 }: ObjectInfo, wouldCopy?: Transferred): void {
    this.#skipped++;
    this.#restBytes += size;
    if (!wouldCopy) return;
    this.#bytes += size;
    this.#restBytes -= size;
    this.#listeners.onTransferred?.(wouldCopy);
  }

  /** @param read what was counted as read of it */
  countCopied(transferred: Transferred, serverSide: boolean): void {
    this.#copied++;
    if (serverSide) this.#serverSide++;
    this.#bytes += transferred.size ?? 0;
    this.#listeners.onTransferred?.(transferred);
  }

  async countFailed(
    { key, size = 0 }: Pick<ObjectInfo, 'key' | 'size'>,
    reason: FailureReason,
  ): Promise<void> {
    this.#restBytes += size;
    await this.#book(failureOf(key, reason));
  }

  /** Something that was listed and that no request can name. */
  async countUnnameable(name: string, reason: FailureReason): Promise<void> {
    this.countMatched();
    await this.#book({ ...failureOf(name, reason), unnameable: true });
  }

  /** Something that was to be copied and turned out to be no object. */
  async countNoObject(key: string, reason: FailureReason): Promise<void> {
    this.countMatched();
    await this.#book(failureOf(key, reason));
  }

  async #book(failure: TransferFailure): Promise<void> {
    this.#failed++;
    this.#byCode.set(failure.code, (this.#byCode.get(failure.code) ?? 0) + 1);
    if (this.#sample.length < SAMPLE_SIZE) this.#sample.push(failure);
    await this.#listeners.onFailure?.(failure);
  }

  /** So many bytes more (or, when they have to be read again, less) are on their way. */
  addUnderway(bytes: number): void {
    this.#underway += bytes;
  }

  warn(warning: string): void {
    if (this.#warnings.size < MAX_WARNINGS) this.#warnings.add(warning);
  }

  /** An object was copied without a part of what belongs to it. */
  countLost(what: string, key: string): void {
    const known = this.#lost.get(what);
    if (known) known.count++;
    else if (this.#lost.size < MAX_WARNINGS) this.#lost.set(what, { count: 1, first: key });
  }

  get counters(): Counters {
    return {
      listed: this.#listed,
      filtered: this.#filtered,
      matched: this.#matched,
      copied: this.#copied,
      serverSide: this.#serverSide,
      same: this.#same,
      failed: this.#failed,
      skipped: this.#skipped,
      bytes: this.#bytes,
    };
  }

  get failures(): TransferReport['failures'] {
    return { byCode: Object.fromEntries(this.#byCode), sample: [...this.#sample] };
  }

  get warnings(): readonly string[] {
    const lost = Array.from(this.#lost, ([what, { count, first }]) =>
      count === 1
        ? `${quoteKey(first)} was copied without ${what}`
        : `${count} objects were copied without ${what}, the first of them ${quoteKey(first)}`,
    );
    return [...lost, ...this.#warnings];
  }

  progress(): Omit<TransferProgress, 'phase' | 'deleted' | 'total' | 'elapsedMs'> {
    const { listed, matched, copied, same, failed, skipped, bytes } = this.counters;
    return {
      listed,
      matched,
      copied,
      same,
      failed,
      skipped,
      bytes: bytes + this.#underway,
      settledBytes: bytes + this.#restBytes,
    };
  }
}

function failureOf(key: string, reason: FailureReason): TransferFailure {
  const { code, providerCode, status, requestId, blocked } = reason;
  // Of an error, what it says without operation and key, which stand beside it.
  const message = 'reason' in reason && typeof reason.reason === 'string' ? reason.reason : reason.message;
  return { key, code, message, providerCode, status, requestId, blocked };
}
