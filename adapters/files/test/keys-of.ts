import type { ObjectStore, Unnameable } from '@store/core';

/** All keys, in the order of their listing, and what else it shows. */
export async function listed(
  store: ObjectStore,
  prefix = '',
): Promise<{ readonly keys: string[]; readonly strange: Unnameable[] }> {
  const keys: string[] = [];
  const strange: Unnameable[] = [];
  for await (const { key } of store.list(prefix, { onUnnameable: (entry) => strange.push(entry) }))
    keys.push(key);
  return { keys, strange };
}

export async function keysOf(store: ObjectStore, prefix = ''): Promise<string[]> {
  return (await listed(store, prefix)).keys;
}
