import type { Readable } from 'node:stream';
import {
  StoreError,
  toStoreError,
  untilAborted,
  type CreateUploadRequest,
  type DriverCall,
  type PutRequest,
  type WriteResult,
} from '@store/driver';
import type { Resumption } from './resumption.js';
import { cutPieces } from './body.js';
import { joinParts, type Joining } from './join-parts.js';

/** Parts in flight at once, at most: memory for a put is about this many parts, and one being filled. */
const PARTS_IN_FLIGHT = 3;

/** So many times the size of the first part is in flight at most, or one part alone: of parts that have grown, fewer. */
const BYTES_IN_FLIGHT = 32;

/** What every upload in parts works with. */
export interface Uploading extends Joining {
  /** Told of bytes that have arrived. */
  readonly onSent?: ((bytes: number) => void) | undefined;
}

/**
 * Writes a stream: in one request when it fits into one part, else in parts. A failed upload is aborted, so
 * that its parts do not stay and cost.
 *
 * @param sizeOf the size of each part in bytes, by its number
 * @param findUpload looks for an upload to go on with; with it, a failed one stays
 */
export async function putStream(
  uploading: Uploading,
  request: PutRequest & { readonly body: Readable },
  sizeOf: (partNumber: number) => number,
  findUpload?: () => Promise<Resumption | undefined>,
): Promise<WriteResult> {
  const { engine, purpose } = uploading;
  const pieces = cutPieces(untilAborted<unknown>(request.body, purpose.signal, 'put'), sizeOf);
  try {
    const first = await pieces.next();
    const second = await pieces.next();
    if (first.done)
      throw new StoreError('Internal', 'a body yielded no piece', { operation: 'put', key: request.key });
    if (second.done) {
      const whole = { ...request, body: first.value };
      const written = await engine.request(purpose, (call) => engine.driver.write.put(whole, call));
      uploading.onSent?.(first.value.length);
      return written;
    }
    const all = concat([first.value, second.value], pieces);
    return await putParts(uploading, request, all, BYTES_IN_FLIGHT * sizeOf(1), findUpload);
  } finally {
    request.body.destroy();
  }
}

async function putParts(
  uploading: Uploading,
  request: PutRequest,
  pieces: AsyncGenerator<Buffer>,
  maxBytesInFlight: number,
  findUpload: (() => Promise<Resumption | undefined>) | undefined,
): Promise<WriteResult> {
  const { multipart, onSent } = uploading;
  const { key, ifAbsent, ifMatch, body: _body, ...attributes } = request;
  const resumed = await findUpload?.();
  async function* parts(): AsyncGenerator<Part> {
    for await (const piece of pieces) {
      yield {
        bytes: piece.length,
        send: async (uploadId, partNumber, call) => {
          const sent = { key, uploadId, partNumber, body: piece };
          const etag = resumed?.etagOf(partNumber, piece) ?? (await multipart.part(sent, call));
          onSent?.(piece.length);
          return etag;
        },
      };
    }
  }
  return uploadParts(uploading, {
    created: { key, ...attributes },
    uploadId: resumed?.uploadId,
    keep: findUpload !== undefined,
    parts: parts(),
    maxBytesInFlight,
    conditions: { ifAbsent, ifMatch },
  });
}

export interface Part {
  /** What it holds in memory. */
  readonly bytes: number;
  /** Sends it, once more when it failed, and resolves to its ETag. */
  readonly send: (uploadId: string, partNumber: number, call: DriverCall) => Promise<string>;
}

interface PartsOfUpload {
  readonly created: CreateUploadRequest;
  /** Go on with this upload; default: a new one. */
  readonly uploadId?: string | undefined;
  /** Leave what has arrived when the upload fails. */
  readonly keep?: boolean | undefined;
  readonly parts: AsyncIterable<Part> | Iterable<Part>;
  /** One part may have more, alone. Default: no limit. */
  readonly maxBytesInFlight?: number | undefined;
  readonly conditions?: Pick<PutRequest, 'ifAbsent' | 'ifMatch'> | undefined;
}

/** Sends the parts of an upload, a few at once, and joins them. */
export async function uploadParts(
  { engine, multipart, purpose }: Uploading,
  { created, uploadId: begun, keep, parts, maxBytesInFlight = Infinity, conditions }: PartsOfUpload,
): Promise<WriteResult> {
  const { key } = created;
  const uploadId = begun ?? (await engine.request(purpose, (call) => multipart.create(created, call)));
  const etags: string[] = [];
  const inFlight = new Set<Promise<void>>();
  let bytesInFlight = 0;
  let failure: StoreError | undefined;

  const hasRoom = (bytes: number): boolean =>
    inFlight.size === 0 || (inFlight.size < PARTS_IN_FLIGHT && bytesInFlight + bytes <= maxBytesInFlight);
  const send = (part: Part, partNumber: number): void => {
    bytesInFlight += part.bytes;
    const sent = engine
      .request(purpose, (call) => part.send(uploadId, partNumber, call))
      .then((etag) => {
        etags[partNumber - 1] = etag;
      })
      .catch((error: unknown) => {
        failure ??= toStoreError(error, { operation: 'put', key, provider: engine.provider });
      })
      .finally(() => {
        bytesInFlight -= part.bytes;
        inFlight.delete(sent);
      });
    inFlight.add(sent);
  };

  try {
    let partNumber = 0;
    for await (const part of parts) {
      if (++partNumber > multipart.maxParts) {
        throw new StoreError(
          'InvalidArgument',
          `the body needs more than ${multipart.maxParts} parts, large as they may get; set a larger partBytes`,
          { operation: 'put', key },
        );
      }
      while (!hasRoom(part.bytes)) await Promise.race(inFlight);
      if (failure !== undefined) break;
      send(part, partNumber);
      // One part is held beside those in flight, and read when one of them has gone.
      while (!hasRoom(0)) await Promise.race(inFlight);
      if (failure !== undefined) break;
      purpose.signal?.throwIfAborted();
    }
    await Promise.all(inFlight);
    if (failure !== undefined) throw failure;
    const listed = etags.map((etag, index) => ({ partNumber: index + 1, etag }));
    const whole = { key, uploadId, parts: listed, ...conditions };
    return await joinParts({ engine, multipart, purpose }, whole);
  } catch (error) {
    await Promise.all(inFlight);
    // Without the caller's signal, which may be what ended the upload. When this fails too, the first
    // error is the one to know; the upload then shows in listUploads.
    if (!keep) await multipart.abort({ key, uploadId }, {}).catch(() => undefined);
    throw error;
  }
}

async function* concat(begun: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* begun;
  yield* rest;
}
