import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf } from '@store/conformance';
import type { ObjectStore } from '@store/core';
import { EACH_API, EMULATED_ENTRIES, startEmulator, type Emulator } from '@store/emulator';
import { copyPrefix, movePrefix, syncPrefix, type Transferred } from '@store/transfer';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { expectClosedBooks } from './books.js';
import { contentsOf, noise } from './contents.js';
import { open } from './open.js';
import { wrappedMemory } from './wrapped-memory.js';

const MIB = 1024 * 1024;

describe('copyPrefix', () => {
  let directory = '';
  let emulator: Emulator;
  const stores = new Map<string, ObjectStore>();

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'transfer-'));
    emulator = await startEmulator({
      ...EACH_API,
      buckets: ['s3', 'oss', 'ctyun'],
    });
    for (const [name, entry] of Object.entries(EMULATED_ENTRIES))
      stores.set(name, await open(entry(emulator, name)));
    stores.set('memory', await open({ provider: 'memory' }));
    stores.set('fs', await open({ provider: 'fs', root: join(directory, 'fs'), create: true, fsync: false }));
  });
  after(async () => {
    for (const store of stores.values()) await store.close();
    await emulator.close();
    await rm(directory, { recursive: true, force: true });
  });

  function storeOf(name: string): ObjectStore {
    const store = stores.get(name);
    if (!store) throw new Error(name);
    return store;
  }

  for (const [a, b] of [
    ['memory', 'fs'],
    ['fs', 's3'],
    ['s3', 'oss'],
    ['oss', 'ctyun'],
    ['ctyun', 'memory'],
  ] as const) {
    it(`from ${a} to ${b}, with what belongs to the objects, large ones by parts`, async () => {
      const from = { store: storeOf(a), prefix: `${a}-${b}/in/` };
      const to = { store: storeOf(b), prefix: `${a}-${b}/out/` };
      await from.store.put(`${from.prefix}a b+c%.txt`, 'small', {
        contentType: 'text/x-mine',
        cacheControl: 'no-store',
        contentDisposition: 'attachment',
        metadata: { who: 'Zoë' },
      });
      await from.store.put(`${from.prefix}empty`, '');
      await from.store.put(`${from.prefix}deep/er/large`, noise(17 * MIB), { metadata: { is: 'large' } });
      await from.store.put(`${a}-${b}/in2`, 'beside');
      const report = await copyPrefix(from, to);
      expectClosedBooks(report);
      expect(report).to.deep.include({ listed: 3, copied: 3, serverSide: 0, complete: true, warnings: [] });
      expect(report.bytes).to.equal(17 * MIB + 5);
      expect(await contentsOf(to.store, to.prefix)).to.deep.equal(await contentsOf(from.store, from.prefix));
      expect(await to.store.head(`${to.prefix}a b+c%.txt`)).to.deep.include({
        contentType: 'text/x-mine',
        cacheControl: 'no-store',
        contentDisposition: 'attachment',
        metadata: { who: 'Zoë' },
      });
      expect(await to.store.head(`${to.prefix}deep/er/large`)).to.deep.include({ metadata: { is: 'large' } });
    });
  }

  for (const name of Object.keys(EMULATED_ENTRIES)) {
    it(`on the provider's side inside of a bucket: ${name}, over two clients too`, async () => {
      const store = storeOf(name);
      await store.put('inside/a/1', 'one', { contentType: 'text/x-mine' });
      await store.put('inside/a/2', noise(9 * MIB));
      const entry = EMULATED_ENTRIES[name as keyof typeof EMULATED_ENTRIES](emulator, name);
      await using other = await open(entry);
      const read = emulator.log.entries.length;
      const report = await copyPrefix({ store, prefix: 'inside/a/' }, { store: other, prefix: 'inside/b/' });
      expect(report).to.deep.include({ copied: 2, serverSide: 2, complete: true });
      const asked = emulator.log.entries.slice(read).map(({ operation }) => operation);
      expect(asked).not.to.include('GetObject');
      expect(await contentsOf(store, 'inside/b/')).to.deep.equal(await contentsOf(store, 'inside/a/'));
      expect((await store.head('inside/b/1')).contentType).to.equal('text/x-mine');
    });
  }

  it('takes tags along, and says when the target has none', async () => {
    const { store } = wrappedMemory();
    await store.put('a/x', '1', { tags: { team: 'red' } });
    const other = wrappedMemory();
    await copyPrefix({ store, prefix: 'a/' }, { store: other.store, prefix: '' });
    expect(await other.store.getTags('x')).to.deep.equal({ team: 'red' });
    const bare = wrappedMemory(() => ({ tags: undefined }));
    const report = await copyPrefix({ store, prefix: 'a/' }, { store: bare.store, prefix: '' });
    expect(report).to.deep.include({ copied: 1, complete: true });
    expect(report.warnings).to.deep.equal(['"a/x" was copied without its tags (this memory store has none)']);
    const strict = await copyPrefix(
      { store, prefix: 'a/' },
      { store: wrappedMemory(() => ({ tags: undefined })).store, prefix: '' },
      { strictMetadata: true },
    );
    expect(strict).to.deep.include({ copied: 0, failed: 1, complete: false });
    expect(strict.failures.sample[0]).to.deep.include({ key: 'a/x', code: 'InvalidArgument' });
  });

  it('leaves out metadata that no other store would keep, with a warning', async () => {
    const { store, driver } = wrappedMemory();
    const metadata = { kept: 'x'.repeat(3000) };
    await driver.write.put(
      { key: 'a/x.html', body: Buffer.from('1'), metadata, cacheControl: 'no-store' },
      {},
    );
    const other = wrappedMemory();
    const report = await copyPrefix({ store, prefix: 'a/' }, { store: other.store, prefix: 'b/' });
    expect(report.complete).to.equal(true);
    expect(report.warnings.join()).to.match(
      /^"a\/x\.html" was copied without its metadata \(.*the limit is 2048\)$/,
    );
    expect(await other.store.head('b/x.html')).to.deep.include({ cacheControl: 'no-store' });
  });

  it('names the content type by the key, where the source knows none', async () => {
    const { store } = wrappedMemory(({ read }) => ({
      read: {
        ...read,
        get: async (request, call) => {
          const { info, body } = await read.get(request, call);
          return { info: { ...info, contentType: undefined }, body };
        },
      },
    }));
    await store.put('a/page.html', '<p>');
    await store.put('a/thing.unheardof', '?');
    const to = wrappedMemory().store;
    await copyPrefix({ store, prefix: 'a/' }, { store: to, prefix: '' });
    expect((await to.head('page.html')).contentType).to.equal('text/html');
    expect((await to.head('thing.unheardof')).contentType).to.equal('application/octet-stream');
    await copyPrefix({ store, prefix: 'a/' }, { store: to, prefix: '' }, { contentType: 'text/plain' });
    expect((await to.head('page.html')).contentType).to.equal('text/plain');
  });

  it('filters, and says in a dry run what it would do', async () => {
    const { store } = wrappedMemory();
    for (const key of ['a/1.log', 'a/2.txt', 'a/b/3.log', 'a/b/4.tmp.log']) await store.put(key, 'four');
    const to = wrappedMemory().store;
    const seen: Transferred[] = [];
    const options = {
      include: '**/*.log',
      exclude: '**/*.tmp.*',
      onTransferred: (one: Transferred) => void seen.push(one),
    };
    const dry = await copyPrefix(
      { store, prefix: 'a/' },
      { store: to, prefix: 't/' },
      { ...options, dryRun: true },
    );
    expectClosedBooks(dry);
    expect(dry).to.deep.include({
      listed: 4,
      filtered: 2,
      matched: 2,
      skipped: 2,
      copied: 0,
      bytes: 8,
      complete: false,
    });
    expect(seen).to.deep.equal([
      { from: 'a/1.log', to: 't/1.log', size: 4 },
      { from: 'a/b/3.log', to: 't/b/3.log', size: 4 },
    ]);
    expect(await contentsOf(to)).to.deep.equal({});
    const report = await copyPrefix({ store, prefix: 'a/' }, { store: to, prefix: 't/' }, options);
    expect(report).to.deep.include({ copied: 2, filtered: 2, complete: true });
    expect(Object.keys(await contentsOf(to))).to.deep.equal(['t/1.log', 't/b/3.log']);
  });

  it('replaces nothing with ifAbsent', async () => {
    const { store } = wrappedMemory();
    await store.put('a/1', 'new');
    await store.put('a/2', 'new');
    await store.put('b/1', 'old');
    const other = wrappedMemory().store;
    await other.put('b/1', 'old');
    for (const to of [store, other]) {
      const report = await copyPrefix(
        { store, prefix: 'a/' },
        { store: to, prefix: 'b/' },
        { ifAbsent: true },
      );
      expect(report).to.deep.include({ copied: 1, failed: 1 });
      expect(report.failures.byCode).to.deep.equal({ PreconditionFailed: 1 });
      expect(await (await to.get('b/1')).text()).to.equal('old');
    }
  });

  it('says how far it is, and of how much', async () => {
    const { store } = wrappedMemory();
    for (let i = 0; i < 20; i++) await store.put(`a/${i}`, 'x'.repeat(100));
    const told: number[] = [];
    let last: unknown;
    await copyPrefix(
      { store, prefix: 'a/' },
      { store: wrappedMemory().store, prefix: '' },
      {
        count: true,
        maxBytesPerSecond: 10_000,
        concurrency: 1,
        onProgress: (progress) => {
          told.push(progress.copied);
          last = progress;
        },
      },
    );
    expect(told.length).to.be.above(1);
    expect(told).to.deep.equal(told.toSorted((a, b) => a - b));
    expect(last).to.deep.include({
      phase: 'copying',
      copied: 20,
      bytes: 2000,
      settledBytes: 2000,
      total: { objects: 20, bytes: 2000 },
    });
  });

  it('copies what lies in no directory into one of the source, or out of one', async () => {
    const { store } = wrappedMemory();
    for (const key of ['1.txt', '2.log', 'in/3.txt']) await store.put(key, key);
    const keys = async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const { key } of store.list('')) found.push(key);
      return found;
    };
    const [root, inside] = [
      { store, prefix: '' },
      { store, prefix: 'in/' },
    ];
    expect(await copyPrefix(root, inside, { include: ['*.txt'] })).to.include({ copied: 1, complete: true });
    expect(await keys()).to.have.members(['1.txt', '2.log', 'in/1.txt', 'in/3.txt']);
    expect(await movePrefix(inside, root, { include: '{3,4}.*' })).to.include({ copied: 1, complete: true });
    expect(await keys()).to.have.members(['1.txt', '2.log', '3.txt', 'in/1.txt']);
    // Each of these may take what has just been written.
    for (const include of [['**.txt'], ['*.txt', 'in/*'], []])
      await errorOf(copyPrefix(root, inside, { include }), 'InvalidArgument');
    await errorOf(copyPrefix(root, inside, { include: ['*'], filter: ['+ in/**'] }), 'InvalidArgument');
    await errorOf(copyPrefix(root, root, { include: ['*'] }), 'InvalidArgument');
    await errorOf(syncPrefix(root, inside, { include: ['*'] }), 'InvalidArgument');
  });

  it('refuses what overlaps, what is misspelt, and prefixes that are parts of names', async () => {
    const { store } = wrappedMemory();
    for (const [a, b] of [
      ['a/', 'a/'],
      ['a/', 'a/b/'],
      ['a/b/', 'a/'],
      ['', 'a/'],
    ] as const) {
      const error = await errorOf(copyPrefix({ store, prefix: a }, { store, prefix: b }), 'InvalidArgument');
      expect(error.message).to.match(/overlap|the same/);
    }
    const to = { store: wrappedMemory().store, prefix: '' };
    await errorOf(copyPrefix({ store, prefix: 'a' }, to), 'InvalidArgument');
    const misspelt: object = { dryrun: true };
    const error = await errorOf(copyPrefix({ store, prefix: 'a/' }, to, misspelt), 'InvalidArgument');
    expect(error.message).to.contain('dryRun');
    await errorOf(
      copyPrefix({ store, prefix: '' }, { store: storeOf('fs'), prefix: '' }, { storageClass: 'IA' }),
      'Unsupported',
    );
    const fsRoot = join(directory, 'nested');
    await using outer = await open({ provider: 'fs', root: fsRoot, create: true });
    await using inner = await open({ provider: 'fs', root: join(fsRoot, 'in'), create: true });
    const nested = await errorOf(copyPrefix({ store: outer, prefix: '' }, { store: inner, prefix: 'x/' }));
    expect(nested.message).to.contain('overlap');
    await using around = await open({ provider: 'files', root: directory });
    const sides = [
      { store: around, prefix: '' },
      { store: outer, prefix: 'x/' },
    ] as const;
    await outer.put('x/k', 'x');
    for (const run of [copyPrefix, movePrefix, syncPrefix])
      expect((await errorOf(run(...sides), 'InvalidArgument')).message).to.contain('overlap');
    // What is in the store may well come out beside it.
    expect(await copyPrefix(sides[1], { store: around, prefix: 'beside/' })).to.include({ copied: 1 });
  });
}).timeout(120_000);
