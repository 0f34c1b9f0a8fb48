import { Pacer } from '#src/deletion/pacer.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { SimulatedClock } from '@store/conformance';

function makePacer(settings: Partial<ConstructorParameters<typeof Pacer>[0]> = {}) {
  const clock = new SimulatedClock();
  const stop = new AbortController();
  const pacer = new Pacer({ concurrency: 8, maxBatch: 1000, ...settings }, clock, stop.signal);
  return { pacer, clock, stop };
}

describe('Pacer', () => {
  it('halves requests and batches when throttled, once for all requests that were under way', async () => {
    const { pacer } = makePacer();
    const permits = await Promise.all(Array.from({ length: 8 }, () => pacer.acquire(1000)));
    for (const permit of permits) pacer.throttled(permit);
    expect(pacer).to.include({ limit: 4, batchSize: 500 });
    for (let i = 0; i < 10; i++) pacer.throttled();
    expect(pacer).to.include({ limit: 1, batchSize: 50 });
  });

  it('comes back step by step', () => {
    const { pacer } = makePacer();
    for (let i = 0; i < 3; i++) pacer.throttled();
    expect(pacer.limit).to.equal(1);
    pacer.succeeded();
    expect(pacer.limit).to.equal(2);
    for (let i = 0; i < 200; i++) pacer.succeeded();
    expect(pacer).to.include({ limit: 8, batchSize: 1000 });
  });

  it('lets no more requests run than its limit', async () => {
    const { pacer } = makePacer({ concurrency: 2 });
    const order: number[] = [];
    const all = [0, 1, 2].map(async (i) => {
      await pacer.acquire(1);
      order.push(i);
    });
    await new Promise(setImmediate);
    expect(order).to.deep.equal([0, 1]);
    pacer.release();
    await Promise.all(all);
    expect(order).to.deep.equal([0, 1, 2]);
  });

  it('keeps to the rate in keys, whatever the batches', async () => {
    const { pacer, clock } = makePacer({ maxKeysPerSecond: 100 });
    const start = clock.now();
    expect(pacer.batchSize).to.equal(100);
    for (const keys of [100, 50, 100, 1]) {
      await pacer.acquire(keys);
      pacer.release();
    }
    expect(clock.now() - start).to.equal(2500);
  });

  it('gives nobody a permit after the stop, and leaves nobody waiting', async () => {
    const { pacer, stop } = makePacer({ concurrency: 1, maxKeysPerSecond: 1 });
    await pacer.acquire(1);
    const waiting = [pacer.acquire(1), pacer.acquire(1)];
    stop.abort();
    expect(await Promise.all(waiting)).to.deep.equal([undefined, undefined]);
    expect(await pacer.acquire(1)).to.equal(undefined);
  });
});
