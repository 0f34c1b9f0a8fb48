import { Readable } from 'node:stream';
import { StoreError } from '@store/driver';
import {
  beginningOf,
  headerOf,
  isWebPage,
  MAX_SHORT_ANSWER_BYTES,
  readAnswer,
  readXml,
  rootName,
  undocumented,
  whatCame,
  type HttpAnswer,
  type XmlElement,
} from '@store/kit';
import { EXPECTED, OBJECT, type ExpectedAnswer } from './answers.js';
import type { ClientPlugin } from './client-plugin.js';
import { answerError } from './errors.js';

/** The parts of the SDK's answers that are looked at here. */
interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string | undefined>;
  body?: unknown;
  /** What its body was, where that is a document. */
  document?: XmlElement;
}

type WholeAnswer = Pick<HttpAnswer, 'status' | 'headers' | 'data' | 'unread'>;
type Head = Pick<HttpAnswer, 'status' | 'headers'>;

/** Answers by what the SDK made of them. */
const responses = new WeakMap<object, HttpResponse>();
/** Errors about what {@link isAnswerToOther} tells of. */
const ofServices = new WeakSet<StoreError>();

/**
 * Looks at answers before the SDK does, because the SDK takes too much for a success:
 *
 * - an empty 200 or a 204 to DeleteObjects reads like "all deleted" in quiet mode;
 * - any answer below 300 reads like a deleted object, a stored one or an aborted upload;
 * - a 200 whose `<Error>` ends in a newline reads as a success, since only the last bytes are looked at;
 * - a page of a proxy, as an empty listing or as an unreadable exception.
 *
 * And because it reads documents in its own way: it trims keys, decodes bytes that are no UTF-8 into other keys,
 * takes a listing without `IsTruncated` for its end, and holds answers of any length. So the document is read here,
 * within limits, and the SDK gets an empty one: {@link documentOf}.
 *
 * All measured with client-s3 3.1162 and 3.1169.
 */
export const checkAnswers: ClientPlugin = {
  applyToStack(stack) {
    stack.add(
      (next, context) => async (args) => {
        const result = await next(args);
        if (isHttpResponse(result.response)) await check(result.response, String(context['commandName']));
        return result;
      },
      // Nearest to the wire: the SDK's own steps see what this leaves.
      { step: 'deserialize', priority: 'low', name: 'storeAnswerCheck' },
    );
    stack.add(
      (next) => async (args) => {
        const result = await next(args);
        const { response, output } = result as { readonly response?: unknown; readonly output: object };
        if (isHttpResponse(response)) responses.set(output, response);
        return result;
      },
      { step: 'initialize', priority: 'high', name: 'storeAnswer' },
    );
  },
};

function isHttpResponse(value: unknown): value is HttpResponse {
  return typeof value === 'object' && value !== null && 'headers' in value && 'statusCode' in value;
}

/** The document of an answer, by what the SDK made of it. */
export function documentOf(output: object): XmlElement {
  const { document } = responseOf(output);
  if (document) return document;
  throw new StoreError('Internal', 'the answer has no document');
}

/** An answer as it came, by what the SDK made of it. */
export function responseOf(output: object): HttpResponse {
  const response = responses.get(output);
  if (response) return response;
  throw new StoreError('Internal', 'the answer was not kept');
}

async function check(response: HttpResponse, command: string): Promise<void> {
  const { statusCode: status, headers } = response;
  // The SDK fails on a time that is none, also on one that nobody here asks for.
  for (const name of ['last-modified', 'x-amz-object-lock-retain-until-date'])
    if (Number.isNaN(Date.parse(headers[name] ?? ''))) delete headers[name];
  if (status >= 300) return checkRefusal(response);
  const expected = EXPECTED[command];
  if (!expected) throw new StoreError('Internal', `no answer to ${command} is known`);
  const right = lackOf({ status, headers }, expected) === undefined;
  const short = !right || expected.root === undefined;
  const data = await readBody(response, short ? MAX_SHORT_ANSWER_BYTES : undefined);
  const document = checkSuccess({ status, headers, data }, expected);
  response.body = Buffer.from(document ? `<${document.name}/>` : '');
  if (document) response.document = document;
}

/** What an answer that is no success by its head lacks. */
function lackOf({ status, headers }: Head, { statuses, etag }: ExpectedAnswer): string | undefined {
  if (!statuses.includes(status)) return '';
  return etag && !headers['etag'] ? ' (it has no ETag)' : undefined;
}

/** The document of an answer, where it has one. @throws StoreError when it is none to this request */
function checkSuccess(answer: WholeAnswer, expected: ExpectedAnswer): XmlElement | undefined {
  const { status, headers, data } = answer;
  const { root } = expected;
  const lack = lackOf(answer, expected);
  const found = rootName(data);
  if (lack === undefined && found === 'Error') throw errorInside(answer);
  const empty = beginningOf(data) === '';
  if (lack !== undefined || (root === undefined ? !empty : found !== root)) {
    const what = root === undefined ? `is none to this request${lack ?? ''}` : `is no ${root}`;
    const error = undocumented(`the answer (HTTP ${status}) ${what} but ${whatCame(data)}`, {
      status,
      requestId: headerOf(headers, 'x-amz-request-id'),
    });
    if ((empty || found !== undefined) && !isWebPage(data)) ofServices.add(error);
    throw error;
  }
  return root === undefined ? undefined : readXml(data);
}

/** The same for an answer that the SDK has no part in. @throws what it ended with, as the SDK would or as a StoreError */
export function readDocument(answer: WholeAnswer, expected: ExpectedAnswer): XmlElement | undefined {
  if (answer.status < 300) return checkSuccess(answer, expected);
  const { status, headers, unread } = answer;
  if (unread) throw unreadable(answer, unread);
  const said = errorDocument(answer);
  const message = said?.textOf('Message') ?? '';
  throw Object.assign(new Error(message), {
    Code: said?.textOf('Code') ?? 'Unknown',
    Region: said?.textOf('Region'),
    ServerTime: said?.textOf('ServerTime'),
    $metadata: { httpStatusCode: status, requestId: headerOf(headers, 'x-amz-request-id') },
    $response: { statusCode: status, headers },
  });
}

/** Of an object's answer, whose body is a stream, the head. @throws as {@link readDocument} */
export async function checkObject(answer: HttpAnswer): Promise<void> {
  if (answer.status >= 300) readDocument(answer, OBJECT);
  if (lackOf(answer, OBJECT) === undefined) return;
  const data = answer.whole ?? (await readAnswer(answer.res, MAX_SHORT_ANSWER_BYTES));
  checkSuccess({ ...answer, data }, OBJECT);
}

async function checkRefusal(response: HttpResponse): Promise<void> {
  const { statusCode: status, headers } = response;
  const data = await readBody(response, MAX_SHORT_ANSWER_BYTES).catch((error: unknown) => {
    throw error instanceof StoreError ? unreadable({ status, headers }, error) : error;
  });
  // The SDK corrects its clock by refusals, and takes some of them for other regions' words.
  response.body = errorDocument({ status, headers, data }) ? data : Buffer.alloc(0);
}

/** A refusal that is known by its status alone. */
function unreadable({ status, headers }: Head, { reason }: StoreError): StoreError {
  return answerError({ status, headers, message: `the service answered HTTP ${status}, and ${reason}` });
}

/** The document of a refusal, if there is one. @throws StoreError for one that is none of S3, or breaks off */
function errorDocument({ status, headers, data }: WholeAnswer): XmlElement | undefined {
  if (rootName(data) === 'Error') {
    try {
      return readXml(data);
    } catch (error) {
      throw error instanceof StoreError ? unreadable({ status, headers }, error) : error;
    }
  }
  if (beginningOf(data) === '') return undefined;
  const { code, message } = jsonError(data);
  const strange = `the service answered HTTP ${status} with no S3 error but ${whatCame(data)}`;
  throw answerError({ status, headers, providerCode: code, message: message || code || strange });
}

async function readBody({ body }: HttpResponse, maxBytes: number | undefined): Promise<Buffer> {
  return body instanceof Readable ? readAnswer(body, maxBytes) : Buffer.alloc(0);
}

/** An error that came with a good status. AWS documents to take it for a failure of the service. */
function errorInside({ headers, status, data }: WholeAnswer): StoreError {
  const error = readXml(data);
  const providerCode = error.textOf('Code');
  const message = error.textOf('Message') ?? providerCode ?? 'the answer is an error without a reason';
  return answerError({ status, headers, providerCode, message, taken: 500 });
}

/**
 * Whether a request ended with an answer of a service that took it for something else: one to another call, or none at
 * all. A page in its place comes from something on the way.
 */
export function isAnswerToOther(thrown: unknown): boolean {
  return thrown instanceof StoreError && ofServices.has(thrown);
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
