import {
  compareKeys,
  DEFAULT_MAX_KEY_BYTES,
  StoreError,
  type BatchFacet,
  type ListFacet,
  type ObjectInfo,
  type StoreDriver,
} from '@store/core';

/** Entries of a page, and keys of a batch. */
export const PAGE = 1000;

export const PREFIX = 'bench/';

/** The key of an index, in the order of the indexes. */
export function keyAt(index: number): string {
  return `${PREFIX}${String(Math.floor(index / 1000)).padStart(7, '0')}/object-${String(index % 1000).padStart(4, '0')}.json`;
}

/** The index of the first key behind this one, of so many keys. */
export function firstBehind(key: string, total: number): number {
  let low = 0;
  let high = total;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (compareKeys(keyAt(middle), key) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** The objects from one index up to another one, exclusive. */
export function objectsOf(start: number, end: number): ObjectInfo[] {
  const objects: ObjectInfo[] = [];
  for (let i = start; i < end; i++)
    objects.push({
      key: keyAt(i),
      size: 100,
      lastModified: new Date(0),
      etag: '"d41d8cd98f00b204e9800998ecf8427e"',
    });
  return objects;
}

function notHere(): never {
  throw new StoreError('Unsupported', 'this driver only lists and deletes');
}

/** A driver in the process that lists and deletes keys which it makes up. Without the test tools, which would be measured too. */
export function syntheticDriver(list: ListFacet['page'], deleteBatch: BatchFacet['delete']): StoreDriver {
  return {
    provider: 'synthetic',
    place: 'synthetic:',
    keys: { maxBytes: DEFAULT_MAX_KEY_BYTES },
    list: { order: 'utf8', maxPageSize: PAGE, delimiter: 'none', page: list },
    read: { head: notHere, get: notHere },
    write: {
      streaming: false,
      ifAbsent: false,
      ifMatch: false,
      storageClasses: false,
      put: notHere,
      copy: notHere,
    },
    delete: { ifMatch: false, passThrough: [], one: notHere },
    batch: { maxKeys: PAGE, maxBytes: 2 * 1024 * 1024, keys: 'xml', delete: deleteBatch },
    close: async () => undefined,
  };
}
