import { Readable } from 'node:stream';
import { createObjectStore, DeletionError, StoreError, type ListPage, type StoreDriver } from '@store/core';
import { describeObjectStore } from '@store/conformance';
import { memoryDriver } from '@store/memory';
import { onRequest, readOnly, withPrefix, type DriverRequest } from '@store/wrappers';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const bucket = memoryDriver({ versioning: 'enabled', maxPageSize: 7 });

describeObjectStore(
  'a store inside a store',
  async () => createObjectStore(withPrefix(bucket, 'tenants/é&/')),
  { isolated: true },
);

async function keysOf(driver: StoreDriver): Promise<string[]> {
  const { objects } = await driver.list.page({ prefix: '', maxKeys: 1000 }, {});
  return objects.map(({ key }) => key);
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  );
  return error instanceof StoreError ? error.code : String(error);
}

/** A store whose listings have something else, too. */
function listingAlso(more: Partial<ListPage>): StoreDriver {
  const inner = memoryDriver();
  const { list } = inner;
  return {
    ...inner,
    list: { ...list, page: async (request, call) => ({ ...(await list.page(request, call)), ...more }) },
  };
}

describe('withPrefix', () => {
  it('keeps parts from outside of memory below the prefix', async () => {
    const inner = memoryDriver();
    const keys: string[] = [];
    const { multipart } = inner;
    if (!multipart) throw new Error('no uploads');
    const keptPart = async ({ key }: { readonly key: string }): Promise<string> => {
      keys.push(key);
      return '"e"';
    };
    const outer = withPrefix({ ...inner, multipart: { ...multipart, keptPart } }, 'a/');
    const body = { size: 0, open: () => Readable.from([]) };
    await outer.multipart?.keptPart?.({ key: 'k', uploadId: 'u', partNumber: 1, body }, {});
    expect(keys).to.deep.equal(['a/k']);
    expect(withPrefix(inner, 'a/').multipart?.keptPart).to.equal(undefined);
  });

  it('deletes nothing but its own, also with the empty prefix', async () => {
    const inner = memoryDriver();
    const outer = createObjectStore(inner);
    for (const key of ['a/x', 'a/y/z', 'a', 'ab/x', 'b/a/x']) await outer.put(key, key);
    const report = await createObjectStore(withPrefix(inner, 'a/')).deletePrefix('', { entireStore: true });
    expect(report).to.include({ deleted: 2, complete: true });
    expect(await keysOf(inner)).to.deep.equal(['a', 'ab/x', 'b/a/x']);
  });

  it('names what cannot be named without its prefix, too', async () => {
    const reason = { code: 'Corrupt', message: 'its bytes are no UTF-8', retryable: false } as const;
    const strange = listingAlso({ unnameable: [{ name: 'a/x/\\xFF', reason }] });
    const report = await createObjectStore(withPrefix(strange, 'a/')).deletePrefix('x/');
    expect(report.failures.sample.map(({ key }) => key)).to.deep.equal(['x/\\xFF']);
    expect(report.complete).to.equal(false);
  });

  it('says where things stand that are left out, by its own keys', async () => {
    const places = ['a/link', 'a/', 'a'];
    const strange = listingAlso({ leftOut: places.map((at) => ({ name: at, at, kind: 'symbolic link' })) });
    const { leftOut = [] } = await withPrefix(strange, 'a/').list.page({ prefix: '', maxKeys: 9 }, {});
    expect(leftOut.map(({ at }) => at)).to.deep.equal(['link', '', '']);
  });

  it('leaves less room for keys, and for the bodies of batches', () => {
    const inner = memoryDriver();
    const wide: StoreDriver = {
      ...inner,
      batch: inner.batch && { ...inner.batch, keys: 'xml', maxBytes: 100_000 },
    };
    const { keys, batch } = withPrefix(wide, 'a&/');
    expect(keys.maxBytes).to.equal(inner.keys.maxBytes - 3);
    // `a&amp;/` is 7 bytes long.
    expect(batch?.maxBytes).to.be.within(1, 100_000 - 7 * 1000);
    // XML cannot carry it, so no key can go in a batch.
    expect(withPrefix(wide, 'a\u0001/').batch).to.equal(undefined);
  });

  it('takes a service that names keys of others at no word', async () => {
    const inner = memoryDriver();
    const wrong: StoreDriver = {
      ...inner,
      list: {
        ...inner.list,
        page: async () => ({ objects: [{ key: 'b/x' }], prefixes: [], truncated: false }),
      },
    };
    const store = createObjectStore(withPrefix(wrong, 'a/'));
    expect(await codeOf(store.deletePrefix('', { entireStore: true }))).to.equal('Corrupt');
  });

  it('refuses what is no directory, or leaves no room', () => {
    for (const prefix of ['', 'a', `${'x'.repeat(1023)}/`, '\ud800/']) {
      expect(() => withPrefix(memoryDriver(), prefix), prefix).to.throw(StoreError);
    }
  });
});

describe('readOnly', () => {
  it('puts nothing into a trash and takes nothing out, and a store inside of another one has none', async () => {
    const called = async (): Promise<never> => Promise.reject(new Error('the trash was touched'));
    const page = async () => ({ objects: [], truncated: false });
    const trash = { maxKeys: 10, put: called, restore: called, purge: called, page };
    const { trash: locked } = readOnly({ ...memoryDriver(), trash });
    expect(await codeOf(locked?.put({ bin: 'b', targets: [] }, {}) ?? page())).to.equal('AccessDenied');
    expect(await codeOf(locked?.restore([], {}) ?? page())).to.equal('AccessDenied');
    expect(await codeOf(locked?.purge([], {}) ?? page())).to.equal('AccessDenied');
    expect(await locked?.page({ maxKeys: 1 }, {})).to.deep.equal(await page());
    expect(withPrefix({ ...memoryDriver(), trash }, 'a/').trash).to.equal(undefined);
  });

  it('makes no form to upload by, and tells URLs', async () => {
    const inner = {
      ...memoryDriver(),
      postForms: { limits: true, sign: async () => ({ url: 'u:', fields: {} }) },
      url: async ({ key }: { readonly key: string }) => `u:${key}`,
    };
    const store = createObjectStore(readOnly(withPrefix(inner, 'p/')));
    expect(await codeOf(store.presignPost('k'))).to.equal('AccessDenied');
    expect(await store.url('k')).to.equal('u:p/k');
    expect(store.capabilities.postForms).to.deep.equal({ limits: true });
  });

  it('lets nothing through that changes something, and everything else', async () => {
    const inner = memoryDriver({ versioning: 'enabled', objects: { 'p/k': 'text', 'p/l': '' } });
    const sent: string[] = [];
    const store = createObjectStore(readOnly(onRequest(inner, ({ name }) => void sent.push(name))));
    expect(await (await store.get('p/k')).text()).to.equal('text');
    expect(await store.getTags('p/k')).to.deep.equal({});
    sent.length = 0;
    const writes = [
      store.put('k', 'x'),
      store.put('k', new Blob(['x'.repeat(100)]), { partBytes: 10 }),
      store.copy('p/k', 'k'),
      store.setTags('p/k', {}),
      store.restore('p/k', { days: 1 }),
      store.delete('p/k'),
    ];
    expect(new Set(await Promise.all(writes.map(codeOf)))).to.deep.equal(new Set(['AccessDenied']));
    expect(sent).to.deep.equal([]);
    expect(await codeOf(store.move('p/k', 'k'))).to.equal('AccessDenied');
    const run: unknown = await store.deletePrefix('p/').catch((error: unknown) => error);
    expect(run).to.be.instanceOf(DeletionError).and.include({ code: 'AccessDenied' });
    expect(await keysOf(inner)).to.deep.equal(['p/k', 'p/l']);
  });
});

describe('onRequest', () => {
  it('sees each request with how it ended', async () => {
    const seen: (Pick<DriverRequest, 'name'> & { failed: boolean })[] = [];
    const store = createObjectStore(
      onRequest(memoryDriver({ objects: { 'p/a': '', 'p/b': '' } }), ({ name }) => {
        return ({ ms, error }) => {
          expect(ms).to.be.at.least(0);
          seen.push({ name, failed: error !== undefined });
        };
      }),
    );
    await store.deletePrefix('p/');
    expect(await store.exists('p/a')).to.equal(false);
    expect(seen).to.deep.equal([
      { name: 'list.page', failed: false },
      { name: 'batch.delete', failed: false },
      { name: 'read.head', failed: true },
    ]);
  });

  it('fails the request when the hook throws', async () => {
    const store = createObjectStore(
      onRequest(memoryDriver(), () => {
        throw new Error('no more requests today');
      }),
    );
    expect(String(await store.head('k').catch((error: unknown) => error))).to.match(/no more requests today/);
  });
});
