import { setMaxListeners } from 'node:events';
import { Pace } from '#src/pace.js';
import { Pacer } from '#src/pacer.js';
import { RequestSlots } from '#src/request-slots.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { SimulatedClock } from '@store/conformance';

function makePacer({
  concurrency = 8,
  maxKeysPerSecond,
}: { concurrency?: number; maxKeysPerSecond?: number } = {}) {
  const clock = new SimulatedClock();
  const stop = new AbortController();
  // The simulated clock leaves its listeners there.
  setMaxListeners(0, stop.signal);
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
    const leave = { isBound: true, giveBack: () => void told.push('given back') };
    const shared = {
      batchSize: 40,
      sharers: 1,
      epoch: 0,
      take: (keys: number) =>
        told.push(`take ${keys}`) > 1 ? clock.sleep(500).then(() => leave) : undefined,
      succeeded: (keys: number) => void told.push(`succeeded ${keys}`),
      throttled: (of: string) => void told.push(`throttled: ${of}`),
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
    expect(told).to.deep.equal(['take 40', 'succeeded 40', 'take 10', 'throttled: store']);
  });

  it('has what waits for its turn wait anew, in smaller batches, where its range becomes hot meanwhile', async () => {
    const { pacer, clock } = makePacer();
    const [range, other] = [pacer.paceOf({}), pacer.paceOf({})];
    const permits = await Promise.all(Array.from({ length: 8 }, () => pacer.acquire(1000, range)));
    const waiting = pacer.acquire(1000, range);
    const beside = pacer.acquire(1000, other);
    const before = clock.now();
    pacer.succeeded(1000, permits[1]);
    pacer.throttled(permits[0]);
    pacer.release();
    // The turn goes to who is not held back.
    expect(await beside).to.deep.include({ keys: 1000, bound: undefined });
    pacer.release();
    expect((await waiting)?.keys).to.be.at.most(250);
    expect(clock.now() - before).to.be.within(50, 200);
  });

  it('gives back what it had leave for, and asks anew, where the rate that is shared is lowered meanwhile', async () => {
    const clock = new SimulatedClock();
    const stop = new AbortController();
    let [epoch, given, asked] = [0, 0, 0];
    const shared = {
      batchSize: 1000,
      sharers: 1,
      get epoch() {
        return epoch;
      },
      take: async (keys: number) => {
        asked += keys;
        await clock.sleep(epoch * 500);
        return { isBound: epoch > 0, giveBack: () => void (given += keys) };
      },
      succeeded: () => undefined,
      throttled: () => undefined,
    };
    const slots = new RequestSlots(100, stop.signal, clock);
    const settings = { maxBatch: 1000, maxKeysPerSecond: 1e6, slots, pace: new Pace(clock), shared };
    const pacer = new Pacer(settings, clock, stop.signal);
    for (let i = 0; i < 8; i++) await pacer.acquire(100);
    const waiting = pacer.acquire(100);
    await clock.sleep(10);
    epoch = 1;
    const before = clock.now();
    pacer.release();
    expect((await waiting)?.bound).to.equal('store');
    expect(clock.now() - before).to.be.within(500, 510);
    expect([asked, given]).to.deep.equal([1000, 100]);
  });

  it('keeps to the rate of the caller when a range becomes hot for those who wait', async () => {
    const { pacer, clock } = makePacer({ concurrency: 32, maxKeysPerSecond: 1000 });
    const range = pacer.paceOf({});
    const begun = clock.now();
    const bySecond: number[] = [];
    const send = async (): Promise<void> => {
      const permit = await pacer.acquire(100, range);
      const second = Math.floor((clock.now() - begun) / 1000);
      bySecond[second] = (bySecond[second] ?? 0) + (permit?.keys ?? 0);
      if (second === 2) pacer.throttled(permit);
      else pacer.succeeded(permit?.keys ?? 0, permit);
      pacer.release();
    };
    await Promise.all(
      Array.from({ length: 20 }, async () => {
        for (let i = 0; i < 5; i++) await send();
      }),
    );
    expect(bySecond.reduce((sum, keys) => sum + keys, 0)).to.equal(10_000);
    // One batch is free.
    for (const [second, keys] of bySecond.entries()) expect(keys, `second ${second}`).to.be.at.most(1100);
  });

  it('lets those who wait for a hot range go in the order in which they came, one at a time', async () => {
    const { pacer, clock } = makePacer({ concurrency: 100 });
    const range = pacer.paceOf({});
    const first = await pacer.acquire(1000, range);
    pacer.succeeded(1000, first);
    pacer.throttled(first);
    pacer.release();
    const order: number[] = [];
    const before = clock.sleeps.length;
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        await pacer.acquire(100, range);
        order.push(i);
        pacer.release();
      }),
    );
    expect(order).to.deep.equal(Array.from({ length: 50 }, (_, i) => i));
    expect(clock.sleeps.length - before).to.be.at.most(100);
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
