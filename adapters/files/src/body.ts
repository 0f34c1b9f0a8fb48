import { createReadStream } from 'node:fs';
import { addAbortSignal, pipeline, Readable, Transform, type TransformCallback } from 'node:stream';
import { StoreError, throwIfAborted } from '@store/core';
import { bytesOf } from '@store/fs/on-disk';
import { close, read, write } from './file-calls.js';
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
  if (bytes <= CHUNK_BYTES) return shortBody(fd, start, bytes, doing);
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
    flush: (done: TransformCallback) => done(seen === bytes ? null : becameShorter(doing)),
  });
  // Who reads it learns of a failure.
  pipeline(file, counted, () => undefined);
  return counted;
}

/** The same of one chunk, which is read at once; where that fails the caller closes the file. A stream of a file costs more than all the rest of reading a small one. */
async function shortBody(fd: number, start: number, bytes: number, doing: Doing): Promise<Readable> {
  const chunk = Buffer.allocUnsafe(bytes);
  let seen = 0;
  for (let more = -1; more !== 0 && seen < bytes; seen += more)
    more = (await read(fd, chunk, seen, bytes - seen, start + seen)).bytesRead;
  if (seen < bytes) throw becameShorter(doing);
  await close(fd);
  return Readable.from([chunk], { objectMode: false });
}

function becameShorter(doing: Doing): StoreError {
  return new StoreError('Conflict', 'the file became shorter while it was read', {
    ...doing,
    provider: PROVIDER,
  });
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
