import { StoreError, type StoreErrorCode, type StoreErrorDetails } from '@store/core';
import {
  codeMessage,
  codeOfStatus,
  entryOf,
  retryAfterMs,
  saidByService,
  serviceCodes,
  undocumented,
  type FailurePlace,
} from '@store/kit';

/** Of the storage behind the API, which is S3's. */
export const { codeOf, keyFailure } = serviceCodes();

/** Where an error came up, for its message and its fields. */
export interface ErrorContext {
  readonly bucket: string;
  readonly where: FailurePlace;
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
const GATEWAY: Readonly<Record<string, { readonly code: StoreErrorCode; readonly says: string }>> = {
  CTAPI_10000: { code: 'InvalidConfig', says: 'the gateway does not know this call; is the endpoint right?' },
  CTAPI_10002: { code: 'AccessDenied', says: 'the service does not know this access key' },
  CTAPI_10009: {
    code: 'AccessDenied',
    says: 'the signature does not match; are secretKey and eopDate right?',
  },
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

/** What an answer says outside its envelope. */
export interface AnswerHead {
  readonly status: number;
  /** As in its header. */
  readonly retryAfter?: string | undefined;
}

/** An answer that is a failure, whatever its HTTP status. */
export function failureError(failure: Failure, head: AnswerHead, context: ErrorContext): StoreError {
  const details = { ...context.where, ...factsOf(head), requestId: failure.requestId };
  const gateway = entryOf(GATEWAY, String(failure.statusCode));
  if (gateway) {
    return new StoreError(gateway.code, gateway.says, {
      ...details,
      providerCode: String(failure.statusCode),
    });
  }
  const { message = '' } = failure;
  const s3Code = s3CodeIn(message, context.where.operation);
  if (s3Code !== undefined) {
    const said = codeMessage(s3Code, context.bucket, MESSAGES) ?? saidByService(withoutPreamble(message));
    // A failure of the business may come with HTTP 200, which says nothing.
    const status = head.status < 300 ? undefined : head.status;
    return new StoreError(codeOf(s3Code, status), said, { ...details, providerCode: s3Code });
  }
  const platformCode = failure.errorCode ?? failure.error;
  const [, code, says] = PLATFORM.find(([pattern]) => pattern.test(platformCode ?? '')) ?? [];
  // 900 means "in progress, or failed", and says no more: what is asked for can be asked for again.
  const known = code ?? byStatus(head.status) ?? byStatus(Number(failure.statusCode)) ?? 'Unavailable';
  return new StoreError(
    known,
    says ?? (saidByService(message) || 'the service says that it failed, and not why'),
    {
      ...details,
      providerCode: platformCode ?? String(failure.statusCode),
    },
  );
}

/** An answer that is no answer of the OpenAPI. @param what with what it answered, such as "nothing instead of JSON" */
export function strangeAnswer(head: AnswerHead, what: string, context: ErrorContext): StoreError {
  const { status } = head;
  const details = { ...context.where, ...factsOf(head) };
  if (status >= 300 && status < 400 && status !== 304) {
    const message = 'the service answered with a redirect, which is not followed; is the endpoint right?';
    return new StoreError('InvalidConfig', message, details);
  }
  const code = codeOfStatus(status);
  const message = `the service answered HTTP ${status} with ${what}; is the endpoint right?`;
  return code === 'Corrupt' ? undocumented(message, details) : new StoreError(code, message, details);
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

function withoutPreamble(message: string): string {
  return message.replace(/^An error occurred \(\w+\) when calling the \w+ operation: /, '');
}

function factsOf({ status, retryAfter }: AnswerHead): StoreErrorDetails {
  return { status, retryAfterMs: retryAfterMs(retryAfter) };
}

/** Of a status that is a failure; 900 and the like are none of HTTP. */
function byStatus(status: number): StoreErrorCode | undefined {
  return status >= 300 && status < 600 ? codeOfStatus(status) : undefined;
}
