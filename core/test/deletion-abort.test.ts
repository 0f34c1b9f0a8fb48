import { expectClosedBooks, numbered } from '@store/conformance';
import { StoreError } from '@store/core';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { makeStore } from './deletion-harness.js';

describe('deletePrefix, when aborted', () => {
  it('sends nothing new, waits for what is in flight, and accounts for everything', async () => {
    const controller = new AbortController();
    let finished = 0;
    const { driver, store } = makeStore({
      keys: numbered(30_000),
      onBatch: async (_targets, really) => {
        if (driver.batches.length >= 3) controller.abort();
        await new Promise(setImmediate);
        finished++;
        return really();
      },
    });
    const report = await store.deletePrefix('p/', { signal: controller.signal, concurrency: 2 });
    expect(report).to.include({ aborted: true, complete: false });
    expect(finished).to.equal(driver.batches.length);
    expect(driver.batches.length).to.be.at.most(4);
    expect(report.deleted).to.equal(30_000 - driver.stored.size);
    expectClosedBooks(report);
  });

  it('does not wait out a back-off', async () => {
    const controller = new AbortController();
    const { store, clock } = makeStore({
      keys: numbered(10),
      onBatch: () => {
        throw new StoreError('Throttled', 'SlowDown', { retryAfterMs: 60_000 });
      },
    });
    clock.sleep = async (_ms, signal) => {
      controller.abort();
      expect(signal?.aborted).to.equal(true);
    };
    const report = await store.deletePrefix('p/', { signal: controller.signal });
    expect(report).to.include({ aborted: true, failed: 10 });
    expect(report.failures.byCode).to.deep.equal({ Throttled: 10 });
  });

  it('before it began, does nothing', async () => {
    const { driver, store } = makeStore({ keys: numbered(10) });
    const report = await store.deletePrefix('p/', { signal: AbortSignal.abort() });
    expect(report).to.include({ aborted: true, listed: 0, deleted: 0 });
    expect(driver.stored.size).to.equal(10);
  });
});
