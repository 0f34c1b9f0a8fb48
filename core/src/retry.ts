import type { Clock } from './clock.js';
import { abortedError, toStoreError, type FailureReason, type StoreError } from './errors.js';

/** How failed requests are repeated. */
export interface RetryPolicy {
  /** Requests in all, the first included; four times as many where the service throttles. Default 8. */
  readonly maxAttempts: number;
  /** The first wait is at most this long, in milliseconds; each further one at most twice the last. Default 100. */
  readonly baseDelayMs: number;
  /** No wait is longer, in milliseconds, except where the service asks for it. Default 20 000. */
  readonly maxDelayMs: number;
}

/** A policy as callers give it: what is missing has its default. */
export type RetrySettings = { readonly [K in keyof RetryPolicy]?: RetryPolicy[K] | undefined };

export const DEFAULT_RETRY: RetryPolicy = { maxAttempts: 8, baseDelayMs: 100, maxDelayMs: 20_000 };

export function retryPolicy(settings: RetrySettings = {}): RetryPolicy {
  return {
    maxAttempts: settings.maxAttempts ?? DEFAULT_RETRY.maxAttempts,
    baseDelayMs: settings.baseDelayMs ?? DEFAULT_RETRY.baseDelayMs,
    maxDelayMs: settings.maxDelayMs ?? DEFAULT_RETRY.maxDelayMs,
  };
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
  policy: RetryPolicy,
  attempt: number,
  reason: Pick<FailureReason, 'retryAfterMs'>,
  random: () => number = Math.random,
): number {
  const bound = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
  const asked = Math.min(reason.retryAfterMs ?? 0, MAX_RETRY_AFTER_MS);
  return asked + random() * bound;
}

/** Throttling passes, only not soon: it gets more patience than failures do. */
const THROTTLED_PATIENCE = 4;

/** How many requests may be spent on something that fails for this reason. */
export function maxAttempts(policy: RetryPolicy, reason: Pick<FailureReason, 'code'>): number {
  return reason.code === 'Throttled' ? policy.maxAttempts * THROTTLED_PATIENCE : policy.maxAttempts;
}

export interface RetryContext {
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  /** For messages; named as in `ObjectStore`. */
  readonly operation: string;
  readonly provider?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onRetry?: ((error: StoreError) => void) | undefined;
}

/** Runs one request until it succeeds, fails for good, or the attempts are used up. */
export async function retrying<T>(context: RetryContext, request: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    if (context.signal?.aborted) throw abortedError(context.signal, context.operation);
    try {
      return await request();
    } catch (thrown) {
      if (context.signal?.aborted) throw abortedError(context.signal, context.operation);
      const error = toStoreError(thrown, { operation: context.operation, provider: context.provider });
      if (!error.retryable || attempt >= maxAttempts(context.policy, error)) throw error;
      context.onRetry?.(error);
      await context.clock.sleep(backoffMs(context.policy, attempt, error), context.signal);
    }
  }
}
