import type { ObjectStore } from '@store/core';

/** All keys of a store, as listed. */
export async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
}
