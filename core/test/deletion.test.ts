import { errorOf, expectClosedBooks, numbered } from '@store/conformance';
import {
  DeletionError,
  StoreError,
  type BatchDeleteResult,
  type DeleteTarget,
  type DeletePrefixOptions,
  type DeletionFailure,
  type DeletionProgress,
} from '@store/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { brokenRun, denied, makeStore } from './deletion-harness.js';

describe('deletePrefix', () => {
  it('deletes all of the prefix and nothing else, in full batches', async () => {
    const siblings = ['p', 'p-x/1', 'p0', 'P/1', 'o/1', 'q/p/1'];
    const { driver, store } = makeStore({ keys: [...numbered(2500), ...siblings] });
    const report = await store.deletePrefix('p/');
    expect(report).to.include({
      prefix: 'p/',
      strategy: 'batch',
      listed: 2500,
      deleted: 2500,
      complete: true,
      bytes: 17_500,
    });
    expect(report.requests).to.deep.equal({ list: 3, delete: 3, retried: 0, throttled: 0 });
    expect([...driver.stored]).to.deep.equal(siblings);
    expect(driver.batches.map((batch) => batch.length)).to.deep.equal([1000, 1000, 500]);
    expectClosedBooks(report);
  });

  it('begins to delete with the first page', async () => {
    let deletedBeforeLastPage = 0;
    const { driver, store } = makeStore({
      keys: numbered(20_000),
      pageSize: 100,
      batch: { maxKeys: 100 },
      onList: () => {
        deletedBeforeLastPage = 20_000 - driver.stored.size;
      },
    });
    await store.deletePrefix('p/');
    expect(deletedBeforeLastPage).to.be.greaterThan(10_000);
  });

  it('asks where, and names it and the key when it throws', async () => {
    const { driver, store } = makeStore({ keys: numbered(10) });
    const { deleted, filtered } = await store.deletePrefix('p/', { where: ({ key }) => key < 'p/00004' });
    expect({ deleted, filtered }).to.deep.equal({ deleted: 4, filtered: 6 });
    const where = (): boolean => {
      throw new RangeError('no such year');
    };
    const error = await brokenRun(store.deletePrefix('p/', { where }));
    expect(error.message).to.equal('deletePrefix "p/00004": where threw: no such year');
    expect(error.cause).to.be.instanceOf(StoreError);
    expect(driver.stored.size).to.equal(6);
  });

  describe('safety rails', () => {
    const refused: [string, DeletePrefixOptions & Record<string, unknown>, RegExp][] = [
      ['p', {}, /does not end in "\/".*partialName/],
      ['', {}, /every object in the store.*entireStore/],
      ['p/', { entireStore: true }, /entireStore goes with the empty prefix/],
      ['p/\ud800', { partialName: true }, /well-formed/],
      ['p/', { dryrun: true }, /dryrun: unknown option of deletePrefix; did you mean "dryRun"\?/],
      ['p/', { concurrency: -1 }, /concurrency of deletePrefix: .*found -1/],
      ['p/', { concurrency: 1.5 }, /concurrency/],
      ['p/', { maxDelete: -1 }, /maxDelete/],
      ['p/', { maxKeysPerSecond: 0 }, /maxKeysPerSecond/],
      ['p/', { include: '[a' }, /include: the glob "\[a"/],
      ['p/', { modifiedBefore: new Date(NaN) }, /modifiedBefore/],
      ['p/', { strategy: 'lifecicle' as never }, /strategy/],
      [
        'p/',
        { strategy: 'lifecycle' as never },
        /strategy of deletePrefix: .*expirePrefix.*found "lifecycle"/,
      ],
      ['p/', { mfa: '1 2' }, /does not have the option mfa/],
    ];
    for (const [prefix, options, message] of refused) {
      it(`refuses ${JSON.stringify(prefix)} with ${JSON.stringify(options)} before any request`, async () => {
        const { driver, store } = makeStore({ keys: numbered(3) });
        const error = await errorOf(store.deletePrefix(prefix, options));
        expect(error.message).to.match(message);
        expect(['InvalidArgument', 'Unsupported']).to.include(error.code);
        expect(driver.lists).to.have.length(0);
        expect(driver.stored.size).to.equal(3);
      });
    }

    it('deletes part of a name, or the entire store, when that is said', async () => {
      const { driver, store } = makeStore({ keys: ['ab', 'abc', 'b'] });
      expect((await store.deletePrefix('ab', { partialName: true })).deleted).to.equal(2);
      expect([...driver.stored]).to.deep.equal(['b']);
      expect((await store.deletePrefix('', { entireStore: true })).deleted).to.equal(1);
    });

    it('ends before deleting anything of a page that names a key outside the prefix', async () => {
      const { driver, store } = makeStore({ keys: numbered(3) });
      driver.list.page = async () => ({
        objects: ['p/1', 'other'].map((key) => ({ key, size: 1, lastModified: new Date(0) })),
        prefixes: [],
        truncated: false,
      });
      const error = await brokenRun(store.deletePrefix('p/'));
      expect(error).to.be.instanceOf(DeletionError).and.include({ code: 'Corrupt' });
      expect(driver.batches).to.have.length(0);
    });
  });

  describe('failures', () => {
    it('reports denied keys with key and code, and deletes the others', async () => {
      const heard: DeletionFailure[] = [];
      const { driver, store } = makeStore({
        keys: numbered(1500),
        onBatch: (targets, really) => {
          const held = targets.filter(({ key }) => key.endsWith('7'));
          really();
          for (const { key } of held) driver.stored.add(key);
          return {
            deleted: targets.filter((target) => !held.includes(target)),
            failed: held.map(({ key }) => denied(key)),
          };
        },
      });
      const report = await store.deletePrefix('p/', { onFailure: (failure) => void heard.push(failure) });
      expect(report).to.include({ deleted: 1350, failed: 150, complete: false, aborted: false });
      expect(report.failures.byCode).to.deep.equal({ AccessDenied: 150 });
      expect(report.failures.sample[0]).to.include({ key: 'p/00007', code: 'AccessDenied', attempts: 1 });
      expect(report.failures.sample.length).to.be.below(150);
      expect(heard.map(({ key }) => key).sort()).to.deep.equal([...driver.stored].sort());
      expectClosedBooks(report);
    });

    it('counts what is blocked apart from what failed', async () => {
      const { store } = makeStore({
        keys: numbered(4),
        onBatch: ([first, second, ...rest]) => ({
          deleted: rest,
          failed: [first, second].map((target, i) => ({
            key: target?.key ?? '',
            reason:
              i === 0
                ? { code: 'PreconditionFailed', message: 'changed', retryable: false }
                : { code: 'AccessDenied', message: 'locked', retryable: false, blocked: true },
          })),
        }),
      });
      const report = await store.deletePrefix('p/');
      expect(report).to.include({ deleted: 2, failed: 0, skipped: 2, blocked: 2, complete: false });
      expectClosedBooks(report);
    });

    it('repeats what may pass, key by key, and gives up after the last attempt', async () => {
      const tries = new Map<string, number>();
      const { store, clock } = makeStore({
        keys: numbered(10),
        onBatch: (targets) => {
          const failing = targets.filter(({ key }) => {
            const count = (tries.get(key) ?? 0) + 1;
            tries.set(key, count);
            return key.endsWith('1') ? count < 4 : key.endsWith('2');
          });
          return {
            deleted: targets.filter((target) => !failing.includes(target)),
            failed: failing.map(({ key }) => ({
              key,
              reason: { code: 'Internal', message: 'oops', retryable: true },
            })),
          };
        },
      });
      const report = await store.deletePrefix('p/');
      expect(report).to.include({ deleted: 9, failed: 1 });
      expect(report.failures.sample[0]).to.include({ key: 'p/00002', attempts: 8 });
      expect(tries.get('p/00000')).to.equal(1);
      expect(tries.get('p/00001')).to.equal(4);
      expect(report.requests).to.include({ delete: 8, retried: 7 });
      // Full jitter: each wait is between nothing and a bound that doubles.
      clock.sleeps.forEach((ms, i) => expect(ms).to.be.within(0, 100 * 2 ** i));
    });

    it('takes silence about a key for a failure, and an invented key for a warning', async () => {
      const { driver, store } = makeStore({
        keys: numbered(3),
        onBatch: (targets) => ({
          deleted: [...targets.filter(({ key }) => key !== 'p/00001'), { key: 'q/1' }],
          failed: [],
        }),
      });
      const report = await store.deletePrefix('p/');
      expect(report).to.include({ deleted: 2, failed: 1, complete: false });
      expect(report.failures.byCode).to.deep.equal({ Unconfirmed: 1 });
      expect(report.warnings.join()).to.include('not asked to delete');
      expect(driver.batches.length).to.equal(8);
    });

    it('finds the key that spoils a batch, and deletes the others', async () => {
      const { driver, store } = makeStore({
        keys: numbered(3000),
        onBatch: (targets, really) => {
          if (targets.some(({ key }) => key.endsWith('1234')))
            throw new StoreError('InvalidArgument', 'MalformedXML');
          return really();
        },
        onSingle: (key) => {
          if (key.endsWith('1234')) throw new StoreError('InvalidArgument', 'bad key');
        },
      });
      const report = await store.deletePrefix('p/');
      expect(report).to.include({ strategy: 'batch', deleted: 2999, failed: 1 });
      expect([...driver.stored]).to.deep.equal(['p/01234']);
      expect(report.requests.delete).to.be.below(40);
      expectClosedBooks(report);
    });

    for (const code of ['Unsupported', 'InvalidArgument', 'Corrupt'] as const) {
      it(`goes over to single deletes where every batch is answered with ${code}`, async () => {
        const { driver, store } = makeStore({
          keys: numbered(5000),
          onBatch: () => {
            throw new StoreError(code, 'no batches here');
          },
        });
        const report = await store.deletePrefix('p/');
        expect(report).to.include({ strategy: 'single', deleted: 5000, complete: true });
        expect(report.warnings.join()).to.include('no batches here').and.include('one request a key');
        expect(driver.batches.length).to.be.below(20);
        expectClosedBooks(report);
      });
    }

    it('ends the run when a refusal would meet every other batch too', async () => {
      const { driver, store } = makeStore({
        keys: numbered(50_000),
        onBatch: () => {
          throw new StoreError('AccessDenied', 'ExpiredToken');
        },
      });
      const error = await brokenRun(store.deletePrefix('p/', { concurrency: 2 }));
      expect(error).to.include({ code: 'AccessDenied', message: 'ExpiredToken' });
      expect(error.report).to.include({ deleted: 0, complete: false, aborted: false });
      expect(driver.batches.length).to.be.at.most(4);
      expectClosedBooks(error.report);
    });

    it('deletes what was listed before the listing broke off, and rejects with the report', async () => {
      const { driver, store } = makeStore({
        keys: numbered(3000),
        onList: ({ token }) => {
          if (token === 'p/01999') throw new StoreError('AccessDenied', 'no more');
        },
      });
      const error = await brokenRun(store.deletePrefix('p/'));
      expect(error.code).to.equal('AccessDenied');
      expect(error.report).to.include({ listed: 2000, deleted: 2000, complete: false });
      expect(driver.stored.size).to.equal(1000);
    });

    it('rejects with all that is known of the error that ended the run', async () => {
      const details = {
        provider: 'set',
        operation: 'list',
        key: 'p/00001',
        retryable: false,
        providerCode: 'NotNow',
        status: 409,
        requestId: 'r1',
        retryAfterMs: 7000,
        blocked: true,
        adjusted: 'set this and that',
      };
      const { store } = makeStore({
        keys: numbered(3),
        onList: () => {
          throw new StoreError('Conflict', 'not now', details);
        },
      });
      const error = await brokenRun(store.deletePrefix('p/'));
      expect(error).to.include({ name: 'DeletionError', code: 'Conflict', reason: 'not now', ...details });
      expect(error.report).to.include({ listed: 0, complete: false });
    });

    it('ends the run when onFailure cannot take the failure, with closed books', async () => {
      const { store } = makeStore({
        keys: numbered(20_000),
        onBatch: (targets) => ({ deleted: [], failed: targets.map(({ key }) => denied(key)) }),
      });
      const error = await brokenRun(
        store.deletePrefix('p/', {
          onFailure: () => {
            throw new Error('disk full');
          },
        }),
      );
      expect(error.message).to.equal('disk full');
      expectClosedBooks(error.report);
    });
  });

  const throttlings: Record<string, (targets: readonly DeleteTarget[]) => BatchDeleteResult> = {
    'a whole request': () => {
      throw new StoreError('Throttled', 'SlowDown');
    },
    'single keys inside a 200': (targets) => ({
      deleted: [],
      failed: targets.map(({ key }) => ({
        key,
        reason: { code: 'Throttled', message: 'SlowDown', retryable: true },
      })),
    }),
  };
  for (const [what, answer] of Object.entries(throttlings)) {
    it(`sends fewer and smaller requests when the service throttles ${what}`, async () => {
      const { driver, store } = makeStore({
        keys: numbered(20_000),
        onBatch: (targets, really) => (driver.batches.length < 40 ? answer(targets) : really()),
      });
      const report = await store.deletePrefix('p/');
      expect(report).to.include({ deleted: 20_000, complete: true });
      expect(report.requests.throttled).to.be.greaterThan(20);
      const sizes = driver.batches.map((batch) => batch.length);
      // Smaller again when it is told again soon, which depends on how long it has waited.
      expect(Math.min(...sizes.slice(20, 40))).to.be.at.most(250);
    });
  }

  it('keeps to the concurrency asked for', async () => {
    const { driver, store } = makeStore({ keys: numbered(3000), batch: false });
    const report = await store.deletePrefix('p/', { concurrency: 3 });
    expect(report).to.include({ strategy: 'single', deleted: 3000 });
    expect(driver.mostInFlight).to.equal(3);
  });

  it('a dry run counts, names and deletes nothing', async () => {
    const { driver, store } = makeStore({ keys: numbered(1200) });
    const named: string[] = [];
    const report = await store.deletePrefix('p/', {
      dryRun: true,
      exclude: '*5',
      onMatch: ({ key }) => void named.push(key),
    });
    expect(report).to.include({
      dryRun: true,
      listed: 1200,
      filtered: 120,
      matched: 1080,
      skipped: 1080,
      deleted: 0,
      complete: false,
    });
    expect(report.bytes).to.equal(1080 * 7);
    expect(named).to.have.length(1080);
    expect(driver.batches).to.have.length(0);
    expectClosedBooks(report);
  });

  it('never sends more keys than maxDelete', async () => {
    const { driver, store } = makeStore({ keys: numbered(3500) });
    const report = await store.deletePrefix('p/', { maxDelete: 1500 });
    expect(report).to.include({ deleted: 1500, maxDeleteReached: true, complete: false });
    expect(driver.batches.flat()).to.have.length(1500);
    expectClosedBooks(report);
    const rest = await store.deletePrefix('p/', { maxDelete: 2000 });
    expect(rest).to.include({ deleted: 2000, maxDeleteReached: false, complete: true });
  });

  it('verify says what is still there, and that the run is not complete', async () => {
    const { driver, store } = makeStore({
      keys: numbered(10),
      // Somebody writes two objects while the run is under way; one of them is filtered.
      onBatch: (_targets, really) => {
        const answer = really();
        driver.stored.add('p/late').add('p/late.keep');
        return answer;
      },
    });
    const report = await store.deletePrefix('p/', { verify: true, exclude: '*.keep' });
    expect(report).to.include({ deleted: 10, failed: 0, complete: false });
    expect(report.remaining).to.deep.equal({ count: 1, sample: ['p/late'] });
  });

  it('tells its progress, and the last word is the report', async () => {
    const seen: DeletionProgress[] = [];
    const { store } = makeStore({ keys: numbered(5000) });
    const report = await store.deletePrefix('p/', {
      onProgress: (progress) => seen.push(progress),
      verify: true,
      maxKeysPerSecond: 1000,
    });
    expect(seen.length).to.be.greaterThan(2);
    expect(seen.at(-1)).to.include({ phase: 'verifying', deleted: report.deleted, listed: report.listed });
    for (const [i, progress] of seen.entries())
      expect(progress.deleted).to.be.at.least(seen[i - 1]?.deleted ?? 0);
  });

  it('accounts for every key, whatever the service does', async () => {
    const outcome = fc.constantFrom('ok', 'denied', 'flaky', 'silent', 'locked', 'throttled');
    await fc.assert(
      fc.asyncProperty(
        fc.array(outcome, { maxLength: 120 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 4 }),
        async (outcomes, pageSize, maxKeys, concurrency) => {
          const keys = numbered(outcomes.length);
          const fate = new Map(keys.map((key, i) => [key, outcomes[i]]));
          const seen = new Set<string>();
          const { driver, store } = makeStore({
            keys: [...keys, 'outside'],
            pageSize,
            batch: { maxKeys },
            onBatch: (targets) => {
              const deleted = [];
              const failed = [];
              for (const target of targets) {
                const again = seen.has(target.key);
                seen.add(target.key);
                const what = fate.get(target.key);
                const reason = { message: what ?? '', retryable: what === 'flaky' || what === 'throttled' };
                if (what === 'denied')
                  failed.push({ ...target, reason: { ...reason, code: 'AccessDenied' as const } });
                else if (what === 'locked')
                  failed.push({
                    ...target,
                    reason: { ...reason, code: 'AccessDenied' as const, blocked: true },
                  });
                else if (what === 'flaky' && !again)
                  failed.push({ ...target, reason: { ...reason, code: 'Internal' as const } });
                else if (what === 'throttled' && !again)
                  failed.push({ ...target, reason: { ...reason, code: 'Throttled' as const } });
                else if (what !== 'silent') {
                  driver.stored.delete(target.key);
                  deleted.push(target);
                }
              }
              return { deleted, failed };
            },
          });
          const failures: string[] = [];
          const report = await store.deletePrefix('p/', {
            concurrency,
            onFailure: ({ key }) => void failures.push(key),
          });
          expectClosedBooks(report);
          expect(report.listed).to.equal(keys.length);
          expect(report.deleted).to.equal(keys.length - (driver.stored.size - 1));
          expect([...failures, 'outside'].sort()).to.deep.equal([...driver.stored].sort());
          expect(report.complete).to.equal(driver.stored.size === 1);
        },
      ),
      { numRuns: 60 },
    );
  });
});
