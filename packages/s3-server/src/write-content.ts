import type {
  GetRequest,
  MultipartFacet,
  PutRequest,
  ReadFacet,
  StoreDriver,
  WriteResult,
} from '@store/driver';
import { withJoinedEtag } from '@store/driver/extend';
import { need } from './bucket.js';
import { Content } from './content.js';
import { ServiceError, slowDown } from './http/service-error.js';
import type { Call } from './operation.js';

/** What a stream holds on its way, in bytes: it is counted like bodies in memory. What is smaller goes in one piece. */
const STREAM_BYTES = 256 * 1024;

/**
 * Writes an object. Where the store takes no stream, one that is too large for memory is sent in parts, and becomes an object
 * when the last one is there.
 *
 * @throws ServiceError `EntityTooLarge` when the store takes neither; `SlowDown` when there is no room for it now
 */
export async function writeContent(
  call: Call,
  content: Content,
  request: Omit<PutRequest, 'body'>,
): Promise<WriteResult> {
  const { bucket, signal, room, buffering } = call;
  const { write, multipart } = bucket.objects;
  const { size } = content;
  const put = (body: PutRequest['body']): Promise<WriteResult> => write.put({ ...request, body }, { signal });
  if (write.streaming && !(size !== undefined && size <= STREAM_BYTES)) {
    if (room?.take(STREAM_BYTES) === false) throw slowDown();
    return content.streamed(put);
  }
  const maxBytes = buffering?.objectBytes ?? Infinity;
  if (multipart && (size ?? Infinity) > maxBytes && maxBytes !== Infinity) {
    return writeInParts(call, multipart, content, { request, put, maxBytes });
  }
  return put(await content.whole(room, maxBytes, () => tooLarge(maxBytes)));
}

interface Writing {
  readonly request: Omit<PutRequest, 'body'>;
  readonly put: (body: Buffer) => Promise<WriteResult>;
  readonly maxBytes: number;
}

async function writeInParts(
  { bucket, signal, room }: Call,
  multipart: MultipartFacet,
  content: Content,
  { request: { ifAbsent, ifMatch, record, ...request }, put, maxBytes }: Writing,
): Promise<WriteResult> {
  const { key } = request;
  const { read } = bucket.objects;
  const { minPartBytes, maxPartBytes, maxParts } = multipart;
  const bytes = Math.max(maxBytes, minPartBytes, Math.ceil((content.size ?? 0) / maxParts));
  const partBytes = Math.min(bytes, maxPartBytes);
  if (room?.take(partBytes) === false) throw slowDown();
  const pieces = inPieces(content, partBytes);
  const first = await pieces.next();
  // It announced no size, and is none that needs parts.
  if (first.done || first.value.length < partBytes) {
    return put(first.done ? Buffer.alloc(0) : first.value);
  }
  const uploadId = await multipart.create(request, { signal });
  try {
    const parts: { partNumber: number; etag: string }[] = [];
    for (let piece: IteratorResult<Buffer> = first; !piece.done; piece = await pieces.next()) {
      const partNumber = parts.length + 1;
      const etag = await multipart.part({ key, uploadId, partNumber, body: piece.value }, { signal });
      parts.push({ partNumber, etag });
    }
    const ended = { key, uploadId, parts, ifAbsent, ifMatch, record: record?.() };
    const written = await multipart.complete(ended, { signal });
    return await withJoinedEtag(written, parts.length, (head) => read.head(head, { signal }));
  } catch (error) {
    await pieces.return(undefined);
    // What is left of it costs money; the client hears of the failure before.
    await multipart.abort({ key, uploadId }, {}).catch(() => undefined);
    throw error;
  }
}

/** The same bytes in pieces of one size, the last one smaller. Each has its own memory: a store may keep it. */
async function* inPieces(content: Content, bytes: number): AsyncGenerator<Buffer, undefined> {
  let left = content.size ?? Infinity;
  let piece = Buffer.allocUnsafeSlow(Math.min(bytes, left));
  let filled = 0;
  for await (const chunk of content.chunks()) {
    for (let at = 0; at < chunk.length;) {
      const copied = chunk.copy(piece, filled, at);
      at += copied;
      filled += copied;
      left -= copied;
      if (filled < piece.length) continue;
      yield piece;
      piece = Buffer.allocUnsafeSlow(Math.min(bytes, left));
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
  return undefined;
}

/**
 * Sends a part and resolves to its ETag.
 *
 * @throws ServiceError `EntityTooLarge`, `SlowDown`
 */
export async function writePart(
  { bucket, key, signal, room, buffering }: Call,
  part: { readonly uploadId: string; readonly partNumber: number },
  content: Content,
): Promise<string> {
  if (bucket.streamPart) {
    if (room?.take(STREAM_BYTES) === false) throw slowDown();
    const { streamPart } = bucket;
    return content.streamed((body) => streamPart({ ...part, key, body, size: content.size }, { signal }));
  }
  const { part: send, keptPart } = need(bucket.objects.multipart);
  if (keptPart && bucket.keepPart && (content.size ?? Infinity) > STREAM_BYTES) {
    if (room?.take(STREAM_BYTES) === false) throw slowDown();
    const body = await bucket.keepPart(content);
    try {
      return await keptPart({ ...part, key, body }, { signal });
    } finally {
      await body.remove();
    }
  }
  const maxBytes = buffering?.partBytes ?? Infinity;
  const body = await content.whole(room, maxBytes, () => tooLarge(maxBytes));
  return send({ ...part, key, body }, { signal });
}

/** What a store holds, to be written again. It is asked for when the first byte is wanted. */
export function contentOf(
  { read }: StoreDriver,
  request: GetRequest,
  size: number | undefined,
  signal: AbortSignal | undefined,
): Content {
  return new Content(size, bytesOf(read, request, signal));
}

async function* bytesOf(
  read: ReadFacet,
  request: GetRequest,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  // What stores give are bytes, not text.
  const body: AsyncIterable<Buffer> = (await read.get(request, { signal })).body;
  yield* body;
}

function tooLarge(maxBytes: number): ServiceError {
  return new ServiceError(
    400,
    'EntityTooLarge',
    `No more than ${maxBytes} bytes can go to this store in one piece; send or copy it in smaller parts`,
    { MaxSizeAllowed: String(maxBytes) },
  );
}
