import type { DeletePrefixOptions, ObjectStore, WriteResult } from '@store/core';
import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { VERSIONS, without } from '../needs.js';
import { collect, keysUnder, type SuiteContext } from '../suite-context.js';
import { expectClosedBooks } from '../closed-books.js';

/** The versions of some keys: O an object, M a delete marker. The latest first, then the others in any order. */
type Histories = Readonly<Record<'live' | 'hidden' | 'gone' | 'between' | 'stacked', string>>;

const BEFORE: Histories = { live: 'OO', hidden: 'MO', gone: 'M', between: 'OMO', stacked: 'MM' };

/** What each combination of `versions` and `deleteMarkers` leaves of {@link BEFORE}. */
const AFTER: readonly (readonly [options: DeletePrefixOptions, Histories])[] = [
  [{ deleteMarkers: 'keep' }, { live: 'MOO', hidden: 'MO', gone: 'M', between: 'MMOO', stacked: 'MM' }],
  [{ deleteMarkers: 'expired' }, { live: 'MOO', hidden: 'MO', gone: '', between: 'MMOO', stacked: '' }],
  [{ deleteMarkers: 'all' }, { live: 'MOO', hidden: 'MO', gone: '', between: 'MOO', stacked: '' }],
  [{ versions: 'noncurrent' }, { live: 'O', hidden: 'M', gone: 'M', between: 'OM', stacked: 'MM' }],
  [
    { versions: 'noncurrent', deleteMarkers: 'expired' },
    { live: 'O', hidden: '', gone: '', between: 'OM', stacked: '' },
  ],
  [
    { versions: 'noncurrent', deleteMarkers: 'all' },
    { live: 'O', hidden: '', gone: '', between: 'O', stacked: '' },
  ],
  [
    { versions: 'all', deleteMarkers: 'keep' },
    { live: '', hidden: 'M', gone: 'M', between: 'M', stacked: 'MM' },
  ],
  [
    { versions: 'all', deleteMarkers: 'expired' },
    { live: '', hidden: '', gone: '', between: '', stacked: '' },
  ],
  [{ versions: 'all' }, { live: '', hidden: '', gone: '', between: '', stacked: '' }],
];

function unordered(history: string): string {
  return history.slice(0, 1) + history.slice(1).split('').sort().join('');
}

const NOT_VERSIONED = 'the bucket is not versioned now';

function isUnversioned({ versionId }: WriteResult): boolean {
  return versionId === undefined || versionId === 'null';
}

/** Makes the histories; false when the bucket is not versioned now. */
async function makeHistories(store: ObjectStore, prefix: string): Promise<boolean> {
  for (const [name, history] of Object.entries(BEFORE)) {
    const key = prefix + name;
    // A marker needs an object to be put on; that one goes by its version afterwards.
    const first = await store.put(key, 'first');
    if (isUnversioned(first)) return false;
    for (const entry of history.split('').toReversed())
      await (entry === 'O' ? store.put(key, entry) : store.delete(key));
    await store.delete(key, { versionId: first.versionId });
  }
  return true;
}

async function historiesUnder(store: ObjectStore, prefix: string): Promise<Record<string, string>> {
  const found: Record<string, string> = Object.fromEntries(Object.keys(BEFORE).map((name) => [name, '']));
  for (const { key, deleteMarker } of await collect(store.listVersions(prefix))) {
    const name = key.slice(prefix.length);
    found[name] = (found[name] ?? '') + (deleteMarker ? 'M' : 'O');
  }
  // Times of whole seconds, and answers that list markers apart, do not tell the order of the others.
  for (const [name, history] of Object.entries(found)) found[name] = unordered(history);
  return found;
}

export function versionTests({ testIf }: SuiteContext): void {
  testIf([without(VERSIONS)], 'refuses versions without the capability', async (store, prefix) => {
    const key = `${prefix}k`;
    await store.put(key, 'x');
    await errorOf(store.head(key, { versionId: 'v' }), 'Unsupported');
    await errorOf(store.get(key, { versionId: 'v' }), 'Unsupported');
    await errorOf(store.delete(key, { versionId: 'v' }), 'Unsupported');
    await errorOf(collect(store.listVersions(prefix)), 'Unsupported');
    const report = await store.deleteMany([{ key, versionId: 'v' }]);
    expect(report.failures.byCode).to.deep.equal({ InvalidArgument: 1 });
    for (const [options] of AFTER) {
      const currentAlone = options.versions === undefined && options.deleteMarkers === 'keep';
      if (!currentAlone) await errorOf(store.deletePrefix(prefix, options), 'Unsupported');
    }
    expect(await store.exists(key)).to.equal(true);
  });

  testIf([VERSIONS], 'keeps, lists, reads and deletes versions', async (store, prefix, skip) => {
    const key = `${prefix}k`;
    const first = await store.put(key, 'first');
    if (isUnversioned(first)) return skip(NOT_VERSIONED);
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

  for (const [options, after] of AFTER) {
    const title = `deletes by ${JSON.stringify(options)} what that says`;
    testIf([VERSIONS], title, async (store, prefix, skip) => {
      const begun = `${prefix}in/`;
      if (!(await makeHistories(store, begun))) return skip(NOT_VERSIONED);
      await makeHistories(store, `${prefix}out/`);
      const before = await historiesUnder(store, begun);
      // Some services put no marker on a marker.
      expect({ ...before, stacked: 'MM' }).to.deep.equal(BEFORE);
      const dry = await store.deletePrefix(begun, { ...options, dryRun: true });
      expect(await historiesUnder(store, begun)).to.deep.equal(before);
      const report = await store.deletePrefix(begun, options);
      expectClosedBooks(report);
      expect(report).to.include({
        failed: 0,
        skipped: 0,
        complete: true,
        versions: options.versions ?? 'current',
      });
      const stacked = after.stacked === 'MM' ? before['stacked'] : after.stacked;
      expect(await historiesUnder(store, begun)).to.deep.equal({ ...after, stacked });
      expect(await historiesUnder(store, `${prefix}out/`)).to.deep.equal(before);
      expect(report.deleteMarkersCreated).to.equal(options.versions === undefined ? 2 : 0);
      // A dry run cannot know which markers the first pass would leave alone.
      expect(dry.matched).to.be.at.most(report.matched);
      if (options.versions !== undefined || options.deleteMarkers === 'keep') {
        const again = await store.deletePrefix(begun, { ...options, verify: true });
        if (options.versions !== undefined) expect(again).to.include({ deleted: 0, complete: true });
      }
      await store.deletePrefix(prefix, { versions: 'all' });
    });
  }

  testIf([VERSIONS], 'lists the versions of many keys, page by page', async (store, prefix) => {
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
