import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf, expectClosedBooks } from '@store/conformance';
import {
  createObjectStore,
  StoreError,
  type BatchDeleteResult,
  type DeletionFailure,
  type DeleteTarget,
  type ObjectStore,
  type RetryEvent,
  type StoreDriver,
} from '@store/core';
import { journalFile, resumeDeletion, undoDeletion, type KeyLeft } from '@store/journal';
import { memoryDriver, MemoryObjects } from '@store/memory';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';

const KEYS = ['p/a', 'p/b', 'p/c'];

const RETRY = { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 1 };

/** What a service says of a conditional delete when there is nothing under the key: each says another of the two. */
const ABSENT = ['NotFound', 'PreconditionFailed'] as const;

/** How it deletes on condition. */
const WAYS = ['batch', 'single'] as const;

interface Losing {
  readonly absent: (typeof ABSENT)[number];
  readonly way: (typeof WAYS)[number];
  readonly settings?: Parameters<typeof memoryDriver>[0];
  /** Between the request for `p/b` (or for all) whose answer is lost and the same one again. */
  readonly meanwhile?: (store: ObjectStore) => Promise<void>;
  readonly cannotLook?: boolean;
}

/** A store, and the same one with a connection that breaks when the first delete (of each key) has been sent. */
function losing({ absent, way, settings, meanwhile, cannotLook }: Losing) {
  const objects = new MemoryObjects(settings);
  const inner = memoryDriver(settings, objects);
  const store = createObjectStore(inner);
  const lost = new Set<string>();
  const one = async (target: DeleteTarget) => {
    const isLost = !lost.has(target.key);
    lost.add(target.key);
    try {
      const answer = await inner.delete.one(target, {});
      if (!isLost) return answer;
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== 'NotFound') throw error;
      throw new StoreError(absent, 'a condition does not hold');
    }
    throw new StoreError('Unavailable', 'reset');
  };
  const batch = async (targets: readonly DeleteTarget[]): Promise<BatchDeleteResult> => {
    const deleted: DeleteTarget[] = [];
    const failed: { key: string; reason: StoreError }[] = [];
    for (const target of targets) {
      try {
        deleted.push(await one(target));
      } catch (reason) {
        if (!(reason instanceof StoreError)) throw reason;
        failed.push({ key: target.key, reason });
      }
    }
    // The connection breaks for all of them.
    const [first] = failed;
    if (first?.reason.code === 'Unavailable') throw first.reason;
    return { deleted, failed };
  };
  let wasLost = false;
  const driver: StoreDriver = {
    ...inner,
    versions: inner.versions,
    read: {
      ...inner.read,
      head: async (request, call) => {
        if (cannotLook) throw new StoreError('AccessDenied', 'no looks');
        return inner.read.head(request, call);
      },
    },
    delete: { ...inner.delete, ifMatch: way, one },
    batch: inner.batch && { ...inner.batch, delete: batch },
  };
  const onRetry = ({ key }: RetryEvent): void => {
    if (wasLost || (key !== undefined && key !== 'p/b')) return;
    wasLost = true;
    void meanwhile?.(store);
  };
  return { store, run: createObjectStore(driver, { retry: RETRY, onRetry }) };
}

async function keysOf(store: ObjectStore, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  return keys;
}

describe('a conditional delete that is sent again because its answer was lost', () => {
  let directory = '';
  let runs = 0;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), 'lost-'));
  });
  after(() => rmSync(directory, { recursive: true }));

  const newPath = (): string => join(directory, `run-${++runs}.jsonl`);

  async function fill(store: ObjectStore): Promise<void> {
    for (const key of KEYS) await store.put(key, `body of ${key}`);
  }

  for (const absent of ABSENT) {
    for (const way of WAYS) {
      const name = `${absent}, ${way}`;
      it(`counts as deleted when its object is gone, and comes back: ${name}`, async () => {
        const { store, run } = losing({ absent, way });
        await fill(store);
        const path = newPath();
        const report = await run.deletePrefix('p/', { backup: 'bak/', journal: journalFile(path) });
        expectClosedBooks(report);
        expect(report).to.include({ deleted: 3, blocked: 0, failed: 0, complete: true });
        expect(await undoDeletion(store, path)).to.include({ looked: 3, restored: 3, complete: true });
        expect(await keysOf(store, 'p/')).to.deep.equal(KEYS);
      });

      it(`is a failure when another object is there, which is named by undo: ${name}`, async () => {
        const rewritten = async (other: ObjectStore): Promise<void> => void (await other.put('p/b', 'new'));
        const { store, run } = losing({ absent, way, meanwhile: rewritten });
        await fill(store);
        const failures: DeletionFailure[] = [];
        const path = newPath();
        const report = await run.deletePrefix('p/', {
          backup: 'bak/',
          journal: journalFile(path),
          onFailure: (one) => void failures.push(one),
        });
        expectClosedBooks(report);
        expect(report).to.include({ deleted: 2, blocked: 0, failed: 1, complete: false });
        expect(failures).to.have.length(1);
        expect(failures[0]).to.include({ key: 'p/b', code: 'Unconfirmed' });
        const left: KeyLeft[] = [];
        const back = await undoDeletion(store, path, { onLeft: (one) => left.push(one) });
        expect(back).to.include({ looked: 3, restored: 2, left: 1, complete: false });
        expect(left.map(({ key }) => key)).to.deep.equal(['p/b']);
        expect(await (await store.get('p/b')).text()).to.equal('new');
      });
    }
  }

  it('is unconfirmed where nobody can look, and blocked where the object is there as it was', async () => {
    for (const way of WAYS) {
      const { store, run } = losing({ absent: 'PreconditionFailed', way, cannotLook: true });
      await fill(store);
      const blind = await run.deletePrefix('p/', { ifUnchanged: true });
      expect(blind).to.include({ deleted: 0, failed: 3, blocked: 0 });
      expect(blind.failures.byCode).to.deep.equal({ Unconfirmed: 3 });

      // A service that refuses what it lists.
      const driver = memoryDriver();
      const same = createObjectStore(driver);
      let sent = 0;
      const one = async (): Promise<DeleteTarget> => {
        const code = sent++ === 0 ? 'Unavailable' : 'PreconditionFailed';
        throw new StoreError(code, 'no');
      };
      const refusing = { ...driver, batch: undefined, delete: { ...driver.delete, one } };
      await same.put('p/a', 'x');
      const report = await createObjectStore(refusing, { retry: RETRY }).deletePrefix('p/', {
        ifUnchanged: true,
      });
      expect(report).to.include({ deleted: 0, failed: 0, blocked: 1 });
    }
  });

  it('leaves the marker that it made to nobody: undo names the key', async () => {
    for (const way of WAYS) {
      const { store, run } = losing({ absent: 'NotFound', way, settings: { versioning: 'enabled' } });
      await fill(store);
      const path = newPath();
      const report = await run.deletePrefix('p/', { ifUnchanged: true, journal: journalFile(path) });
      expect(report).to.include({ deleted: 3, complete: true });
      const left: KeyLeft[] = [];
      const back = await undoDeletion(store, path, { onLeft: (one) => left.push(one) });
      expect(back).to.include({ looked: 3, restored: 0, left: 3, gone: 0, complete: false });
      expect(left[0]?.reason).to.contain('the answer to its delete was lost');
      expect(readFileSync(path, 'utf8')).to.contain('"type":"lost"');
    }
  });

  it('is found out by a resume', async () => {
    const rewritten = async (other: ObjectStore): Promise<void> => void (await other.put('p/b', 'new'));
    const { store, run } = losing({ absent: 'PreconditionFailed', way: 'batch', meanwhile: rewritten });
    await fill(store);
    const path = newPath();
    await run.deletePrefix('p/', { ifUnchanged: true, journal: journalFile(path) });
    const report = await resumeDeletion(store, path);
    expectClosedBooks(report);
    expect(report).to.include({ deleted: 3, failed: 0, complete: true });
  });

  it('of one object succeeds when it is gone', async () => {
    for (const absent of ABSENT) {
      const { store, run } = losing({ absent, way: 'single' });
      const { etag } = await store.put('p/a', 'x');
      await run.delete('p/a', { ifMatch: etag });
      expect(await keysOf(store, 'p/')).to.deep.equal([]);
      const other = losing({
        absent,
        way: 'single',
        meanwhile: async (it) => void (await it.put('p/b', 'new')),
      });
      const { etag: old } = await other.store.put('p/b', 'x');
      const error = await errorOf(other.run.delete('p/b', { ifMatch: old }));
      expect(error).to.include({ code: 'Unconfirmed' });
      const none = losing({ absent, way: 'single' });
      const missing = await errorOf(none.store.delete('p/none', { ifMatch: '"x"' }));
      expect(missing).to.include({ code: 'NotFound' });
    }
  });
});
