import { errorOf } from '@store/conformance';
import { StoreError, type ObjectStore, type StoreDriver } from '@store/core';
import { syncPrefix, TransferError, type SyncPrefixOptions, type TransferReport } from '@store/transfer';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { expectClosedBooks } from './books.js';
import { contentsOf, noise } from './contents.js';
import { wrappedMemory } from './wrapped-memory.js';

interface Both {
  readonly source: ObjectStore;
  readonly target: ObjectStore;
  readonly sync: (options?: SyncPrefixOptions) => Promise<TransferReport>;
}

/** A source with `s/a`, `s/b`, `s/c` and a target with the same under `t/`. */
async function both(
  sourceChange?: (driver: StoreDriver) => Partial<StoreDriver>,
  targetChange?: (driver: StoreDriver) => Partial<StoreDriver>,
): Promise<Both> {
  const source = wrappedMemory(sourceChange).store;
  const target = wrappedMemory(targetChange).store;
  for (const key of ['a', 'b', 'c']) await source.put(`s/${key}`, key);
  const sync = (options?: SyncPrefixOptions) =>
    syncPrefix({ store: source, prefix: 's/' }, { store: target, prefix: 't/' }, options);
  await sync();
  return { source, target, sync };
}

describe('syncPrefix', () => {
  it('copies what is missing or differs, and nothing else', async () => {
    const { source, target, sync } = await both();
    const idle = await sync();
    expectClosedBooks(idle);
    expect(idle).to.deep.include({ listed: 3, same: 3, copied: 0, extra: 0, complete: true });
    await source.put('s/b', 'longer');
    await source.put('s/d', 'new');
    await target.put('t/e', 'only here');
    const report = await sync();
    expectClosedBooks(report);
    expect(report).to.deep.include({
      listed: 4,
      same: 2,
      copied: 2,
      extra: 1,
      deletion: null,
      complete: true,
    });
    expect(await contentsOf(target, 't/')).to.include.keys('a', 'b', 'c', 'd', 'e');
    expect(await (await target.get('t/b')).text()).to.equal('longer');
  });

  it('tells by size and time, by size, or by checksum', async () => {
    const changed = { 'size-and-time': 1, size: 0, checksum: 1 } as const;
    for (const [compare, copied] of Object.entries(changed)) {
      const { source, sync } = await both();
      await new Promise((resolve) => setTimeout(resolve, 5));
      await source.put('s/b', 'X');
      const report = await sync({ compare: compare as keyof typeof changed });
      expect(report, compare).to.deep.include({ copied, same: 3 - copied });
    }
    // What is older at the target and has the same content is the same by its checksum alone.
    const { source, sync } = await both();
    await new Promise((resolve) => setTimeout(resolve, 5));
    await source.put('s/b', 'b');
    expect((await sync({ compare: 'checksum', dryRun: true })).same).to.equal(3);
    expect((await sync({ dryRun: true })).same).to.equal(2);
  });

  it('goes by the ETag where a time of whole seconds does not tell', async () => {
    const second = new Date(1_700_000_000_000);
    const inWholeSeconds = ({ list }: StoreDriver): Partial<StoreDriver> => ({
      list: {
        ...list,
        page: async (request, call) => {
          const page = await list.page(request, call);
          return { ...page, objects: page.objects.map((object) => ({ ...object, lastModified: second })) };
        },
      },
    });
    const { source, sync } = await both(inWholeSeconds, inWholeSeconds);
    expect(await sync()).to.deep.include({ same: 3 });
    await source.put('s/b', 'X');
    expect(await sync()).to.deep.include({ same: 2, copied: 1 });
  });

  it('reads for a checksum where ETags are none, by the parts of the target too', async () => {
    const bytes = noise(10_000);
    const noEtags = ({ list, read }: StoreDriver): Partial<StoreDriver> => ({
      list: {
        ...list,
        page: async (request, call) => {
          const page = await list.page(request, call);
          return { ...page, objects: page.objects.map((object) => ({ ...object, etag: '"state-1"' })) };
        },
      },
      read: {
        head: async (request, call) => ({ ...(await read.head(request, call)), etag: '"state-1"' }),
        get: async ({ ifMatch: _any, ...request }, call) => {
          const { info, body } = await read.get(request, call);
          return { info: { ...info, etag: '"state-1"' }, body };
        },
      },
    });
    let reads = 0;
    const { source, target, sync } = await both(noEtags, ({ read }) => ({
      read: {
        ...read,
        get: (request, call) => {
          reads++;
          return read.get(request, call);
        },
      },
    }));
    await source.put('s/large', bytes);
    await sync({ partBytes: 3000 });
    expect((await target.head('t/large')).etag).to.match(/-4"$/);
    expect(await sync({ compare: 'checksum', partBytes: 3000 })).to.deep.include({ copied: 0, same: 4 });
    expect(reads, 'the target was not read').to.equal(0);
    // By other parts than those it was uploaded in, the target has to be read.
    expect(await sync({ compare: 'checksum', partBytes: 2999 })).to.deep.include({ copied: 0, same: 4 });
    expect(reads).to.be.above(0);
    bytes[5000] = (bytes[5000] ?? 0) ^ 1;
    await source.put('s/large', bytes);
    expect(await sync({ compare: 'checksum', partBytes: 3000 })).to.deep.include({ copied: 1, same: 3 });
  });

  describe('with delete', () => {
    it('deletes what is only at the target, in pieces and by name', async () => {
      const { target, sync } = await both();
      for (let i = 0; i < 2500; i++) await target.put(`t/old/${i}`, 'x');
      await target.put('t', 'outside');
      await target.put('t2/x', 'outside');
      const seen: string[] = [];
      const dry = await sync({ delete: true, dryRun: true, onDeleted: (key) => void seen.push(key) });
      expect(dry).to.deep.include({ extra: 2500 });
      expect(dry.deletion).to.deep.include({ dryRun: true, matched: 2500, deleted: 0 });
      expect(seen).to.have.length(2500);
      expect(Object.keys(await contentsOf(target))).to.have.length(2505);
      const report = await sync({ delete: true });
      expect(report).to.deep.include({ extra: 2500, complete: true });
      expect(report.deletion).to.deep.include({ deleted: 2500 });
      expect(Object.keys(await contentsOf(target))).to.deep.equal(['t', 't/a', 't/b', 't/c', 't2/x']);
    });

    it('leaves what the globs leave out', async () => {
      const { target, sync } = await both();
      await target.put('t/keep.log', 'x');
      await target.put('t/go.txt', 'x');
      await sync({ delete: true, exclude: '*.log' });
      expect(Object.keys(await contentsOf(target, 't/'))).to.deep.equal(['a', 'b', 'c', 'keep.log']);
    });

    it('names a rule that matched nothing at either end, and no other', async () => {
      const { target, sync } = await both();
      await target.put('t/keep/k', 'x');
      const globs = { exclude: ['keep/', 'a', 'kepe/'] };
      for (const options of [{}, { delete: true }, { dryRun: true }]) {
        const report = await sync({ ...globs, ...options });
        expect(report.warnings).to.deep.equal(['nothing that was listed matches exclude "kepe/"']);
        expect(report.complete).to.equal(true);
      }
      expect((await sync({ ...globs, signal: AbortSignal.abort() })).warnings).to.deep.equal([]);
    });

    it('does not take for extra what is at the source and was left out by size', async () => {
      const { target, sync } = await both();
      const report = await sync({ delete: true, minSize: 100 });
      expect(report).to.deep.include({ filtered: 3, extra: 0 });
      expect(Object.keys(await contentsOf(target))).to.have.length(3);
    });

    it('deletes nothing when the source is empty, unless that was thought of', async () => {
      for (const [options, left] of [
        [{}, 3],
        [{ maxDelete: 2 }, 3],
        [{ maxDelete: 3 }, 0],
        [{ force: true }, 0],
      ] as const) {
        const { source, target, sync } = await both();
        await source.deletePrefix('s/');
        const report = await sync({ delete: true, ...options });
        expect(Object.keys(await contentsOf(target)), JSON.stringify(options)).to.have.length(left);
        expect(report.complete).to.equal(left === 0);
        if (left > 0) expect(report.warnings.join()).to.match(/3 objects .* were not deleted/);
      }
    });

    it('deletes nothing when something could not be copied, unless forced', async () => {
      for (const force of [false, true]) {
        const { source, target, sync } = await both(undefined, ({ write }) => ({
          write: {
            ...write,
            put: async (request, call) => {
              if (request.key === 't/z') throw new StoreError('AccessDenied', 'not this one');
              return write.put(request, call);
            },
          },
        }));
        await source.delete('s/a');
        await source.put('s/z', 'refused');
        const report = await sync({ delete: true, force });
        expectClosedBooks(report);
        expect(report).to.deep.include({ failed: 1, complete: false, extra: 1 });
        expect(Object.keys(await contentsOf(target))).to.have.length(force ? 2 : 3);
      }
    });

    it('deletes nothing when a listing broke off, at the first look or at the second', async () => {
      for (const healthyPages of [0, 1]) {
        let pages = 0;
        let healthy = Infinity;
        const { target, sync } = await both(({ list }) => ({
          list: {
            ...list,
            page: async (request, call) => {
              if (pages++ >= healthy) throw new StoreError('AccessDenied', 'no more');
              return list.page(request, call);
            },
          },
        }));
        await target.put('t/zzz', 'only here');
        pages = 0;
        healthy = healthyPages;
        const error = await errorOf(sync({ delete: true }), 'AccessDenied');
        expect(error).to.be.instanceOf(TransferError);
        expect(Object.keys(await contentsOf(target, 't/'))).to.include('zzz');
      }
    });

    it('deletes nothing when it was stopped before', async () => {
      const { target, sync, source } = await both();
      await target.put('t/zzz', 'only here');
      await source.put('s/new', 'x');
      const stop = new AbortController();
      const report = await sync({ delete: true, signal: stop.signal, onTransferred: () => stop.abort() });
      expect(report).to.deep.include({ aborted: true, complete: false, deletion: null });
      expect(Object.keys(await contentsOf(target, 't/'))).to.include('zzz');
    });
  });

  it('refuses stores without an order, and options that go with delete', async () => {
    const { store } = wrappedMemory(({ list }) => ({ list: { ...list, order: 'none' } }));
    const place = { store: wrappedMemory().store, prefix: '' };
    const error = await errorOf(syncPrefix({ store, prefix: '' }, place), 'Unsupported');
    expect(error.message).to.contain('no order');
    await errorOf(syncPrefix(place, { store, prefix: '' }), 'Unsupported');
    const { sync } = await both();
    await errorOf(sync({ maxDelete: 3 }), 'InvalidArgument');
    const wrong: object = { deletes: true };
    await errorOf(sync(wrong), 'InvalidArgument');
  });
}).timeout(60_000);
