import { Readable } from 'node:stream';
import { StoreError } from '@store/driver';
import type { ObjectBody } from '../object-store.js';

const NO_BODY =
  'the body has to be a string, Uint8Array, ArrayBuffer, Blob, Response, Readable, ReadableStream or async iterable of Uint8Array';

/**
 * A caller's body as bytes where all of it is there, else as a stream.
 *
 * @throws StoreError `InvalidArgument` for anything that is not a body
 */
export function normaliseBody(body: ObjectBody): Uint8Array | Readable {
  if (typeof body === 'string') return Buffer.from(body);
  // First: to ask for a `Response` has Node load all that belongs to it.
  if (body instanceof Uint8Array) return body;
  if (isConsumed(body)) {
    throw refused(
      'the body has been read already, or is being read by somebody else: what is left of it is not the whole',
    );
  }
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (body instanceof Readable) return body;
  if (body instanceof Blob) return Readable.from(body.stream());
  if (body instanceof ReadableStream) return Readable.fromWeb(body);
  if (body instanceof Response) return bodyOf(body);
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
    return Readable.from(body, { objectMode: false });
  throw refused(NO_BODY);
}

/** @throws StoreError `InvalidArgument` for an answer that is an error: its page would become the object */
function bodyOf(response: Response): Uint8Array | Readable {
  if (!response.ok) throw refused(`the body is an answer with HTTP ${response.status}, and not a success`);
  return response.body ? Readable.fromWeb(response.body) : new Uint8Array();
}

function refused(message: string): StoreError {
  return new StoreError('InvalidArgument', message, { operation: 'put' });
}

function isConsumed(body: unknown): boolean {
  if (body instanceof Readable) return body.readableDidRead || body.destroyed || body.errored !== null;
  if (body instanceof Response) return body.bodyUsed || body.body?.locked === true;
  return body instanceof ReadableStream && body.locked;
}

/** The length of a body in bytes, where it can be known without reading it. */
export function sizeOfBody(body: ObjectBody): number | undefined {
  if (typeof body === 'string') return Buffer.byteLength(body);
  if (body instanceof Uint8Array || body instanceof ArrayBuffer) return body.byteLength;
  return body instanceof Blob ? body.size : undefined;
}

/** The content type that a body knows of itself, such as a `File`. */
export function typeOfBody(body: ObjectBody): string | undefined {
  if (typeof body === 'string' || body instanceof Uint8Array) return undefined;
  if (body instanceof Blob) return body.type || undefined;
  return body instanceof Response ? (body.headers.get('content-type') ?? undefined) : undefined;
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
      yield joined(chunks, bytes);
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
  if (held > 0 || number === 1) yield joined(chunks, held);
}

/** What comes in one chunk is not copied. */
function joined(chunks: readonly Buffer[], bytes: number): Buffer {
  const [first] = chunks;
  return first && chunks.length === 1 ? first : Buffer.concat(chunks, bytes);
}

/** The same stream; tells how many bytes each of its chunks has when the next one is asked for: then that one has gone. */
export function counted(body: Readable, onSent: (bytes: number) => void): Readable {
  const chunks = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of body) {
      const bytes = toBuffer(chunk);
      yield bytes;
      onSent(bytes.length);
    }
  };
  return Readable.from(chunks(), { objectMode: false });
}

function toBuffer(chunk: unknown): Buffer {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new StoreError('InvalidArgument', `the body's stream yields ${typeof chunk}, not bytes`, {
    operation: 'put',
  });
}
