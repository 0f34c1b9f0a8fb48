import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectStore } from '@store/core';
import { EACH_API, EMULATED_ENTRIES, startEmulator, type Emulator } from '@store/emulator';
import { copyKeys, copyPrefix, movePrefix, syncPrefix } from '@store/transfer';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { noise } from './contents.js';
import { open } from './open.js';

const TAGS = { team: 'rot & blau', 'a+b=c': 'x/y:z', empty: '', ü: 'grün' };

/** Of what an object of several parts gets too. */
const LARGE = 11 * 1024 * 1024;

describe('tags of objects that go to another service', () => {
  let one: Emulator;
  let other: Emulator;
  before(async () => {
    // Two, as the APIs of one have the same buckets.
    const start = (): Promise<Emulator> => startEmulator({ ...EACH_API, buckets: ['demo'] });
    [one, other] = await Promise.all([start(), start()]);
  });
  after(async () => {
    await one.close();
    await other.close();
  });

  const opened = (emulator: Emulator, provider: 's3' | 'oss' | 'ctyun'): Promise<ObjectStore> =>
    open(EMULATED_ENTRIES[provider](emulator));

  for (const [from, to] of [
    ['s3', 'oss'],
    ['oss', 's3'],
    ['s3', 'ctyun'],
  ] as const)
    it(`travel from ${from} to ${to}: copied, moved, synchronised, in parts`, async () => {
      await using source = await opened(one, from);
      await using target = await opened(other, to);
      await source.put(`${from}/small`, 'x', { tags: TAGS });
      await source.put(`${from}/large`, noise(LARGE), { tags: TAGS });
      await source.put(`${from}/bare`, 'x');
      const place = { store: source, prefix: `${from}/` };
      const runs = {
        copied: (prefix: string) => copyPrefix(place, { store: target, prefix }),
        synced: (prefix: string) => syncPrefix(place, { store: target, prefix }),
        keys: (prefix: string) =>
          copyKeys(
            source,
            target,
            ['small', 'large', 'bare'].map((name) => [`${from}/${name}`, prefix + name]),
          ),
        moved: (prefix: string) => movePrefix(place, { store: target, prefix }),
      };
      for (const [name, run] of Object.entries(runs)) {
        const report = await run(`${from}-${name}/`);
        expect(report, name).to.deep.include({ copied: 3, complete: true, warnings: [] });
        expect(await target.getTags(`${from}-${name}/small`), name).to.deep.equal(TAGS);
        expect(await target.getTags(`${from}-${name}/large`), name).to.deep.equal(TAGS);
        expect(await target.getTags(`${from}-${name}/bare`), name).to.deep.equal({});
      }
    });

  it('are said to be lost where the target has none', async () => {
    await using source = await opened(one, 's3');
    const root = await mkdtemp(join(tmpdir(), 'transfer-tags-'));
    after(() => rm(root, { recursive: true, force: true }));
    await using target = await open({ provider: 'files', root, fsync: false });
    await source.put('t/1', 'x', { tags: TAGS });
    await source.put('t/2', 'x', { tags: TAGS });
    const places = [
      { store: source, prefix: 't/' },
      { store: target, prefix: 't/' },
    ] as const;
    const report = await copyPrefix(...places);
    expect(report.warnings).to.have.length(1);
    expect(report.warnings[0]).to.match(
      /^2 objects were copied without its tags \(this files store has none\)/,
    );
    expect(await copyPrefix(...places, { strictMetadata: true })).to.include({ failed: 2 });
  });
});
