import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { errorOf, numbered } from '@store/conformance';
import { createObjectStore, openStore, type ObjectStore } from '@store/core';
import { fs } from '@store/fs';
import { emptyTrash, journalFile, listTrash, restoreTrash, undoDeletion, type KeyLeft } from '@store/journal';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';

const WORKER = fileURLToPath(new URL('trash-worker.js', import.meta.url));

/** Killed so often in each direction. */
const KILLS = 5;

describe('the trash of fs', () => {
  let directory: string;
  let root: string;
  let store: ObjectStore;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'store-trash-'));
    root = join(directory, 'root');
    store = await openStore({ provider: 'fs', root, create: true, fsync: false }, { adapters: [fs] });
  });
  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  });

  const journalPath = (): string => join(directory, 'run.jsonl');

  /** Everything that a listing and a `head` say, and the bodies. */
  async function held(): Promise<string[]> {
    const lines: string[] = [];
    for await (const { key } of store.list('')) {
      const object = await store.get(key);
      lines.push(JSON.stringify([object.info, await object.text()]));
    }
    return lines;
  }

  async function trashed(): Promise<string[]> {
    const keys: string[] = [];
    for await (const { key } of listTrash(store)) keys.push(key);
    return keys.sort();
  }

  it('keeps what is deleted, whole, out of sight, and gives it back as it was', async () => {
    const keys = ['p/a', 'p/a/b', 'p/', 'p//c', 'p/é %o', `p/${'x'.repeat(300)}`, 'p/trash/x'];
    for (const key of keys)
      await store.put(key, `body of ${key}`, { contentType: 'text/x', metadata: { of: key } });
    await store.put('q', 'stays');
    const was = await held();
    const report = await store.deletePrefix('p/', { trash: true, journal: journalFile(journalPath()) });
    expect(report).to.include({ deleted: keys.length, complete: true });
    expect(await held()).to.have.length(1);
    expect(await trashed()).to.deep.equal([...keys].sort());
    for await (const { bin, size, key, trashedAt } of listTrash(store)) {
      expect(bin).to.equal(report.trash);
      expect(size).to.equal(Buffer.byteLength(`body of ${key}`));
      expect(Date.now() - trashedAt.getTime()).to.be.within(-1000, 60_000);
    }
    const dry = await undoDeletion(store, journalPath(), { dryRun: true });
    expect(dry).to.include({ by: 'trash', looked: keys.length, restored: keys.length, complete: false });
    expect(await trashed()).to.have.length(keys.length);

    const undone = await undoDeletion(store, journalPath());
    expect(undone).to.include({ looked: keys.length, restored: keys.length, missing: 0, complete: true });
    expect(await held()).to.deep.equal(was);
    expect(await readdir(join(root, 'trash')), 'no empty directories').to.deep.equal([]);
    expect(await undoDeletion(store, journalPath())).to.include({
      looked: keys.length,
      alreadyBack: keys.length,
      missing: 0,
    });
    expect(await held()).to.deep.equal(was);
  });

  it('leaves what was written since, and names it; it stays in the trash', async () => {
    const keys = numbered(120, 'p/');
    for (const key of keys) await store.put(key, 'old');
    const { trash } = await store.deletePrefix('p/', { trash: true });
    const since = keys.filter((_, index) => index % 10 === 0);
    for (const key of since) await store.put(key, 'new');
    const dry = await restoreTrash(store, trash ?? '', { dryRun: true });
    expect(dry).to.include({ restored: 108, left: 12 });
    const left: KeyLeft[] = [];
    const report = await restoreTrash(store, trash ?? '', { onLeft: (one) => left.push(one) });
    expect(report).to.include({ looked: 120, restored: 108, left: 12, failed: 0, complete: false });
    expect(left.map(({ key }) => key).sort()).to.deep.equal(since);
    for (const key of keys)
      expect(await (await store.get(key)).text()).to.equal(since.includes(key) ? 'new' : 'old');
    expect(await trashed()).to.deep.equal(since);
  });

  it('keeps both of a key that is deleted in two runs, and both of one that is deleted twice in a run', async () => {
    const bins: string[] = [];
    for (const body of ['first', 'second']) {
      await store.put('p/k', body);
      bins.push((await store.deletePrefix('p/', { trash: true })).trash ?? '');
    }
    expect(await trashed()).to.deep.equal(['p/k', 'p/k']);
    const [first = '', second = ''] = bins;
    expect(await restoreTrash(store, first)).to.include({ restored: 1 });
    expect(await (await store.get('p/k')).text()).to.equal('first');
    expect(await restoreTrash(store, second)).to.include({ restored: 0, left: 1 });
    await store.delete('p/k');
    expect(await restoreTrash(store, second)).to.include({ restored: 1 });
    expect(await (await store.get('p/k')).text()).to.equal('second');

    const { trash } = await store.deleteMany(
      (async function* () {
        yield 'p/k';
        // The page is full, and its keys are sent, before it is asked for the next.
        yield* numbered(999, 'none/');
        while (await store.exists('p/k')) await sleep(1);
        await store.put('p/k', 'third');
        yield 'p/k';
      })(),
      { trash: true },
    );
    expect(await trashed()).to.deep.equal(['p/k', 'p/k']);
    expect(await restoreTrash(store, trash ?? '')).to.include({ restored: 1, left: 1 });
    expect(await (await store.get('p/k')).text(), 'the last one').to.equal('third');
  });

  it('is emptied by age, by bin, and altogether', async () => {
    const bins: string[] = [];
    for (const prefix of ['a/', 'b/']) {
      for (const key of numbered(30, prefix)) await store.put(key, '12345');
      bins.push((await store.deletePrefix(prefix, { trash: true })).trash ?? '');
    }
    const day = 86_400_000;
    expect(await emptyTrash(store, { olderThan: day })).to.include({ looked: 60, deleted: 0, kept: 60 });
    const clock = { now: () => Date.now() + 2 * day, sleep: async () => undefined };
    await using later = await openStore({ provider: 'fs', root }, { adapters: [fs], clock });
    const dry = await emptyTrash(later, { olderThan: day, dryRun: true });
    expect(dry).to.include({ deleted: 60, kept: 0, bytes: 300 });
    expect(await trashed()).to.have.length(60);
    expect(await emptyTrash(later, { olderThan: day, bin: bins[0] })).to.include({ looked: 30, deleted: 30 });
    expect(await trashed()).to.deep.equal(numbered(30, 'b/'));
    const seen: number[] = [];
    const onProgress = ({ looked, deleted }: { readonly looked: number; readonly deleted: number }): void => {
      seen.push(looked, deleted);
    };
    expect(await emptyTrash(store, { onProgress })).to.include({ deleted: 30, bytes: 150, failed: 0 });
    expect(seen.slice(-2)).to.deep.equal([30, 30]);
    expect(await readdir(join(root, 'trash'))).to.deep.equal([]);
  });

  it('that was emptied gives nothing back, and undo says so, and tells it from what is back', async () => {
    const keys = numbered(60, 'p/');
    for (const key of keys) await store.put(key, 'x');
    const audit = { audit: true };
    await store.deletePrefix('p/', { trash: true, journal: journalFile(journalPath(), audit) });
    const half: string[] = [];
    const stop = new AbortController();
    const part = await undoDeletion(store, journalPath(), {
      signal: stop.signal,
      onRestored: (key) => {
        half.push(key);
        if (half.length === 60) stop.abort();
      },
    });
    expect(part).to.include({ restored: 60, missing: 0 });
    const again = { looked: 60, restored: 0, alreadyBack: 60, gone: 0, missing: 0 };
    expect(await undoDeletion(store, journalPath())).to.include({ ...again, complete: true });
    expect(await undoDeletion(store, journalPath(), { dryRun: true })).to.include(again);
    // Somebody deletes some of them for good, some into the trash of the run, and empties that.
    for (const key of keys.slice(0, 10)) await store.delete(key);
    const gone = { looked: 50, restored: 0, alreadyBack: 50, gone: 10, missing: 0, complete: false };
    expect(await undoDeletion(store, journalPath())).to.include(gone);
    await store.deletePrefix('p/', { trash: true, journal: journalFile(`${journalPath()}2`) });
    await emptyTrash(store);
    const all = { looked: 0, alreadyBack: 0, gone: 50, missing: 0, complete: false };
    expect(await undoDeletion(store, `${journalPath()}2`)).to.include(all);
    expect(await undoDeletion(store, `${journalPath()}2`, { dryRun: true })).to.include(all);
  });

  it('that is gone stays unknown where the journal was made shorter', async () => {
    const keys = numbered(60, 'p/');
    for (const key of keys) await store.put(key, 'x');
    const journal = journalFile(journalPath(), { shortenAt: 1 });
    await store.deletePrefix('p/', { trash: true, strategy: 'single', journal });
    await emptyTrash(store);
    const report = await undoDeletion(store, journalPath());
    expect(report).to.include({ looked: 0, restored: 0, complete: false });
    expect(report.gone + report.missing).to.equal(60);
    expect(report.missing).to.be.above(0);
  });

  it('is what an undo needs: without it nothing comes back', async () => {
    await store.put('p/k', 'x');
    await store.deletePrefix('p/', { journal: journalFile(journalPath()) });
    const error = await errorOf(undoDeletion(store, journalPath()), 'PreconditionFailed');
    expect(error.message).to.match(
      /this store keeps no versions, and what it deleted \(1\) is gone for good/,
    );
  });

  it('is refused where there is none, and with versions', async () => {
    const other = createObjectStore(memoryDriver({ versioning: 'enabled' }));
    expect(await errorOf(other.deletePrefix('p/', { trash: true }), 'Unsupported')).to.match(/trash/);
    expect(await errorOf(other.deleteMany(['a'], { trash: true }), 'Unsupported')).to.match(/trash/);
    await errorOf(emptyTrash(other), 'Unsupported');
    await errorOf(restoreTrash(store, '../objects'), 'InvalidArgument');
  });

  it('loses nothing, and leaves nothing half, when the process is killed again and again in both directions', async () => {
    const keys = numbered(600, 'p/').map((key, index) => (index % 3 === 0 ? `${key}/deep/er` : key));
    await Promise.all(keys.map((key) => store.put(key, `body of ${key}`)));
    const was = await held();
    const filesAside = async (): Promise<number> => {
      // Directories go while they are read.
      const names = await readdir(join(root, 'trash'), { recursive: true }).catch(() => []);
      return names.filter((name) => name.endsWith('%o')).length;
    };
    /**
     * @param moves it is killed when about so many objects have moved; undefined: it is not
     * @returns whether it came to its end
     */
    const runAndKill = async (mode: 'delete' | 'undo', moves: number | undefined): Promise<boolean> => {
      const before = await filesAside();
      const worker = spawn(process.execPath, [WORKER, mode, root, journalPath()], { stdio: 'inherit' });
      const end = once(worker, 'exit') as Promise<[number | null]>;
      if (moves !== undefined) {
        while (worker.exitCode === null && Math.abs((await filesAside()) - before) < moves) await sleep(1);
        worker.kill('SIGKILL');
      }
      const [code] = await end;
      return code === 0;
    };
    const check = async (): Promise<{ readonly live: number; readonly aside: number }> => {
      const live: string[] = [];
      for await (const { key, size } of store.list('')) {
        expect(size, `${key} is whole`).to.equal(Buffer.byteLength(`body of ${key}`));
        live.push(key);
      }
      const aside: string[] = [];
      for await (const { key, size } of listTrash(store)) {
        expect(size, `${key} is whole in the trash`).to.equal(Buffer.byteLength(`body of ${key}`));
        aside.push(key);
      }
      expect(new Set([...live, ...aside])).to.deep.equal(new Set(keys));
      return { live: live.length, aside: aside.length };
    };
    for (const mode of ['delete', 'undo'] as const) {
      let middles = 0;
      for (let round = 0; round < KILLS; round++) {
        await runAndKill(mode, 1 + round * 20);
        const { live, aside } = await check();
        if (live > 0 && aside > 0) middles++;
      }
      expect(middles, `kills in the middle of ${mode}`).to.be.above(0);
      expect(await runAndKill(mode, undefined)).to.equal(true);
      const { live, aside } = await check();
      expect([live, aside]).to.deep.equal(mode === 'delete' ? [0, keys.length] : [keys.length, 0]);
    }
    expect(await held()).to.deep.equal(was);
  }).timeout(120_000);
});
