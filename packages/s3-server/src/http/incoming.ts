import type { IncomingMessage } from 'node:http';
import { Query } from './query.js';
import { ServiceError } from './service-error.js';

/** A request, read whole. The path is taken as it came: `new URL` would resolve dot segments. */
export interface Incoming {
  readonly method: string;
  /** Percent-encoded, with its leading slash. */
  readonly rawPath: string;
  readonly query: Query;
  /** Behind the question mark, percent-encoded. */
  readonly rawQuery: string;
  /** By lower-case name; repeated headers are joined with a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** When it arrived; milliseconds since the epoch, by this machine's clock. */
  readonly receivedAt: number;
}

/**
 * Reads a request. Rejects when the client goes away before it is complete.
 *
 * @param maxBytes of the body
 * @throws ServiceError `EntityTooLarge`
 */
export async function readIncoming(message: IncomingMessage, maxBytes = Infinity): Promise<Incoming> {
  const receivedAt = Date.now();
  const url = message.url ?? '/';
  const mark = url.indexOf('?');
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(message.headersDistinct)) {
    if (value) headers.set(name, value.join(','));
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  if (Number(message.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  // The connection stays, for the answer.
  const body: AsyncIterable<Buffer> = message.iterator({ destroyOnReturn: false });
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  const [first] = chunks;
  const rawQuery = mark < 0 ? '' : url.slice(mark + 1);
  return {
    method: message.method ?? 'GET',
    rawPath: mark < 0 ? url : url.slice(0, mark),
    query: Query.parse(rawQuery),
    rawQuery,
    headers,
    body: chunks.length === 1 && first ? first : Buffer.concat(chunks),
    receivedAt,
  };
}

function tooLarge(maxBytes: number): ServiceError {
  return new ServiceError(
    400,
    'EntityTooLarge',
    `A request may bring ${maxBytes} bytes here; send larger objects as a multipart upload`,
    { MaxSizeAllowed: String(maxBytes) },
  );
}
