import { createObjectStore, type Clock } from '@store/core';
import { memoryDriver } from '@store/memory';
import { EMULATED_ENTRIES, startEmulator } from '@store/emulator';
import { copyPrefix } from '@store/transfer';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { open } from './open.js';

/** A clock that nobody waits for. */
function simulated(): Clock & { readonly slept: number[] } {
  let now = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  };
}

describe('a limit of bytes a second', () => {
  it('holds within one store whose copies go through this machine', async () => {
    const clock = simulated();
    const store = createObjectStore(memoryDriver(), { clock });
    for (const key of ['a/1', 'a/2', 'a/3']) await store.put(key, Buffer.alloc(1000));
    const before = clock.now();
    const options = { maxBytesPerSecond: 100, concurrency: 1 };
    const report = await copyPrefix({ store, prefix: 'a/' }, { store, prefix: 'b/' }, options);
    expect(report).to.deep.include({ copied: 3, serverSide: 3, warnings: [] });
    expect(clock.now() - before).to.be.within(20_000, 30_000);
  });

  it('is said not to hold where the provider copies', async () => {
    await using emulator = await startEmulator({ buckets: ['demo'], s3: {}, oss: {}, zos: {} });
    await using store = await open(EMULATED_ENTRIES.s3(emulator));
    for (const key of ['a/1', 'a/2']) await store.put(key, Buffer.alloc(1000));
    const report = await copyPrefix(
      { store, prefix: 'a/' },
      { store, prefix: 'b/' },
      { maxBytesPerSecond: 1 },
    );
    expect(report).to.include({ copied: 2, complete: true });
    expect(report.warnings).to.have.length(1);
    expect(report.warnings[0]).to.match(/does not hold for copies on the provider's side/);
  });

  it('waits longer than one timer can', async () => {
    const clock = simulated();
    const store = createObjectStore(memoryDriver(), { clock });
    await store.put('a/1', Buffer.alloc(3_000_000));
    await store.put('a/2', 'x');
    const options = { maxBytesPerSecond: 1, concurrency: 1 };
    await copyPrefix({ store, prefix: 'a/' }, { store, prefix: 'b/' }, options);
    expect(clock.now()).to.be.at.least(3_000_000_000);
    expect(Math.max(...clock.slept)).to.be.below(2 ** 31);
  });
});
