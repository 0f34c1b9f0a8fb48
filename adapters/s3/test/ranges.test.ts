// Listings that are split while they run, by a service that does with the beginning of a listing what it likes.
import { createObjectStore } from '@store/core';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useS3 } from './harness.js';

const { driverOn, emulate } = useS3();

const PAGE = 20;
const KEYS = Array.from({ length: 600 }, (_, i) => `p/${String((i * 7919) % 6000).padStart(4, '0')}`);

/** A store whose pages are small, so that there are many, and that splits a listing after the first one. */
async function splitting(quirks: { startAfter?: 'ignored' | 'inclusive'; listV1Only?: boolean }) {
  const emulator = await emulate({ s3: { quirks } });
  const driver = driverOn(emulator, quirks.listV1Only ? { quirks: { listVersion: 1 } } : {});
  const store = createObjectStore(
    { ...driver, list: { ...driver.list, maxPageSize: PAGE } },
    { split: { serialPages: 1, pagesLeft: 1, pageMs: 0 } },
  );
  const bucket = emulator.bucket('demo');
  await bucket.seed([...KEYS, 'o', 'p', 'p0', 'q/1']);
  return { emulator, store, bucket };
}

describe('s3: listings by ranges', () => {
  for (const listV1Only of [false, true]) {
    it(`delete every key once, from many places at a time (version ${listV1Only ? 1 : 2})`, async () => {
      const { emulator, store, bucket } = await splitting({ listV1Only });
      const deleted: string[] = [];
      const report = await store.deletePrefix('p/', { onDeleted: ({ key }) => void deleted.push(key) });
      expect(report).to.include({ listed: 600, deleted: 600, complete: true });
      expect(report.warnings).to.deep.equal([]);
      expect(deleted.toSorted()).to.deep.equal(KEYS.toSorted());
      expect((await bucket.keys()).toSorted()).to.deep.equal(['o', 'p', 'p0', 'q/1']);
      const places = new Set(
        emulator.log.entries.map(({ query }) => query['start-after'] ?? query['marker']),
      );
      expect(places.size).to.be.above(3);
    });
  }

  for (const startAfter of ['ignored', 'inclusive'] as const) {
    it(`delete every key, and warn, where the beginning is ${startAfter}`, async () => {
      const { store, bucket } = await splitting({ startAfter });
      const report = await store.deletePrefix('p/', { verify: true });
      expect(report).to.include({ listed: 600, deleted: 600, complete: true });
      expect((await bucket.keys()).toSorted()).to.deep.equal(['o', 'p', 'p0', 'q/1']);
      // A boundary that is no key is nothing to a service that would list it too.
      if (startAfter === 'ignored')
        expect(report.warnings.join()).to.match(/does not begin a listing where it is asked to/);
    });
  }

  it('name each key once to who lists in no order', async () => {
    const { store } = await splitting({});
    const keys: string[] = [];
    for await (const { key } of store.list('p/', { ordered: false, concurrency: 8 })) keys.push(key);
    expect(keys.toSorted()).to.deep.equal(KEYS.toSorted());
    const refused = store.list('p/', { ordered: false, startAfter: 'p/1' })[Symbol.asyncIterator]().next();
    await refused.then(
      () => expect.fail('it was listed'),
      (error: unknown) => expect(error).to.include({ code: 'InvalidArgument' }),
    );
  });
});
