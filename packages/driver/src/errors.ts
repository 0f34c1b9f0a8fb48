import { quoteKey } from './quote-key.js';

/**
 * What went wrong, in the words of this library. The set is closed: adapters translate every failure of
 * their provider into one of these, and nothing above an adapter looks at message texts.
 *
 * | code | meaning |
 * |---|---|
 * | `NotFound` | the object, version, upload or bucket does not exist |
 * | `AccessDenied` | credentials are missing, wrong, expired, or do not permit the operation |
 * | `PreconditionFailed` | a condition of the call (`ifMatch`, `ifNoneMatch`, `ifAbsent`) did not hold |
 * | `InvalidArgument` | the caller's input was refused, here or by the service |
 * | `InvalidConfig` | the configuration cannot be used |
 * | `Unsupported` | this store cannot do that; see its `capabilities` |
 * | `Throttled` | the service asks for fewer requests |
 * | `Timeout` | no answer in time |
 * | `Aborted` | the caller's `AbortSignal` fired |
 * | `Unavailable` | the service could not be reached, or failed on its side |
 * | `Conflict` | a concurrent operation is in the way |
 * | `Corrupt` | an answer contradicts itself or the protocol |
 * | `Unconfirmed` | the service answered without saying what became of this key |
 * | `Internal` | a failure that fits nothing above |
 */
export type StoreErrorCode =
  | 'NotFound'
  | 'AccessDenied'
  | 'PreconditionFailed'
  | 'InvalidArgument'
  | 'InvalidConfig'
  | 'Unsupported'
  | 'Throttled'
  | 'Timeout'
  | 'Aborted'
  | 'Unavailable'
  | 'Conflict'
  | 'Corrupt'
  | 'Unconfirmed'
  | 'Internal';

/** Codes after which the same request may well succeed; an adapter that knows better sets `retryable`. */
const RETRYABLE: ReadonlySet<StoreErrorCode> = new Set([
  'Throttled',
  'Timeout',
  'Unavailable',
  'Conflict',
  'Unconfirmed',
]);

/** Why one key failed: the part of a {@link StoreError} that also travels as plain data in batch answers. */
export interface FailureReason {
  readonly code: StoreErrorCode;
  readonly message: string;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** The provider's own code, such as `NoSuchKey` or `QpsLimitExceeded`. */
  readonly providerCode?: string | undefined;
  /** The HTTP status of the answer, where there was one. */
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  /** How long the service asks to wait before the next attempt, in milliseconds (`Retry-After`). */
  readonly retryAfterMs?: number | undefined;
  /** The key is held on purpose (object lock, a condition that did not hold) rather than failing to go. */
  readonly blocked?: boolean | undefined;
  /**
   * Because of this refusal the driver talks to the service in another way from now on, so the same call is worth
   * another attempt. Says what to write into the configuration, so that the refusal is not needed the next time.
   */
  readonly adjusted?: string | undefined;
  /**
   * The request had no answer: the service was not reached, or said nothing. Says what to look at where it has never answered, such
   * as `is the endpoint right, and is the service running?`.
   */
  readonly unanswered?: string | undefined;
}

export interface StoreErrorDetails {
  readonly provider?: string | undefined;
  /** The operation that failed, named as in `ObjectStore` or `StoreDriver`, such as `list` or `deleteBatch`. */
  readonly operation?: string | undefined;
  readonly key?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly providerCode?: string | undefined;
  readonly status?: number | undefined;
  readonly requestId?: string | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly blocked?: boolean | undefined;
  readonly adjusted?: string | undefined;
  readonly unanswered?: string | undefined;
  readonly cause?: unknown;
}

const BRAND = Symbol.for('@store/core/StoreError');

/**
 * The one error class of this library. `instanceof` also recognises errors that come from another copy of
 * the package in the same process; so it does with classes that extend this one and give their errors their name.
 */
export class StoreError extends Error implements FailureReason {
  readonly code: StoreErrorCode;
  /** What went wrong, alone. `message` says in front of it during which operation, and with which key. */
  readonly reason: string;
  readonly retryable: boolean;
  readonly provider: string | undefined;
  readonly operation: string | undefined;
  readonly key: string | undefined;
  readonly providerCode: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly blocked: boolean | undefined;
  readonly adjusted: string | undefined;
  readonly unanswered: string | undefined;

  constructor(code: StoreErrorCode, reason: string, details: StoreErrorDetails = {}) {
    const { cause } = details;
    super(wholeMessage(reason, details), cause === undefined ? undefined : { cause });
    this.name = 'StoreError';
    this.code = code;
    this.reason = reason;
    this.retryable = details.retryable ?? (details.adjusted !== undefined || RETRYABLE.has(code));
    this.provider = details.provider;
    this.operation = details.operation;
    this.key = details.key;
    this.providerCode = details.providerCode;
    this.status = details.status;
    this.requestId = details.requestId;
    this.retryAfterMs = details.retryAfterMs;
    this.blocked = details.blocked;
    this.adjusted = details.adjusted;
    this.unanswered = details.unanswered;
    Object.defineProperty(this, BRAND, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    const isOne = typeof value === 'object' && value !== null && BRAND in value;
    if (!isOne || this === StoreError) return isOne;
    // Classes below this one, by the name that their errors have.
    const isNamed = 'name' in value && value.name === this.name;
    return isNamed || Function.prototype[Symbol.hasInstance].call(this, value);
  }
}

/** What went wrong, without operation and key: for where these are said anyway. */
export function reasonText(reason: FailureReason): string {
  return reason instanceof StoreError ? reason.reason : reason.message;
}

/** Enough for a log that has nothing but messages. What the reason says itself is not said twice. */
function wholeMessage(reason: string, { operation, key }: StoreErrorDetails): string {
  const name = key === undefined ? '' : quoteKey(key);
  const where = [
    ...(operation === undefined || reason.startsWith(operation) ? [] : [operation]),
    ...(name === '' || reason.includes(name) ? [] : [name]),
  ];
  return where.length === 0 ? reason : `${where.join(' ')}: ${reason}`;
}

/** All that an error says beside its code and message, for another one that stands in its place. */
export function detailsOf(error: StoreError): StoreErrorDetails {
  const { provider, operation, key, retryable, providerCode, status, requestId } = error;
  const { retryAfterMs, blocked, adjusted, unanswered } = error;
  return {
    provider,
    operation,
    key,
    retryable,
    providerCode,
    status,
    requestId,
    retryAfterMs,
    blocked,
    adjusted,
    unanswered,
    cause: error,
  };
}

/** The same error with other details, and itself as the cause: what is not given stays as it was. */
export function restate(error: StoreError, details: StoreErrorDetails): StoreError {
  return new StoreError(error.code, error.reason, { ...detailsOf(error), ...details, cause: error });
}

/** Rethrows a failure as one of this operation, of which the request that failed was a part. */
export function restating(operation: string): (error: unknown) => never {
  return (error) => {
    throw error instanceof StoreError ? restate(error, { operation }) : error;
  };
}

/**
 * Anything thrown, as a `StoreError`. What is one already stays as it is; an abort becomes `Aborted`; all
 * else is an `Internal` error that is not retried, because nothing is known about it.
 */
export function toStoreError(error: unknown, details: StoreErrorDetails = {}): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const aborted = error instanceof Error && error.name === 'AbortError';
  return new StoreError(aborted ? 'Aborted' : 'Internal', message || 'unknown failure', {
    ...details,
    cause: error,
  });
}

/** What something of the caller's has thrown, such as `where`, which is named: the error alone says nothing of where it comes from. */
export function thrownBy(what: string, error: unknown, details: StoreErrorDetails): StoreError {
  if (error instanceof StoreError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new StoreError('Internal', `${what} threw: ${message}`, { ...details, cause: error });
}

/** Throws `Aborted` when the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined, operation: string): void {
  if (signal?.aborted) throw abortedError(signal, operation);
}

/** The error for a signal that has fired; the signal's reason is its cause. */
export function abortedError(signal: AbortSignal, operation: string): StoreError {
  return new StoreError('Aborted', `${operation} was aborted`, { operation, cause: signal.reason });
}
