import { createCipheriv, createHash } from 'node:crypto';
import type { ObjectStore } from '@store/core';

/** Everything in a store: each key, and the digest of what it holds. Read by `get` alone. */
export async function contentsOf(store: ObjectStore, prefix = ''): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for await (const { key } of store.list(prefix)) {
    const bytes = await (await store.get(key)).bytes();
    contents[key.slice(prefix.length)] = digest(bytes);
  }
  return contents;
}

export function digest(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 16);
}

/** Bytes that are not alike anywhere. */
export function noise(size: number, seed = 1): Buffer {
  const key = Buffer.alloc(16);
  key.writeUInt32BE(seed);
  return createCipheriv('aes-128-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(size));
}
