import {
  createObjectStore,
  StoreError,
  type ObjectInfo,
  type ObjectStore,
  type UploadInfo,
  type VersionInfo,
} from '@store/core';

import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { brokenRun, denied } from './deletion-harness.js';
import { SimulatedClock, errorOf, expectClosedBooks } from '@store/conformance';
import { PageDriver, type PageScripts } from './page-driver.js';

function storeOf(scripts: PageScripts): { driver: PageDriver; store: ObjectStore } {
  const driver = new PageDriver(scripts);
  return { driver, store: createObjectStore(driver, { clock: new SimulatedClock() }) };
}

/** There is always more, at a place that was never named before. */
const goesOn = (call: number) => ({ truncated: true, nextToken: `fresh-${call}` });

const object = (key: string): ObjectInfo => ({ key, size: 1, lastModified: new Date(0) });
const version = (key: string, versionId: string): VersionInfo => ({
  ...object(key),
  versionId,
  isLatest: false,
  deleteMarker: false,
});
const upload = (key: string, uploadId: string): UploadInfo => ({ key, uploadId, initiated: new Date(0) });
const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => `p/${i}`);

/** A way through pages without end that comes back to one place for ever: straight on, then round and round. */
const circle = fc
  .record({ straight: fc.integer({ min: 0, max: 6 }), round: fc.integer({ min: 1, max: 6 }) })
  .map(({ straight, round }) => ({
    pages: straight + round,
    at: (call: number): number => (call < straight ? call : straight + ((call - straight) % round)),
  }));
const perPage = fc.integer({ min: 1, max: 40 });

/** Entries that the page at a place names: all different, in order. */
function entriesAt<T>(place: number, size: number, entry: (name: string) => T): T[] {
  return Array.from({ length: size }, (_, i) => entry(String(place * 1000 + i).padStart(7, '0')));
}

describe('a listing that never ends', () => {
  type Kind = Readonly<
    Record<'scripts', (at: (call: number) => number, size: number, order: 'utf8' | 'none') => PageScripts>
  > & { readonly run: (store: ObjectStore) => Promise<unknown> };

  const read = async (entries: AsyncIterable<unknown>): Promise<void> => {
    for await (const _entry of entries);
  };
  const kinds: Record<string, Kind> = {
    objects: {
      scripts: (at, size, order) => ({
        order,
        objects: (call) => ({
          objects: entriesAt(at(call), size, (name) => object(`p/${name}`)),
          ...goesOn(call),
        }),
      }),
      run: (store) => store.deletePrefix('p/'),
    },
    groups: {
      scripts: (at, size, order) => ({
        order,
        objects: (call) => ({
          prefixes: entriesAt(at(call), size, (name) => ({ prefix: `p/${name}/` })),
          ...goesOn(call),
        }),
      }),
      run: (store) => read(store.list('p/', { delimiter: '/' })),
    },
    versions: {
      scripts: (at, size, order) => ({
        order,
        versions: (call) => ({
          versions: entriesAt(at(call), size, (name) => version(`p/${name}`, 'v')),
          ...goesOn(call),
        }),
      }),
      run: (store) => store.deletePrefix('p/', { versions: 'all' }),
    },
    'versions of one key': {
      scripts: (at, size, order) => ({
        order,
        versions: (call) => ({
          versions: entriesAt(at(call), size, (name) => version('p/k', name)),
          ...goesOn(call),
        }),
      }),
      run: (store) => read(store.listVersions('p/')),
    },
    uploads: {
      scripts: (at, size, order) => ({
        order,
        uploads: (call) => ({
          uploads: entriesAt(at(call), size, (name) => upload(`p/${name}`, 'u')),
          ...goesOn(call),
        }),
      }),
      run: (store) => store.deletePrefix('p/', { uploads: true }),
    },
    'uploads of one key': {
      scripts: (at, size, order) => ({
        order,
        uploads: (call) => ({
          uploads: entriesAt(at(call), size, (name) => upload('p/k', name)),
          ...goesOn(call),
        }),
      }),
      run: (store) => read(store.listUploads('p/')),
    },
    'what cannot be named': {
      scripts: (at, size, order) => ({
        order,
        objects: (call) => ({
          unnameable: entriesAt(at(call), size, (name) => ({
            name: `p/\\xFF${name}`,
            reason: denied('').reason,
          })),
          ...goesOn(call),
        }),
      }),
      run: (store) => store.deletePrefix('p/'),
    },
  };

  for (const order of ['utf8', 'none'] as const) {
    for (const [what, { scripts, run }] of Object.entries(kinds)) {
      it(`of ${what} is an error, whatever circle it goes in, with fresh tokens (order ${order})`, async () => {
        await fc.assert(
          fc.asyncProperty(circle, perPage, async ({ at, pages }, size) => {
            const { driver, store } = storeOf(scripts(at, size, order));
            const error = await errorOf(run(store));
            expect(error.code, error.message).to.equal('Corrupt');
            // Where there is no order, some repeats are borne: the listing of a store in use may have them.
            const borne = 3 * pages + 110;
            const strict = order === 'utf8' && what !== 'what cannot be named';
            expect(driver.calls).to.be.at.most((strict ? pages + 1 : borne) + 3);
          }),
          { numRuns: 40 },
        );
      });
    }
  }

  it('of parts is an error: numbers only grow, and end', async () => {
    const parts = [[5, 1], [6, 1], [0.5], [Infinity], [10_001], [3, 3]];
    for (const first of parts) {
      const { driver, store } = storeOf({
        uploads: () => ({ uploads: [upload('p/k', 'u')] }),
        parts: (call) => ({
          parts: (call % 2 === 1 ? first : [6, 1]).map((partNumber) => ({
            partNumber,
            size: 1,
            etag: '"e"',
          })),
          ...goesOn(call),
        }),
      });
      const put = store.put('p/k', Buffer.alloc(3000), { partBytes: 1000, resume: true });
      expect((await errorOf(put)).message).to.match(/listing cannot be trusted: part /);
      expect(driver.calls).to.be.below(10);
    }
  });

  it('of parts without end is an error, though their numbers grow', async () => {
    const { store } = storeOf({
      uploads: () => ({ uploads: [upload('p/k', 'u')] }),
      parts: (call) => ({ parts: [{ partNumber: call, size: 1, etag: '"e"' }], ...goesOn(call) }),
    });
    const put = store.put('p/k', Buffer.alloc(3000), { partBytes: 1000, resume: true });
    expect((await errorOf(put)).message).to.match(/part 1000\d comes after part 10000/);
  });

  it('without order but with an end is read to it, repeats and all', async () => {
    const { store } = storeOf({
      order: 'none',
      objects: (call) => ({
        objects: [...entriesAt(call, 50, (name) => object(`p/${name}`)), object('p/again')],
        ...(call < 60 ? goesOn(call) : {}),
      }),
    });
    expect(await store.deletePrefix('p/')).to.include({ listed: 61 * 51, complete: true });
  });
});

describe('a service that deletes by prefix and never ends', () => {
  const byServer = { strategy: 'server-prefix' } as const;

  it('is left, whatever circle it goes in: the same objects, the same errors, or both', async () => {
    await fc.assert(
      fc.asyncProperty(
        circle,
        perPage,
        fc.constantFrom('deleted', 'failed', 'both'),
        async (way, size, what) => {
          const { store } = storeOf({
            deletes: (call) => {
              const keys = entriesAt(way.at(call), size, (name) => `p/${name}`);
              const fails = (key: string): boolean =>
                what === 'failed' || (what === 'both' && key.endsWith('3'));
              return {
                deleted: keys.filter((key) => !fails(key)).map((key) => ({ key })),
                failed: keys.filter(fails).map(denied),
                ...goesOn(call),
              };
            },
          });
          const { code, report } = await brokenRun(store.deletePrefix('p/', byServer));
          expect(code).to.equal('Corrupt');
          // Nobody deletes an object twice.
          expect(report.listed).to.equal(way.pages * size);
          expect(report.requests.delete).to.be.at.most(way.pages + 10);
          expectClosedBooks(report);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('is left when it deletes the same 10,000 keys again and again, after many others', async () => {
    const keysOf = (call: number): string[] =>
      Array.from({ length: 1000 }, (_, i) => `p/${call < 50 ? call : 50 + (call % 10)}-${i}`);
    const { driver, store } = storeOf({
      deletes: (call) => ({ deleted: keysOf(call).map((key) => ({ key })), ...goesOn(call) }),
    });
    expect((await brokenRun(store.deletePrefix('p/', byServer))).code).to.equal('Corrupt');
    expect(driver.calls).to.be.below(1000);
  });

  it('is left when it names refused keys that can be tried again, again and again', async () => {
    const reason = { code: 'Throttled', message: 'SlowDown', retryable: true } as const;
    const { store } = storeOf({
      deletes: () => ({ failed: numbered(5).map((key) => ({ key, reason })), truncated: true }),
    });
    const { report } = await brokenRun(store.deletePrefix('p/', byServer));
    expect(report).to.include({ listed: 5, deleted: 5, failed: 0, complete: false });
  });

  it('is borne with while it gets on: it may begin at the front each time, with what it cannot delete', async () => {
    const locked = numbered(600).map(denied);
    const { store } = storeOf({
      deletes: (call) => ({
        deleted: Array.from({ length: 400 }, (_, i) => ({ key: `p/x${call}-${i}` })),
        failed: locked,
        truncated: call < 40,
      }),
    });
    const report = await store.deletePrefix('p/', byServer);
    expect(report).to.include({ deleted: 41 * 400, complete: false });
    expect(report.failed).to.be.at.least(600);
    expectClosedBooks(report);
  });

  it('is not believed when it sends nothing', async () => {
    const { store } = storeOf({ deletes: goesOn });
    const error = await brokenRun(store.deletePrefix('p/', byServer));
    expect(error).to.be.instanceOf(StoreError).and.include({ code: 'Corrupt' });
    expect(error.report.requests.delete).to.equal(10);
  });
});
