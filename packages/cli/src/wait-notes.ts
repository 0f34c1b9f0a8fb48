import { type OnRetry, type RetrySettings } from '@store/core';
import { retryPolicy } from '@store/core/extend';
import { formatDuration } from './format.js';

/** Waits that are over before this, in milliseconds since the first failure, are nobody's concern. */
const UNNOTICED_MS = 2_000;

/** Between two lines, in milliseconds, however many requests wait. */
const INTERVAL_MS = 5_000;

/** Says on stderr that the command waits, for what, and how long it will: else it would look as if it hung. */
export class WaitNotes {
  readonly #tell: (line: string) => void;
  readonly #now: () => number;
  #saidAt = -Infinity;

  /** @param now milliseconds */
  constructor(tell: (line: string) => void, now: () => number = Date.now) {
    this.#tell = tell;
    this.#now = now;
  }

  /** For a store with these settings. */
  of(settings: RetrySettings | undefined): OnRetry {
    return ({ operation, provider, code, message, attempt, waitMs, elapsedMs }) => {
      const now = this.#now();
      if (elapsedMs + waitMs < UNNOTICED_MS || now - this.#saidAt < INTERVAL_MS) return;
      this.#saidAt = now;
      const { patienceMs, maxAttempts } = retryPolicy(settings);
      const patient = code === 'Unavailable' || code === 'Throttled';
      const leftMs = Math.max(waitMs, patienceMs - elapsedMs);
      const until = new Date(now + leftMs).toTimeString().slice(0, 8);
      const limit = patient
        ? `gives up at ${until}, in ${formatDuration(leftMs)}`
        : `attempt ${attempt} of ${maxAttempts} has failed`;
      this.#tell(
        `waiting for ${provider ?? 'the service'}: ${operation}: ${message}; tries again in ${formatDuration(waitMs)}, ${limit}`,
      );
    };
  }
}
