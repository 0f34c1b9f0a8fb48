import type { Clock } from '@store/driver';
import type { Ledger } from './ledger.js';
import type { DeletionProgress } from './report.js';

/** Shortest time between two calls of `onProgress`, in milliseconds. */
const INTERVAL_MS = 100;

/** Tells the caller how far the run is, now and then. */
export class ProgressReporter {
  phase: DeletionProgress['phase'] = 'deleting';
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #onProgress: ((progress: DeletionProgress) => unknown) | undefined;
  readonly #onCallbackError: (error: unknown) => void;
  #lastAt = -Infinity;

  constructor(
    ledger: Ledger,
    clock: Clock,
    onProgress: ((progress: DeletionProgress) => unknown) | undefined,
    onCallbackError: (error: unknown) => void,
  ) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#onProgress = onProgress;
    this.#onCallbackError = onCallbackError;
  }

  /** Something changed. Calls back unless that was done a moment ago; `last` calls back in any case. */
  changed(last = false): void {
    if (!this.#onProgress) return;
    const now = this.#clock.now();
    if (!last && now - this.#lastAt < INTERVAL_MS) return;
    this.#lastAt = now;
    try {
      this.#ledger.told(this.#onProgress(this.#ledger.progress(this.phase, now - this.#startedAt)));
    } catch (error) {
      this.#onCallbackError(error);
    }
  }
}
