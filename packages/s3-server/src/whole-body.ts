import type { Readable } from 'node:stream';
import { ServiceError } from './http/service-error.js';

/**
 * Reads what a store gives into memory.
 *
 * @throws ServiceError `InvalidRequest` for more than `maxBytes`
 */
export async function readWhole(body: Readable, maxBytes = Infinity): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop destroys the stream.
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) {
      throw new ServiceError(
        400,
        'InvalidRequest',
        `No more than ${maxBytes} bytes can be copied here in one request; copy the object in parts`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
