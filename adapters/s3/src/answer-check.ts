import { Readable } from 'node:stream';
import { StoreError } from '@store/core';
import {
  beginningOf,
  isWebPage,
  MAX_SHORT_ANSWER_BYTES,
  readAnswer,
  readXml,
  rootName,
  undocumented,
  whatCame,
  type XmlElement,
} from '@store/kit';
import { EXPECTED } from './answers.js';
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
  const { statuses, etag, object, root } = expected;
  const succeeded = statuses.includes(status);
  const lack = succeeded && etag && !headers['etag'] ? ' (it has no ETag)' : '';
  const right = succeeded && lack === '';
  if (right && object) return;
  const bytes = await readBody(response, right && root !== undefined ? undefined : MAX_SHORT_ANSWER_BYTES);
  const found = rootName(bytes);
  if (right && found === 'Error') throw errorInside(response, bytes);
  const empty = beginningOf(bytes) === '';
  if (!right || (root === undefined ? !empty : found !== root)) {
    const what = root === undefined ? `is none to this request${lack}` : `is no ${root}`;
    const error = undocumented(`the answer (HTTP ${status}) ${what} but ${whatCame(bytes)}`, {
      status,
      requestId: headers['x-amz-request-id'],
    });
    if ((empty || found !== undefined) && !isWebPage(bytes)) ofServices.add(error);
    throw error;
  }
  response.body = Buffer.from(root === undefined ? '' : `<${root}/>`);
  if (root !== undefined) response.document = readXml(bytes);
}

async function checkRefusal(response: HttpResponse): Promise<void> {
  const { statusCode: status, headers } = response;
  const bytes = await readBody(response, MAX_SHORT_ANSWER_BYTES).catch((error: unknown) => {
    if (!(error instanceof StoreError)) throw error;
    const message = `the service answered HTTP ${status}, and ${error.reason}`;
    throw answerError({ status, headers, message });
  });
  const isError = rootName(bytes) === 'Error';
  if (!isError && beginningOf(bytes) !== '') {
    const { code, message } = jsonError(bytes);
    const strange = `the service answered HTTP ${status} with no S3 error but ${whatCame(bytes)}`;
    throw answerError({ status, headers, providerCode: code, message: message || code || strange });
  }
  // The SDK corrects its clock by refusals, and takes some of them for other regions' words.
  response.body = isError ? bytes : Buffer.alloc(0);
}

async function readBody({ body }: HttpResponse, maxBytes: number | undefined): Promise<Buffer> {
  return body instanceof Readable ? readAnswer(body, maxBytes) : Buffer.alloc(0);
}

/** An error that came with a good status. AWS documents to take it for a failure of the service. */
function errorInside({ headers, statusCode: status }: HttpResponse, bytes: Buffer): StoreError {
  const error = readXml(bytes);
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
