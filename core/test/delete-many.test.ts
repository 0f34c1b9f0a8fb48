import { errorOf, expectClosedBooks, numbered } from '@store/conformance';
import { createObjectStore, type ObjectInfo, type VersionInfo } from '@store/core';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { CountingDriver } from './counting-driver.js';
import { brokenRun, makeStore } from './deletion-harness.js';

describe('deleteMany', () => {
  it('takes keys from any iterable, refuses the bad ones by name, and deletes the others', async () => {
    const { driver, store } = makeStore({ keys: numbered(2100) });
    async function* targets() {
      yield* numbered(2100).slice(100);
      yield '';
      yield { key: 'bad\ud800' };
      yield 'x'.repeat(2000);
      yield { key: 'p/00001', versionId: 'v1' };
      yield null as unknown as string;
    }
    const report = await store.deleteMany(targets());
    expect(report).to.include({ prefix: null, listed: 2005, deleted: 2000, failed: 5, complete: false });
    expect(report.failures.byCode).to.deep.equal({ InvalidArgument: 5 });
    expect(driver.stored.size).to.equal(100);
    expect(driver.batches.flat().every((key) => key.startsWith('p/'))).to.equal(true);
    expectClosedBooks(report);
  });

  it('refuses a target with a part that is misspelt, and takes the entries of listings', async () => {
    const driver = new CountingDriver();
    const store = createObjectStore(driver);
    const wrong = [
      'VersionId',
      'versionid',
      'versionID',
      'version_id',
      'version',
      'versoinId',
      'IfMatch',
      'ifmatch',
    ];
    const targets = wrong.map((name) => ({ key: 'k', [name]: 'v1' }));
    const messages: string[] = [];
    const report = await store.deleteMany(targets, {
      onFailure: ({ message }) => void messages.push(message),
    });
    expect(report.failures.byCode).to.deep.equal({ InvalidArgument: wrong.length });
    expect(messages).to.deep.equal(
      wrong.map((name) => {
        const meant = name.toLowerCase().startsWith('v') ? 'versionId' : 'ifMatch';
        return `"${name}" is no part of a target; did you mean "${meant}"?`;
      }),
    );
    expect(driver.requests).to.deep.equal([]);

    const filled = makeStore({ keys: numbered(2) });
    const object: Required<ObjectInfo> = {
      key: 'p/00000',
      size: 1,
      lastModified: new Date(),
      etag: '"e"',
      versionId: undefined,
      storageClass: 'STANDARD',
      encryption: { type: 'AES256' },
      restore: { ongoing: false },
      tagCount: 0,
      contentType: 'text/x',
      cacheControl: '',
      contentDisposition: '',
      contentEncoding: '',
      contentLanguage: '',
      expires: new Date(0),
      metadata: {},
    };
    const marker: Omit<Required<VersionInfo>, 'versionId'> = {
      key: 'p/00001',
      isLatest: true,
      deleteMarker: false,
      size: 0,
      lastModified: new Date(),
      etag: '"e"',
      storageClass: 'STANDARD',
    };
    const own = { key: 'p/00000', owner: 'me', table: 'versions', id: 5 };
    expect(await filled.store.deleteMany([object, marker, own])).to.include({ deleted: 3, complete: true });
  });

  it('counts a key that is named twice twice, and sends it once', async () => {
    const { driver, store } = makeStore({ keys: ['a', 'b'] });
    const report = await store.deleteMany(['a', 'b', 'a']);
    expect(report).to.include({ listed: 3, deleted: 3, complete: true });
    expect(driver.batches).to.deep.equal([['a', 'b']]);
  });

  it('refuses a string, which is an iterable of characters', async () => {
    const { driver, store } = makeStore({ keys: ['a', 'b'] });
    expect((await errorOf(store.deleteMany('ab'))).code).to.equal('InvalidArgument');
    expect(driver.stored.size).to.equal(2);
  });

  it('deletes what was named before the iterable threw, and rejects', async () => {
    const { store } = makeStore({ keys: numbered(1500) });
    function* targets() {
      yield* numbered(1000);
      throw new Error('the source broke');
    }
    const error = await brokenRun(store.deleteMany(targets()));
    expect(error.report).to.include({ deleted: 1000, complete: false });
    expect(error.message).to.contain('deleteMany: the iterable of targets threw: the source broke');
  });
});
