import { numbered, SetDriver } from '@store/conformance';
import { createObjectStore } from '@store/core';
import { engineOf } from '@store/engine';
import { shareRate } from '@store/deletion/runs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { setTimeout as delay } from 'node:timers/promises';

/** Delete requests that a run sends before the first of them is answered. */
async function sentAtFirst(sharers: number): Promise<number> {
  const answers = delay(50);
  const driver = new SetDriver({
    keys: numbered(1000),
    batch: { maxKeys: 10 },
    onBatch: async (_targets, really) => {
      await answers;
      return really();
    },
  });
  const store = createObjectStore(driver);
  const nothing = (): undefined => undefined;
  shareRate(engineOf(store, 'test'), {
    batchSize: Infinity,
    sharers,
    epoch: 0,
    take: nothing,
    succeeded: nothing,
    throttled: nothing,
  });
  const run = store.deletePrefix('p/');
  await answers;
  const sent = driver.batches.length;
  expect((await run).deleted).to.equal(1000);
  return sent;
}

describe('a rate that is shared', () => {
  it('has all together begin more gently than one does alone', async () => {
    const alone = await sentAtFirst(1);
    expect(alone).to.be.above(4);
    expect(await sentAtFirst(2)).to.equal(alone / 4);
    expect(await sentAtFirst(4)).to.equal(1);
    expect(await sentAtFirst(1000)).to.equal(1);
  });
});
