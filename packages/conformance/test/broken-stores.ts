// Stores that are wrong in one way each, as real tools and services have been. Run by suite.test.ts in a
// process of its own: the suite has to find them out.
import { createObjectStore, type ListPage, type StoreDriver } from '@store/core';
import { describeObjectStore } from '@store/conformance';
import { memoryDriver } from '@store/memory';

/** Some calls of the memory driver replaced. */
type Change = {
  readonly [Name in 'list' | 'read' | 'write' | 'delete' | 'batch']?: Partial<StoreDriver[Name]>;
};

function broken(change: (inner: StoreDriver) => Change): StoreDriver {
  const inner = memoryDriver();
  const { list, read, write, delete: single, batch } = change(inner);
  return {
    ...inner,
    provider: 'broken',
    list: { ...inner.list, ...list },
    read: { ...inner.read, ...read },
    write: { ...inner.write, ...write },
    delete: { ...inner.delete, ...single },
    batch: inner.batch && { ...inner.batch, ...batch },
  };
}

async function sorted(page: Promise<ListPage>): Promise<ListPage> {
  const { objects, ...rest } = await page;
  return { ...rest, objects: [...objects].sort((a, b) => (a.key < b.key ? -1 : 1)) };
}

const stores: Record<string, () => StoreDriver> = {
  'strips the slash of a prefix': () =>
    broken(({ list }) => ({
      list: {
        page: (request, call) => list.page({ ...request, prefix: request.prefix.replace(/\/$/, '') }, call),
      },
    })),
  'lists in UTF-16 order': () =>
    broken(({ list }) => ({ list: { page: (request, call) => sorted(list.page(request, call)) } })),
  'resolves dot segments': () =>
    broken(({ delete: { one } }) => ({
      delete: {
        one: ({ key }, call) =>
          one({ key: new URL(`http://x/${encodeURI(key)}`).pathname.slice(1) || 'x' }, call),
      },
    })),
  'normalises Unicode': () =>
    broken(({ write }) => ({
      write: {
        put: (request, call) => write.put({ ...request, key: request.key.normalize('NFC') }, call),
      },
    })),
  'reports refused keys as deleted': () =>
    broken(({ batch }) => ({
      batch: {
        delete: async (targets, call) => {
          await batch?.delete(
            targets.filter((_, i) => i % 2 === 0),
            call,
          );
          return { deleted: targets, failed: [] };
        },
      },
    })),
  'forgets the metadata': () =>
    broken(({ write }) => ({ write: { put: ({ key, body }, call) => write.put({ key, body }, call) } })),
  'ignores ranges': () =>
    broken(({ read }) => ({
      read: { get: ({ range: _, ...request }, call) => read.get(request, call) },
    })),
  'ignores ifAbsent': () =>
    broken(({ write }) => ({
      write: { put: ({ ifAbsent: _, ...request }, call) => write.put(request, call) },
    })),
  'fails to delete what is not there': () =>
    broken(({ read, delete: { one } }) => ({
      delete: {
        one: async (target, call) => {
          await read.head(target, call);
          return one(target, call);
        },
      },
    })),
  'ends listings early': () =>
    broken(({ list }) => ({
      list: {
        page: async (request, call) => ({ ...(await list.page(request, call)), truncated: false }),
      },
    })),
};

for (const [name, make] of Object.entries(stores)) {
  const driver = make();
  describeObjectStore(name, async () => createObjectStore(driver), { manyKeys: 1500 });
}
