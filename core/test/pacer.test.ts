import { Pace } from '#src/deletion/pace.js';
import { Pacer } from '#src/deletion/pacer.js';
import { RequestSlots } from '#src/engine/request-slots.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { SimulatedClock } from '@store/conformance';

function makePacer({
  concurrency = 8,
  maxKeysPerSecond,
}: { concurrency?: number; maxKeysPerSecond?: number } = {}) {
  const clock = new SimulatedClock();
  const stop = new AbortController();
  const slots = new RequestSlots(concurrency, stop.signal, clock);
  const settings = { maxBatch: 1000, maxKeysPerSecond, slots, pace: new Pace(clock) };
  const pacer = new Pacer(settings, clock, stop.signal);
  return { pacer, clock, stop };
}

describe('Pacer', () => {
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

  it('asks for leave where a rate is shared, keeps to its batches, and tells it what the service takes and refuses', async () => {
    const clock = new SimulatedClock();
    const stop = new AbortController();
    const told: string[] = [];
    const shared = {
      batchSize: 40,
      sharers: 1,
      take: (keys: number) => (told.push(`take ${keys}`) > 1 ? clock.sleep(500).then(() => true) : undefined),
      succeeded: (keys: number) => void told.push(`succeeded ${keys}`),
      throttled: () => void told.push('throttled'),
    };
    const slots = new RequestSlots(8, stop.signal, clock);
    const pacer = new Pacer({ maxBatch: 1000, slots, pace: new Pace(clock), shared }, clock, stop.signal);
    const start = clock.now();
    expect(pacer.batchSize).to.equal(40);
    const first = await pacer.acquire(100);
    expect(first?.keys).to.equal(40);
    expect(clock.now()).to.equal(start);
    pacer.succeeded(40);
    await pacer.acquire(10);
    expect(clock.now() - start).to.equal(500);
    pacer.throttled(first);
    expect(told).to.deep.equal(['take 40', 'succeeded 40', 'take 10', 'throttled']);
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
