import {
  createObjectStore,
  type DeletePrefixOptions,
  type DeletionFailure,
  type ObjectInfo,
} from '@store/core';
import { estimate } from '@store/planning';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { PageDriver, type PageScripts } from './page-driver.js';
import { SimulatedClock, expectClosedBooks } from '@store/conformance';

const NOW = Date.UTC(2026, 0, 1);

/** What a driver may say of an object, and what it means. */
const sizes = fc.constantFrom<number | undefined>(
  undefined,
  NaN,
  Infinity,
  -Infinity,
  -1,
  0.5,
  2 ** 60,
  0,
  5,
  10,
);
const times = fc.constantFrom<Date | undefined>(
  undefined,
  new Date(NaN),
  new Date(0),
  new Date(NOW - 10),
  new Date(NOW),
);

const isSize = (size: number | undefined): size is number => size === 0 || size === 5 || size === 10;
const isTime = (time: Date | undefined): time is Date => time !== undefined && !Number.isNaN(time.getTime());

function storeOf(scripts: PageScripts) {
  const driver = new PageDriver(scripts);
  return { driver, store: createObjectStore(driver, { clock: new SimulatedClock() }) };
}

const FILTERS: readonly (readonly [
  DeletePrefixOptions,
  needs: 'size' | 'time',
  keeps: (known: number) => boolean,
])[] = [
  [{ olderThan: 5 }, 'time', (ms) => ms >= NOW - 5],
  [{ newerThan: 5 }, 'time', (ms) => ms <= NOW - 5],
  [{ modifiedBefore: new Date(NOW - 5) }, 'time', (ms) => ms >= NOW - 5],
  [{ notAfterStart: true }, 'time', (ms) => ms >= NOW],
  [{ minSize: 5 }, 'size', (size) => size < 5],
  [{ maxSize: 5 }, 'size', (size) => size > 5],
];

describe('facts that a listing does not give', () => {
  it('fail a key whose filters need them, name them, and never delete it', async () => {
    const given = fc.array(fc.record({ size: sizes, lastModified: times }), { minLength: 1, maxLength: 12 });
    const asked = fc.subarray([...FILTERS], { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        given,
        asked,
        fc.boolean(),
        fc.boolean(),
        async (facts, filters, dryRun, ofVersions) => {
          const objects = facts.map((fact, i): ObjectInfo => ({
            key: `p/${String(i).padStart(3, '0')}`,
            ...fact,
          }));
          const { driver, store } = storeOf({
            objects: () => ({ objects }),
            versions: () => ({
              versions: objects.map((one) => ({
                ...one,
                versionId: 'v',
                isLatest: true,
                deleteMarker: false,
              })),
            }),
          });
          const failures: DeletionFailure[] = [];
          const onFailure = (failure: DeletionFailure): void => void failures.push(failure);
          const options = Object.assign({}, ...filters.map(([option]) => option)) as DeletePrefixOptions;
          const report = await store.deletePrefix('p/', {
            ...options,
            ...(ofVersions ? { versions: 'all', deleteMarkers: 'keep' } : {}),
            dryRun,
            onFailure,
          });
          const outcomes = objects.map(({ size, lastModified }) => {
            const known = (needs: 'size' | 'time'): number | undefined =>
              needs === 'size'
                ? isSize(size)
                  ? size
                  : undefined
                : isTime(lastModified)
                  ? lastModified.getTime()
                  : undefined;
            const verdicts = filters.map(([, needs, keeps]) => {
              const value = known(needs);
              return value === undefined ? 'unknown' : keeps(value) ? 'keep' : 'go';
            });
            return verdicts.includes('keep') ? 'keep' : verdicts.includes('unknown') ? 'fail' : 'go';
          });
          const keysOf = (outcome: string): string[] =>
            objects.filter((_, i) => outcomes[i] === outcome).map(({ key }) => key);
          expect(failures.map(({ key }) => key)).to.deep.equal(keysOf('fail'));
          for (const { code, attempts, message } of failures) {
            expect([code, attempts]).to.deep.equal(['Corrupt', 0]);
            expect(message).to.match(/does not say (when it was last modified|its size) \(needed by \w+/);
          }
          expect(report.filtered).to.equal(keysOf('keep').length);
          const gone = keysOf('go').map((key) => (ofVersions ? `${key}@v` : key));
          expect(driver.deleted).to.deep.equal(dryRun ? [] : gone);
          expectClosedBooks(report);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('are no obstacle to filters that do not need them', async () => {
    const { driver, store } = storeOf({ objects: () => ({ objects: [{ key: 'p/a' }, { key: 'p/b' }] }) });
    expect(await store.deletePrefix('p/', { include: 'a' })).to.include({
      deleted: 1,
      filtered: 1,
      complete: true,
    });
    expect(driver.deleted).to.deep.equal(['p/a']);
  });

  it('fail an incomplete upload whose time is needed, and never abort it', async () => {
    const initiated = [undefined, new Date(NaN), new Date(0), new Date(NOW)];
    const uploads = initiated.map((time, i) => ({ key: `p/${i}`, uploadId: `u${i}`, initiated: time }));
    const { driver, store } = storeOf({ uploads: () => ({ uploads }) });
    const report = await store.deletePrefix('p/', { uploads: true, olderThan: 5 });
    expect(report.uploads).to.include({ listed: 3, aborted: 1, failed: 2 });
    expect(report.uploads?.sample.map(({ uploadId, code }) => [uploadId, code])).to.deep.equal([
      ['u0', 'Corrupt'],
      ['u1', 'Corrupt'],
    ]);
    expect(report.complete).to.equal(false);
    expect(driver.aborted).to.deep.equal(['u2']);
  });
});

describe('facts that cannot be ones', () => {
  it('never spoil a report, a listing or a dry run', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ size: sizes, lastModified: times }), { maxLength: 8 }),
        async (facts) => {
          const objects = facts.map((fact, i): ObjectInfo => ({ key: `p/${i}`, ...fact }));
          const { store } = storeOf({
            objects: () => ({ objects }),
            versions: () => ({
              versions: objects.map((one) => ({
                ...one,
                versionId: 'v',
                isLatest: true,
                deleteMarker: false,
              })),
            }),
            deletes: () => ({ deleted: objects }),
          });
          const bytes = facts.reduce((sum, { size }) => sum + (isSize(size) ? size : 0), 0);
          const runs = [
            store.deletePrefix('p/'),
            store.deletePrefix('p/', { dryRun: true }),
            store.deletePrefix('p/', { strategy: 'server-prefix' }),
            store.deletePrefix('p/', { versions: 'all' }),
            store.deletePrefix('p/', { verify: true, strategy: 'single' }),
            store.deleteMany(objects),
          ];
          for (const report of await Promise.all(runs)) {
            expect(report.bytes).to.equal(bytes);
            // What is no number in JSON would be null there, or fail.
            expect(JSON.parse(JSON.stringify(report))).to.deep.equal(report);
          }
          const found = await estimate(store, 'p/');
          expect(found).to.include({ objects: facts.length, bytes, exact: true });
          expect(JSON.stringify(found.distribution)).not.to.match(/null/);
          for await (const { size, lastModified } of store.list('p/')) {
            expect(size === undefined || isSize(size)).to.equal(true);
            expect(lastModified === undefined || isTime(lastModified)).to.equal(true);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
