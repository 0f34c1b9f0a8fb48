import { Readable } from 'node:stream';
import { StoreError } from '@store/core';
import { undocumented } from './undocumented.js';

/**
 * The body of an object whose failures are errors of this library, as those of every other answer are. Destroying it
 * destroys its source; nothing is copied.
 *
 * @param source read by nobody else
 * @param translate what the source failed with
 * @param bytes that it has to have, where that is known: a part in chunks may end too soon, or too late
 */
export function objectBody(
  source: Readable,
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
    if (bytes !== undefined && length > bytes) body.destroy(translate(otherLength(bytes)));
    else if (!body.push(chunk)) source.pause();
  });
  source.on('end', () => {
    if (bytes !== undefined && length < bytes) body.destroy(translate(otherLength(bytes)));
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

const BROKEN_OFF = 'the connection was closed in the middle of the object';
