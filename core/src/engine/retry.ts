import type { Clock } from './clock.js';
import {
  abortedError,
  reasonText,
  toStoreError,
  type FailureReason,
  type StoreError,
  type StoreErrorCode,
} from '../errors.js';

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
}

export const DEFAULT_RETRY: RetryPolicy = {
  maxAttempts: 8,
  baseDelayMs: 100,
  maxDelayMs: 5000,
  patienceMs: 60_000,
  maxPatientAttempts: Infinity,
};

export function retryPolicy(settings: RetrySettings = {}): RetryPolicy {
  return {
    maxAttempts: settings.maxAttempts ?? DEFAULT_RETRY.maxAttempts,
    baseDelayMs: settings.baseDelayMs ?? DEFAULT_RETRY.baseDelayMs,
    maxDelayMs: settings.maxDelayMs ?? DEFAULT_RETRY.maxDelayMs,
    patienceMs: settings.patienceMs ?? DEFAULT_RETRY.patienceMs,
    maxPatientAttempts: settings.maxAttempts ?? DEFAULT_RETRY.maxPatientAttempts,
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
}

/** What it throws ends the operation. */
export type OnRetry = (event: RetryEvent) => void;

export function retryEvent(
  reason: FailureReason,
  { operation, provider, key }: Pick<RetryEvent, 'operation' | 'provider' | 'key'>,
  { attempt, waitMs, elapsedMs }: Pick<RetryEvent, 'attempt' | 'waitMs' | 'elapsedMs'>,
): RetryEvent {
  const { code } = reason;
  return { operation, provider, key, code, message: reasonText(reason), attempt, waitMs, elapsedMs };
}

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

/**
 * What one request has failed with so far: whether it is worth another attempt, and when. Its time is what it spent in
 * requests and in waits since it first failed, not what it spent in a queue behind others.
 */
export class Attempts {
  readonly #policy: RetryPolicy;
  readonly #clock: Clock;
  #failed = 0;
  /** Those that time alone does not mend. */
  #impatient = 0;
  #spentMs = 0;
  #mayHaveActed = false;

  constructor(policy: RetryPolicy, clock: Clock) {
    this.#policy = policy;
    this.#clock = clock;
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
    const copy = new Attempts(this.#policy, this.#clock);
    copy.#failed = this.#failed;
    copy.#impatient = this.#impatient;
    copy.#spentMs = this.#spentMs;
    copy.#mayHaveActed = this.#mayHaveActed;
    return copy;
  }

  /** Runs the request. */
  run<T>(request: () => Promise<T>): Promise<T> {
    return this.#failed === 0 ? request() : this.#timed(request);
  }

  async #timed<T>(request: () => Promise<T>): Promise<T> {
    const begun = this.#clock.now();
    try {
      return await request();
    } finally {
      this.#spend(this.#clock.now() - begun);
    }
  }

  /** Books one request that has failed, for one reason or (in parts) for several. */
  count(reasons: readonly Pick<FailureReason, 'code'>[]): void {
    this.#failed++;
    if (reasons.some(({ code }) => !passes(code))) this.#impatient++;
    if (reasons.some(({ code }) => code !== 'Throttled')) this.#mayHaveActed = true;
  }

  /** Whether what failed for this reason, last, may be sent again. */
  allow({ code, retryable }: Pick<FailureReason, 'code' | 'retryable'>): boolean {
    const { maxAttempts, maxPatientAttempts, patienceMs } = this.#policy;
    if (!retryable) return false;
    if (!passes(code)) return this.#impatient < maxAttempts;
    const most = code === 'Throttled' ? maxPatientAttempts * THROTTLED_ATTEMPTS : maxPatientAttempts;
    return this.#failed < most && this.#spentMs < patienceMs;
  }

  /** How long to wait before the next attempt. The last one is made when patience ends, not before. */
  waitMs(reason: Pick<FailureReason, 'retryAfterMs'>): number {
    const wait = backoffMs(this.#policy, this.#failed, reason);
    const left = this.#policy.patienceMs - this.#spentMs;
    return left > 0 ? Math.max(askedWaitMs(reason), Math.min(wait, left)) : wait;
  }

  async wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
    const begun = this.#clock.now();
    await this.#clock.sleep(ms, signal);
    this.#spend(Math.max(ms, this.#clock.now() - begun));
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

export interface RetryContext {
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  /** For messages; named as in `ObjectStore`. */
  readonly operation: string;
  readonly provider?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of each failure that is not the end. */
  readonly onError?: ((error: StoreError) => void) | undefined;
  /** Told of each wait. */
  readonly onRetry?: OnRetry | undefined;
}

/** Runs one request until it succeeds, fails for good, or patience ends. */
export async function retrying<T>(context: RetryContext, request: () => Promise<T>): Promise<T> {
  const attempts = new Attempts(context.policy, context.clock);
  for (;;) {
    if (context.signal?.aborted) throw abortedError(context.signal, context.operation);
    try {
      return await attempts.run(request);
    } catch (thrown) {
      if (context.signal?.aborted) throw abortedError(context.signal, context.operation);
      const error = toStoreError(thrown, { operation: context.operation, provider: context.provider });
      attempts.count([error]);
      if (!attempts.allow(error)) throw error;
      context.onError?.(error);
      const waitMs = attempts.waitMs(error);
      const { failed: attempt, elapsedMs } = attempts;
      const { operation, provider } = context;
      context.onRetry?.(
        retryEvent(error, { operation, provider, key: error.key }, { attempt, waitMs, elapsedMs }),
      );
      await attempts.wait(waitMs, context.signal);
    }
  }
}
