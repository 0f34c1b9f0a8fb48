import { restate, StoreError, toStoreError, type StoreErrorCode } from '@store/core';
import {
  entryOf,
  retryAfterMs,
  saidByService,
  serviceCodes,
  undocumented,
  type XmlElement,
} from '@store/kit';
import { headerOf } from './attributes.js';
import type { TransportResult } from './transport.js';
import { parseAnswer } from './xml.js';

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
  MethodNotAllowed: 'Unsupported',
  NotImplemented: 'Unsupported',
  RequestTimeout: 'Timeout',
  InternalError: 'Unavailable',
  ServiceUnavailable: 'Unavailable',
};

export const { codeOf, keyFailure } = serviceCodes(CODES);

const MESSAGES: Readonly<Record<string, string>> = {
  NoSuchKey: 'there is no such object',
  NoSuchJob: 'there is no such job',
  InvalidAccessKeyId: 'the service does not know this access key id',
  SignatureDoesNotMatch: 'the signature does not match; are the secret access key and the region right?',
  SecurityTokenExpired: 'the security token has expired; get new credentials, or set refreshSts',
  RequestTimeTooSkewed: "this machine's clock differs too much from the service's; set it right",
  InvalidObjectState: 'the object is archived: it has to be restored before it can be read',
};

/** Where an error came up, for its message and its fields. */
export interface ErrorContext {
  readonly operation: string;
  readonly bucket: string;
  readonly key?: string | undefined;
}

/** Whatever was thrown, in the words of this library. */
export function translate(thrown: unknown, { operation, key }: ErrorContext): StoreError {
  const where = { provider: 'oss', operation, key };
  if (thrown instanceof StoreError) return restate(thrown, where);
  if (thrown instanceof Error && thrown.name === 'AbortError')
    return new StoreError('Aborted', `${operation} was aborted`, { ...where, cause: thrown });
  return toStoreError(thrown, where);
}

/** An answer that is no success. */
export function refusal(answer: TransportResult, { operation, bucket, key }: ErrorContext): StoreError {
  const { status, headers } = answer;
  const said = errorDocument(answer);
  const providerCode = said?.textOf('Code') || codeOfEmpty(answer);
  const message =
    providerCode === 'NoSuchBucket'
      ? `there is no bucket ${JSON.stringify(bucket)}`
      : (entryOf(MESSAGES, providerCode) ?? messageOf(said, answer));
  const ec = said?.textOf('EC');
  const details = {
    provider: 'oss',
    operation,
    key,
    status,
    providerCode,
    requestId: said?.textOf('RequestId') || headerOf(headers, 'x-oss-request-id'),
    retryAfterMs: retryAfterMs(headerOf(headers, 'retry-after')),
  };
  const text = ec ? `${message} (EC ${ec})` : message;
  const code = codeOf(providerCode, status);
  // A success that is none of this call.
  return code === 'Corrupt' ? undocumented(text, details) : new StoreError(code, text, details);
}

/** The error of an answer; that of one without a body is in a header. One with a good status contradicts itself. */
function errorDocument({ status, data, headers }: TransportResult): XmlElement | undefined {
  if (status < 300) return undefined;
  const document = data.length > 0 ? data : Buffer.from(headerOf(headers, 'x-oss-err') ?? '', 'base64');
  try {
    return parseAnswer(document, 'Error');
  } catch {
    return undefined;
  }
}

/** What a refusal of a HEAD means, which has no body. */
function codeOfEmpty({ status, data }: TransportResult): string | undefined {
  if (data.length > 0) return undefined;
  const names: Readonly<Record<number, string>> = { 404: 'NoSuchKey', 412: 'PreconditionFailed' };
  return names[status];
}

function messageOf(said: XmlElement | undefined, { status, data }: TransportResult): string {
  const line = saidByService(said?.textOf('Message'));
  if (status < 300) return `the service answered HTTP ${status}, which is no answer to this call`;
  if (status === 404) return 'there is no such object';
  if (line !== '') return line;
  const what = said || data.length === 0 ? '' : ' with something that is no OSS error';
  return `the service answered HTTP ${status}${what}`;
}
