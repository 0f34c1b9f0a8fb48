import { createObjectStore, type DeletionFailure, type Unnameable } from '@store/core';
import { estimate } from '@store/planning';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { PageDriver } from './page-driver.js';
import { SimulatedClock, errorOf, expectClosedBooks } from '@store/conformance';

const strange = (name: string): Unnameable => ({
  name,
  reason: { code: 'Corrupt', message: 'its bytes are not UTF-8', retryable: false },
});

/** Two entries of each kind, and as many that cannot be named, over two pages. */
function storeWithStrangers() {
  const page = (call: number) => ({
    unnameable: [strange(`p/\\xF${call}`)],
    truncated: call === 0,
    nextToken: call === 0 ? 'next' : undefined,
  });
  const calls = { objects: 0, versions: 0, uploads: 0 };
  const next = (kind: keyof typeof calls): number => calls[kind]++ % 2;
  const driver = new PageDriver({
    objects: () => {
      const call = next('objects');
      return { objects: [{ key: `p/${call}`, size: 1, lastModified: new Date(0) }], ...page(call) };
    },
    versions: () => {
      const call = next('versions');
      const version = { key: `p/${call}`, versionId: 'v', isLatest: true, deleteMarker: false, size: 1 };
      return { versions: [version], ...page(call) };
    },
    uploads: () => {
      const call = next('uploads');
      return { uploads: [{ key: `p/${call}`, uploadId: `u${call}`, initiated: new Date(0) }], ...page(call) };
    },
  });
  return { driver, store: createObjectStore(driver, { clock: new SimulatedClock() }) };
}

describe('what a listing shows and no request can name', () => {
  for (const options of [
    {},
    { include: 'nothing' },
    { dryRun: true },
    { versions: 'all' },
    { versions: 'all', dryRun: true, minSize: 10 },
    { maxDelete: 0 },
  ] as const) {
    it(`fails in a run with ${JSON.stringify(options)}, by its name, once`, async () => {
      const { driver, store } = storeWithStrangers();
      const failures: DeletionFailure[] = [];
      const report = await store.deletePrefix('p/', {
        ...options,
        onFailure: (failure) => void failures.push(failure),
      });
      const expected = 'maxDelete' in options ? ['p/\\xF0'] : ['p/\\xF0', 'p/\\xF1'];
      expect(failures).to.deep.equal(
        expected.map((key) => ({
          key,
          code: 'Corrupt',
          message: 'its bytes are not UTF-8',
          attempts: 0,
          unnameable: true,
        })),
      );
      expect(report).to.include({ failed: expected.length, complete: false, aborted: false });
      expectClosedBooks(report);
      expect(driver.deleted.every((key) => !key.includes('\\'))).to.equal(true);
    });
  }

  // A service that names a marker in one answer, and garbles it in the next.
  it('fails in the pass over markers when it could be named in the one before, and is still there for verify', async () => {
    const marker = { key: 'p/m', versionId: 'v', isLatest: true, deleteMarker: true, size: 0 };
    let listings = 0;
    const driver = new PageDriver({
      versions: () =>
        listings++ % 2 === 0
          ? { versions: [marker], truncated: false }
          : { versions: [], unnameable: [strange('p/m')], truncated: false },
    });
    const store = createObjectStore(driver, { clock: new SimulatedClock() });
    const report = await store.deletePrefix('p/', { versions: 'all', verify: true });
    expect(report).to.deep.include({ failed: 1, deleted: 0, complete: false });
    expect(report.remaining).to.deep.equal({ count: 1, sample: ['p/m'] });
    expectClosedBooks(report);
  });

  it('is still there for verify', async () => {
    const { store } = storeWithStrangers();
    const { remaining } = await store.deletePrefix('p/', { verify: true, include: 'nothing' });
    expect(remaining).to.deep.equal({ count: 2, sample: ['p/\\xF0', 'p/\\xF1'] });
  });

  it('fails among the uploads, whatever the filters, and the others are aborted', async () => {
    const { driver, store } = storeWithStrangers();
    const { uploads } = await store.deletePrefix('p/', { uploads: true });
    expect(uploads).to.include({ listed: 4, aborted: 2, failed: 2 });
    expect(uploads?.sample).to.deep.include({
      key: 'p/\\xF0',
      uploadId: '',
      unnameable: true,
      code: 'Corrupt',
      message: 'its bytes are not UTF-8',
    });
    expect(driver.aborted).to.deep.equal(['u0', 'u1']);
  });

  for (const kind of ['list', 'listVersions', 'listUploads'] as const) {
    it(`goes to onUnnameable of ${kind}, or ends it with an error after all others`, async () => {
      const { store } = storeWithStrangers();
      const told: string[] = [];
      const keys: string[] = [];
      const onUnnameable = ({ name }: Unnameable): void => void told.push(name);
      for await (const { key } of store[kind]('p/', { onUnnameable })) keys.push(key);
      expect(told).to.deep.equal(['p/\\xF0', 'p/\\xF1']);
      expect(keys).to.deep.equal(['p/0', 'p/1']);

      const before: string[] = [];
      const read = async (): Promise<void> => {
        for await (const { key } of store[kind]('p/')) before.push(key);
      };
      const error = await errorOf(read());
      expect(error).to.include({ code: 'Corrupt', operation: kind });
      expect(error.message).to.match(/2 entries that no request can name.*xF0.*not UTF-8/);
      expect(before).to.deep.equal(['p/0', 'p/1']);
    });
  }

  it('does not disturb an estimate', async () => {
    const { store } = storeWithStrangers();
    expect(await estimate(store, 'p/')).to.be.an('object');
  });
});

/** The latest first, over pages; `nameless` is an object version of "p/a" that lacks its id. */
type Row = 'marker' | 'object' | 'nameless';

describe('a version that cannot be named, under a delete marker', () => {
  const histories: readonly (readonly (readonly Row[])[])[] = [
    [['marker', 'nameless']],
    [['marker'], ['nameless']],
    [['nameless', 'marker']],
    [
      ['marker', 'object'],
      ['marker', 'nameless'],
    ],
    [['marker'], ['marker'], ['nameless']],
  ];
  for (const pages of histories) {
    for (const deleteMarkers of ['all', 'expired'] as const) {
      it(`keeps it deleted: ${JSON.stringify(pages)}, deleteMarkers ${deleteMarkers}`, async () => {
        let id = 0;
        const answers = pages.map((rows, n) => ({
          versions: rows.flatMap((row, i) => {
            if (row === 'nameless') return [];
            const isLatest = n === 0 && i === 0;
            return [{ key: 'p/a', versionId: `v${id++}`, isLatest, deleteMarker: row === 'marker', size: 1 }];
          }),
          unnameable: rows.includes('nameless') ? [strange('p/a')] : [],
          truncated: n + 1 < pages.length,
          nextToken: n + 1 < pages.length ? String(n + 1) : undefined,
        }));
        let call = 0;
        const driver = new PageDriver({
          versions: () => answers[call++ % answers.length] ?? { versions: [], truncated: false },
        });
        const store = createObjectStore(driver, { clock: new SimulatedClock() });
        const gone: (string | undefined)[] = [];
        await store.deletePrefix('p/', {
          versions: 'all',
          deleteMarkers,
          onDeleted: ({ versionId }) => void gone.push(versionId),
        });
        const latest = answers.flatMap(({ versions }) => versions).find(({ isLatest }) => isLatest);
        if (latest?.deleteMarker) expect(gone).not.to.include(latest.versionId);
        if (deleteMarkers === 'expired') {
          const markers = answers
            .flatMap(({ versions }) => versions)
            .filter(({ deleteMarker }) => deleteMarker);
          for (const { versionId } of markers) expect(gone).not.to.include(versionId);
        }
      });
    }
  }
});
