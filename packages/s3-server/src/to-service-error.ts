import { fitsXml, StoreError, type StoreErrorCode } from '@store/driver';
import { ServiceError } from './http/service-error.js';

/**
 * What the buckets threw, in S3's words. What a service or a system behind them says stays here: it names paths, hosts and
 * accounts that are nothing to a client.
 */
export function toServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (!(error instanceof StoreError)) return internalError();
  const { code, operation, providerCode, status } = error;
  if (code === 'NotFound') {
    const known = NOT_FOUND.includes(providerCode ?? '')
      ? (providerCode ?? '')
      : operation === 'list'
        ? 'NoSuchBucket'
        : 'NoSuchKey';
    return new ServiceError(
      404,
      known,
      sayingOf(known, error),
      known === 'NoSuchKey' ? keyField(error.key) : {},
    );
  }
  if (providerCode === 'InvalidObjectState')
    return new ServiceError(403, providerCode, sayingOf(providerCode, error));
  if (providerCode === 'RestoreAlreadyInProgress')
    return new ServiceError(409, providerCode, sayingOf(providerCode, error));
  if (code === 'PreconditionFailed') {
    const unchanged = status === 304 ? 'NotModified' : 'PreconditionFailed';
    return new ServiceError(unchanged === 'NotModified' ? 304 : 412, unchanged, sayingOf(unchanged, error));
  }
  if (code === 'InvalidArgument') {
    // Not the name of an error of the system.
    const named = /^[A-Z][a-z]/.test(providerCode ?? '') ? providerCode : undefined;
    return new ServiceError(status ?? 400, named ?? code, sayingOf(named ?? code, error));
  }
  const refusal = REFUSALS[code];
  return refusal ? new ServiceError(refusal[0], refusal[1], sayingOf(refusal[1], error)) : internalError();
}

/** A key in an error, where XML can carry it: the path, which is there too, says it in any case. */
export function keyField(key: string | undefined): Readonly<Record<string, string>> {
  return key !== undefined && fitsXml(key) ? { Key: key } : {};
}

function internalError(): ServiceError {
  return new ServiceError(500, 'InternalError', 'We encountered an internal error. Please try again.');
}

/** S3's own words for a code; of others, what this library says by itself. */
function sayingOf(s3Code: string, { code, reason, provider, cause }: StoreError): string {
  const usual = SAYINGS[s3Code];
  const own = cause === undefined && (provider === undefined || code === 'InvalidArgument');
  const plain = code === 'NotFound' || code === 'PreconditionFailed';
  return own && !(plain && usual !== undefined) ? reason : (usual ?? 'The store refuses this request.');
}

const NOT_FOUND: readonly string[] = ['NoSuchKey', 'NoSuchVersion', 'NoSuchUpload', 'NoSuchBucket'];

const SAYINGS: Readonly<Record<string, string>> = {
  AccessDenied: 'Access Denied',
  EntityTooLarge: 'Your proposed upload exceeds the maximum allowed size',
  EntityTooSmall: 'Your proposed upload is smaller than the minimum allowed size',
  InvalidObjectState: "The operation is not valid for the object's access tier or storage class",
  InvalidPart:
    "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
  InvalidPartOrder: 'The list of parts was not in ascending order.',
  InvalidRange: 'The requested range is not satisfiable',
  InvalidTag: 'The tag provided was not a valid tag.',
  KeyTooLongError: 'Your key is too long',
  NoSuchBucket: 'The specified bucket does not exist',
  NoSuchKey: 'The specified key does not exist.',
  NoSuchUpload: 'The specified multipart upload does not exist.',
  NoSuchVersion: 'The specified version does not exist.',
  NotImplemented: 'A header or parameter you provided implies functionality that is not implemented.',
  OperationAborted:
    'A conflicting conditional operation is currently in progress against this resource. Please try again.',
  PreconditionFailed: 'At least one of the pre-conditions you specified did not hold',
  RestoreAlreadyInProgress: 'Object restore is already in progress',
  ServiceUnavailable: 'Service is unable to handle request.',
  SlowDown: 'Please reduce your request rate.',
};

/** What a store behind the bucket says, in S3's words. */
const REFUSALS: Readonly<Partial<Record<StoreErrorCode, readonly [status: number, code: string]>>> = {
  AccessDenied: [403, 'AccessDenied'],
  Conflict: [409, 'OperationAborted'],
  // Such as a directory that is not there any more.
  InvalidConfig: [503, 'ServiceUnavailable'],
  Throttled: [503, 'SlowDown'],
  Timeout: [503, 'ServiceUnavailable'],
  Unavailable: [503, 'ServiceUnavailable'],
  Unsupported: [501, 'NotImplemented'],
};
