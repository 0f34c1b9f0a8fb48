import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ClientPlugin } from './client-plugin.js';
import { StoreError } from '@store/core';
import { codeOf } from './errors.js';
import { isHttpResponse, type HttpResponse } from './http-message.js';

/** The document that each of these answers has to be. */
const ROOTS: Readonly<Record<string, string>> = {
  DeleteObjectsCommand: 'DeleteResult',
  ListObjectsCommand: 'ListBucketResult',
  ListObjectsV2Command: 'ListBucketResult',
  ListObjectVersionsCommand: 'ListVersionsResult',
  ListMultipartUploadsCommand: 'ListMultipartUploadsResult',
  CopyObjectCommand: 'CopyObjectResult',
  CreateMultipartUploadCommand: 'InitiateMultipartUploadResult',
  CompleteMultipartUploadCommand: 'CompleteMultipartUploadResult',
};

/** The prolog, comments and white space that may come before the root: services send blank lines to keep a connection alive. */
const BEFORE_ROOT = /^\ufeff?(?:\s+|<\?[^>]*\?>|<!--[^]*?-->|<!DOCTYPE[^>]*>)*/;

/** What a page or message in the place of an answer shows of itself in the error. */
const SHOWN_CHARACTERS = 120;

/**
 * Looks at answers before the SDK does, because the SDK takes too much for a success:
 *
 * - an empty 200 or a 204 to DeleteObjects reads like "all deleted" in quiet mode;
 * - a 200 whose `<Error>` ends in a newline reads as a success, since only the last bytes are looked at;
 * - a page of a proxy, as an empty listing or as an unreadable exception.
 *
 * All measured with client-s3 3.1169.
 */
export const checkAnswers: ClientPlugin = {
  applyToStack(stack) {
    stack.add(
      (next, context) => async (args) => {
        const result = await next(args);
        const { response } = result;
        if (!isHttpResponse(response)) return result;
        const root = ROOTS[String(context['commandName'])];
        const failed = response.statusCode >= 300;
        if (!failed && root === undefined) return result;
        const text = await readBody(response);
        checkDocument(text, failed ? undefined : root, response);
        return result;
      },
      // Nearest to the wire: the SDK's own steps see what this leaves.
      { step: 'deserialize', priority: 'low', name: 'storeAnswerCheck' },
    );
  },
};

/** Reads a body, and leaves one that can be read again. */
export async function readBody(response: HttpResponse): Promise<string> {
  const { body } = response;
  const text = body instanceof Readable ? (await buffer(body)).toString().trimEnd() : '';
  response.body = Readable.from([Buffer.from(text)], { objectMode: false });
  return text;
}

/** @param root what a success has to be; undefined for a refusal, which may have no body */
function checkDocument(text: string, root: string | undefined, response: HttpResponse): void {
  const found = /^<([A-Za-z_][\w.:-]*)/.exec(text.replace(BEFORE_ROOT, ''))?.[1];
  if (found === 'Error' || (root !== undefined && found === root)) return;
  if (root === undefined && text === '') return;
  const shown = text === '' ? 'nothing' : JSON.stringify(text.slice(0, SHOWN_CHARACTERS));
  const html = /^(?:html|HTML)$/.test(found ?? '') || /^<!doctype html/i.test(text);
  const hint = html ? '; is there a proxy in between, or is the endpoint wrong?' : '';
  const status = response.statusCode;
  const details = { status, requestId: response.headers['x-amz-request-id'] };
  if (root !== undefined)
    throw new StoreError('Corrupt', `the answer (HTTP ${status}) is no ${root} but ${shown}${hint}`, details);
  const { code, message } = jsonError(text);
  throw new StoreError(
    codeOf(code, status),
    message || code || `the service answered HTTP ${status} with no S3 error but ${shown}${hint}`,
    { ...details, providerCode: code },
  );
}

/** Ceph answers in JSON before it knows that it is asked for S3; measured with 16.2 on a key with U+0000. */
function jsonError(text: string): { code?: string | undefined; message?: string | undefined } {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
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
