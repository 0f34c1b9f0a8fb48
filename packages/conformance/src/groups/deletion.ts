import type { DeletionProgress, ObjectStore } from '@store/core';
import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { expectClosedBooks } from '../closed-books.js';
import { ANY_KEY } from '../needs.js';
import { inByteOrder, keysUnder, putAll, putMany, type SuiteContext } from '../suite-context.js';

const SIBLINGS = ['del', 'del-x/1', 'del0', 'delete/1', 'DEL/1', 'de', 'x/del/1', '/del/1'];

function numbered(prefix: string, count: number): string[] {
  return Array.from(
    { length: count },
    (_, i) => `${prefix}${i % 3 ? `dir-${i % 7}/` : ''}${String(i).padStart(5, '0')}`,
  );
}

async function fill(store: ObjectStore, prefix: string, count: number): Promise<string[]> {
  const keys = numbered(prefix, count);
  await putAll(store, keys);
  return keys;
}

export function deletionTests({ test, testIf, expectations }: SuiteContext): void {
  testIf([ANY_KEY], 'deletes the prefix, the object named like it, and no sibling', async (store, prefix) => {
    await putAll(
      store,
      [...SIBLINGS, 'del/', 'del/1', 'del/2/3', 'del//'].map((key) => prefix + key),
    );
    const report = await store.deletePrefix(`${prefix}del/`);
    expect(report).to.include({
      prefix: `${prefix}del/`,
      listed: 4,
      matched: 4,
      deleted: 4,
      failed: 0,
      skipped: 0,
      complete: true,
    });
    expect(report.bytes).to.be.greaterThan(0);
    expect(report.requests.list).to.be.greaterThan(0);
    expectClosedBooks(report);
    expect(inByteOrder(await keysUnder(store, prefix))).to.deep.equal(inByteOrder(SIBLINGS));
  });

  test('refuses a prefix without a slash and the empty one, and deletes nothing', async (store, prefix) => {
    await putAll(store, [`${prefix}ab`, `${prefix}abc`]);
    await errorOf(store.deletePrefix(`${prefix}ab`), 'InvalidArgument');
    await errorOf(store.deletePrefix(''), 'InvalidArgument');
    await errorOf(store.deletePrefix(prefix, { entireStore: true }), 'InvalidArgument');
    // What a caller without types may pass.
    await errorOf(store.deletePrefix(prefix, { dryrun: true } as object), 'InvalidArgument');
    await errorOf(store.deletePrefix(undefined as unknown as string), 'InvalidArgument');
    expect(await keysUnder(store, prefix)).to.have.length(2);
    expect((await store.deletePrefix(`${prefix}ab`, { partialName: true })).deleted).to.equal(2);
  });

  if (expectations.isolated) {
    test('deletes the entire store when that is said', async (store, prefix) => {
      await putAll(store, [`${prefix}a`, `${prefix}b/c`]);
      const report = await store.deletePrefix('', { entireStore: true, verify: true });
      expect(report).to.include({ deleted: 2, complete: true });
      expect(await keysUnder(store, '')).to.deep.equal([]);
    });
  }

  test('a second run finds nothing', async (store, prefix) => {
    await fill(store, prefix, 20);
    await store.deletePrefix(prefix);
    expect(await store.deletePrefix(prefix, { verify: true })).to.include({
      listed: 0,
      deleted: 0,
      complete: true,
    });
  });

  const many = expectations.manyKeys ?? 2500;
  if (many > 0) {
    test(`deletes ${many} keys in batches, and counts its requests`, async (store, prefix) => {
      await putMany(expectations, store, numbered(prefix, many));
      const seen: DeletionProgress[] = [];
      const report = await store.deletePrefix(prefix, {
        verify: true,
        onProgress: (progress) => seen.push(progress),
      });
      expect(report).to.include({ listed: many, deleted: many, complete: true });
      expectClosedBooks(report);
      expect(seen.at(-1)?.deleted).to.equal(many);
      const { batchDelete } = store.capabilities;
      if (batchDelete) {
        const { delete: sent, retried } = report.requests;
        // While a service asks for fewer requests, or has asked for them a moment ago, batches are smaller.
        expect(sent - retried).to.be.at.most(Math.ceil(many / Math.min(batchDelete.maxKeys, 100)) + 1);
      } else expect(report.requests.delete).to.be.at.least(many);
    });
  }

  test('deletes one request a key where that is asked for', async (store, prefix) => {
    await fill(store, prefix, 12);
    const report = await store.deletePrefix(prefix, { strategy: 'single', concurrency: 3 });
    expect(report).to.include({ strategy: 'single', deleted: 12, complete: true });
    expect(report.requests.delete).to.be.at.least(12);
    expect(await keysUnder(store, prefix)).to.deep.equal([]);
  });

  test('a dry run deletes nothing and says what it would', async (store, prefix) => {
    const keys = await fill(store, prefix, 10);
    const named: string[] = [];
    const report = await store.deletePrefix(prefix, {
      dryRun: true,
      onMatch: ({ key }) => void named.push(key),
    });
    expect(report).to.include({ dryRun: true, matched: 10, deleted: 0, skipped: 10 });
    expectClosedBooks(report);
    expect(inByteOrder(named)).to.deep.equal(inByteOrder(keys));
    expect(await keysUnder(store, prefix)).to.have.length(10);
  });

  testIf([ANY_KEY], 'keeps what the filters keep', async (store, prefix) => {
    await putAll(
      store,
      ['a.log', 'b.log', 'keep/c.log', 'keep/../d.log', 'e.txt'].map((key) => prefix + key),
    );
    await store.put(`${prefix}big.log`, Buffer.alloc(5000));
    const report = await store.deletePrefix(prefix, {
      include: '**/*.log',
      exclude: 'keep/**',
      maxSize: 1000,
    });
    expect(report).to.include({ listed: 6, matched: 2, filtered: 4, deleted: 2, complete: true });
    expect(inByteOrder(await keysUnder(store, prefix))).to.deep.equal([
      'big.log',
      'e.txt',
      'keep/../d.log',
      'keep/c.log',
    ]);
    expect((await store.deletePrefix(prefix, { olderThan: 3_600_000 })).deleted).to.equal(0);
    expect((await store.deletePrefix(prefix, { newerThan: 3_600_000, minSize: 1000 })).deleted).to.equal(1);
    expect(
      (await store.deletePrefix(prefix, { modifiedBefore: new Date(Date.now() - 3_600_000) })).deleted,
    ).to.equal(0);
    expect(await keysUnder(store, prefix)).to.have.length(3);
  });

  test('stops before maxDelete is exceeded', async (store, prefix) => {
    await fill(store, prefix, 10);
    const report = await store.deletePrefix(prefix, { maxDelete: 4 });
    expect(report).to.include({ deleted: 4, maxDeleteReached: true, complete: false });
    expectClosedBooks(report);
    expect(await keysUnder(store, prefix)).to.have.length(6);
  });

  test('stops when the signal fires, and says what it did', async (store, prefix) => {
    await fill(store, prefix, 30);
    const controller = new AbortController();
    const report = await store.deletePrefix(prefix, {
      strategy: 'single',
      concurrency: 1,
      signal: controller.signal,
      onProgress: ({ deleted }) => {
        if (deleted > 0) controller.abort();
      },
      maxKeysPerSecond: 50,
    });
    expect(report).to.include({ aborted: true, complete: false });
    expectClosedBooks(report);
    expect(report.deleted).to.be.greaterThan(0).and.below(30);
    expect(await keysUnder(store, prefix)).to.have.length(30 - report.deleted);
  });

  test('deleteMany takes keys from iterables and reports those that cannot be', async (store, prefix) => {
    const keys = await fill(store, prefix, 15);
    async function* targets(): AsyncGenerator<string> {
      yield* keys.slice(0, 10);
      yield `${prefix}not-there`;
      yield '';
      yield keys[0] ?? '';
    }
    const report = await store.deleteMany(targets());
    expect(report).to.include({ prefix: null, listed: 13, deleted: 12, failed: 1, complete: false });
    expect(report.failures.sample[0]).to.include({ key: '', code: 'InvalidArgument', attempts: 0 });
    expectClosedBooks(report);
    expect(await keysUnder(store, prefix)).to.have.length(5);
  });
}
