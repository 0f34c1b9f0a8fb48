import { StoreError, type StoreErrorCode } from '@store/driver';
import {
  codeMessage,
  codeOfStatus,
  entryOf,
  saidByService,
  serviceCodes,
  undocumented,
  type FailurePlace,
} from '@store/kit';

/** Of the storage behind the API, which is S3's. */
export const { codeOf, keyFailure } = serviceCodes();

/** Where an error came up, and what its answer says outside of the envelope. */
export interface AnswerPlace extends FailurePlace {
  readonly status: number;
}

/** A failure as the OpenAPI words it: that of the business behind it, or the gateway's own. */
export interface Failure {
  readonly statusCode?: string | number | undefined;
  readonly errorCode?: string | undefined;
  readonly error?: string | undefined;
  readonly message?: string | undefined;
  readonly requestId?: string | undefined;
}

/** Codes of the gateway. Source: answers that users quote; there is no official list. */
const GATEWAY: Readonly<Record<string, readonly [code: StoreErrorCode, says: string]>> = {
  CTAPI_10000: ['InvalidConfig', 'the gateway does not know this call; is the endpoint right?'],
  CTAPI_10002: ['AccessDenied', 'the service does not know this access key'],
  CTAPI_10009: ['AccessDenied', 'the signature does not match; are secretKey and eopDate right?'],
};

/** Codes of the platform, `product.module.code`, by how they end or what they are about. */
const PLATFORM: readonly (readonly [pattern: RegExp, code: StoreErrorCode, says?: string])[] = [
  [
    /regionInfo\.accessFailed$/i,
    'InvalidConfig',
    'the service does not know this regionId, or it is not open to you',
  ],
  [/accessFailed$|^CTIAM_/i, 'AccessDenied'],
  [/notFound$/i, 'NotFound'],
  [/inProgress$/i, 'Conflict'],
  [/^openapi\.param/i, 'InvalidArgument'],
  [/paramValueOutOfRange$/i, 'InvalidArgument'],
  [/throttl|flowControl|limit/i, 'Throttled'],
];

const MESSAGES: Readonly<Record<string, string>> = {
  NoSuchVersion: 'there is no such version',
  NoSuchUpload: 'there is no such upload; it was completed or aborted',
};

/** What the storage's client library puts in front of a message. */
const PREAMBLE = /^An error occurred \(\w+\) when calling the \w+ operation: /;

/** An answer that is a failure, whatever its HTTP status. */
export function failureError(failure: Failure, place: AnswerPlace, bucket: string): StoreError {
  const { statusCode, requestId, message = '' } = failure;
  const details = { ...place, requestId };
  const gateway = entryOf(GATEWAY, String(statusCode));
  if (gateway) return new StoreError(...gateway, { ...details, providerCode: String(statusCode) });
  const s3Code = s3CodeIn(message, place.operation);
  if (s3Code !== undefined) {
    const said = codeMessage(s3Code, bucket, MESSAGES) ?? saidByService(message.replace(PREAMBLE, ''));
    // A failure of the business may come with HTTP 200, which says nothing.
    const status = place.status < 300 ? undefined : place.status;
    return new StoreError(codeOf(s3Code, status), said, { ...details, providerCode: s3Code });
  }
  const platformCode = failure.errorCode ?? failure.error;
  const [, code, says] = PLATFORM.find(([pattern]) => pattern.test(platformCode ?? '')) ?? [];
  // 900 means "in progress, or failed", and says no more: what is asked for can be asked for again.
  const known = code ?? byStatus(place.status) ?? byStatus(Number(statusCode)) ?? 'Unavailable';
  const said = says ?? (saidByService(message) || 'the service says that it failed, and not why');
  return new StoreError(known, said, { ...details, providerCode: platformCode ?? String(statusCode) });
}

/** An answer that is no answer of the OpenAPI. @param what with what it answered, such as "nothing instead of JSON" */
export function strangeAnswer(place: AnswerPlace, what: string): StoreError {
  const { status } = place;
  if (status >= 300 && status < 400 && status !== 304) {
    const message = 'the service answered with a redirect, which is not followed; is the endpoint right?';
    return new StoreError('InvalidConfig', message, place);
  }
  const code = codeOfStatus(status);
  const message = `the service answered HTTP ${status} with ${what}; is the endpoint right?`;
  return code === 'Corrupt' ? undocumented(message, place) : new StoreError(code, message, place);
}

/**
 * The code of the storage, which its client library puts into the message: "An error occurred (NoSuchKey) when
 * calling the GetObject operation: …" (inferred; a HEAD has just the HTTP status there).
 */
function s3CodeIn(message: string, operation: string): string | undefined {
  const [, quoted] = /\((\w+)\) when calling/.exec(message) ?? [];
  const code = quoted ?? /\b(?:NoSuch\w+|AccessDenied|InvalidObjectState|SlowDown)\b/.exec(message)?.[0];
  if (code === undefined) return /not found bucket/i.test(message) ? 'NoSuchBucket' : undefined;
  if (!/^\d+$/.test(code)) return code;
  const statuses: Readonly<Record<string, string>> = {
    403: 'AccessDenied',
    404: operation === 'head' || operation === 'copy' ? 'NoSuchKey' : 'NotFound',
    412: 'PreconditionFailed',
  };
  return statuses[code] ?? code;
}

/** Of a status that is a failure; 900 and the like are none of HTTP. */
function byStatus(status: number): StoreErrorCode | undefined {
  return status >= 300 && status < 600 ? codeOfStatus(status) : undefined;
}
