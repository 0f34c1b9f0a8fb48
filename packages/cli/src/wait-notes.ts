import type { RetryEvent } from '@store/core';
import { formatDuration } from './format.js';

/** Waits that are over before this, in milliseconds since the first failure, are nobody's concern where the service was there. */
const UNNOTICED_MS = 2_000;

/** Between two lines, in milliseconds, however many requests wait. */
const INTERVAL_MS = 5_000;

/** Says on stderr that the command waits, for whom, and how long it will: else it would look as if it hung. */
export class WaitNotes {
  readonly #tell: (line: string) => void;
  readonly #now: () => number;
  #saidAt = -Infinity;

  /** @param now milliseconds */
  constructor(tell: (line: string) => void, now: () => number = Date.now) {
    this.#tell = tell;
    this.#now = now;
  }

  /** For `onRetry`. */
  readonly tell = (event: RetryEvent): void => {
    const now = this.#now();
    const unnoticed = event.answered && event.elapsedMs + event.waitMs < UNNOTICED_MS;
    if (unnoticed || now - this.#saidAt < INTERVAL_MS) return;
    this.#saidAt = now;
    this.#tell(waitText(event, now));
  };
}

/** `waiting for http://127.0.0.1:9000 (s3): list: …; attempt 1 of 5 has failed, tries again in 300 ms, gives up at 12:00:08, in 7.9 s` */
export function waitText(
  { operation, provider, endpoint, message, attempt, maxAttempts, waitMs, leftMs }: RetryEvent,
  now: number,
): string {
  const whom = [endpoint, endpoint === undefined ? provider : `(${provider})`].filter(Boolean).join(' ');
  const until = new Date(now + leftMs).toTimeString().slice(0, 8);
  const parts = [
    ...(maxAttempts < Infinity ? [`attempt ${attempt} of ${maxAttempts} has failed`] : []),
    `tries again in ${formatDuration(waitMs)}`,
    ...(leftMs < Infinity ? [`gives up at ${until}, in ${formatDuration(leftMs)}`] : []),
  ];
  return `waiting for ${whom || 'the service'}: ${operation}: ${message}; ${parts.join(', ')}`;
}
