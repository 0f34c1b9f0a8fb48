import { BARE, SimulatedClock } from '@store/conformance';
import { compareKeys, createObjectStore, StoreError, type StoreDriver } from '@store/core';
import { engineOf } from '@store/engine';
import { shareRate } from '@store/deletion/runs';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { setMaxListeners } from 'node:events';
import type { FleetBooks } from '#src/fleet-books.js';
import { FleetRate } from '#src/fleet-rate.js';
import { freshRate, leaseFrom } from '#src/lease-rule.js';

const WORKERS = 4;

/** What a service takes: so many keys a second, and it saves up one second's worth. Counts the requests. */
class Service {
  readonly #clock: SimulatedClock;
  readonly #perSecond: number;
  #tokens: number;
  #filledAt: number;
  sent = 0;
  refused = 0;
  taken = 0;

  constructor(clock: SimulatedClock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#tokens = perSecond;
    this.#filledAt = clock.now();
  }

  async take(keys: number): Promise<void> {
    this.sent++;
    await this.#clock.sleep(45 + Math.random() * 10);
    const now = this.#clock.now();
    const seconds = (now - this.#filledAt) / 1000;
    this.#tokens = Math.min(this.#perSecond, this.#tokens + seconds * this.#perSecond);
    this.#filledAt = now;
    const isTaken = this.#tokens >= keys;
    if (isTaken) {
      this.#tokens -= keys;
      this.taken += keys;
    } else this.refused++;
    await this.#clock.sleep(keys * 0.1);
    if (!isTaken) throw new StoreError('Throttled', 'slow down', { retryable: true });
  }
}

/** Lists these keys, and takes deletes as the service does. */
function driverOf(all: readonly string[], clock: SimulatedClock, service: Service): StoreDriver {
  const keys = all.toSorted(compareKeys);
  const firstBehind = (after: string): number => {
    let [low, high] = [0, keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareKeys(keys[middle] ?? '', after) > 0) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  return {
    ...BARE,
    provider: 'test',
    place: 'test:',
    list: {
      ...BARE.list,
      maxPageSize: 1000,
      delimiter: 'none',
      async page({ token, startAfter, maxKeys }) {
        await clock.sleep(50);
        const start = firstBehind(token ?? startAfter ?? '');
        const page = keys.slice(start, start + maxKeys);
        const truncated = start + page.length < keys.length;
        const objects = page.map((key) => ({ key, size: 1, lastModified: new Date(0) }));
        return { objects, prefixes: [], truncated, nextToken: truncated ? page.at(-1) : undefined };
      },
    },
    delete: {
      ...BARE.delete,
      async one(target) {
        await service.take(1);
        return target;
      },
    },
    batch: {
      maxKeys: 1000,
      keys: 'any',
      async delete(targets) {
        await service.take(targets.length);
        return { deleted: targets, failed: [] };
      },
    },
  };
}

/** Workers that begin at the same time, each with its own keys, on one service that takes so many a second. */
async function deleteTogether(perSecond: number, seconds: number) {
  const clock = new SimulatedClock();
  const service = new Service(clock, perSecond);
  let kept = freshRate(clock.now());
  const books: Pick<FleetBooks, 'lease'> = {
    async lease(_name, lease) {
      await clock.sleep(1);
      const next = leaseFrom(kept, lease, clock.now());
      kept = next.kept;
      return next.leased;
    },
  };
  const begun = clock.now();
  const each = Math.floor((perSecond * seconds) / WORKERS);
  let share: number | undefined;
  const reports = await Promise.all(
    Array.from({ length: WORKERS }, async (_, worker) => {
      // Spread as hashes are.
      const hash = (i: number): string => ((i * 0x9e37_79b1) >>> 0).toString(16).padStart(8, '0');
      const keys = Array.from({ length: each }, (_key, i) => `p/${hash(i * WORKERS + worker)}`);
      const store = createObjectStore(driverOf(keys, clock, service), { clock });
      const rate = new FleetRate(books, 'a store', { sharers: WORKERS, clock });
      await rate.open();
      shareRate(engineOf(store, 'test'), rate);
      const report = await store.deletePrefix('p/');
      await rate.close();
      // As long as all of them are there.
      share ??= service.taken / ((clock.now() - begun) / 1000) / perSecond;
      return report;
    }),
  );
  return {
    deleted: reports.reduce((sum, { deleted }) => sum + deleted, 0),
    wanted: each * WORKERS,
    share: share ?? 0,
    throttled: service.refused / service.sent,
    refused: service.refused,
  };
}

describe('the rate of a fleet', () => {
  // The simulated clock leaves its listeners at the signals.
  before(() => setMaxListeners(0));
  after(() => setMaxListeners(10));

  it('is found by all workers together, and hardly anything of what they send is refused, from the first request on', async () => {
    // One run may have a little more bad luck.
    let [share, throttled, runs] = [0, 0, 0];
    for (; runs < 3; runs++) {
      const run = await deleteTogether(3500, 60);
      expect(run.deleted).to.equal(run.wanted);
      share += run.share;
      throttled += run.throttled;
    }
    expect(throttled / runs).to.be.below(0.015);
    expect(share / runs).to.be.above(0.9);
  });

  it('is that of a store that is known after a while, however slow it is: one hot part of it does not slow the others', () => {
    let kept = freshRate(0);
    let epoch = 0;
    let isYoung = true;
    for (let second = 1; second <= 3600; second++) {
      const isHot = second === 600 || second === 3600;
      const lease = { keys: 0, taken: 500, good: 5, hot: isHot ? 1 : 0, refused: isHot ? 20 : 0 };
      const next = leaseFrom(kept, lease, second * 1000);
      kept = next.kept;
      ({ epoch, isYoung } = next.leased);
    }
    expect([epoch, isYoung]).to.deep.equal([0, false]);
  });

  it('is not there while the service asks for nothing', async () => {
    const { refused, share } = await deleteTogether(1_000_000, 0.2);
    expect(refused).to.equal(0);
    expect(share).to.be.above(0.05);
  });
});
