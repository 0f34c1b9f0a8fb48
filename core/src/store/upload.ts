import type { Readable } from 'node:stream';
import type { MultipartCapability } from '../capabilities.js';
import type { DriverCall, PutRequest, StoreDriver } from '../driver.js';
import { StoreError, toStoreError } from '../errors.js';
import type { WriteResult } from '../objects.js';
import { cutPieces } from './body.js';

/** Size of a part when the caller does not say, in bytes. */
const DEFAULT_PART_BYTES = 8 * 1024 * 1024;

/** Parts in flight at once: memory for a put is about this many parts, and one being filled. */
const PARTS_IN_FLIGHT = 3;

/** Runs one driver request with retries. */
export type Attempt = <T>(request: (call: DriverCall) => Promise<T>) => Promise<T>;

/**
 * Writes a stream: in one request when it fits into one part, else in parts. A failed upload is aborted, so
 * that its parts do not stay and cost.
 */
export async function putStream(
  driver: StoreDriver,
  multipart: MultipartCapability,
  request: PutRequest & { readonly body: Readable },
  partBytes: number | undefined,
  attempt: Attempt,
  signal: AbortSignal | undefined,
): Promise<WriteResult> {
  const pieces = cutPieces(request.body, partSize(multipart, partBytes));
  try {
    const first = await pieces.next();
    const second = await pieces.next();
    if (first.done)
      throw new StoreError('Internal', 'a body yielded no piece', { operation: 'put', key: request.key });
    if (second.done) return await attempt((call) => driver.put({ ...request, body: first.value }, call));
    return await putParts(driver, multipart, request, [first.value, second.value], pieces, attempt, signal);
  } finally {
    request.body.destroy();
  }
}

function partSize(multipart: MultipartCapability, wanted = DEFAULT_PART_BYTES): number {
  return Math.min(Math.max(wanted, multipart.minPartBytes), multipart.maxPartBytes);
}

async function putParts(
  driver: StoreDriver,
  multipart: MultipartCapability,
  request: PutRequest,
  begun: readonly Buffer[],
  rest: AsyncGenerator<Buffer>,
  attempt: Attempt,
  signal: AbortSignal | undefined,
): Promise<WriteResult> {
  const { createUpload, uploadPart, completeUpload, abortUpload } = uploadCalls(driver);
  const { key, ifAbsent, ifMatch, body: _body, ...metadata } = request;
  const uploadId = await attempt((call) => createUpload({ key, ...metadata }, call));
  const etags: string[] = [];
  const inFlight = new Set<Promise<void>>();
  let failure: StoreError | undefined;

  const send = (piece: Buffer, partNumber: number): void => {
    const part = attempt((call) => uploadPart({ key, uploadId, partNumber, body: piece }, call))
      .then((etag) => {
        etags[partNumber - 1] = etag;
      })
      .catch((error: unknown) => {
        failure ??= toStoreError(error, { operation: 'put', key, provider: driver.provider });
      })
      .finally(() => inFlight.delete(part));
    inFlight.add(part);
  };

  try {
    let partNumber = 0;
    for await (const piece of concat(begun, rest)) {
      if (++partNumber > multipart.maxParts) {
        throw new StoreError(
          'InvalidArgument',
          `the body needs more than ${multipart.maxParts} parts; set a larger partBytes`,
          { operation: 'put', key },
        );
      }
      send(piece, partNumber);
      while (inFlight.size >= PARTS_IN_FLIGHT) await Promise.race(inFlight);
      if (failure !== undefined) break;
      signal?.throwIfAborted();
    }
    await Promise.all(inFlight);
    if (failure !== undefined) throw failure;
    const parts = etags.map((etag, index) => ({ partNumber: index + 1, etag }));
    return await attempt((call) => completeUpload({ key, uploadId, parts, ifAbsent, ifMatch }, call));
  } catch (error) {
    await Promise.all(inFlight);
    // Without the caller's signal, which may be what ended the upload. When this fails too, the first
    // error is the one to know; the upload then shows in listUploads.
    await abortUpload({ key, uploadId }, {}).catch(() => undefined);
    throw error;
  }
}

async function* concat(begun: readonly Buffer[], rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield* begun;
  yield* rest;
}

/** The four methods of an upload, which `checkDriver` has seen to be there. */
function uploadCalls(driver: StoreDriver) {
  const createUpload = driver.createUpload?.bind(driver);
  const uploadPart = driver.uploadPart?.bind(driver);
  const completeUpload = driver.completeUpload?.bind(driver);
  const abortUpload = driver.abortUpload?.bind(driver);
  if (!createUpload || !uploadPart || !completeUpload || !abortUpload) {
    throw new StoreError('Internal', 'the driver claims multipart uploads and lacks a method for them', {
      provider: driver.provider,
      operation: 'put',
    });
  }
  return { createUpload, uploadPart, completeUpload, abortUpload };
}
