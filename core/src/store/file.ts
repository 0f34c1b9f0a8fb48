import type { KeyMethod, ObjectStore, StoreFile } from '../object-store.js';

const OF_A_KEY: Readonly<Record<KeyMethod, true>> = {
  put: true,
  get: true,
  head: true,
  exists: true,
  copy: true,
  copyTo: true,
  move: true,
  getTags: true,
  setTags: true,
  restore: true,
  presign: true,
  presignPost: true,
  url: true,
  delete: true,
};

export function fileOf(store: ObjectStore, key: string): StoreFile {
  // The table has those names and no other.
  const names = Object.keys(OF_A_KEY) as KeyMethod[];
  const methods = names.map((name) => {
    const call = (...rest: unknown[]): unknown => Reflect.apply(store[name], store, [key, ...rest]);
    return [name, call] as const;
  });
  // Each is its method with the key in front.
  return { ...Object.fromEntries(methods), key } as unknown as StoreFile;
}
