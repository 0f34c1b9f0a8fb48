import { StoreError, type PutRequest } from '@store/driver';

/**
 * The bytes of a body where streams cannot be sent: the same ones, not a copy.
 *
 * @throws StoreError `InvalidArgument` for a stream
 */
export function inMemory(body: PutRequest['body']): Buffer {
  if (body instanceof Uint8Array) return Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  throw new StoreError('InvalidArgument', 'a stream was given, and write.streaming is false');
}
