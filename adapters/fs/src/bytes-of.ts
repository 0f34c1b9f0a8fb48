import { StoreError } from '@store/driver';

/** A piece of a body's stream. @throws StoreError `InvalidArgument` for one that is neither bytes nor text */
export function bytesOf(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw new StoreError('InvalidArgument', `the body's stream yields ${typeof chunk}, not bytes`, {
    operation: 'put',
  });
}
