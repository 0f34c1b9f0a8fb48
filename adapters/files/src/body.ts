import { createReadStream } from 'node:fs';
import { addAbortSignal, pipeline, Readable, Transform, type TransformCallback } from 'node:stream';
import { StoreError, throwIfAborted } from '@store/core';
import { bytesOf } from '@store/fs/on-disk';
import { close, write } from './file-calls.js';
import type { Doing } from './refusals.js';
import { PROVIDER } from './refusals.js';

/** Bytes of a file that are read at once. */
const CHUNK_BYTES = 256 * 1024;

/**
 * Bytes of an open file as a stream, which closes the file at its end and when it is destroyed.
 *
 * Fails with `Conflict` when there are fewer: somebody has cut the file meanwhile.
 */
export async function bodyOf(
  fd: number,
  start: number,
  bytes: number,
  doing: Doing,
  signal: AbortSignal | undefined,
): Promise<Readable> {
  if (bytes <= 0) {
    // `end` is inclusive, so no bytes cannot be asked for.
    await close(fd);
    return Readable.from([], { objectMode: false });
  }
  const end = start + bytes - 1;
  const file = createReadStream('', {
    fd,
    start,
    end,
    highWaterMark: CHUNK_BYTES,
    ...(signal ? { signal } : {}),
  });
  let seen = 0;
  const counted = new Transform({
    transform(chunk: Uint8Array, _encoding, done: TransformCallback) {
      seen += chunk.length;
      done(null, chunk);
    },
    flush(done: TransformCallback) {
      const details = { ...doing, provider: PROVIDER };
      done(
        seen === bytes
          ? null
          : new StoreError('Conflict', 'the file became shorter while it was read', details),
      );
    },
  });
  // Who reads it learns of a failure.
  pipeline(file, counted, () => undefined);
  return counted;
}

/** Writes a body to an empty file. */
export async function writeBody(
  fd: number,
  body: Uint8Array | Readable,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (body instanceof Uint8Array) return writeAll(fd, body);
  // Also of a body that does not go on.
  if (signal) addAbortSignal(signal, body);
  for await (const chunk of body) {
    throwIfAborted(signal, 'put');
    await writeAll(fd, bytesOf(chunk));
  }
}

async function writeAll(fd: number, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    const { bytesWritten } = await write(fd, bytes, written, bytes.length - written);
    written += bytesWritten;
  }
}
