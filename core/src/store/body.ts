import { Readable } from 'node:stream';
import { StoreError } from '../errors.js';
import type { ObjectBody } from '../object-store.js';

/**
 * A caller's body as bytes where all of it is there, else as a stream.
 *
 * @throws StoreError `InvalidArgument` for anything that is not a body
 */
export function normaliseBody(body: ObjectBody): Uint8Array | Readable {
  if (typeof body === 'string') return Buffer.from(body);
  if (isConsumed(body)) {
    const message =
      'the body has been read already, or is being read by somebody else: what is left of it is not the whole';
    throw new StoreError('InvalidArgument', message, { operation: 'put' });
  }
  if (body instanceof Uint8Array) return body;
  if (body instanceof Readable) return body;
  if (body instanceof Blob) return Readable.from(body.stream());
  if (body instanceof ReadableStream) return Readable.fromWeb(body);
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
    return Readable.from(body, { objectMode: false });
  throw new StoreError(
    'InvalidArgument',
    'the body has to be a string, Uint8Array, Blob, Readable, ReadableStream or async iterable of Uint8Array',
    { operation: 'put' },
  );
}

function isConsumed(body: unknown): boolean {
  if (body instanceof Readable) return body.readableDidRead || body.destroyed || body.errored !== null;
  return body instanceof ReadableStream && body.locked;
}

/** The length of a body in bytes, where it can be known without reading it. */
export function sizeOfBody(body: ObjectBody): number | undefined {
  if (body instanceof Uint8Array) return body.length;
  return body instanceof Blob ? body.size : undefined;
}

/**
 * Cuts a stream into pieces of exactly the sizes that are given for them, by their numbers from 1, the last one shorter; an
 * empty stream is one empty piece. Holds one piece at a time.
 */
export async function* cutPieces(
  body: AsyncIterable<unknown>,
  sizeOf: (number: number) => number,
): AsyncGenerator<Buffer, void, undefined> {
  let chunks: Buffer[] = [];
  let held = 0;
  let number = 1;
  let bytes = sizeOf(number);
  for await (const chunk of body) {
    let rest = toBuffer(chunk);
    while (held + rest.length >= bytes) {
      const taken = bytes - held;
      chunks.push(rest.subarray(0, taken));
      yield Buffer.concat(chunks, bytes);
      rest = rest.subarray(taken);
      chunks = [];
      held = 0;
      bytes = sizeOf(++number);
    }
    if (rest.length > 0) {
      chunks.push(rest);
      held += rest.length;
    }
  }
  if (held > 0 || number === 1) yield Buffer.concat(chunks, held);
}

function toBuffer(chunk: unknown): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new StoreError('InvalidArgument', `the body's stream yields ${typeof chunk}, not bytes`, {
    operation: 'put',
  });
}
