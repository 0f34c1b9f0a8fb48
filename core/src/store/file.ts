import type { ObjectStore } from '../object-store.js';

/** The methods whose first argument is the key of an object. */
const OF_A_KEY = [
  'put',
  'get',
  'head',
  'exists',
  'copy',
  'copyTo',
  'move',
  'getTags',
  'setTags',
  'restore',
  'presign',
  'presignPost',
  'url',
  'delete',
] as const satisfies readonly (keyof ObjectStore)[];

type WithoutKey<Method> = Method extends (key: string, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;

/** One key of a store: the methods of `ObjectStore` without their first argument. Nothing is asked until one is called. */
export type StoreFile = {
  readonly [Name in (typeof OF_A_KEY)[number]]: WithoutKey<ObjectStore[Name]>;
} & { readonly key: string };

export function fileOf(store: ObjectStore, key: string): StoreFile {
  const methods = OF_A_KEY.map((name) => {
    const call = (...rest: unknown[]): unknown => Reflect.apply(store[name], store, [key, ...rest]);
    return [name, call] as const;
  });
  // Each is its method with the key in front.
  return { ...Object.fromEntries(methods), key } as unknown as StoreFile;
}
