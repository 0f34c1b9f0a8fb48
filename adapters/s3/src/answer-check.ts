import { StoreError } from '@store/driver';
import {
  beginningOf,
  documentIn,
  encryptionOf,
  headerOf,
  lackOf,
  MAX_SHORT_ANSWER_BYTES,
  readAnswer,
  readXml,
  rootName,
  runningChecksum,
  whatCame,
  type AnswerHeaders,
  type ExpectedAnswer,
  type HttpAnswer,
  type ObjectAnswer,
  type UnsignedRequest,
  type XmlElement,
} from '@store/kit';
import { answerError } from './errors.js';

type WholeAnswer = Pick<HttpAnswer, 'status' | 'headers' | 'data' | 'unread'>;

/** The head of an object, and an object or a part of it, whose body is not looked at. */
const OBJECT: ExpectedAnswer = { statuses: [200, 206], etag: true };

/**
 * The document of an answer, where it has one. Not by the SDK, because it takes too much for a success:
 *
 * - an empty 200 or a 204 to DeleteObjects reads like "all deleted" in quiet mode;
 * - any answer below 300 reads like a deleted object, a stored one or an aborted upload;
 * - a 200 whose `<Error>` ends in a newline reads as a success, since only the last bytes are looked at;
 * - a page of a proxy, as an empty listing or as an unreadable exception.
 *
 * And because it reads documents in its own way: it trims keys, decodes bytes that are no UTF-8 into other keys,
 * takes a listing without `IsTruncated` for its end, and holds answers of any length.
 *
 * All measured with client-s3 3.1162 and 3.1169.
 *
 * @throws what it ended with: a refusal as the SDK would throw it, by which it sets its clock, or a StoreError
 */
export function readDocument(
  answer: WholeAnswer,
  expected: ExpectedAnswer & { readonly root: string },
): XmlElement;
export function readDocument(answer: WholeAnswer, expected: ExpectedAnswer): XmlElement | undefined;
export function readDocument(answer: WholeAnswer, expected: ExpectedAnswer): XmlElement | undefined {
  const { status, headers, data, unread } = answer;
  const requestId = headerOf(headers, 'x-amz-request-id');
  if (status < 300) {
    if (lackOf(answer, expected) === undefined && rootName(data) === 'Error') throw errorInside(answer);
    return documentIn(answer, expected, { requestId });
  }
  if (unread) throw unreadable(answer, unread);
  const said = errorDocument(answer);
  throw Object.assign(new Error(said?.textOf('Message') ?? ''), {
    Code: said?.textOf('Code') ?? 'Unknown',
    Region: said?.textOf('Region'),
    ServerTime: said?.textOf('ServerTime'),
    $metadata: { httpStatusCode: status, requestId },
    $response: { statusCode: status, headers },
  });
}

/** Of an object's answer, whose body is a stream, the head. @throws as {@link readDocument} */
export async function checkObject(answer: HttpAnswer): Promise<void> {
  if (answer.status >= 300) readDocument(answer, OBJECT);
  if (lackOf(answer, OBJECT) === undefined) return;
  const data = answer.whole ?? (await readAnswer(answer.res, MAX_SHORT_ANSWER_BYTES));
  readDocument({ ...answer, data }, OBJECT);
}

/**
 * Holds the checksums of an answer against those that were sent: S3 tells what it has made of the content
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html). A service that tells none is believed.
 *
 * @throws StoreError `Corrupt` when the service has something else
 */
export function checkChecksum(answer: AnswerHeaders, sent: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(sent)) {
    const said = headerOf(answer, name);
    if (said === undefined || said === value || !name.startsWith('x-amz-checksum-')) continue;
    const message = `the answer has ${name}: ${said}, and what was sent has ${value}: what is there now may be something else`;
    throw new StoreError('Corrupt', message, { retryable: false });
  }
}

/** In the order in which the SDK prefers them. */
const ALGORITHMS = ['SHA256', 'SHA1', 'CRC32', 'CRC32C', 'CRC64NVME'] as const;

/** What an answer says that its body comes to. That of an object in parts, with their number at its end, is none of its bytes. */
export function checksumIn(headers: AnswerHeaders): ObjectAnswer['checksum'] {
  for (const algorithm of ALGORITHMS) {
    const expected = headerOf(headers, `x-amz-checksum-${algorithm.toLowerCase()}`);
    if (expected !== undefined && !/-\d+$/.test(expected))
      return { running: runningChecksum(algorithm), expected };
  }
  return undefined;
}

/**
 * S3 says how it has encrypted what it was told to; a service that does not know the header passes over it.
 *
 * @throws StoreError `Corrupt` when the answer says nothing of it, or something else
 */
export function checkEncrypted(answer: AnswerHeaders, { headers = {} }: UnsignedRequest): void {
  const name = 'x-amz-server-side-encryption';
  const asked = encryptionOf({ [name]: headers[name]?.toString() }, 'x-amz-');
  if (!asked || encryptionOf(answer, 'x-amz-')?.type === asked.type) return;
  const message = `the answer does not say that the object is encrypted with ${asked.type}: it may lie there as it is`;
  throw new StoreError('Corrupt', message, { retryable: false });
}

/** A refusal that is known by its status alone. */
function unreadable({ status, headers }: WholeAnswer, { reason }: StoreError): StoreError {
  return answerError({ status, headers, message: `the service answered HTTP ${status}, and ${reason}` });
}

/** The document of a refusal, if there is one. @throws StoreError for one that is none of S3, or breaks off */
function errorDocument(answer: WholeAnswer): XmlElement | undefined {
  const { status, headers, data } = answer;
  if (rootName(data) === 'Error') {
    try {
      return readXml(data);
    } catch (error) {
      throw error instanceof StoreError ? unreadable(answer, error) : error;
    }
  }
  if (beginningOf(data) === '') return undefined;
  const { code, message } = jsonError(data);
  const strange = `the service answered HTTP ${status} with no S3 error but ${whatCame(data)}`;
  throw answerError({ status, headers, providerCode: code, message: message || code || strange });
}

/** An error that came with a good status. AWS documents to take it for a failure of the service. */
function errorInside({ headers, status, data }: WholeAnswer): StoreError {
  const error = readXml(data);
  const providerCode = error.textOf('Code');
  const message = error.textOf('Message') ?? providerCode ?? 'the answer is an error without a reason';
  return answerError({ status, headers, providerCode, message, taken: 500 });
}

/** Ceph answers in JSON before it knows that it is asked for S3; measured with 16.2 on a key with U+0000. */
function jsonError(bytes: Buffer): { code?: string | undefined; message?: string | undefined } {
  const text = (value: unknown) => (typeof value === 'string' ? value : undefined);
  try {
    const { Code, Message } = JSON.parse(bytes.toString()) as Readonly<Record<string, unknown>>;
    return { code: text(Code), message: text(Message) };
  } catch {
    return {};
  }
}
