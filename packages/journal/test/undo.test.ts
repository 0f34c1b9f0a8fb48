import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf, numbered } from '@store/conformance';
import { createObjectStore, type JournalSession, type ObjectStore, type StoreDriver } from '@store/core';
import { journalFile, undoDeletion, type KeyLeft, type UndoReport } from '@store/journal';
import { memoryDriver, MemoryObjects } from '@store/memory';
import { onRequest } from '@store/wrappers';
import { expect } from 'chai';
import { after, afterEach, before, describe, it } from 'mocha';

/** Everything that a listing says, of versions and markers. */
async function listed(store: ObjectStore): Promise<string[]> {
  const lines: string[] = [];
  for await (const version of store.listVersions('')) lines.push(JSON.stringify(version));
  return lines;
}

function expectBooks({ looked, restored, alreadyBack, left, failed, skipped }: UndoReport): void {
  expect(restored + alreadyBack + left + failed + skipped).to.equal(looked);
}

describe('undo of delete markers', () => {
  let directory = '';
  let runs = 0;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'undo-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  const newPath = (): string => join(directory, `run-${++runs}.jsonl`);

  function versioned(): { readonly objects: MemoryObjects; readonly store: ObjectStore } {
    const objects = new MemoryObjects({ versioning: 'enabled' });
    return { objects, store: createObjectStore(memoryDriver({}, objects)) };
  }

  it('leaves 5,000 keys of three versions as they were, byte for byte', async () => {
    const { objects } = versioned();
    const requests = { list: 0, delete: 0 };
    const driver = onRequest(memoryDriver({}, objects), ({ name }) => {
      if (name === 'versions.page') requests.list++;
      if (name.endsWith('delete') || name === 'delete.one') requests.delete++;
    });
    const store = createObjectStore(driver);
    const keys = numbered(5000, 'p/');
    for (const round of [1, 2, 3]) for (const key of keys) await store.put(key, `${key} ${round}`);
    await store.put('other', 'x');
    const was = await listed(store);
    const path = newPath();
    await store.deletePrefix('p/', { journal: journalFile(path) });
    const deleted = await listed(store);
    expect(deleted).to.have.length(was.length + 5000);

    const dry = await undoDeletion(store, path, { dryRun: true });
    expect(dry).to.include({ looked: 5000, restored: 5000, left: 0, dryRun: true, complete: false });
    expect(await listed(store), 'a dry run changes nothing').to.deep.equal(deleted);

    requests.list = requests.delete = 0;
    const restored: string[] = [];
    const report = await undoDeletion(store, path, { onRestored: (key) => restored.push(key) });
    expect(report).to.include({ by: 'markers', looked: 5000, restored: 5000, complete: true, gone: 0 });
    // Four entries a key, 1000 entries a page, and a page more where the keys of a batch end.
    expect(requests.list).to.be.at.most(25);
    expect(requests.delete).to.equal(5);
    expect(restored.sort()).to.deep.equal([...keys].sort());
    expect(await listed(store)).to.deep.equal(was);

    const again = await undoDeletion(store, path);
    expect(again).to.include({ looked: 5000, restored: 0, alreadyBack: 5000, complete: true });
  });

  it('leaves and names what was written since', async () => {
    const { store } = versioned();
    const keys = numbered(300, 'p/');
    for (const key of keys) await store.put(key, 'old');
    const path = newPath();
    await store.deletePrefix('p/', { journal: journalFile(path) });
    const since = keys.filter((_, index) => index % 6 === 0);
    for (const key of since) await store.put(key, 'new');
    const [again = ''] = since;
    await store.delete(again);
    const before = new Map<string, string[]>();
    for (const line of await listed(store)) {
      const { key } = JSON.parse(line) as { readonly key: string };
      before.set(key, [...(before.get(key) ?? []), line]);
    }
    const left: KeyLeft[] = [];
    const report = await undoDeletion(store, path, { onLeft: (one) => left.push(one) });
    expectBooks(report);
    expect(report).to.include({ looked: 300, restored: 250, left: 50, complete: false });
    expect(left.map(({ key }) => key).sort()).to.deep.equal([...since].sort());
    expect(left.find(({ key }) => key === again)?.reason).to.equal('it was written and deleted again since');
    expect(left.find(({ key }) => key !== again)?.reason).to.equal('it was written since');
    const lines = await listed(store);
    for (const key of since)
      expect(lines.filter((line) => line.includes(`"key":"${key}"`))).to.deep.equal(before.get(key));
    for (const key of keys) expect(await store.exists(key), key).to.equal(key !== again);
  });

  it('finds its keys far apart in a large bucket, and keys that are awkward, in few requests', async () => {
    const { objects } = versioned();
    let lists = 0;
    const driver = onRequest(memoryDriver({ maxPageSize: 50 }, objects), ({ name }) => {
      if (name === 'versions.page') lists++;
    });
    const store = createObjectStore(driver);
    for (const key of numbered(5000, 'a/')) await store.put(key, 'x');
    const keys = ['a/00100', 'a/04000', 'a/04001', 'a/%2f', 'a/%', 'a/\u{10ffff}', 'a/é', 'a/ ', 'a/\u0001'];
    for (const key of keys) await store.put(key, 'y');
    const was = await listed(store);
    const path = newPath();
    await store.deleteMany(keys, { journal: journalFile(path) });
    lists = 0;
    const report = await undoDeletion(store, path);
    expect(report).to.include({ looked: keys.length, restored: keys.length, complete: true });
    expect(lists).to.be.at.most(2 * keys.length);
    expect(await listed(store)).to.deep.equal(was);
  });

  it('goes on where it was broken off', async () => {
    const { objects, store } = versioned();
    for (const key of numbered(200, 'p/')) await store.put(key, 'x');
    const was = await listed(store);
    const path = newPath();
    await store.deletePrefix('p/', { journal: journalFile(path) });
    const abort = new AbortController();
    const small = memoryDriver({ maxPageSize: 20 }, objects);
    const slow: StoreDriver = {
      ...small,
      batch: undefined,
      versions: small.versions,
      delete: {
        ...small.delete,
        one: async (target, call) => {
          await new Promise((resolve) => setImmediate(resolve));
          return small.delete.one(target, call);
        },
      },
    };
    let count = 0;
    const part = await undoDeletion(createObjectStore(slow), path, {
      signal: abort.signal,
      concurrency: 2,
      onRestored: () => {
        if (++count === 50) abort.abort();
      },
    });
    expectBooks(part);
    expect(part).to.include({ aborted: true, complete: false });
    expect(part.restored).to.be.within(50, 199);
    const rest = await undoDeletion(store, path);
    expect(rest).to.include({ looked: 200, alreadyBack: part.restored, restored: 200 - part.restored });
    expect(await listed(store)).to.deep.equal(was);
  });

  it('does not guess which marker is the one of a request whose answer was lost', async () => {
    const { objects, store } = versioned();
    for (const key of ['p/a', 'p/b', 'p/c']) await store.put(key, 'x');
    const inner = memoryDriver({}, objects);
    let lose = true;
    // The first answer is lost; what it asked for is done.
    const losing: StoreDriver = {
      ...inner,
      versions: inner.versions,
      batch: inner.batch && {
        ...inner.batch,
        delete: async (targets, call) => {
          const answer = await inner.batch?.delete(targets, call);
          if (answer && !lose) return answer;
          lose = false;
          return { deleted: [], failed: [] };
        },
      },
    };
    const path = newPath();
    const run = createObjectStore(losing, { retry: { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 1 } });
    expect(await run.deletePrefix('p/', { journal: journalFile(path) })).to.include({ deleted: 3 });
    const left: KeyLeft[] = [];
    const report = await undoDeletion(store, path, { onLeft: (one) => left.push(one) });
    expect(report).to.include({ restored: 0, left: 3, complete: false });
    expect(left[0]?.reason).to.match(/under it is another one that this journal does not name/);
    for await (const { key, isLatest, deleteMarker } of store.listVersions('p/'))
      expect(isLatest ? deleteMarker : true, key).to.equal(true);
  });

  it('names the keys of a killed run of which nobody knows, with a shortened journal too', async () => {
    const { store } = versioned();
    for (const key of ['p/a', 'p/b']) await store.put(key, 'x');
    const path = newPath();
    // A session that was killed after its request was carried out, and before it learnt that.
    const killed = createObjectStore({
      ...memoryDriver({ versioning: 'enabled', objects: { 'p/a': 'x', 'p/b': 'x' } }),
    });
    await killed.deletePrefix('p/', { journal: journalFile(path) });
    const lines = readFileSync(path, 'utf8').split('\n');
    const end = lines.findIndex((line) => line.startsWith('{"type":"deleted"'));
    writeFileSync(path, `${lines.slice(0, end).join('\n')}\n`);
    await store.delete('p/a');
    const unsettled: KeyLeft[] = [];
    const early = await undoDeletion(store, path, { onLeft: (one) => unsettled.push(one) });
    expect(early).to.include({ looked: 2, alreadyBack: 1, left: 1 });
    expect(unsettled[0]).to.include({ key: 'p/a' });
    expect(unsettled[0]?.reason).to.match(/nobody knows whether/);

    const resumed = await store.deletePrefix('p/', { journal: journalFile(path, { shortenAt: 1 }) });
    expect(resumed).to.include({ deleted: 2 });
    expect(readFileSync(path, 'utf8')).to.contain('"type":"lost"').and.to.contain('"type":"summary"');
    const left: KeyLeft[] = [];
    const report = await undoDeletion(store, path, { onLeft: (one) => left.push(one) });
    expect(report).to.include({ looked: 2, restored: 1, left: 1, gone: 0 });
    expect(left).to.deep.equal([
      { key: 'p/a', reason: 'the answer to its delete was lost, so nobody knows which marker it made' },
    ]);
  });

  it('is refused where versioning was off, also when the answers of some deletes were lost', async () => {
    const objects = memoryDriver({ objects: { 'p/a': 'x', 'p/b': 'x' } });
    const versions = memoryDriver({ versioning: 'enabled' }).versions;
    const driver: StoreDriver = {
      ...objects,
      versions: versions && { ...versions, state: async () => 'off' },
    };
    const store = createObjectStore(driver);
    const path = newPath();
    await store.deletePrefix('p/', { journal: journalFile(path) });
    const lines = readFileSync(path, 'utf8').split('\n');
    const end = lines.findIndex((line) => line.startsWith('{"type":"deleted"'));
    writeFileSync(path, `${lines.slice(0, end).join('\n')}\n`);
    await store.deletePrefix('p/', { journal: journalFile(path) });
    const error = await errorOf(undoDeletion(store, path), 'PreconditionFailed');
    expect(error.reason).to.match(/versioning was off, and what it deleted \(2\) is gone for good/);
  });

  it('leaves a key whose version is gone, and one whose marker id was not told', async () => {
    const { objects, store } = versioned();
    const inner = memoryDriver({}, objects);
    const silent: StoreDriver = {
      ...inner,
      versions: inner.versions,
      batch: inner.batch && {
        ...inner.batch,
        delete: async (targets, call) => {
          const answer = await inner.batch?.delete(targets, call);
          const deleted = (answer?.deleted ?? []).map((one) =>
            one.key === 'p/untold' ? { ...one, deleteMarkerVersionId: undefined } : one,
          );
          return { deleted, failed: [] };
        },
      },
    };
    for (const key of ['p/expired', 'p/untold', 'p/well']) await store.put(key, 'x');
    const path = newPath();
    await createObjectStore(silent).deletePrefix('p/', { journal: journalFile(path) });
    for await (const { key, versionId, deleteMarker } of store.listVersions('p/expired'))
      if (!deleteMarker) await store.delete(key, { versionId });
    const left: KeyLeft[] = [];
    const report = await undoDeletion(store, path, { onLeft: (one) => left.push(one) });
    expect(report).to.include({ looked: 3, restored: 1, left: 2 });
    const reasons = Object.fromEntries(left.map(({ key, reason }) => [key, reason]));
    expect(reasons['p/expired']).to.match(/the version under its marker is gone/);
    expect(reasons['p/untold']).to.match(/did not tell/);
    expect(await store.exists('p/well')).to.equal(true);
  });

  describe('is refused, with the reason,', () => {
    const refused = async (
      run: (store: ObjectStore, objects: MemoryObjects, path: string) => Promise<unknown>,
      code: string,
      message: RegExp,
    ): Promise<void> => {
      const { store, objects } = versioned();
      await store.put('p/a', 'x');
      await store.put('p/a', 'y');
      const path = newPath();
      const other = await run(store, objects, path);
      const undo = undoDeletion(other === undefined ? store : createObjectStore(other as StoreDriver), path);
      const error = await errorOf(undo);
      expect(error).to.include({ code });
      expect(error.message).to.match(message);
    };

    let open: JournalSession | undefined;
    afterEach(async () => {
      await open?.close();
      open = undefined;
    });

    for (const versions of ['all', 'noncurrent'] as const) {
      it(`where versions were deleted: ${versions}`, () =>
        refused(
          async (store, _objects, path) => {
            await store.deletePrefix('p/', { versions, journal: journalFile(path) });
          },
          'PreconditionFailed',
          /it deleted versions/,
        ));
    }

    it('where versioning was off', () =>
      refused(
        async (_store, _objects, path) => {
          const driver = memoryDriver({ objects: { 'p/a': 'x' } });
          await createObjectStore(driver).deletePrefix('p/', { journal: journalFile(path) });
        },
        'PreconditionFailed',
        /it made no delete marker: versioning was off, and what it deleted \(1\) is gone for good/,
      ));

    it('where versioning was suspended', () =>
      refused(
        async (store, objects, path) => {
          objects.setVersioning('suspended');
          await store.deletePrefix('p/', { journal: journalFile(path) });
        },
        'PreconditionFailed',
        /versioning was suspended/,
      ));

    it('where the journal is about another store', () =>
      refused(
        async (store, objects, path) => {
          await store.deletePrefix('p/', { journal: journalFile(path) });
          return { ...memoryDriver({}, objects), place: 'memory:other' };
        },
        'InvalidArgument',
        /is about memory: of memory, and this store is memory:other/,
      ));

    it('where somebody works on the journal', () =>
      refused(
        async (_store, _objects, path) => {
          const outline = { operation: 'deletePrefix', provider: 'memory', place: 'memory:' } as const;
          const run = { ...outline, prefix: 'p/', options: {}, startedAt: Date.now() };
          open = await journalFile(path).begin(run);
        },
        'PreconditionFailed',
        /is at work on the journal/,
      ));
  });

  it('names those whose marker has no id, when versioning was suspended in the middle', async () => {
    const { objects, store } = versioned();
    for (const key of numbered(4, 'p/')) await store.put(key, 'x');
    const path = newPath();
    const [first = '', ...others] = numbered(4, 'p/');
    const journal = journalFile(path);
    await store.deleteMany(
      (function* () {
        yield first;
        yield* others;
      })(),
      { journal, strategy: 'single', concurrency: 1, onDeleted: () => objects.setVersioning('suspended') },
    );
    const left: KeyLeft[] = [];
    const report = await undoDeletion(store, path, { onLeft: (one) => left.push(one) });
    expect(report).to.include({ looked: 4, restored: 1, left: 3 });
    expect(left.every(({ reason }) => reason.startsWith('versioning was suspended'))).to.equal(true);
    expect(await store.exists(first)).to.equal(true);
  });
});
