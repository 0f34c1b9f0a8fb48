import { StoreError, type FailureReason, type StoreErrorCode } from '@store/driver';
import { entryOf } from './entry-of.js';
import { saidByService } from './said.js';
import { codeOfStatus } from './status.js';

/** S3's error codes, which services with protocols like its own have too. What is not here goes by the HTTP status. */
const CODES: Readonly<Record<string, StoreErrorCode>> = {
  NoSuchKey: 'NotFound',
  NoSuchBucket: 'NotFound',
  NoSuchVersion: 'NotFound',
  NoSuchUpload: 'NotFound',
  NoSuchLifecycleConfiguration: 'NotFound',
  NotFound: 'NotFound',
  AccessDenied: 'AccessDenied',
  AllAccessDisabled: 'AccessDenied',
  AccountProblem: 'AccessDenied',
  CredentialsProviderError: 'AccessDenied',
  ExpiredToken: 'AccessDenied',
  InvalidAccessKeyId: 'AccessDenied',
  InvalidToken: 'AccessDenied',
  SignatureDoesNotMatch: 'AccessDenied',
  TokenRefreshRequired: 'AccessDenied',
  RequestTimeTooSkewed: 'AccessDenied',
  MethodNotAllowed: 'Unsupported',
  NotImplemented: 'Unsupported',
  XNotImplemented: 'Unsupported',
  PreconditionFailed: 'PreconditionFailed',
  InvalidObjectState: 'PreconditionFailed',
  RestoreAlreadyInProgress: 'Conflict',
  NotModified: 'PreconditionFailed',
  ConditionalRequestConflict: 'Conflict',
  OperationAborted: 'Conflict',
  // CTYUN OOS, of writes to one key at once; documented to be repeated.
  PutObjectTooFast: 'Conflict',
  AuthorizationHeaderMalformed: 'InvalidConfig',
  PermanentRedirect: 'InvalidConfig',
  TemporaryRedirect: 'InvalidConfig',
  Redirect: 'InvalidConfig',
  IllegalLocationConstraintException: 'InvalidConfig',
  SlowDown: 'Throttled',
  BandwidthLimitExceeded: 'Throttled',
  RequestLimitExceeded: 'Throttled',
  RequestThrottled: 'Throttled',
  RequestThrottledException: 'Throttled',
  Throttling: 'Throttled',
  ThrottlingException: 'Throttled',
  TooManyRequests: 'Throttled',
  TooManyRequestsException: 'Throttled',
  RequestTimeout: 'Timeout',
  TimeoutError: 'Timeout',
  InternalError: 'Unavailable',
  ServiceUnavailable: 'Unavailable',
};

/** Families of codes that differ by service: QpsLimitExceeded, PartitionQpsLimitted, DownloadTrafficRateLimitExceeded, … */
const THROTTLED = /Limit(?:t)?(?:ed|Exceeded)$|SlowDown|Throttl|TooManyRequests/;

/** The error codes of a service, read in the words of this library. */
export interface ServiceCodes {
  /** A code and a status, of which either may be missing. */
  readonly codeOf: (providerCode: string | undefined, status: number | undefined) => StoreErrorCode;
  /** Why one key of a batch was refused. */
  readonly keyFailure: (providerCode: string | undefined, message: string | undefined) => FailureReason;
}

/** @param own codes that the service has beside those of S3 */
export function serviceCodes(own: Readonly<Record<string, StoreErrorCode>> = {}): ServiceCodes {
  const known = { ...CODES, ...own };
  const codeOf: ServiceCodes['codeOf'] = (providerCode, status) => {
    const code = entryOf(known, providerCode);
    if (code) return code;
    if (THROTTLED.test(providerCode ?? '')) return 'Throttled';
    return status === undefined ? 'Internal' : codeOfStatus(status);
  };
  const keyFailure: ServiceCodes['keyFailure'] = (providerCode, said) => {
    // Not the key is missing: taken for that, one that a lost batch may have deleted would count as deleted.
    const code = providerCode === 'NoSuchBucket' ? 'InvalidConfig' : codeOf(providerCode, undefined);
    const { message, retryable } = new StoreError(
      code,
      saidByService(said) || providerCode || 'the service gives no reason',
    );
    return { code, message, retryable, ...(providerCode ? { providerCode } : {}) };
  };
  return { codeOf, keyFailure };
}

const MESSAGES: Readonly<Record<string, string>> = {
  NoSuchKey: 'there is no such object',
  NotFound: 'there is no such object',
  InvalidAccessKeyId: 'the service does not know this access key id',
  InvalidObjectState: 'the object is archived: it has to be restored before it can be read',
  RequestTimeTooSkewed: "this machine's clock differs too much from the service's; set it right",
};

/**
 * What a code of a service means for the user, where that can be said better than the service does.
 *
 * @param own of this provider
 */
export function codeMessage(
  providerCode: string | undefined,
  bucket: string,
  own: Readonly<Record<string, string>> = {},
): string | undefined {
  if (providerCode === 'NoSuchBucket') return `there is no bucket ${JSON.stringify(bucket)}`;
  return entryOf(own, providerCode) ?? entryOf(MESSAGES, providerCode);
}
