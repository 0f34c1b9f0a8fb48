import { errorOf, expectClosedBooks, numbered, SetDriver } from '@store/conformance';
import { createObjectStore, DeletionError, StoreError, type DeletionEvent } from '@store/core';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { denied, makeStore } from './deletion-harness.js';

const turn = () => new Promise((resolve) => setTimeout(resolve, 5));

describe('a run as a handle', () => {
  it('is awaited for the report that deletePrefix gives', async () => {
    const { store } = makeStore({ keys: numbered(2500) });
    const report = await store.deletion('p/');
    expect(report).to.include({ deleted: 2500, complete: true });
  });

  it('rejects as deletePrefix does, also what it refuses', async () => {
    const { store } = makeStore({ keys: numbered(1) });
    expect(await errorOf(Promise.resolve(store.deletion('p')))).to.have.property('code', 'InvalidArgument');
    expect(await errorOf(Promise.resolve(store.deletion('')))).to.have.property('code', 'InvalidArgument');
  });

  it('tells of every failure, of progress, and ends with the run', async () => {
    const { store } = makeStore({
      keys: numbered(300),
      onBatch: (targets) => ({
        deleted: targets.slice(20),
        failed: targets.slice(0, 20).map(({ key }) => denied(key)),
      }),
    });
    const events: DeletionEvent[] = [];
    const run = store.deletion('p/');
    for await (const event of run) {
      await turn();
      events.push(event);
    }
    const report = await run;
    const failed = events.flatMap((event) => (event.type === 'failure' ? [event.failure.key] : []));
    expect(failed).to.deep.equal(numbered(20));
    expect(report.failed).to.equal(20);
    const last = events.findLast((event) => event.type === 'progress');
    expect(last).to.deep.include({ type: 'progress' });
    expect(last?.type === 'progress' && last.progress.failed).to.equal(20);
  });

  it('throws what the run rejects with to who iterates it', async () => {
    const { store } = makeStore({
      keys: numbered(10),
      onList: () => Promise.reject(new StoreError('AccessDenied', 'no')),
    });
    const run = store.deletion('p/');
    const iterate = async (): Promise<void> => {
      for await (const _event of run) await turn();
    };
    expect(await errorOf(iterate())).to.be.instanceOf(DeletionError);
  });

  it('sends nothing while it is paused', async () => {
    const driver = new SetDriver({ keys: numbered(5000) });
    const store = createObjectStore(driver);
    const run = store.deletion('p/');
    run.pause();
    for (let i = 0; i < 5; i++) await turn();
    const sent = driver.batches.length + driver.lists.length;
    for (let i = 0; i < 5; i++) await turn();
    expect(driver.batches.length + driver.lists.length)
      .to.equal(sent)
      .and.to.be.below(6);
    run.resume();
    expect(await run).to.include({ deleted: 5000, complete: true });
  });

  it('is stopped from within its own iteration, and by the end of a block', async () => {
    const { store } = makeStore({
      keys: numbered(3000),
      onBatch: (targets) => ({ deleted: [], failed: targets.map(({ key }) => denied(key)) }),
    });
    const run = store.deletion('p/', { concurrency: 1 });
    for await (const { type } of run) {
      if (type !== 'failure') continue;
      const report = await run.stop();
      expect(report).to.include({ aborted: true, complete: false });
      expectClosedBooks(report);
      break;
    }
    let after: Promise<unknown>;
    {
      await using second = store.deletion('p/');
      second.pause();
      after = Promise.resolve(second);
    }
    expect(await after).to.include({ aborted: true });
  });

  it('finishes in an orderly way: what is listed is deleted, also what has to be tried again, and nothing more is listed', async () => {
    let refused = false;
    const { store, driver } = makeStore({
      keys: numbered(50_000),
      onBatch: (targets) => {
        if (refused) return { deleted: targets, failed: [] };
        refused = true;
        run.finish().catch(() => undefined);
        const reason = { code: 'Throttled', message: 'slow down', retryable: true } as const;
        return { deleted: [], failed: targets.map(({ key }) => ({ key, reason })) };
      },
    });
    const run = store.deletion('p/');
    const report = await run;
    expectClosedBooks(report);
    expect(report).to.include({ aborted: true, complete: false, failed: 0, skipped: 0 });
    expect(report.deleted).to.equal(report.listed).and.to.be.within(1000, 45_000);
    expect(driver.lists.length).to.be.below(50);
  });

  it('that its signal or a limit stops waits for nobody who has not taken a failure yet', async () => {
    const aborting = new AbortController();
    const ways = [
      { options: { signal: aborting.signal }, stop: () => aborting.abort() },
      { options: { maxFailures: 10 }, stop: () => undefined },
    ];
    for (const { options, stop } of ways) {
      const { store } = makeStore({
        keys: numbered(3000),
        onBatch: (targets) => ({ deleted: [], failed: targets.map(({ key }) => denied(key)) }),
      });
      const run = store.deletion('p/', { concurrency: 3, ...options });
      let failures = 0;
      for await (const { type } of run) {
        if (type !== 'failure' || ++failures < 11) continue;
        stop();
        const report = await run;
        expect(report).to.include({ aborted: true, complete: false });
        expectClosedBooks(report);
        break;
      }
      expect(failures).to.equal(11);
    }
  });

  it('is iterated by one at a time', async () => {
    const { store } = makeStore({ keys: numbered(10) });
    const run = store.deletion('p/');
    const one = run[Symbol.asyncIterator]();
    const first = one.next();
    expect(await errorOf(run[Symbol.asyncIterator]().next())).to.have.property('code', 'InvalidArgument');
    await first;
    await run;
  });
});

describe('limits that end a run', () => {
  it('maxFailures stops it when more have failed', async () => {
    const { store } = makeStore({
      keys: numbered(5000),
      onBatch: (targets) => ({
        deleted: targets.slice(1),
        failed: targets.slice(0, 1).map(({ key }) => denied(key)),
      }),
    });
    const report = await store.deletePrefix('p/', { maxFailures: 1, concurrency: 1 });
    expect(report).to.include({ stoppedBy: 'maxFailures', aborted: true, complete: false });
    expect(report.failed).to.be.within(2, 3);
    expect(report.deleted).to.be.below(5000);
    expectClosedBooks(report);
    const enough = await store.deletePrefix('p/', { maxFailures: 5, concurrency: 1 });
    expect(enough).to.include({ stoppedBy: null, aborted: false });
  });

  it('maxDuration stops it in time, and waits for what is in flight', async () => {
    const { store } = makeStore({ keys: numbered(5000) });
    const report = await store.deletePrefix('p/', { maxDuration: 2000, maxKeysPerSecond: 500 });
    expect(report).to.include({ stoppedBy: 'maxDuration', aborted: true, complete: false, failed: 0 });
    expect(report.elapsedMs).to.be.within(2000, 4000);
    expect(report.deleted).to.be.within(500, 1500);
    expectClosedBooks(report);
    const rest = await store.deletePrefix('p/', { maxDuration: 60_000 });
    expect(rest).to.include({ stoppedBy: null, aborted: false, complete: true });
  });

  it('maxDuration may be longer than any timer', async () => {
    const day = 24 * 60 * 60 * 1000;
    const { store } = makeStore({ keys: numbered(5000) });
    const report = await store.deletePrefix('p/', { maxDuration: 60 * day, maxKeysPerSecond: 0.0005 });
    expect(report).to.include({ stoppedBy: 'maxDuration', complete: false });
    expect(report.elapsedMs).to.be.within(60 * day, 90 * day);
  });
});
