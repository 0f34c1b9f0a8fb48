import type { Readable } from 'node:stream';
import { StoreError } from '@store/core';

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
export async function readAnswer(body: Readable, maxBytes = MAX_ANSWER_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    const bytes = Buffer.from(chunk as Uint8Array);
    length += bytes.length;
    // Leaving the loop destroys the stream.
    if (length > maxBytes)
      throw new StoreError(
        'Corrupt',
        `the answer is longer than ${maxBytes} bytes, which no answer to this call is`,
      );
    chunks.push(bytes);
  }
  return Buffer.concat(chunks, length);
}
