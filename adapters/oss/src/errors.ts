import { StoreError, type StoreErrorCode } from '@store/driver';
import {
  codeMessage,
  headerOf,
  readXml,
  retryAfterMs,
  rootName,
  saidByService,
  serviceCodes,
  undocumented,
  type FailurePlace,
  type HttpAnswer,
  type XmlElement,
} from '@store/kit';

/** OSS's error codes beside those that S3 has too. */
const CODES: Readonly<Record<string, StoreErrorCode>> = {
  NoSuchLifecycle: 'NotFound',
  NoSuchJob: 'NotFound',
  InvalidSecurityToken: 'AccessDenied',
  SecurityTokenExpired: 'AccessDenied',
  UserDisable: 'AccessDenied',
  FileAlreadyExists: 'PreconditionFailed',
  OperationNotSupported: 'PreconditionFailed',
  ObjectNotAppendable: 'Conflict',
  PositionNotEqualToLength: 'Conflict',
};

export const { codeOf, keyFailure } = serviceCodes(CODES);

const MESSAGES: Readonly<Record<string, string>> = {
  NoSuchJob: 'there is no such job',
  SignatureDoesNotMatch: 'the signature does not match; are the secret access key and the region right?',
  SecurityTokenExpired: 'the security token has expired; get new credentials, or set refreshSts',
};

/** An answer that is no success. */
export function refusal(answer: HttpAnswer, bucket: string, where: FailurePlace): StoreError {
  const { status, headers, data } = answer;
  const said = errorDocument(answer);
  const providerCode = said?.textOf('Code') || (data.length === 0 ? OF_EMPTY[status] : undefined);
  const message = codeMessage(providerCode, bucket, MESSAGES) ?? messageOf(said, answer);
  const ec = said?.textOf('EC');
  const text = ec ? `${message} (EC ${ec})` : message;
  const requestId = said?.textOf('RequestId') || headerOf(headers, 'x-oss-request-id');
  const waits = retryAfterMs(headerOf(headers, 'retry-after'));
  const details = { ...where, status, providerCode, requestId, retryAfterMs: waits };
  const code = codeOf(providerCode, status);
  // A success that is none of this call.
  return code === 'Corrupt' ? undocumented(text, details) : new StoreError(code, text, details);
}

/** What a refusal of a HEAD means, which has no body. */
const OF_EMPTY: Readonly<Record<number, string>> = { 404: 'NoSuchKey', 412: 'PreconditionFailed' };

/** The error of an answer; that of one without a body is in a header. One with a good status contradicts itself. */
function errorDocument({ status, data, headers }: HttpAnswer): XmlElement | undefined {
  if (status < 300) return undefined;
  const document = data.length > 0 ? data : Buffer.from(headerOf(headers, 'x-oss-err') ?? '', 'base64');
  if (rootName(document) !== 'Error') return undefined;
  try {
    return readXml(document);
  } catch {
    return undefined;
  }
}

function messageOf(said: XmlElement | undefined, { status, data }: HttpAnswer): string {
  const line = saidByService(said?.textOf('Message'));
  if (status < 300) return `the service answered HTTP ${status}, which is no answer to this call`;
  // What is not there is mostly the object; else the service says what.
  if (status === 404 && (line === '' || said?.textOf('Code') === 'NoSuchKey'))
    return 'there is no such object';
  if (line !== '') return line;
  const what = said || data.length === 0 ? '' : ' with something that is no OSS error';
  return `the service answered HTTP ${status}${what}`;
}
