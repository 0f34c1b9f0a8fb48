import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf, expectClosedBooks, numbered, seededRandom } from '@store/conformance';
import {
  createObjectStore,
  StoreError,
  type DeletePrefixOptions,
  type DeletionFailure,
  type DeletionJournal,
  type DeletionReport,
  type JournalSession,
  type ObjectStore,
  type StoreDriver,
} from '@store/core';
import { journalFile, keyOutcomes, undoDeletion, type KeyLeft } from '@store/journal';
import { memoryDriver, MemoryObjects } from '@store/memory';
import { aroundCalls } from '@store/wrappers';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { MortalDriver } from './mortal-driver.js';

const CASES = 60;

const NO_RETRIES = { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1, patienceMs: 0 };

type Condition = StoreDriver['delete']['ifMatch'];

describe('a run with a backup', () => {
  let directory = '';
  let runs = 0;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'backup-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  const newPath = (): string => join(directory, `run-${++runs}.jsonl`);

  /** Bodies by key. */
  async function held(store: ObjectStore, prefix = ''): Promise<Record<string, string>> {
    const found: Record<string, string> = {};
    for await (const { key } of store.list(prefix)) found[key] = await (await store.get(key)).text();
    return found;
  }

  for (const ifMatch of ['batch', 'single', false] as const) {
    it(`copies before it deletes, and undo copies back: conditional deletes ${ifMatch}`, async () => {
      const store = createObjectStore(withCondition(memoryDriver({ maxCopyBytes: 20 }), ifMatch));
      const attributes = { contentType: 'text/x', metadata: { of: 'me' }, tags: { a: 'b' } };
      for (const key of numbered(250)) await store.put(key, `body of ${key}`, attributes);
      await store.put('p/large', 'x'.repeat(100), attributes);
      await store.put('q', 'stays');
      const was = await held(store);
      const path = newPath();
      const report = await store.deletePrefix('p/', { backup: 'bak/', journal: journalFile(path) });
      expect(report).to.include({ deleted: 251, complete: true });
      expect(report.backup).to.match(/^bak\/[0-9TZ.]+-[0-9a-f]{8}\/$/);
      expect(Object.keys(await held(store, 'p/'))).to.deep.equal([]);
      expect(Object.keys(await held(store, report.backup ?? ''))).to.have.length(251);

      const dry = await undoDeletion(store, path, { dryRun: true });
      expect(dry).to.include({ by: 'copies', looked: 251, restored: 251, complete: false });
      expect(Object.keys(await held(store, 'p/'))).to.deep.equal([]);
      const undone = await undoDeletion(store, path);
      expect(undone).to.include({ looked: 251, restored: 251, complete: true });
      expect(undone.copies).to.deep.equal({ prefixes: [report.backup], removed: 0 });
      const again = await undoDeletion(store, path, { removeCopies: true });
      expect(again).to.include({ looked: 251, restored: 0, alreadyBack: 251, complete: true });
      expect(again.copies?.removed).to.equal(251);
      expect(await held(store)).to.deep.equal(was);
      for (const key of ['p/large', numbered(1)[0] ?? '']) {
        expect(await store.head(key)).to.deep.include({ contentType: 'text/x', metadata: { of: 'me' } });
        expect(await store.getTags(key)).to.deep.equal({ a: 'b' });
      }
      expect(await undoDeletion(store, path)).to.include({ alreadyBack: 251, complete: true });
    });

    it(`leaves and names what has no copy, and what was written meanwhile: conditional deletes ${ifMatch}`, async () => {
      const objects = new MemoryObjects();
      const inner = withCondition(memoryDriver({}, objects), ifMatch);
      const store = createObjectStore(inner);
      for (const key of numbered(20)) await store.put(key, 'old');
      for (const key of ['p/denied', 'p/busy', 'p/gone']) await store.put(key, 'old');
      const driver = aroundCalls(inner, async ({ name, request }, proceed) => {
        const from = name === 'write.copy' ? (request as { readonly from: string }).from : '';
        if (from === 'p/denied') throw new StoreError('AccessDenied', 'not that one');
        if (from === 'p/gone') await store.delete(from);
        const result = await proceed();
        if (from === 'p/busy') await store.put(from, 'new');
        return result;
      });
      const failures: DeletionFailure[] = [];
      const path = newPath();
      const report = await createObjectStore(driver, { retry: NO_RETRIES }).deletePrefix('p/', {
        backup: 'bak/',
        journal: journalFile(path),
        onFailure: (failure) => void failures.push(failure),
      });
      expectClosedBooks(report);
      expect(report).to.include({ deleted: 20, failed: 2, blocked: 1, complete: false });
      expect(failures.map(({ key, code }) => `${key} ${code}`).sort()).to.deep.equal([
        'p/busy PreconditionFailed',
        'p/denied AccessDenied',
        'p/gone NotFound',
      ]);
      expect(await held(store, 'p/')).to.deep.equal({ 'p/busy': 'new', 'p/denied': 'old' });
      expect(await undoDeletion(store, path)).to.include({ looked: 20, restored: 20, complete: true });
    });
  }

  it('is taken back but for what was written since, also from a journal that was made shorter', async () => {
    const store = createObjectStore(withCondition(memoryDriver(), 'batch'));
    const keys = numbered(300);
    for (const key of keys) await store.put(key, 'old');
    const path = newPath();
    const journal = journalFile(path, { shortenAt: 1 });
    await store.deletePrefix('p/', { backup: 'bak/', journal });
    expect(readFileSync(path, 'utf8')).to.contain('"type":"summary"');
    let named = 0;
    for await (const { outcome } of keyOutcomes(path)) if (outcome === 'deleted') named++;
    expect(named).to.equal(300);
    const since = keys.slice(0, 7);
    for (const key of since) await store.put(key, 'new');
    const left: KeyLeft[] = [];
    const options = { removeCopies: true, onLeft: (one: KeyLeft) => void left.push(one) };
    const report = await undoDeletion(store, path, options);
    expect(report).to.include({ looked: 300, restored: 293, left: 7, complete: false });
    expect(report.copies?.removed, 'what is left is in the backup alone').to.equal(0);
    expect(left.map(({ key }) => key).sort()).to.deep.equal(since);
    for (const key of keys)
      expect(await (await store.get(key)).text()).to.equal(since.includes(key) ? 'new' : 'old');
  });

  describe('is refused, before anything is deleted,', () => {
    const refusal = async (options: DeletePrefixOptions, prefix = 'p/a/'): Promise<string> => {
      const store = createObjectStore(memoryDriver({ objects: { 'p/a/b': 'x' } }));
      const error = await errorOf(store.deletePrefix(prefix, options), 'InvalidArgument');
      expect(await store.exists('p/a/b')).to.equal(true);
      const dry = await errorOf(store.deletePrefix(prefix, { ...options, dryRun: true }));
      expect(dry.reason).to.equal(error.reason);
      return error.reason;
    };

    for (const backup of ['p/a/bak/', 'p/', 'p/a/']) {
      it(`where backup and prefix lie in each other: ${backup}`, async () => {
        expect(await refusal({ backup })).to.match(/lie in each other/);
      });
    }
    it('where everything is deleted', async () => {
      expect(await refusal({ backup: 'bak/', entireStore: true }, '')).to.match(/lie in each other/);
    });
    it('where it is no directory', async () => {
      expect(await refusal({ backup: 'bak' })).to.match(/ends in "\/", not "bak"/);
      expect(await refusal({ backup: '' })).to.match(/ends in "\/"/);
    });
    it('with the strategy server-prefix', async () => {
      expect(await refusal({ backup: 'bak/', strategy: 'server-prefix' })).to.match(/backup/);
    });

    it('with versions, and in a bucket that keeps them', async () => {
      const driver = memoryDriver({ versioning: 'enabled', objects: { 'p/a': 'x', 'p/b': 'y' } });
      const store = createObjectStore(driver);
      const all: DeletePrefixOptions = { backup: 'bak/', versions: 'all' };
      expect(await errorOf(store.deletePrefix('p/', all), 'InvalidArgument')).to.match(/copies no versions/);
      const error = await errorOf(store.deletePrefix('p/', { backup: 'bak/' }), 'PreconditionFailed');
      expect(error).to.match(/undo takes its deletes back without copies/);
      const left: string[] = [];
      for await (const { key, deleteMarker } of store.listVersions('')) left.push(`${key} ${deleteMarker}`);
      expect(left).to.deep.equal(['p/a false', 'p/b false']);
    });
  });

  for (let seed = 1; seed <= CASES; seed++) {
    it(`loses nothing when it is killed and resumed while others write, seed ${seed}`, async () => {
      const random = seededRandom(seed);
      const pick = <T>(...values: readonly [T, ...T[]]): T =>
        values[Math.floor(random() * values.length)] as T;
      const objects = new MemoryObjects();
      const config = { maxPageSize: pick(3, 7, 50), maxCopyBytes: pick(undefined, 12) };
      const condition = pick<Condition>('batch', 'single', false);
      const inner = withCondition(memoryDriver(config, objects), condition, pick(1, 4, 20));
      const store = createObjectStore(inner);
      /** Bodies that nobody but the run may take away, in the order in which they came. */
      const owed = new Map<string, string[]>();
      let count = 0;
      const put = async (key: string): Promise<void> => {
        const body = `body ${++count}${'.'.repeat(Math.floor(random() * 9))}`;
        const bodies = owed.get(key) ?? [];
        if (await store.exists(key)) bodies.pop();
        owed.set(key, [...bodies, body]);
        await store.put(key, body);
      };
      const keys = numbered(20 + Math.floor(random() * 60));
      for (const key of keys) await put(key);
      const path = newPath();
      let report: DeletionReport | undefined;
      let sessions = 0;
      for (; !report && sessions < 400; sessions++) {
        const requests = random() < 0.1 ? Infinity : 1 + Math.floor(random() * 40);
        const mortal = new MortalDriver(inner, requests, random, () => undefined);
        const settings = { shortenAt: pick(1, undefined) };
        const open: JournalSession[] = [];
        const journal: DeletionJournal = {
          begin: async (run) => {
            const session = await journalFile(path, settings).begin(run);
            open.push(session);
            return session;
          },
        };
        const options = { backup: 'bak/', journal, concurrency: pick(1, 3, 8) };
        const run = createObjectStore(mortal.driver, {
          retry: NO_RETRIES,
          split: { serialPages: 1, pagesLeft: 1, pageMs: 0 },
        }).deletePrefix('p/', options);
        report = await Promise.race([run, mortal.killed.then(() => undefined)]);
        if (!report) for (const session of open) await session.close();
        if (!report) for (let i = 0; i < 3; i++) await put(pick(keys[0] ?? '', ...keys));
      }
      if (!report) throw new Error('the run does not come to its end');
      expectClosedBooks(report);
      const there = await held(store);
      const bodies = new Set(Object.values(there));
      for (const [key, all] of owed)
        for (const body of all) expect(bodies.has(body), `${key}: ${body}`).to.equal(true);
      for (const [key, body] of Object.entries(there))
        if (key.startsWith('p/')) expect(owed.get(key)?.at(-1), 'no other one').to.equal(body);

      // Killed here too.
      let undone = false;
      for (let i = 0; !undone && i < 100; i++) {
        // Longer from time to time: each begins with a look at all that there is to do.
        const requests = 1 + Math.floor(random() * (150 + 5 * i));
        const mortal = new MortalDriver(inner, requests, random, () => undefined);
        const undo = undoAlone(createObjectStore(mortal.driver), path).then(() => true);
        undone = await Promise.race([undo, mortal.killed.then(() => false)]);
        if (!undone) rmSync(`${path}.lock`);
      }
      expect(undone).to.equal(true);
      const back = await held(store, 'p/');
      const latest = Array.from(owed, ([key, all]) => [key, all.at(-1)] as const);
      expect(back).to.deep.equal(Object.fromEntries(latest));
    });
  }
});

/** One undo after another: nobody goes on with one that was killed while it has its lock. */
async function undoAlone(store: ObjectStore, path: string): Promise<void> {
  await undoDeletion(store, path, { concurrency: 4 });
}

/** A driver with deletes on condition as a provider may have them, and small batches. */
function withCondition(driver: StoreDriver, ifMatch: Condition, maxKeys = 1000): StoreDriver {
  const { batch } = driver;
  return {
    ...driver,
    delete: { ...driver.delete, ifMatch },
    batch: batch && { ...batch, maxKeys },
  };
}
