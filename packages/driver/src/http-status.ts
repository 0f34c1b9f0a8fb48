import { StoreError, type StoreErrorCode } from './errors.js';

/** One for each code, as RFC 9110 means them. */
const STATUSES: Readonly<Record<StoreErrorCode, number>> = {
  NotFound: 404,
  AccessDenied: 403,
  PreconditionFailed: 412,
  InvalidArgument: 400,
  InvalidConfig: 500,
  Unsupported: 501,
  Throttled: 503,
  Timeout: 504,
  // As nginx calls it: who asked is gone.
  Aborted: 499,
  Unavailable: 503,
  Conflict: 409,
  Corrupt: 502,
  Unconfirmed: 502,
  Internal: 500,
};

/** What the service says of a read, and its code does not: not modified, no such range. */
const OF_READS: ReadonlySet<number | undefined> = new Set([304, 416]);

/** The HTTP status that a web handler answers with because of an error; 500 for anything that is no `StoreError`. */
export function httpStatusOf(error: unknown): number {
  if (!(error instanceof StoreError)) return 500;
  const { code, status } = error;
  return status !== undefined && OF_READS.has(status) ? status : STATUSES[code];
}
