import { addAbortSignal, Readable } from 'node:stream';
import { StoreError, type DriverCall, type GetRequest, type GetResult } from '@store/driver';
import { WholeBody } from '@store/driver/extend';
import type { RunningChecksum } from './checksum.js';
import { checkContentRange } from './content-range.js';
import { headerOf, objectInfo, type AnswerHeaders } from './object-info.js';
import { undocumented } from './undocumented.js';

/** An answer with an object. */
export interface ObjectAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly body: Readable;
  /** All of the body, where it has been read already. */
  readonly whole?: Buffer | undefined;
  /** What the body has to come to in the end. */
  readonly checksum?: { readonly running: RunningChecksum; readonly expected: string } | undefined;
}

/**
 * Holds the answer to a read against what was asked for, and hands its body on. After the head the caller's signal
 * closes the socket.
 *
 * @param own as of {@link objectInfo}
 * @param translate what the body failed with
 */
export function objectRead(
  { key, range }: GetRequest,
  { signal }: DriverCall,
  answer: ObjectAnswer,
  own: string,
  translate: (error: unknown) => StoreError,
): GetResult {
  const { status, headers } = answer;
  try {
    const bytes = checkContentRange(range, { status, header: headerOf(headers, 'content-range') });
    const info = objectInfo(key, headers, own);
    const { whole, checksum } = answer;
    if (whole) {
      if (bytes !== undefined && whole.length !== bytes) throw otherLength(bytes);
      checksum?.running.update(whole);
      if (checksum && checksum.running.digest() !== checksum.expected) throw otherBody();
      return { info, body: new WholeBody(whole) };
    }
    const body = objectBody(answer, translate, bytes);
    return { info, body: signal ? addAbortSignal(signal, body) : body };
  } catch (error) {
    answer.body.destroy();
    throw error;
  }
}

/**
 * The body of an object whose failures are errors of this library, as those of every other answer are. Destroying it
 * destroys its source; nothing is copied.
 *
 * @param answer its body is read by nobody else
 * @param translate what the source failed with
 * @param bytes that it has to have, where that is known: a part in chunks may end too soon, or too late
 */
function objectBody(
  { body: source, checksum }: ObjectAnswer,
  translate: (error: unknown) => StoreError,
  bytes?: number,
): Readable {
  let length = 0;
  const body = new Readable({
    read: () => void source.resume(),
    destroy: (error, done) => {
      source.destroy();
      done(error);
    },
  });
  source.pause();
  source.on('data', (chunk: Uint8Array) => {
    length += chunk.length;
    checksum?.running.update(chunk);
    if (bytes !== undefined && length > bytes) body.destroy(translate(otherLength(bytes)));
    else if (!body.push(chunk)) source.pause();
  });
  source.on('end', () => {
    if (bytes !== undefined && length < bytes) body.destroy(translate(otherLength(bytes)));
    else if (checksum && checksum.running.digest() !== checksum.expected)
      body.destroy(translate(otherBody()));
    else body.push(null);
  });
  source.on('error', (error) => body.destroy(translate(error)));
  source.on('close', () => {
    if (!source.readableEnded) body.destroy(translate(new StoreError('Unavailable', BROKEN_OFF)));
  });
  return body;
}

function otherLength(bytes: number): StoreError {
  return undocumented(`${bytes} bytes were announced, and another number was sent`);
}

function otherBody(): StoreError {
  return new StoreError('Corrupt', 'the body does not have its checksum', { retryable: true });
}

const BROKEN_OFF = 'the connection was closed in the middle of the object';
