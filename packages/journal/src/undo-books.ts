import type { DeletionFailure } from '@store/core';
import type { UndoOptions } from './undo-options.js';
import type { KeyLeft, UndoReport } from './undo-report.js';

/** Keys that a report names, of those that were left, and of those that failed. */
const SAMPLE_SIZE = 100;

const PROGRESS_EVERY_MS = 100;

/** The account of one undo. Callers' callbacks are called here, and what they throw ends it. */
export class UndoBooks {
  readonly #by: UndoReport['by'];
  readonly #options: UndoOptions;
  readonly #startedAt = performance.now();
  readonly #left: KeyLeft[] = [];
  readonly #failures: DeletionFailure[] = [];
  readonly #counts = { looked: 0, restored: 0, alreadyBack: 0, left: 0, failed: 0 };
  #toldAt = -Infinity;
  /** See {@link UndoReport.gone}. */
  gone = 0;
  /** How many the run put into the trash, as far as its journal says. */
  trashed = 0;
  /** See {@link UndoReport.copies}. */
  copies: UndoReport['copies'] = null;

  constructor(by: UndoReport['by'], options: UndoOptions) {
    this.#by = by;
    this.#options = options;
  }

  look(keys: number): void {
    this.#counts.looked += keys;
    this.#changed();
  }

  restored(key: string): void {
    this.#counts.restored++;
    this.#options.onRestored?.(key);
    this.#changed();
  }

  alreadyBack(): void {
    this.#counts.alreadyBack++;
    this.#changed();
  }

  left(left: KeyLeft): void {
    this.#counts.left++;
    if (this.#left.length < SAMPLE_SIZE) this.#left.push(left);
    this.#options.onLeft?.(left);
    this.#changed();
  }

  failed(failure: DeletionFailure): void {
    this.#counts.failed++;
    if (this.#failures.length < SAMPLE_SIZE) this.#failures.push(failure);
    this.#options.onFailure?.(failure);
    this.#changed();
  }

  /** Deleted by the run, and neither in its trash nor found to be back, or gone. */
  get missing(): number {
    return Math.max(0, this.trashed - this.#counts.looked - this.gone);
  }

  /**
   * What is missing was looked for.
   *
   * @param named keys of the run that its journal names
   * @param absent of these, those under which nothing is
   */
  lookedForMissing(named: number, absent: number): void {
    const { missing } = this;
    const { failed, restored } = this.#counts;
    // Under the others nothing is because they are in the trash still.
    const inTrash = failed + (this.#options.dryRun ? restored : 0);
    const gone = Math.min(missing, Math.max(0, absent - inTrash));
    const unnamed = Math.max(0, this.trashed - named);
    const back = Math.max(0, missing - gone - unnamed);
    this.gone = gone;
    this.#counts.alreadyBack += back;
    this.look(back);
  }

  report(): UndoReport {
    this.#changed(true);
    const { looked, restored, alreadyBack, left, failed } = this.#counts;
    const { dryRun = false, signal } = this.#options;
    const aborted = signal?.aborted ?? false;
    return {
      by: this.#by,
      ...this.#counts,
      skipped: looked - restored - alreadyBack - left - failed,
      gone: this.gone,
      missing: aborted ? 0 : this.missing,
      copies: this.copies,
      complete: !dryRun && !aborted && restored + alreadyBack === looked && this.gone + this.missing === 0,
      dryRun,
      aborted,
      leftSample: [...this.#left],
      failures: [...this.#failures],
      elapsedMs: this.#elapsedMs(),
    };
  }

  #changed(now = false): void {
    const { onProgress } = this.#options;
    const elapsedMs = this.#elapsedMs();
    if (!onProgress || (!now && elapsedMs < this.#toldAt + PROGRESS_EVERY_MS)) return;
    this.#toldAt = elapsedMs;
    onProgress({ ...this.#counts, elapsedMs });
  }

  #elapsedMs(): number {
    return Math.round(performance.now() - this.#startedAt);
  }
}
