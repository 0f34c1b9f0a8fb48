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
import { EXPECTED, type ExpectedAnswer } from './answers.js';
import type { ClientPlugin } from './client-plugin.js';
import { answerError } from './errors.js';
import { isHttpResponse, type HttpResponse } from './http-message.js';

const documents = new WeakMap<HttpResponse, XmlElement>();
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

/** The document of an answer, by what the SDK made of it. */
export function documentOf(output: object): XmlElement {
  const document = documents.get(responseOf(output));
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
  if (!expected.statuses.includes(status)) {
    const bytes = await readBody(response, MAX_SHORT_ANSWER_BYTES);
    throw notExpected(response, expected, bytes);
  }
  if (expected.etag && !headers['etag']) {
    const bytes = await readBody(response, MAX_SHORT_ANSWER_BYTES);
    throw notExpected(response, expected, bytes, 'has no ETag');
  }
  if (expected.object) return;
  const bytes = await readBody(response, expected.root === undefined ? MAX_SHORT_ANSWER_BYTES : undefined);
  const found = rootName(bytes);
  if (found === 'Error') throw errorInside(response, bytes);
  if (expected.root === undefined) {
    if (beginningOf(bytes) !== '') throw notExpected(response, expected, bytes);
    response.body = Buffer.alloc(0);
    return;
  }
  if (found !== expected.root) throw notExpected(response, expected, bytes);
  documents.set(response, readXml(bytes));
  response.body = Buffer.from(`<${expected.root}/>`);
}

async function checkRefusal(response: HttpResponse): Promise<void> {
  const { statusCode: status, headers } = response;
  const bytes = await readBody(response, MAX_SHORT_ANSWER_BYTES).catch((error: unknown) => {
    if (!(error instanceof StoreError)) throw error;
    throw answerError({
      status,
      headers,
      message: `the service answered HTTP ${status}, and ${error.reason}`,
    });
  });
  if (bytes.length === 0 || rootName(bytes) === 'Error') {
    // The SDK corrects its clock by refusals, and takes some of them for other regions' words.
    response.body = bytes;
    return;
  }
  const { code, message } = jsonError(bytes);
  if (beginningOf(bytes) === '') {
    response.body = Buffer.alloc(0);
    return;
  }
  throw answerError({
    status,
    headers,
    providerCode: code,
    message: message || code || `the service answered HTTP ${status} with no S3 error but ${whatCame(bytes)}`,
  });
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

function notExpected(
  { statusCode: status, headers }: HttpResponse,
  { root }: ExpectedAnswer,
  bytes: Buffer,
  lack?: string,
): StoreError {
  const what = root === undefined ? `is none to this request${lack ? ` (it ${lack})` : ''}` : `is no ${root}`;
  const error = undocumented(`the answer (HTTP ${status}) ${what} but ${whatCame(bytes)}`, {
    status,
    requestId: headers['x-amz-request-id'],
  });
  const isDocument = beginningOf(bytes) === '' || rootName(bytes) !== undefined;
  if (isDocument && !isWebPage(bytes)) ofServices.add(error);
  return error;
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
  let parsed: unknown;
  try {
    parsed = JSON.parse(bytes.toString());
  } catch {
    return {};
  }
  if (typeof parsed !== 'object' || parsed === null) return {};
  const { Code: code, Message: message } = parsed as Readonly<Record<string, unknown>>;
  return {
    code: typeof code === 'string' ? code : undefined,
    message: typeof message === 'string' ? message : undefined,
  };
}
