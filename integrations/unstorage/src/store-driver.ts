import { StoreError, quoteKey, type ObjectBody, type ObjectStore } from '@store/core';

export interface StoreDriverOptions {
  readonly store: ObjectStore;
  /** Where the items are: `cache/`. Has to end in `/`. Default: the whole store. */
  readonly prefix?: string | undefined;
}

/** What a driver has to have. unstorage's own types name packages that are not installed with it. */
export interface StoreDriver {
  readonly name: string;
  readonly options: StoreDriverOptions;
  getInstance(): ObjectStore;
  hasItem(item: string): Promise<boolean>;
  getItem(item: string): Promise<string | null>;
  getItemRaw(item: string): Promise<Uint8Array | null>;
  setItem(item: string, value: string): Promise<void>;
  setItemRaw(item: string, value: ObjectBody): Promise<void>;
  removeItem(item: string): Promise<void>;
  getMeta(item: string): Promise<Readonly<Record<string, string | number | Date | undefined>> | null>;
  getKeys(base?: string): Promise<string[]>;
  clear(base?: string): Promise<void>;
  dispose(): Promise<void>;
}

/**
 * A driver for `createStorage`: the item `a:b` is the object `a/b` under the prefix.
 *
 * `clear` deletes everything under its base, and nothing beside it, with the promises of `deletePrefix`: it rejects when
 * something is left. `dispose` closes the store. Objects whose keys are no items (with `:`, or an empty part) are not shown.
 *
 * @throws StoreError `InvalidArgument` for a prefix that does not end in `/`
 */
export function storeDriver(options: StoreDriverOptions): StoreDriver {
  const { store, prefix = '' } = options;
  if (prefix !== '' && !prefix.endsWith('/')) {
    throw new StoreError('InvalidArgument', `the prefix ${quoteKey(prefix)} has to end in "/"`, {
      operation: 'storeDriver',
    });
  }
  const keyOf = (item: string | undefined = ''): string => prefix + item.replaceAll(':', '/');

  return {
    name: 'store',
    options,
    getInstance: () => store,
    hasItem: (item) => store.exists(keyOf(item)),
    getItem: (item) => orNull(store.get(keyOf(item)).then((stored) => stored.text())),
    getItemRaw: (item) => orNull(store.get(keyOf(item)).then((stored) => stored.bytes())),
    async setItem(item, value) {
      await store.put(keyOf(item), value);
    },
    // What is no body is refused by `put`.
    async setItemRaw(item, value) {
      await store.put(keyOf(item), value);
    },
    removeItem: (item) => store.delete(keyOf(item)),
    getMeta: (item) =>
      orNull(
        store.head(keyOf(item)).then(({ lastModified, size, etag, contentType, metadata }) => ({
          ...metadata,
          ...(lastModified && { mtime: lastModified }),
          size,
          etag,
          contentType,
        })),
      ),
    async getKeys(base) {
      const items: string[] = [];
      for await (const { key } of store.list(keyOf(base), { ordered: false })) {
        const rest = key.slice(prefix.length);
        if (isItem(rest)) items.push(rest.replaceAll('/', ':'));
      }
      return items;
    },
    async clear(base) {
      const under = keyOf(base);
      const { complete, failed, skipped, failures } = await store.deletePrefix(under, {
        entireStore: under === '',
      });
      if (complete) return;
      const [first] = failures.sample;
      throw new StoreError(
        first?.code ?? 'Unconfirmed',
        `${failed + skipped} objects under ${quoteKey(under)} are still there` +
          (first ? `; the first: ${quoteKey(first.key)}: ${first.message}` : ''),
        { operation: 'clear' },
      );
    },
    dispose: () => store.close(),
  };
}

/** Whether unstorage, which makes every run of `/`, `\` and `:` one `:` and cuts at `?`, comes back to this very key. */
function isItem(rest: string): boolean {
  return !/[:?\\]|^\/|\/\/|\/$/u.test(rest) && rest !== '';
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof StoreError && error.code === 'NotFound') return null;
    throw error;
  }
}
