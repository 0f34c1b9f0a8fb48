import { Pace } from '#src/pace.js';
import { SimulatedClock } from '@store/conformance';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { setMaxListeners } from 'node:events';

/** Sends as fast as the pace allows, to a service that takes so many keys a second and saves up what was not used. */
async function drive(limit: number, seconds: number, { runs = 1, batch = 1000 } = {}) {
  const clock = new SimulatedClock();
  const pace = new Pace(clock);
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const end = clock.now() + seconds * 1000;
  const most = Math.max(limit, batch);
  let tokens = most;
  let filledAt = clock.now();
  const sent: { at: number; keys: number; ok: boolean; run: number }[] = [];
  const send = async (run: number): Promise<void> => {
    while (clock.now() < end) {
      const permit = pace.tryEnter(batch) ?? (await pace.enter(batch, stop.signal));
      if (!permit) return;
      const { keys } = permit;
      const now = clock.now();
      tokens = Math.min(most, tokens + ((now - filledAt) / 1000) * limit);
      filledAt = now;
      const ok = tokens >= keys;
      if (ok) tokens -= keys;
      sent.push({ at: now, keys, ok, run });
      await clock.sleep(50 + keys * 0.1);
      if (ok) pace.succeeded(keys);
      else pace.throttled(permit);
      pace.leave();
    }
  };
  await Promise.all(Array.from({ length: runs * 16 }, (_, i) => send(i % runs)));
  const late = sent.filter(({ at }) => at >= end - (seconds - 10) * 1000);
  const taken = late.filter(({ ok }) => ok).reduce((sum, { keys }) => sum + keys, 0);
  return {
    share: taken / (seconds - 10) / limit,
    throttled: late.filter(({ ok }) => !ok).length / late.length,
    sent,
    pace,
    clock,
  };
}

describe('the pace of a store', () => {
  for (const limit of [1000, 3500, 20_000]) {
    it(`comes near to a limit of ${limit} keys a second, and is throttled little`, async () => {
      const { share, throttled } = await drive(limit, 120);
      expect(share).to.be.above(0.95);
      expect(throttled).to.be.below(0.02);
    });
  }

  it('is shared by the runs on a store', async () => {
    const { share, throttled, sent } = await drive(3500, 120, { runs: 10 });
    expect(share).to.be.above(0.95);
    expect(throttled).to.be.below(0.02);
    for (let run = 0; run < 10; run++) {
      const keys = sent.filter((one) => one.run === run && one.ok).reduce((sum, one) => sum + one.keys, 0);
      expect(keys / 120 / 3500).to.be.within(0.06, 0.14);
    }
  });

  it('doubles what is in flight from round to round, and halves it once for all that was under way', async () => {
    const clock = new SimulatedClock();
    const pace = new Pace(clock);
    const stop = new AbortController().signal;
    expect(pace.window).to.equal(8);
    const permits = await Promise.all(Array.from({ length: 8 }, () => pace.enter(1000, stop)));
    expect(pace.tryEnter(1)).to.equal(undefined);
    for (const _ of permits) pace.succeeded(1000);
    expect(pace.window).to.be.above(8);
    const { window } = pace;
    for (const permit of permits) pace.throttled(permit);
    expect(pace.window).to.equal(Math.ceil(window / 2));
    expect(pace.batchSize).to.equal(250);
    pace.throttled();
    expect(pace.batchSize).to.equal(100);
    await clock.sleep(11_000);
    expect(pace.batchSize).to.be.above(700);
  });

  it('takes a first rate from what the service has taken, less what it may have saved up', async () => {
    const clock = new SimulatedClock();
    const pace = new Pace(clock);
    const stop = new AbortController().signal;
    const permit = await pace.enter(1000, stop);
    await clock.sleep(150);
    for (let i = 0; i < 4; i++) pace.succeeded(1000);
    pace.throttled(permit);
    await clock.sleep(2000);
    expect(pace.rate).to.be.within(0.9 * (4000 / 1.15), 4000 / 1.15);
  });

  it('does not pause again for a service that has taken nothing since', async () => {
    const clock = new SimulatedClock();
    const pace = new Pace(clock);
    const stop = new AbortController();
    pace.throttled(undefined, 1000);
    const before = clock.now();
    for (let i = 0; i < 20; i++) {
      const permit = await pace.enter(1, stop.signal);
      pace.throttled(permit, 1000);
      pace.leave();
    }
    expect(clock.now() - before).to.be.within(1000, 1100);
  });

  it('waits as long as the service asks for, and nobody waits after the stop', async () => {
    const clock = new SimulatedClock();
    const pace = new Pace(clock);
    const stop = new AbortController();
    pace.throttled(undefined, 7000);
    const before = clock.now();
    expect(pace.tryEnter(1)).to.equal(undefined);
    await pace.enter(1, stop.signal);
    expect(clock.now() - before).to.be.within(7000, 7500);
    // Nobody is to stop a store for ever.
    pace.succeeded(1);
    pace.throttled(undefined, Infinity);
    const again = clock.now();
    pace.leave();
    await pace.enter(1, stop.signal);
    expect(clock.now() - again).to.be.within(299_000, 301_000);
    for (let i = 1; i < pace.window; i++) await pace.enter(1, stop.signal);
    const waiting = pace.enter(1, stop.signal);
    stop.abort();
    expect(await waiting).to.equal(undefined);
  });

  it('sends no more at a time while requests take far longer than they can, and never less for that', async () => {
    const clock = new SimulatedClock();
    const pace = new Pace(clock);
    const stop = new AbortController().signal;
    setMaxListeners(0, stop);
    const end = clock.now() + 10_000;
    let ms = 150;
    const send = async (): Promise<void> => {
      while (clock.now() < end) {
        const permit = await pace.enter(1000, stop);
        if (!permit) return;
        const askedAt = clock.now();
        await clock.sleep(ms);
        pace.took(permit.keys, clock.now() - askedAt);
        pace.leave();
        pace.succeeded(1000);
      }
    };
    const sending = Promise.all(Array.from({ length: 500 }, send));
    await clock.sleep(200);
    expect(pace.window).to.equal(16);
    ms = 900;
    // It has to be seen first.
    await clock.sleep(1500);
    const held = pace.window;
    expect(held).to.be.below(40);
    await clock.sleep(1500);
    expect(pace.window).to.equal(held);
    // Less, and still not near to what it can be.
    ms = 450;
    await clock.sleep(1500);
    expect(pace.window).to.equal(held);
    ms = 150;
    await clock.sleep(1500);
    expect(pace.window).to.be.above(2 * held);
    await sending;
  });

  it('lets a rate that was lowered come back while requests take long, but not grow beyond that', async () => {
    const { pace, clock } = await drive(3500, 30);
    pace.throttled();
    const answers = (ms: number): void => {
      for (let i = 0; i < 50; i++) pace.took(100, ms);
    };
    answers(60);
    answers(1000);
    const lowered = pace.rate;
    await clock.sleep(2000);
    const back = pace.rate;
    expect(back).to.be.above(lowered);
    await clock.sleep(20_000);
    expect(pace.rate).to.equal(back);
    answers(60);
    expect(pace.rate).to.equal(back);
    await clock.sleep(5000);
    expect(pace.rate).to.be.above(back);
  });

  it('takes a service that has become slower for good as it is, and larger batches for no slower service', async () => {
    const clock = new SimulatedClock();
    const pace = new Pace(clock);
    const grows = (): boolean => {
      const stop = new AbortController().signal;
      const { window } = pace;
      void Promise.all(Array.from({ length: window }, () => pace.enter(1, stop)));
      pace.succeeded(1);
      const isMore = pace.window > window;
      for (let i = 0; i < window; i++) pace.leave();
      return isMore;
    };
    for (let i = 0; i < 20; i++) pace.took(1, 20);
    for (let i = 0; i < 20; i++) pace.took(1000, 150);
    expect(grows()).to.equal(true);
    for (let i = 0; i < 50; i++) pace.took(1000, 1500);
    expect(grows()).to.equal(false);
    for (let i = 0; i < 150; i++) {
      await clock.sleep(1000);
      pace.took(1000, 1500);
    }
    expect(grows()).to.equal(true);
  });
});
