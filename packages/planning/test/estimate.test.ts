import { createObjectStore, StoreError } from '@store/core';
import { estimate } from '@store/planning';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { SimulatedClock } from '@store/conformance';
import { SortedDriver } from './sorted-driver.js';

/** A million takes some time: `KEYS=1000000 npx mocha packages/planning/test/dist/estimate.test.js`. */
const TOTAL = Number(process.env['KEYS'] ?? 100_000);

const hash = (i: number): string => createHash('md5').update(String(i)).digest('hex');
const pad = (i: number, digits: number): string => String(i).padStart(digits, '0');
const WORDS = 'alice bob carol dave erin frank grace heidi ivan judy mallory niaj olivia peggy rupert'.split(
  ' ',
);
const word = (i: number): string => WORDS[i % WORDS.length] ?? '';
const day = (i: number): Date => new Date(Date.UTC(2023, 0, 1) + Math.floor((i / TOTAL) * 900) * 86_400_000);

const SHAPES: Readonly<Record<string, (i: number) => string>> = {
  'numbers with zeros': (i) => `object-${pad(i, 9)}`,
  'numbers without zeros': (i) => `${i}.json`,
  'numbers that begin in the middle': (i) => String(524_287 + i),
  hashes: hash,
  'hashes with an ending': (i) => `${hash(i).slice(0, 8)}.jpg`,
  'times of a flat log': (i) => `${new Date(1.7e12 + i * 60_000).toISOString()}-${hash(i).slice(0, 6)}.log`,
  'words and numbers': (i) => `${word(i)}${word(Math.floor(i / 15))}${i}`,
  'names that begin with signs': (i) => `${'!#$%&()+,-.;=@[]^_{}~'.charAt(i % 21)}${i}`,
  'names with signs among letters': (i) => `${'ab-_cd.ef'.charAt(i % 9)}${'xyz-'.charAt(i % 4)}${i}`,
  'names with accents': (i) => `ü${String.fromCodePoint(0xa0 + (i % 90))}${i}`,
  'Chinese names': (i) => `报告${String.fromCodePoint(0x4e00 + (i % 5000))}${i}`,
  'names in many scripts': (i) => `${String.fromCodePoint(0x400 + (i % 9000))}${i}`,
  'numbered directories': (i) => `${pad(Math.floor(i / 1000), 7)}/object-${pad(i % 1000, 4)}.json`,
  'directories of days': (i) => `${day(i).toISOString().slice(0, 10).replaceAll('-', '/')}/${pad(i, 9)}.log`,
  'directories of hashes': (i) => `${hash(i).slice(0, 2)}/${hash(i).slice(2, 4)}/${hash(i)}`,
  'directories with names': (i) => `${word(i)}-${word(Math.floor(i / 15))}/${hash(i).slice(0, 8)}.jpg`,
  'directories of very different sizes': (i) => `user-${pad(Math.floor(Math.log2(i + 1)), 3)}/${i}`,
  'directories of one object': (i) => `${hash(i)}/x`,
  'small directories in directories': (i) => `users/${i >> 3}/photos/${i % 8}.jpg`,
  'objects beside a directory': (i) => `${word(i % 4)}/${i % 7 === 0 ? 'x/' : ''}${pad(i, 9)}.gz`,
  'one large directory beside small ones': (i) =>
    i % 10 === 0 ? `small-${pad(i % 5000, 4)}/${i}` : `big/${pad(i, 9)}`,
};

/** Shapes that a sample cannot tell the size of: their estimate has to say so. */
const UNSURE = new Set(['times of a flat log', 'words and numbers']);

/** Shapes with more directories than requests: of those that nobody looked into, one may have more than all others. */
const TOO_MANY = new Set([
  'numbered directories',
  'directories of days',
  'directories of hashes',
  'directories with names',
  'directories of one object',
  'small directories in directories',
  'one large directory beside small ones',
]);

function keysOf(shape: (i: number) => string, total = TOTAL): string[] {
  return Array.from({ length: total }, (_, i) => `p/${shape(i)}`);
}

describe('estimating a prefix', () => {
  for (const [name, shape] of Object.entries(SHAPES)) {
    it(`${UNSURE.has(name) ? 'does not trust itself with' : 'is near the number of'} ${name}`, async () => {
      const driver = new SortedDriver([...keysOf(shape), 'o/1', 'p', 'p0', 'q/1']);
      const total = driver.stored.length - 4;
      const found = await estimate(createObjectStore(driver), 'p/');
      expect(found.requests).to.equal(driver.requests).and.to.be.at.most(180);
      expect(found.listed).to.be.at.most(total);
      expect(found.exact).to.equal(found.listed === total);
      if (!UNSURE.has(name)) {
        expect(found.objects).to.be.within(total * 0.9, total * 1.1);
        expect(found.bytes).to.be.within(total * 9, total * 11);
      }
      if (found.range) {
        // What was not listed is never sure.
        if (!found.exact) expect(found.range.high - found.range.low).to.be.above(total * 0.02);
        expect(total).to.be.within(found.range.low, found.range.high);
        expect(found.objects).to.be.within(found.range.low, found.range.high);
      } else expect([...UNSURE, ...TOO_MANY]).to.contain(name);
    }).timeout(60_000);
  }

  it('does not take what is before the first name for a space like others', async () => {
    const keys = Array.from({ length: 475_713 }, (_, i) => `p/${524_287 + i}`);
    const { objects } = await estimate(createObjectStore(new SortedDriver(keys)), 'p/');
    expect(objects).to.be.within(keys.length * 0.95, keys.length * 1.05);
  });

  it('is not sure where one directory among thousands that are alike may have most, and has', async () => {
    const keys = Array.from({ length: 200_000 }, (_, i) => `p/${pad(i % 8000, 6)}/${i}`).concat(
      Array.from({ length: 200_000 }, (_, i) => `p/004321/${pad(i, 9)}`),
    );
    const { range, listed } = await estimate(createObjectStore(new SortedDriver(keys)), 'p/');
    expect(listed).to.be.below(keys.length);
    expect(range).to.equal(undefined);
  });

  it('lists everything where its requests are enough, so that a giant among small directories is counted', async () => {
    const keys = Array.from({ length: 9000 }, (_, i) => `p/${pad(i % 3000, 6)}/${i}`).concat(
      Array.from({ length: 40_000 }, (_, i) => `p/001234/${pad(i, 9)}`),
    );
    const found = await estimate(createObjectStore(new SortedDriver(keys)), 'p/');
    expect(found).to.include({ objects: keys.length, exact: true });
    expect(found.requests).to.be.at.most(180);
  });

  it('is not sure where few of many directories have most', async () => {
    const keys = Array.from({ length: 5000 }, (_, rank) =>
      Array.from(
        { length: Math.ceil(33_000 / (rank + 1)) },
        (__, i) => `p/tenant-${hash(rank).slice(0, 8)}/${i}`,
      ),
    ).flat();
    const { range, listed } = await estimate(createObjectStore(new SortedDriver(keys)), 'p/');
    expect(listed).to.be.below(keys.length / 2);
    expect(range).to.equal(undefined);
  });

  it('is not misled by the endings of numbers of different lengths', async () => {
    const keys = Array.from({ length: 1_000_000 }, (_, i) => `p/${i}.json`);
    const { objects } = await estimate(createObjectStore(new SortedDriver(keys)), 'p/');
    expect(objects).to.be.within(keys.length * 0.95, keys.length * 1.05);
  });

  it('is not sure where names differ too late, and never takes that for exact', async () => {
    const far = Array.from({ length: 300_000 }, (_, i) => `p/${'-'.repeat(100)}${hash(i)}`);
    const { objects } = await estimate(createObjectStore(new SortedDriver(far)), 'p/');
    expect(objects).to.be.within(270_000, 330_000);
    const tooFar = Array.from({ length: 300_000 }, (_, i) => `p/${'-'.repeat(300)}${hash(i)}`);
    const unsure = await estimate(createObjectStore(new SortedDriver(tooFar)), 'p/');
    expect(unsure).to.include({ exact: false, range: undefined });
  });

  it('counts exactly what is small', async () => {
    const directories = (i: number): string => `${i % 40}/${i}`;
    for (const [shape, total, requests] of [
      [directories, 4000, 41],
      [hash, 999, 1],
      [hash, 0, 1],
    ] as const) {
      const driver = new SortedDriver([...keysOf(shape, total), 'q']);
      const found = await estimate(createObjectStore(driver), 'p/');
      expect(found).to.deep.include({
        objects: total,
        bytes: total * 10,
        exact: true,
        listed: total,
        range: { low: total, high: total },
        requests,
      });
    }
  });

  it('takes few requests for a few pages, and never says less than it has seen', async () => {
    const few = new SortedDriver(Array.from({ length: 3000 }, (_, i) => `p/${pad(i, 9)}`));
    expect(await estimate(createObjectStore(few), 'p/')).to.deep.include({ objects: 3000, requests: 5 });

    const driver = new SortedDriver(keysOf((i) => `${i % 20}/${pad(i, 9)}`));
    for (let maxRequests = 1; maxRequests <= 40; maxRequests += 3) {
      const found = await estimate(createObjectStore(driver), 'p/', { maxRequests });
      expect(found.requests).to.be.at.most(maxRequests);
      expect(found.objects).to.be.at.least(found.listed);
    }
  });

  it('lists everything when it is told to, whatever that takes', async () => {
    const driver = new SortedDriver(keysOf(hash, 250_000));
    const found = await estimate(createObjectStore(driver), 'p/', { exact: true });
    expect(found).to.include({ objects: 250_000, exact: true, listed: 250_000 });
    expect(found.range).to.deep.equal({ low: 250_000, high: 250_000 });
  });

  it('counts the object that is called as the prefix, too', async () => {
    const driver = new SortedDriver(['p/', 'p/1', 'p/x/', 'p/x/1', 'p0']);
    expect(await estimate(createObjectStore(driver), 'p/')).to.include({ objects: 4, exact: true });
    const many = new SortedDriver(['p/', ...keysOf(hash, 1500)]);
    expect(await estimate(createObjectStore(many), 'p/')).to.include({ objects: 1501, exact: true });
  });

  it('keeps to its requests, and says at least how many there are where it cannot tell', async () => {
    const driver = new SortedDriver(keysOf(hash, 20_000));
    const few = await estimate(createObjectStore(driver), 'p/', { maxRequests: 3 });
    expect(few).to.include({ requests: 3, listed: 3000, range: undefined, exact: false });
  });

  it('lists page after page where a listing begins at the beginning only', async () => {
    const sequential = { order: 'none' } as const;
    const small = new SortedDriver([...keysOf(hash, 19_500), 'q'], sequential);
    const all = await estimate(createObjectStore(small), 'p/');
    expect(all).to.include({ objects: 19_500, exact: true, requests: 20 });

    const large = new SortedDriver(keysOf(hash, 200_000), sequential);
    const first = await estimate(createObjectStore(large), 'p/', { maxRequests: 30 });
    expect(first).to.include({ requests: 30, listed: 30_000, range: undefined, exact: false });

    const tree = new SortedDriver(
      keysOf((i) => `${i % 40}/${i}`, 60_000),
      { order: 'none' },
    );
    const groups = await estimate(createObjectStore(tree), 'p/');
    expect(groups).to.include({ objects: 60_000, exact: true, requests: 81 });
  });

  it('asks for some pages at once, and for no more when one of them fails', async () => {
    const driver = new SortedDriver(keysOf(hash, 100_000));
    const list = driver.list.page;
    let inFlight = 0;
    let most = 0;
    let failAt = Infinity;
    driver.list.page = async (request, call) => {
      most = Math.max(most, ++inFlight);
      await setImmediate();
      inFlight--;
      if (driver.requests >= failAt) throw new StoreError('AccessDenied', 'not here');
      return list(request, call);
    };
    const { objects } = await estimate(createObjectStore(driver), 'p/');
    expect(objects).to.be.within(90_000, 110_000);
    expect(most).to.be.within(4, 8);

    most = 0;
    await estimate(createObjectStore(driver), 'p/', { concurrency: 1 });
    expect(most).to.equal(1);

    failAt = driver.requests + 6;
    const error: unknown = await estimate(createObjectStore(driver), 'p/').catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(StoreError).with.property('code', 'AccessDenied');
    expect(inFlight).to.equal(0);
    expect(driver.requests).to.equal(failAt);
  });

  it('ends when it is told to', async () => {
    const driver = new SortedDriver(keysOf(hash, 100_000));
    const controller = new AbortController();
    const list = driver.list.page;
    driver.list.page = async (request, call) => {
      const page = await list(request, call);
      if (driver.requests >= 10) controller.abort();
      return page;
    };
    const error: unknown = await estimate(createObjectStore(driver), 'p/', {
      signal: controller.signal,
    }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(StoreError).with.property('code', 'Aborted');
    expect(driver.requests).to.be.below(20);
  });

  it('tells how long a page takes, whatever the others beside it do', async () => {
    const clock = new SimulatedClock();
    // Pages share the server's time; the root has three groups, and is quick.
    const driver = new SortedDriver(keysOf((i) => `${i % 3}/${i}`, 9000));
    const list = driver.list.page;
    let inFlight = 0;
    driver.list.page = async (request, call) => {
      const page = await list(request, call);
      inFlight++;
      await setImmediate();
      await clock.sleep((page.objects.length > 500 ? 100 : 20) * inFlight);
      inFlight--;
      return page;
    };
    const found = await estimate(createObjectStore(driver, { clock }), 'p/');
    expect(found).to.include({ pageMs: 100, requestMs: 20 });
  });

  it('counts the requests that had to be repeated', async () => {
    const driver = new SortedDriver(keysOf(hash, 500));
    const list = driver.list.page;
    driver.list.page = (request) => {
      driver.list.page = list;
      driver.requests++;
      throw new StoreError('Throttled', `slow down, ${request.prefix}`);
    };
    const clock = new SimulatedClock();
    const found = await estimate(createObjectStore(driver, { clock }), 'p/');
    expect(found).to.include({ requests: 2, objects: 500 });
  });

  it('works without delimiters, too', async () => {
    const shape = SHAPES['directories of hashes'];
    const driver = new SortedDriver(shape ? keysOf(shape) : [], { delimiter: 'none' });
    const { objects, range } = await estimate(createObjectStore(driver), 'p/');
    expect(objects).to.be.within(TOTAL * 0.9, TOTAL * 1.1);
    expect(TOTAL).to.be.within(range?.low ?? 0, range?.high ?? 0);
  });

  it('refuses options that make no sense', async () => {
    const store = createObjectStore(new SortedDriver([]));
    const wrong: readonly [object, RegExp][] = [
      [{ maxRequests: 0 }, /maxRequests of estimate: /],
      [{ concurrency: 1.5 }, /concurrency of estimate: /],
      [{ maxRequest: 5 }, /maxRequest: unknown option of estimate.*maxRequests/],
    ];
    for (const [options, message] of wrong) {
      const error: unknown = await estimate(store, 'p/', options).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(StoreError).with.property('code', 'InvalidArgument');
      expect(String(error)).to.match(message);
    }
  });

  it('refuses a listing that names keys outside of the prefix', async () => {
    const driver = new SortedDriver(['p/1', 'q/1']);
    const honest = driver.list.page;
    driver.list.page = (request, call) => honest({ ...request, prefix: '' }, call);
    const error: unknown = await estimate(createObjectStore(driver), 'p/').catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(StoreError).with.property('code', 'Corrupt');
  });
});

describe('what the objects of an estimate are like', () => {
  const clock = new SimulatedClock();
  const daysAgo = (days: number): Date => new Date(clock.now() - days * 86_400_000);

  it('by sub-prefix, size, age and storage class', async () => {
    // 60,000 small new objects in one directory, 30,000 large old ones in others, and 100 beside them.
    const keys = [
      ...Array.from({ length: 60_000 }, (_, i) => `p/new/${pad(i, 6)}`),
      ...Array.from({ length: 30_000 }, (_, i) => `p/old-${pad(i % 30, 2)}/${pad(i, 6)}`),
      ...Array.from({ length: 100 }, (_, i) => `p/${pad(i, 3)}`),
    ];
    const driver = new SortedDriver(keys, {}, (key) =>
      key.startsWith('p/new')
        ? { size: 100, lastModified: daysAgo(2), storageClass: 'STANDARD' }
        : { size: 5_000_000, lastModified: daysAgo(400), storageClass: 'GLACIER' },
    );
    const { distribution } = await estimate(createObjectStore(driver, { clock }), 'p/');
    const { sizes, ages, classes, groups } = distribution;
    const near = (
      total: number,
      share: { readonly objects: number; readonly bytes: number },
      size: number,
    ) => {
      expect(share.objects).to.be.within(total * 0.9, total * 1.1);
      expect(share.bytes).to.be.closeTo(share.objects * size, total * size * 0.001);
    };
    const found = <T extends { readonly objects: number }>(bins: readonly T[]): readonly T[] =>
      bins.filter(({ objects }) => objects > 0);

    const [small, large, ...otherSizes] = found(sizes);
    expect(otherSizes).to.deep.equal([]);
    expect(small).to.include({ from: 1, below: 1024 });
    expect(large).to.include({ from: 2 ** 20, below: 2 ** 24 });
    if (small) near(60_000, small, 100);
    if (large) near(30_100, large, 5_000_000);

    expect(found(ages).map(({ from, below }) => [from, below])).to.deep.equal([
      [1, 7],
      [365, 730],
    ]);
    expect(classes.map(({ storageClass }) => storageClass)).to.deep.equal(['STANDARD', 'GLACIER']);
    const [, glacier] = classes;
    if (glacier) near(30_100, glacier, 5_000_000);
    expect(found(glacier?.ages ?? []).map(({ from }) => from)).to.deep.equal([365]);

    expect(groups.prefix).to.equal('p/');
    expect(groups.direct).to.deep.equal({ objects: 100, bytes: 500_000_000 });
    expect(groups.largest[0]?.prefix).to.equal('p/new/');
    if (groups.largest[0]) near(60_000, groups.largest[0], 100);
    expect(groups.largest).to.have.length(20);
    expect(groups.others).to.include({ groups: 11 });
    expect(groups.others.objects).to.be.closeTo(11_000, 100);
  });

  it('shares of a sample stand for what was not listed', async () => {
    const driver = new SortedDriver(keysOf(hash), {}, (key) => ({ size: key < 'p/8' ? 0 : 2 ** 31 }));
    const { distribution, objects } = await estimate(createObjectStore(driver, { clock }), 'p/');
    const [empty, , , , , , , , , huge] = distribution.sizes;
    expect(empty?.objects).to.be.within(objects * 0.4, objects * 0.6);
    expect(huge).to.include({ from: 2 ** 30, below: undefined });
    expect((empty?.objects ?? 0) + (huge?.objects ?? 0)).to.be.closeTo(objects, 1);
  });

  it('does not take one directory beside many objects for several', async () => {
    const driver = new SortedDriver(
      Array.from({ length: 200_000 }, (_, i) => `p/${pad(i, 9)}`).concat('p/x/1'),
    );
    const { groups } = (await estimate(createObjectStore(driver), 'p/')).distribution;
    expect(groups.largest.map(({ prefix }) => prefix)).to.deep.equal(['p/x/']);
    expect(groups.others.groups).to.equal(0);
  });

  it('goes down where there is a single sub-prefix', async () => {
    const driver = new SortedDriver(['p/a/b/1/x', 'p/a/b/2/x', 'p/a/b/y']);
    const { groups } = (await estimate(createObjectStore(driver), 'p/')).distribution;
    expect(groups).to.deep.equal({
      prefix: 'p/a/b/',
      direct: { objects: 1, bytes: 10 },
      largest: [
        { prefix: 'p/a/b/1/', objects: 1, bytes: 10 },
        { prefix: 'p/a/b/2/', objects: 1, bytes: 10 },
      ],
      others: { groups: 0, objects: 0, bytes: 0 },
    });
    const empty = await estimate(createObjectStore(new SortedDriver([])), 'p/');
    expect(empty.distribution.classes).to.deep.equal([]);
    expect(empty.distribution.groups.largest).to.deep.equal([]);
  });
});
