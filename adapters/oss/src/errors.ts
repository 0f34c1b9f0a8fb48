import { restate, StoreError, type StoreErrorCode } from '@store/core';

/** OSS's error codes in the words of this library. What is not here goes by the HTTP status. */
const CODES: Readonly<Record<string, StoreErrorCode>> = {
  NoSuchKey: 'NotFound',
  NoSuchBucket: 'NotFound',
  NoSuchVersion: 'NotFound',
  NoSuchUpload: 'NotFound',
  NoSuchLifecycle: 'NotFound',
  NoSuchJob: 'NotFound',
  AccessDenied: 'AccessDenied',
  InvalidAccessKeyId: 'AccessDenied',
  InvalidSecurityToken: 'AccessDenied',
  SecurityTokenExpired: 'AccessDenied',
  SignatureDoesNotMatch: 'AccessDenied',
  RequestTimeTooSkewed: 'AccessDenied',
  UserDisable: 'AccessDenied',
  FileAlreadyExists: 'PreconditionFailed',
  InvalidObjectState: 'PreconditionFailed',
  OperationNotSupported: 'PreconditionFailed',
  RestoreAlreadyInProgress: 'Conflict',
  PreconditionFailed: 'PreconditionFailed',
  NotModified: 'PreconditionFailed',
  ObjectNotAppendable: 'Conflict',
  PositionNotEqualToLength: 'Conflict',
  NotImplemented: 'Unsupported',
  RequestTimeout: 'Timeout',
  InternalError: 'Unavailable',
  ServiceUnavailable: 'Unavailable',
};

const MESSAGES: Readonly<Record<string, string>> = {
  NoSuchKey: 'there is no such object',
  NoSuchJob: 'there is no such job',
  InvalidAccessKeyId: 'the service does not know this access key id',
  SignatureDoesNotMatch: 'the signature does not match; are the secret access key and the region right?',
  SecurityTokenExpired: 'the security token has expired; get new credentials, or set refreshSts',
  RequestTimeTooSkewed: "this machine's clock differs too much from the service's; set it right",
  InvalidObjectState: 'the object is archived: it has to be restored before it can be read',
};

/** Errors of sockets and name lookups. */
const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused; is the endpoint right, and is the service running?',
  ENOTFOUND: 'the host name is not known; are region and endpoint right?',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed while sending',
  ETIMEDOUT: 'the connection timed out',
};

interface SdkError extends Error {
  readonly code?: string;
  readonly status?: number;
  readonly requestId?: string;
  readonly ecCode?: string;
}

/** Whatever the SDK or the transport threw, in the words of this library. */
export function translate(
  thrown: unknown,
  {
    operation,
    bucket,
    key,
  }: { readonly operation: string; readonly bucket: string; readonly key?: string | undefined },
): StoreError {
  const where = { provider: 'oss', operation, key };
  if (thrown instanceof StoreError) return restate(thrown, where);
  const error: SdkError = thrown instanceof Error ? thrown : new Error(String(thrown));
  const { status, requestId } = error;
  if (error.name === 'AbortError')
    return new StoreError('Aborted', `${operation} was aborted`, { ...where, cause: error });
  const system = Object.keys(NETWORK).find((name) => error.code === name || error.message.includes(name));
  // The SDK gives what never got an answer a status of -1.
  if (system !== undefined && (status ?? -1) < 0) {
    const code = system === 'ETIMEDOUT' ? 'Timeout' : 'Unavailable';
    const details = { ...where, providerCode: system, retryable: system !== 'ENOTFOUND', cause: error };
    return new StoreError(code, NETWORK[system] ?? '', details);
  }
  const providerCode = error.code ?? (error.name.endsWith('Error') ? knownName(error.name) : undefined);
  const code = codeOf(providerCode, status);
  const said =
    providerCode === 'NoSuchBucket'
      ? `there is no bucket ${JSON.stringify(bucket)}`
      : (MESSAGES[providerCode ?? ''] ?? plainMessage(error, status));
  const ec = error.ecCode === undefined ? '' : ` (EC ${error.ecCode})`;
  return new StoreError(code, said + ec, { ...where, status, requestId, providerCode, cause: error });
}

/** The SDK puts the code into the name. */
function knownName(name: string): string | undefined {
  const code = name.slice(0, -'Error'.length);
  return code in CODES ? code : undefined;
}

/** Not every message of the SDK is one: an answer that is no XML stands in it whole. */
function plainMessage(error: SdkError, status: number | undefined): string {
  const [line = ''] = error.message.split('\n');
  if (status === 404) return 'there is no such object';
  if (error.message.includes('raw xml:'))
    return `the service answered HTTP ${status} with something that is no OSS error`;
  return line || `the service answered HTTP ${status}`;
}

/** A code and a status in the words of this library. */
export function codeOf(providerCode: string | undefined, status: number | undefined): StoreErrorCode {
  const known = providerCode === undefined ? undefined : CODES[providerCode];
  if (known) return known;
  // QpsLimitExceeded, TotalQpsLimitExceeded, PartitionQpsLimitted, DownloadTrafficRateLimitExceeded, …
  if (/Limit(?:t)?(?:ed|Exceeded)$/.test(providerCode ?? '')) return 'Throttled';
  if (status === undefined || status < 0) return status === undefined ? 'Internal' : 'Unavailable';
  if (status >= 500) return 'Unavailable';
  const byStatus: Readonly<Record<number, StoreErrorCode>> = {
    304: 'PreconditionFailed',
    403: 'AccessDenied',
    404: 'NotFound',
    409: 'Conflict',
    412: 'PreconditionFailed',
    429: 'Throttled',
  };
  return (
    byStatus[status] ?? (status >= 400 ? 'InvalidArgument' : status >= 300 ? 'InvalidConfig' : 'Corrupt')
  );
}
