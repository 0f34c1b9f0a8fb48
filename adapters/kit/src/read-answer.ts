import type { Readable } from 'node:stream';
import { StoreError } from '@store/driver';

/**
 * Most bytes of an answer that is not an object's body. A page of 1000 keys of 1 KiB each, six bytes for every escaped
 * one, and as much again for all else, fits several times.
 */
export const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** Most bytes of an answer that has no document, and of a refusal: many of them may be on their way at once. */
export const MAX_SHORT_ANSWER_BYTES = 1024 * 1024;

/**
 * A whole answer, errors included. A service that is broken or hostile sends more than fits into memory, so there is
 * a limit; what is beyond it is not read, and the socket is closed.
 *
 * @throws StoreError `Corrupt` when the answer is longer; whatever the stream fails with
 */
export function readAnswer(body: Readable, maxBytes = MAX_ANSWER_BYTES): Promise<Buffer> {
  // By events: an iterator takes several promises for each of the many pieces.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    let whole = false;
    const fail = (error: unknown): void => {
      chunks.length = 0;
      reject(error);
    };
    body.on('data', (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length > maxBytes) {
        fail(tooLong(maxBytes));
        body.destroy();
      }
    });
    body.on('end', () => {
      whole = true;
      resolve(Buffer.concat(chunks, length));
    });
    body.on('error', fail);
    body.on('close', () => {
      if (!whole) fail(brokenOff());
    });
    if (body.destroyed || body.readableEnded) fail(body.errored ?? brokenOff());
  });
}

/**
 * The body of an answer that announces how long it is: Node ends it there. What breaks off before is an error.
 *
 * @throws StoreError `Unavailable`; whatever the stream fails with
 */
export function readAnnounced(body: Readable, bytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // A small one comes as one piece, and is not copied.
    let all: Buffer | undefined;
    let length = 0;
    body.on('data', (chunk: Buffer) => {
      if (length === 0 && chunk.length === bytes) all = chunk;
      else (all ??= Buffer.allocUnsafe(bytes)).set(chunk, length);
      length += chunk.length;
    });
    body.on('end', () => {
      if (length === bytes) resolve(all ?? Buffer.alloc(0));
      else reject(brokenOff());
    });
    body.on('error', reject);
    body.on('close', () => {
      if (!body.readableEnded) reject(brokenOff());
    });
    if (body.destroyed || body.readableEnded) reject(body.errored ?? brokenOff());
  });
}

function tooLong(maxBytes: number): StoreError {
  return new StoreError(
    'Corrupt',
    `the answer is longer than ${maxBytes} bytes, which no answer to this call is`,
  );
}

function brokenOff(): StoreError {
  return new StoreError('Unavailable', 'the connection was closed in the middle of the answer');
}
