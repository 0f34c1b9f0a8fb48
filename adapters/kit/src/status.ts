import type { StoreErrorCode } from '@store/driver';

/** What an HTTP status means where the service gives no code of its own that is known. */
const BY_STATUS: Readonly<Record<number, StoreErrorCode>> = {
  304: 'PreconditionFailed',
  401: 'AccessDenied',
  403: 'AccessDenied',
  404: 'NotFound',
  405: 'Unsupported',
  408: 'Timeout',
  409: 'Conflict',
  412: 'PreconditionFailed',
  425: 'Unavailable',
  429: 'Throttled',
  501: 'Unsupported',
};

/** A status in the words of this library. A success has no business being an error: `Corrupt`. */
export function codeOfStatus(status: number): StoreErrorCode {
  const known = BY_STATUS[status];
  if (known) return known;
  if (status >= 500) return 'Unavailable';
  if (status >= 400) return 'InvalidArgument';
  return status >= 300 ? 'InvalidConfig' : 'Corrupt';
}
