import { SimulatedClock, SetDriver, type SetDriverSettings } from '@store/conformance';
import { createObjectStore } from '@store/core';
import { StoreError } from '@store/driver';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { setMaxListeners } from 'node:events';
import { Pace } from '#src/pace.js';
import { Pacer } from '#src/pacer.js';
import { RequestSlots } from '#src/request-slots.js';

const SECONDS = 60;
const LATE_S = 10;

/** What a service takes of one part of its keys: so many a second, and saves up one second's worth. */
class Limit {
  readonly #perSecond: number;
  #tokens: number;
  #filledAt: number | undefined;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
  }

  takes(keys: number, now: number): boolean {
    const seconds = (now - (this.#filledAt ?? now)) / 1000;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + seconds * this.#perSecond);
    this.#filledAt = now;
    if (this.#tokens < keys) return false;
    this.#tokens -= keys;
    return true;
  }
}

interface Sent {
  readonly at: number;
  readonly keys: number;
  readonly ok: boolean;
  readonly range: number;
}

/** Two senders for each range, as fast as they may. @param limitOf what limits a range; undefined: nothing */
async function drive(ranges: number, limitOf: (range: number) => Limit | undefined) {
  const clock = new SimulatedClock();
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const slots = new RequestSlots(64, stop.signal, clock);
  const pacer = new Pacer({ maxBatch: 1000, slots, pace: new Pace(clock) }, clock, stop.signal);
  const begun = clock.now();
  const sent: Sent[] = [];
  const send = async (range: number, key: object): Promise<void> => {
    while (clock.now() - begun < SECONDS * 1000) {
      const permit = await pacer.acquire(1000, pacer.paceOf(key));
      if (!permit) return;
      const { keys } = permit;
      const ok = limitOf(range)?.takes(keys, clock.now()) ?? true;
      sent.push({ at: clock.now() - begun, keys, ok, range });
      await clock.sleep(50 + keys * 0.1);
      if (ok) pacer.succeeded(keys, permit);
      else pacer.throttled(permit);
      pacer.release();
    }
  };
  const keys = Array.from({ length: ranges }, () => ({}));
  await Promise.all(keys.flatMap((key, range) => [send(range, key), send(range, key)]));
  const late = sent.filter(({ at }) => at >= LATE_S * 1000 && at < SECONDS * 1000);
  const rateOf = (of: (one: Sent) => boolean): number =>
    late.filter((one) => one.ok && of(one)).reduce((sum, one) => sum + one.keys, 0) / (SECONDS - LATE_S);
  return {
    rateOf,
    throttled: late.filter(({ ok }) => !ok).length / late.length,
    refused: sent.filter(({ ok }) => !ok).length,
  };
}

/** One and the same for all ranges. */
function oneLimit(perSecond: number): () => Limit {
  const limit = new Limit(perSecond);
  return () => limit;
}

describe('ranges that a service slows', () => {
  it('leave the others as they were, and come near to what they may', async () => {
    const hot = [new Limit(3500), new Limit(1000)];
    const free = await drive(8, () => undefined);
    const { rateOf, throttled } = await drive(8, (range) => hot[range]);
    const others = ({ range }: Sent): boolean => range > 1;
    expect(rateOf(others)).to.be.above(0.95 * free.rateOf(others));
    expect(rateOf(({ range }) => range === 0) / 3500).to.be.above(0.9);
    expect(rateOf(({ range }) => range === 1) / 1000).to.be.above(0.9);
    expect(throttled).to.be.below(0.02);
  });

  it('can be all of them, each on its own', async () => {
    const limits = Array.from({ length: 16 }, () => new Limit(3500));
    const { rateOf, throttled } = await drive(16, (range) => limits[range]);
    expect(rateOf(() => true) / (16 * 3500)).to.be.above(0.9);
    expect(throttled).to.be.below(0.02);
  });

  for (const ranges of [1, 4, 32])
    it(`can be ${ranges} of one store that is slow as a whole`, async () => {
      // One run may have a little more bad luck.
      let [rate, throttled] = [0, 0];
      for (let run = 0; run < 3; run++) {
        const limit = new Limit(3500);
        const driven = await drive(ranges, () => limit);
        rate += driven.rateOf(() => true) / 3;
        throttled += driven.throttled / 3;
      }
      expect(rate / 3500).to.be.above(0.95);
      expect(throttled).to.be.below(0.02);
    });

  it('are the store that is slow as a whole, when it has just begun, after the first two rounds', async () => {
    const runs = await Promise.all(Array.from({ length: 5 }, () => drive(8, oneLimit(3500))));
    const refused = runs.reduce((sum, run) => sum + run.refused, 0) / runs.length;
    // Five of the first eight requests, and those that were sent before anybody knew.
    expect(refused).to.be.below(27);
  });

  it('are not listed ahead, and what is beside them is deleted meanwhile', async () => {
    const limit = new Limit(500);
    const clock = new SimulatedClock();
    const isHot = (key: string): boolean => /^p\/[34]/.test(key);
    const left = { hot: 0, cold: 0 };
    let [listed, mostAhead, leftWhenOthersEnd] = [0, 0, NaN];
    const keys = Array.from({ length: 20_000 }, (_, i) => `p/${String(i).padStart(5, '0')}`);
    const spread = keys.map((key) => `p/${key.at(-1)}${key.slice(2, -1)}`);
    for (const key of spread) left[isHot(key) ? 'hot' : 'cold']++;
    const total = left.hot;
    const gone = ({ key }: { readonly key: string }): void => {
      left[isHot(key) ? 'hot' : 'cold']--;
      if (left.cold === 0 && Number.isNaN(leftWhenOthersEnd)) leftWhenOthersEnd = left.hot;
    };
    const settings: SetDriverSettings = {
      keys: spread,
      pageSize: 100,
      batch: { maxKeys: 100 },
      onList: async () => clock.sleep(50),
      onBatch: async (targets, really) => {
        const hot = targets.filter(({ key }) => isHot(key)).length;
        const isTaken = limit.takes(hot, clock.now());
        await clock.sleep(50);
        if (!isTaken) throw new StoreError('Throttled', 'slow down', { retryable: true });
        targets.forEach(gone);
        return really();
      },
      onSingle: (key) => gone({ key }),
    };
    const driver = new SetDriver(settings);
    const { page: pageOf } = driver.list;
    driver.list.page = async (request, call) => {
      const page = await pageOf(request, call);
      listed += page.objects.filter(({ key }) => isHot(key)).length;
      mostAhead = Math.max(mostAhead, listed - (total - left.hot));
      return page;
    };
    const store = createObjectStore(driver, { clock });
    const report = await store.deletePrefix('p/', { concurrency: 8 });
    expect(report).to.deep.include({ deleted: 20_000, complete: true });
    // A range that is hot in one half only is split when others have time, which is chance.
    expect(leftWhenOthersEnd).to.be.above(total / 10);
    expect(mostAhead).to.be.below((3 * total) / 4);
    expect(report.requests.throttled / report.requests.delete).to.be.below(0.3);
  });

  it('let go of those who wait when the run stops', async () => {
    const clock = new SimulatedClock();
    const stop = new AbortController();
    let requests = 0;
    const driver = new SetDriver({
      keys: Array.from({ length: 3000 }, (_, i) => `p/${String(i).padStart(4, '0')}`),
      pageSize: 100,
      batch: { maxKeys: 100 },
      onList: async () => clock.sleep(50),
      onBatch: async (_targets, really) => {
        // Others may be sent before this one is looked at.
        const nth = ++requests;
        await clock.sleep(50);
        if (nth === 10) stop.abort();
        if (nth > 3) throw new StoreError('Throttled', 'slow down', { retryable: true });
        return really();
      },
    });
    const store = createObjectStore(driver, { clock });
    const report = await store.deletePrefix('p/', { concurrency: 4, signal: stop.signal });
    expect(report).to.deep.include({ aborted: true, deleted: 300 });
  });
});
