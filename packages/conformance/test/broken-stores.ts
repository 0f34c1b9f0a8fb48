// Stores that are wrong in one way each, as real tools and services have been. Run by suite.test.ts in a
// process of its own: the suite has to find them out.
import { createObjectStore, type ListPage, type ListPageRequest, type StoreDriver } from '@store/core';
import { describeObjectStore } from '@store/conformance';
import { MemoryDriver } from '@store/memory';

/** Some methods of the memory driver replaced. */
function broken(change: (inner: MemoryDriver) => Partial<StoreDriver>): StoreDriver {
  const inner = new MemoryDriver();
  const members: Partial<StoreDriver> = {};
  for (const name of [
    'listPage',
    'head',
    'get',
    'put',
    'copy',
    'deleteOne',
    'deleteBatch',
    'listUploadsPage',
    'createUpload',
    'uploadPart',
    'uploadPartCopy',
    'listPartsPage',
    'getTags',
    'setTags',
    'restore',
    'completeUpload',
    'abortUpload',
    'close',
  ] as const) {
    Object.assign(members, { [name]: inner[name].bind(inner) });
  }
  // All methods of the memory driver are there now; the compiler cannot see that through the loop.
  return {
    provider: 'broken',
    capabilities: inner.capabilities,
    ...members,
    ...change(inner),
  } as StoreDriver;
}

async function sorted(page: Promise<ListPage>): Promise<ListPage> {
  const { objects, ...rest } = await page;
  return { ...rest, objects: [...objects].sort((a, b) => (a.key < b.key ? -1 : 1)) };
}

const stores: Record<string, () => StoreDriver> = {
  'strips the slash of a prefix': () =>
    broken((inner) => ({
      listPage: (request: ListPageRequest, call) =>
        inner.listPage({ ...request, prefix: request.prefix.replace(/\/$/, '') }, call),
    })),
  'lists in UTF-16 order': () =>
    broken((inner) => ({ listPage: (request, call) => sorted(inner.listPage(request, call)) })),
  'resolves dot segments': () =>
    broken((inner) => ({
      deleteOne: ({ key }, call) =>
        inner.deleteOne({ key: new URL(`http://x/${encodeURI(key)}`).pathname.slice(1) || 'x' }, call),
    })),
  'normalises Unicode': () =>
    broken((inner) => ({
      put: (request, call) => inner.put({ ...request, key: request.key.normalize('NFC') }, call),
    })),
  'reports refused keys as deleted': () =>
    broken((inner) => ({
      deleteBatch: async (targets, call) => {
        await inner.deleteBatch(
          targets.filter((_, i) => i % 2 === 0),
          call,
        );
        return { deleted: targets, failed: [] };
      },
    })),
  'forgets the metadata': () =>
    broken((inner) => ({ put: ({ key, body }, call) => inner.put({ key, body }, call) })),
  'ignores ranges': () =>
    broken((inner) => ({ get: ({ range: _, ...request }, call) => inner.get(request, call) })),
  'ignores ifAbsent': () =>
    broken((inner) => ({ put: ({ ifAbsent: _, ...request }, call) => inner.put(request, call) })),
  'fails to delete what is not there': () =>
    broken((inner) => ({
      deleteOne: async (target, call) => {
        await inner.head(target, call);
        return inner.deleteOne(target, call);
      },
    })),
  'ends listings early': () =>
    broken((inner) => ({
      listPage: async (request, call) => ({ ...(await inner.listPage(request, call)), truncated: false }),
    })),
};

for (const [name, make] of Object.entries(stores)) {
  const driver = make();
  describeObjectStore(name, async () => createObjectStore(driver), { manyKeys: 1500 });
}
