import type { RetryEvent } from '@store/core';
import type { Contact } from '@store/engine';
import { formatDuration } from './format.js';
import type { Line } from './line.js';
import type { Output } from './output.js';
import type { RunLog } from './run-log.js';

/** Waits that are over before this, in milliseconds since the first failure, are nobody's concern where the service was there. */
const UNNOTICED_MS = 2_000;

/** Between two lines, in milliseconds, however many requests wait. */
const INTERVAL_MS = 5_000;

/** A first answer that comes before this is not waited for, in milliseconds. */
const SOON_MS = 150;

interface Hearers {
  readonly output: Pick<Output, 'info' | 'interactive' | 'drawNow'>;
  readonly log: Pick<RunLog, 'retry'>;
  /** Every wait is told. */
  readonly verbose: boolean;
}

/** Says on stderr that the command waits, for whom, and how long it will: else it would look as if it hung. */
export class WaitNotes {
  readonly #hearers: Hearers;
  readonly #now: () => number;
  #saidAt = -Infinity;
  #throttled = 0;
  #opening: string | undefined;
  #last: { readonly event: RetryEvent; readonly until: number } | undefined;

  /** @param now milliseconds */
  constructor(hearers: Hearers, now: () => number = Date.now) {
    this.#hearers = hearers;
    this.#now = now;
  }

  /** For `onRetry`. */
  readonly tell = (event: RetryEvent): void => {
    const { output, log, verbose } = this.#hearers;
    const now = this.#now();
    this.#last = { event, until: now + event.waitMs };
    if (event.code === 'Throttled') this.#throttled++;
    log.retry(event);
    if (verbose) return output.info(waitText(event, now));
    // A terminal shows it in a line of its own.
    if (!event.answered && output.interactive) return;
    const unnoticed = event.answered && event.elapsedMs + event.waitMs < UNNOTICED_MS;
    if (unnoticed || now - this.#saidAt < INTERVAL_MS) return;
    this.#saidAt = now;
    output.info(waitText(event, now));
  };

  /** Requests that services have refused for the moment. */
  get throttled(): number {
    return this.#throttled;
  }

  /** Tells that a store is opened, which takes a moment: its provider's code is loaded. */
  async opening<T>(address: string, open: () => Promise<T>): Promise<T> {
    this.#opening = address;
    this.#hearers.output.drawNow();
    try {
      return await open();
    } finally {
      this.#opening = undefined;
    }
  }

  /** What a terminal shows while a server has not answered. @param contacts of the stores that are open */
  line(contacts: Iterable<Contact>): Line | undefined {
    if (this.#opening !== undefined) return [{ text: `opening ${this.#opening}` }];
    for (const { endpoint, answered, waits, sinceFirstMs } of contacts) {
      if (endpoint === undefined || answered || sinceFirstMs < SOON_MS) continue;
      const last = this.#last?.event.endpoint === endpoint ? this.#last : undefined;
      if (!waits && (last === undefined || last.until < this.#now())) continue;
      const event = last?.event;
      const attempt = (event?.attempt ?? 0) + 1;
      const most = event && event.maxAttempts < Infinity ? ` of ${event.maxAttempts}` : '';
      return [
        { text: `waiting for ${endpoint}` },
        { text: formatDuration(sinceFirstMs) },
        ...(event ? [{ text: `attempt ${attempt}${most}` }, { text: event.message }] : []),
      ];
    }
    return undefined;
  }
}

/** `waiting for http://127.0.0.1:9000 (s3): list: …; attempt 1 of 5 has failed, tries again in 300 ms, gives up at 12:00:08, in 7.9 s` */
export function waitText(
  { operation, provider, endpoint, message, attempt, maxAttempts, waitMs, leftMs }: RetryEvent,
  now: number,
): string {
  const whom = endpoint === undefined ? (provider ?? 'the service') : `${endpoint} (${provider})`;
  const until = new Date(now + leftMs).toTimeString().slice(0, 8);
  const parts = [
    ...(maxAttempts < Infinity ? [`attempt ${attempt} of ${maxAttempts} has failed`] : []),
    `tries again in ${formatDuration(waitMs)}`,
    ...(leftMs < Infinity ? [`gives up at ${until}, in ${formatDuration(leftMs)}`] : []),
  ];
  return `waiting for ${whom}: ${operation}: ${message}; ${parts.join(', ')}`;
}
