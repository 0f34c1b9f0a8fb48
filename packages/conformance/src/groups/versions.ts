import { expect } from 'chai';
import { collect, expectError, keysUnder, type SuiteContext } from '../suite-context.js';

export function versionTests({ test }: SuiteContext): void {
  test('keeps, lists, reads and deletes versions, or says that it cannot', async (store, prefix) => {
    const key = `${prefix}k`;
    if (!store.capabilities.versions) {
      await store.put(key, 'x');
      await expectError(store.head(key, { versionId: 'v' }), 'Unsupported');
      await expectError(store.get(key, { versionId: 'v' }), 'Unsupported');
      await expectError(store.delete(key, { versionId: 'v' }), 'Unsupported');
      await expectError(collect(store.listVersions(prefix)), 'Unsupported');
      const report = await store.deleteMany([{ key, versionId: 'v' }]);
      expect(report.failures.byCode).to.deep.equal({ InvalidArgument: 1 });
      expect(await store.exists(key)).to.equal(true);
      return;
    }
    const first = await store.put(key, 'first');
    if (first.versionId === undefined || first.versionId === 'null') return; // The bucket is not versioned now.
    const second = await store.put(key, 'second');
    await store.delete(key);
    expect(await store.exists(key)).to.equal(false);
    expect(await keysUnder(store, prefix)).to.deep.equal([]);

    const versions = await collect(store.listVersions(prefix));
    expect(versions.map(({ deleteMarker, isLatest }) => ({ deleteMarker, isLatest }))).to.deep.equal([
      { deleteMarker: true, isLatest: true },
      { deleteMarker: false, isLatest: false },
      { deleteMarker: false, isLatest: false },
    ]);
    expect(versions.slice(1).map(({ versionId }) => versionId)).to.deep.equal([
      second.versionId,
      first.versionId,
    ]);
    expect(await (await store.get(key, { versionId: first.versionId })).text()).to.equal('first');

    const [marker] = versions;
    await store.delete(key, { versionId: marker?.versionId });
    expect(await (await store.get(key)).text()).to.equal('second');
    const report = await store.deleteMany([{ key, versionId: second.versionId }]);
    expect(report).to.include({ deleted: 1, complete: true });
    expect(await (await store.get(key)).text()).to.equal('first');
    await store.delete(key, { versionId: first.versionId });
    expect(await collect(store.listVersions(prefix))).to.deep.equal([]);
  });

  test('lists the versions of many keys, page by page', async (store, prefix) => {
    if (!store.capabilities.versions) return;
    const keys = Array.from({ length: 5 }, (_, i) => `${prefix}${i}`);
    for (const key of keys) for (const body of ['1', '2', '3']) await store.put(key, body);
    const versions = await collect(store.listVersions(prefix));
    const ids = new Set(versions.map(({ key, versionId }) => JSON.stringify([key, versionId])));
    expect(ids.size).to.equal(versions.length);
    expect(new Set(versions.map(({ key }) => key))).to.deep.equal(new Set(keys));
    expect(versions.filter(({ isLatest }) => isLatest)).to.have.length(5);
    await store.deleteMany(versions.map(({ key, versionId }) => ({ key, versionId })));
    expect(await collect(store.listVersions(prefix))).to.deep.equal([]);
  });
}
