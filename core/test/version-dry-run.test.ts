import { expectClosedBooks } from '@store/conformance';
import {
  createObjectStore,
  type DeletePrefixOptions,
  type DeletionReport,
  type StoreDriver,
  type VersionsFacet,
} from '@store/core';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';

/** One thing that happens to a key: a write of so many bytes, a delete, or the loss of one of its versions. */
type Step =
  | { readonly key: string; readonly do: 'put'; readonly bytes: number }
  | { readonly key: string; readonly do: 'delete' }
  | { readonly key: string; readonly do: 'lose'; readonly nth: number };

/** When the n-th write was. */
function timeOf(write: number): Date {
  return new Date(Date.UTC(2026, 0, 1) + write * 1000);
}

const keys = fc.constantFrom('p/a', 'p/b', 'p/c/d', 'p/\u{10000}', 'p', 'q/a');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ key: keys, do: fc.constant('put' as const), bytes: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ key: keys, do: fc.constant('delete' as const) }),
  fc.record({ key: keys, do: fc.constant('lose' as const), nth: fc.nat(5) }),
);

const options: fc.Arbitrary<DeletePrefixOptions> = fc.record(
  {
    versions: fc.constantFrom('all' as const, 'noncurrent' as const),
    deleteMarkers: fc.constantFrom('keep' as const, 'expired' as const, 'all' as const),
    include: fc.constantFrom('*', '**', 'a', 'c/**'),
    exclude: fc.constantFrom('b', 'c/*'),
    minSize: fc.integer({ min: 0, max: 2 }),
    maxSize: fc.integer({ min: 2, max: 4 }),
    modifiedBefore: fc.integer({ min: 0, max: 40 }).map(timeOf),
    maxDelete: fc.nat(12),
  },
  { requiredKeys: ['versions'] },
);

function timed({ page }: VersionsFacet): VersionsFacet {
  return {
    page: async (request, call) => {
      const { versions, ...rest } = await page(request, call);
      const dated = versions.map((one) => ({ ...one, lastModified: timeOf(Number(one.versionId.slice(1))) }));
      return { ...rest, versions: dated };
    },
  };
}

/** The same history twice gives the same versions, at times that their numbers tell. */
async function bucketWith(steps: readonly Step[]): Promise<StoreDriver> {
  const inner = memoryDriver({ versioning: 'enabled', maxPageSize: 3 });
  const driver: StoreDriver = {
    ...inner,
    versions: inner.versions && timed(inner.versions),
  };
  for (const one of steps) {
    const { key } = one;
    if (one.do === 'put') await driver.write.put({ key, body: Buffer.alloc(one.bytes) }, {});
    else if (one.do === 'delete') await driver.delete.one({ key }, {});
    else {
      const ofKey = (await versionsOf(driver)).filter((version) => version.key === key);
      const lost = ofKey[one.nth % Math.max(1, ofKey.length)];
      if (lost) await driver.delete.one({ key, versionId: lost.versionId }, {});
    }
  }
  return driver;
}

async function versionsOf({ versions }: StoreDriver) {
  return (await versions?.page({ prefix: '', maxKeys: 10_000 }, {}))?.versions ?? [];
}

async function run(steps: readonly Step[], given: DeletePrefixOptions, dryRun: boolean) {
  const driver = await bucketWith(steps);
  const before = (await versionsOf(driver)).map(idOf);
  const matched: string[] = [];
  const deleted: string[] = [];
  const report = await createObjectStore(driver).deletePrefix('p/', {
    ...given,
    dryRun,
    onMatch: (version) => void matched.push(idOf(version)),
    onDeleted: (version) => void deleted.push(idOf(version)),
  });
  const after = new Set((await versionsOf(driver)).map(idOf));
  expectClosedBooks(report);
  return { report, matched, deleted, gone: before.filter((id) => !after.has(id)) };
}

const idOf = ({
  key,
  versionId,
}: {
  readonly key: string;
  readonly versionId?: string | undefined;
}): string => `${key}@${versionId}`;

/**
 * What the two kinds of run have to agree on. A run that `maxDelete` ends has looked at whole pages, and these reach
 * further once something is gone.
 */
const counts = ({ listed, filtered, matched, failed, bytes, maxDeleteReached }: DeletionReport) => ({
  failed,
  bytes,
  maxDeleteReached,
  ...(maxDeleteReached ? {} : { listed, filtered, matched }),
});

describe('a dry run of versions and delete markers', () => {
  it('is the run: it names what would go, all of it and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), options, async (steps, given) => {
        const dry = await run(steps, given, true);
        const real = await run(steps, given, false);
        expect(dry.gone).to.deep.equal([]);
        expect(dry.matched).to.deep.equal(real.matched);
        expect(real.deleted.toSorted()).to.deep.equal(real.matched.toSorted());
        expect(real.gone.toSorted()).to.deep.equal(real.matched.toSorted());
        expect(counts(dry.report)).to.deep.equal(counts(real.report));
        expect(real.report.deleted).to.equal(dry.matched.length);
      }),
      { numRuns: 500 },
    );
  });

  it('never names a marker that would hide a version when the first pass is done', async () => {
    const steps: Step[] = [
      { key: 'p/a', do: 'put', bytes: 1 },
      { key: 'p/a', do: 'delete' },
      { key: 'p/a', do: 'put', bytes: 4 },
    ];
    const dry = await run(steps, { versions: 'all', minSize: 0, maxSize: 4 }, true);
    expect(dry.matched).to.have.length(3);
    // The newest goes, so the marker comes on top of the oldest, which stays.
    const newestOnly = { versions: 'all', minSize: 2, deleteMarkers: 'all' } as const;
    for (const dryRun of [true, false])
      expect((await run(steps, newestOnly, dryRun)).matched).to.have.length(1);
  });

  it('takes the markers with ifUnchanged too: what has a version never changes', async () => {
    const driver = memoryDriver({ versioning: 'enabled' });
    await driver.delete.one({ key: 'p/gone' }, {});
    await driver.write.put({ key: 'p/there', body: Buffer.from('x') }, {});
    const store = createObjectStore(driver);
    const options = { ifUnchanged: true, deleteMarkers: 'expired' } as const;
    expect(await store.deletePrefix('p/', { ...options, dryRun: true })).to.include({
      matched: 2,
      failed: 0,
    });
    expect(await store.deletePrefix('p/', options)).to.include({ deleted: 2, failed: 0, complete: true });
    expect((await versionsOf(driver)).map(({ key }) => key)).to.deep.equal(['p/there', 'p/there']);
  });
});
