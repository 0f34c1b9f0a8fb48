import {
  abortedError,
  reasonText,
  StoreError,
  toStoreError,
  type Clock,
  type FailureReason,
  type StoreErrorCode,
} from '@store/driver';
import type { Contact } from './contact.js';

/** How failed requests are repeated. */
export interface RetryPolicy {
  /** Requests in all, the first included, where the failure is not one that passes with time. Default 8. */
  readonly maxAttempts: number;
  /** The first wait is at most this long, in milliseconds; each further one at most twice the last. Default 100. */
  readonly baseDelayMs: number;
  /** No wait is longer, in milliseconds, except where the service asks for it. Default 5000. */
  readonly maxDelayMs: number;
  /**
   * How long a request is repeated that the service does not answer or refuses for the moment (`Unavailable`:
   * connections refused or reset, 5xx; `Throttled`: 429, 503), in milliseconds since it first failed. Default 60 000.
   */
  readonly patienceMs: number;
  /**
   * Requests in all for `Unavailable`, whatever patience is left; four times as many for `Throttled`. Infinity unless the
   * settings give `maxAttempts`.
   */
  readonly maxPatientAttempts: number;
  /** How long a service has for its first answer, in milliseconds: one that was never there may never come. Default 7000. */
  readonly contactMs: number;
  /**
   * Requests in all, the first included, to a service that has not answered yet. Default 5, and no limit but
   * {@link contactMs} where the settings give that.
   */
  readonly maxContactAttempts: number;
}

/** A policy as callers give it: what is missing has its default. */
export interface RetrySettings {
  /**
   * Requests in all, the first included. Default 8, and no limit but {@link patienceMs} for `Unavailable` and `Throttled`;
   * when it is given, it holds for these too, four times as many for `Throttled`.
   */
  readonly maxAttempts?: number | undefined;
  /** The first wait is at most this long, in milliseconds; each further one at most twice the last. Default 100. */
  readonly baseDelayMs?: number | undefined;
  /** No wait is longer, in milliseconds, except where the service asks for it. Default 5000. */
  readonly maxDelayMs?: number | undefined;
  /** How long `Unavailable` and `Throttled` are waited out, in milliseconds since the first failure. Default 60 000. */
  readonly patienceMs?: number | undefined;
  /**
   * How long a service that has not answered yet, since the store was opened, has for that, in milliseconds. Longer waits for one that is about
   * to start. Default 7000, in at most 5 requests (`maxAttempts`, where that is given).
   */
  readonly contactMs?: number | undefined;
}

export const DEFAULT_RETRY: RetryPolicy = {
  maxAttempts: 8,
  baseDelayMs: 100,
  maxDelayMs: 5000,
  patienceMs: 60_000,
  maxPatientAttempts: Infinity,
  contactMs: 7000,
  maxContactAttempts: 5,
};

export function retryPolicy(settings: RetrySettings = {}): RetryPolicy {
  return {
    maxAttempts: settings.maxAttempts ?? DEFAULT_RETRY.maxAttempts,
    baseDelayMs: settings.baseDelayMs ?? DEFAULT_RETRY.baseDelayMs,
    maxDelayMs: settings.maxDelayMs ?? DEFAULT_RETRY.maxDelayMs,
    patienceMs: settings.patienceMs ?? DEFAULT_RETRY.patienceMs,
    maxPatientAttempts: settings.maxAttempts ?? DEFAULT_RETRY.maxPatientAttempts,
    contactMs: settings.contactMs ?? DEFAULT_RETRY.contactMs,
    maxContactAttempts:
      settings.maxAttempts ??
      (settings.contactMs === undefined ? DEFAULT_RETRY.maxContactAttempts : Infinity),
  };
}

/** A request has failed and will be repeated after a wait. */
export interface RetryEvent {
  /** Named as in `ObjectStore` or `StoreDriver`, such as `list` or `deleteBatch`. */
  readonly operation: string;
  readonly provider?: string | undefined;
  /** The key that the request is about, where it is about one. */
  readonly key?: string | undefined;
  /** Why it failed. */
  readonly code: StoreErrorCode;
  readonly message: string;
  /** How many requests have failed. */
  readonly attempt: number;
  /** How long the wait will be, in milliseconds. */
  readonly waitMs: number;
  /** Milliseconds since the first of them failed. */
  readonly elapsedMs: number;
  /** Where the request goes, as `StoreDriver.endpoint` says it. */
  readonly endpoint?: string | undefined;
  /** Some request has been answered: what is wrong now may pass. */
  readonly answered: boolean;
  /** Most requests in all; Infinity where time alone is the limit. */
  readonly maxAttempts: number;
  /** How long it is repeated, in milliseconds from now; Infinity where their number alone is the limit. */
  readonly leftMs: number;
}

/** What it throws ends the operation. */
export type OnRetry = (event: RetryEvent) => void;

/** The longest `Retry-After` that is honoured, in milliseconds. */
const MAX_RETRY_AFTER_MS = 5 * 60_000;

/**
 * How long to wait before the next attempt, in milliseconds: "full jitter", a random share of an exponentially
 * growing bound, so that clients that failed together do not return together
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 *
 * @param attempt how many attempts have failed, from 1
 */
export function backoffMs(
  policy: Pick<RetryPolicy, 'baseDelayMs' | 'maxDelayMs'>,
  attempt: number,
  reason: Pick<FailureReason, 'retryAfterMs'>,
  random: () => number = Math.random,
): number {
  const bound = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
  return askedWaitMs(reason) + random() * bound;
}

/** How long the service asks to wait, as far as that is honoured. */
export function askedWaitMs({ retryAfterMs = 0 }: Pick<FailureReason, 'retryAfterMs'>): number {
  return Math.min(Math.max(0, retryAfterMs), MAX_RETRY_AFTER_MS) || 0;
}

/** Where attempts are counted all the same, throttling gets more of them: it passes, only not soon. */
const THROTTLED_ATTEMPTS = 4;

/** What requests are sent by. An `Engine` is one. */
export interface Line {
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly contact: Contact;
}

type Judged = Pick<FailureReason, 'code' | 'retryable' | 'unanswered'>;

/**
 * What one request has failed with so far: whether it is worth another attempt, and when. Its time is what it spent in
 * requests and in waits since it first failed, not what it spent in a queue behind others.
 */
export class Attempts {
  readonly #line: Line;
  /** When the first was sent. */
  #begunAt: number | undefined;
  #failed = 0;
  /** Those that time alone does not mend. */
  #impatient = 0;
  #spentMs = 0;
  #mayHaveActed = false;

  constructor(line: Line) {
    this.#line = line;
  }

  /** How many have failed. */
  get failed(): number {
    return this.#failed;
  }

  /** Whether one of them can have done what it was sent for: all but those that were turned away at the door. */
  get mayHaveActed(): boolean {
    return this.#mayHaveActed;
  }

  /** Milliseconds since the first failed. */
  get elapsedMs(): number {
    return this.#spentMs;
  }

  /** The same so far, for a part of the request that goes its own way from now on. */
  fork(): Attempts {
    const copy = new Attempts(this.#line);
    copy.#begunAt = this.#begunAt;
    copy.#failed = this.#failed;
    copy.#impatient = this.#impatient;
    copy.#spentMs = this.#spentMs;
    copy.#mayHaveActed = this.#mayHaveActed;
    return copy;
  }

  /**
   * Runs the request.
   *
   * @param request its signal ends it where nobody answers, see {@link Contact}
   */
  run<T>(request: (nobody: AbortSignal | undefined) => Promise<T>): Promise<T> {
    const { contact, clock } = this.#line;
    this.#begunAt ??= clock.now();
    const run = (): Promise<T> => contact.run(this.#sinceBegun, request);
    return this.#failed === 0 ? run() : this.#timed(run);
  }

  async #timed<T>(request: () => Promise<T>): Promise<T> {
    const { clock } = this.#line;
    const begun = clock.now();
    try {
      return await request();
    } finally {
      this.#spend(clock.now() - begun);
    }
  }

  /** Books one request that has failed, for one reason or (in parts) for several. */
  count(reasons: readonly Pick<FailureReason, 'code'>[]): void {
    this.#failed++;
    if (reasons.some(({ code }) => !passes(code))) this.#impatient++;
    if (reasons.some(({ code }) => code !== 'Throttled')) this.#mayHaveActed = true;
  }

  /** Whether what failed for this reason, last, may be sent again. */
  allow(reason: Judged): boolean {
    if (!reason.retryable) return false;
    const { attempts, leftMs } = this.#limits(reason);
    const failed = passes(reason.code) || this.#isFirstContact(reason) ? this.#failed : this.#impatient;
    return failed < attempts && leftMs > 0;
  }

  /** How long to wait before the next attempt. The last one is made when patience ends, not before. */
  waitMs(reason: Pick<FailureReason, 'retryAfterMs' | 'unanswered'>): number {
    const { retry, contact } = this.#line;
    const first = this.#isFirstContact(reason);
    // So that the attempts, which are few, are spread over all the time.
    const baseDelayMs =
      first && retry.maxContactAttempts < Infinity ? contact.contactMs / 2 ** retry.maxContactAttempts : 0;
    const spread = { ...retry, baseDelayMs: Math.max(retry.baseDelayMs, baseDelayMs * 2) };
    const wait = backoffMs(first ? spread : retry, this.#failed, reason);
    const left = first ? this.#contactLeftMs : retry.patienceMs - this.#spentMs;
    return left > 0 ? Math.max(askedWaitMs(reason), Math.min(wait, left)) : wait;
  }

  /** What is told of the wait for another attempt. */
  event(
    reason: FailureReason,
    { operation, provider, key }: Pick<RetryEvent, 'operation' | 'provider' | 'key'>,
    waitMs: number,
  ): RetryEvent {
    const { contact } = this.#line;
    const { attempts: maxAttempts, leftMs } = this.#limits(reason);
    return {
      operation,
      provider,
      key,
      code: reason.code,
      message: reasonText(reason),
      attempt: this.#failed,
      waitMs,
      elapsedMs: this.#spentMs,
      endpoint: contact.endpoint,
      answered: contact.answered,
      maxAttempts,
      leftMs: Math.max(waitMs, leftMs),
    };
  }

  /** What the request failed with for good, as it is told. */
  verdict<Reason extends FailureReason>(reason: Reason): Reason | StoreError {
    if (!(reason instanceof StoreError)) return reason;
    return this.#line.contact.verdict(reason, this.#failed, this.#sinceBegun);
  }

  #limits(reason: Pick<FailureReason, 'code' | 'unanswered'>): { attempts: number; leftMs: number } {
    const { retry } = this.#line;
    if (this.#isFirstContact(reason))
      return { attempts: retry.maxContactAttempts, leftMs: this.#contactLeftMs };
    if (!passes(reason.code)) return { attempts: retry.maxAttempts, leftMs: Infinity };
    const more = reason.code === 'Throttled' ? THROTTLED_ATTEMPTS : 1;
    return { attempts: retry.maxPatientAttempts * more, leftMs: retry.patienceMs - this.#spentMs };
  }

  #isFirstContact({ unanswered }: Pick<FailureReason, 'unanswered'>): boolean {
    return unanswered !== undefined && !this.#line.contact.answered;
  }

  get #contactLeftMs(): number {
    const { contact, retry } = this.#line;
    return Math.min(contact.contactMs, retry.patienceMs) - this.#sinceBegun;
  }

  get #sinceBegun(): number {
    return this.#begunAt === undefined ? 0 : Math.max(0, this.#line.clock.now() - this.#begunAt);
  }

  async wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const { clock } = this.#line;
    const begun = clock.now();
    await clock.sleep(ms, signal);
    this.#spend(Math.max(ms, clock.now() - begun));
  }

  /** Clocks are set back now and then. */
  #spend(ms: number): void {
    this.#spentMs += Math.max(0, ms);
  }
}

/** Whether such a failure passes with time: the service cannot be reached, or has too much to do. */
function passes(code: StoreErrorCode): boolean {
  return code === 'Unavailable' || code === 'Throttled';
}

export interface RetryContext extends Line {
  /** For messages; named as in `ObjectStore`. */
  readonly operation: string;
  readonly provider?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of each failure that is not the end. */
  readonly onError?: ((error: StoreError) => void) | undefined;
  /** Told of each wait. */
  readonly onRetry?: OnRetry | undefined;
}

/**
 * Runs one request until it succeeds, fails for good, or patience ends.
 *
 * @param request its signal ends it where nobody answers; see `Attempts.run`
 */
export async function retrying<T>(
  context: RetryContext,
  request: (nobody: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  const { operation, provider, signal } = context;
  const attempts = new Attempts(context);
  for (;;) {
    if (signal?.aborted) throw abortedError(signal, operation);
    try {
      return await attempts.run(request);
    } catch (thrown) {
      if (signal?.aborted) throw abortedError(signal, operation);
      const error = toStoreError(thrown, { operation, provider });
      attempts.count([error]);
      if (!attempts.allow(error)) throw attempts.verdict(error);
      context.onError?.(error);
      const waitMs = attempts.waitMs(error);
      context.onRetry?.(attempts.event(error, { operation, provider, key: error.key }, waitMs));
      await attempts.wait(waitMs, signal);
    }
  }
}
