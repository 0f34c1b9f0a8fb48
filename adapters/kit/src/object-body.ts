import { Readable } from 'node:stream';
import { StoreError } from '@store/core';

/**
 * The body of an object whose failures are errors of this library, as those of every other answer are. Destroying it
 * destroys its source; nothing is copied.
 *
 * @param source read by nobody else
 * @param translate what the source failed with
 */
export function objectBody(source: Readable, translate: (error: unknown) => StoreError): Readable {
  const body = new Readable({
    read: () => void source.resume(),
    destroy: (error, done) => {
      source.destroy();
      done(error);
    },
  });
  source.pause();
  source.on('data', (chunk: Uint8Array) => {
    if (!body.push(chunk)) source.pause();
  });
  source.on('end', () => body.push(null));
  source.on('error', (error) => body.destroy(translate(error)));
  source.on('close', () => {
    if (!source.readableEnded) body.destroy(translate(new StoreError('Unavailable', BROKEN_OFF)));
  });
  return body;
}

const BROKEN_OFF = 'the connection was closed in the middle of the object';
