import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ObjectStore } from '@store/core';
import { EMULATED_ENTRIES, type Emulator } from '@store/emulator';
import { journalFile, undoDeletion, type KeyLeft } from '@store/journal';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { openEmulated, type EmulatedStore } from './emulated-store.js';

const KEYS = 5_000;
const SINCE = 50;

async function listed(store: ObjectStore): Promise<string[]> {
  const lines: string[] = [];
  for await (const version of store.listVersions('')) lines.push(JSON.stringify(version));
  return lines;
}

for (const [provider, entry] of Object.entries(EMULATED_ENTRIES)) {
  describe(`undo of a run over ${KEYS} keys with 3 versions each, on the emulated ${provider}`, () => {
    let opened: EmulatedStore;
    let emulator: Emulator;
    let store: ObjectStore;
    let directory = '';

    beforeEach(async () => {
      opened = await openEmulated(entry, 'enabled');
      ({ emulator, store } = opened);
      directory = mkdtempSync(join(tmpdir(), 'undo-'));
      const { memory: objects } = emulator.bucket('demo');
      for (let round = 0; round < 3; round++)
        for (let i = 0; i < KEYS; i++)
          await objects.put({ key: keyOf(i), body: Buffer.from(`${i} ${round}`) }, {});
    });
    afterEach(async () => {
      await opened[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true });
    });

    it('leaves the listing byte for byte what it was, on a bad day too', async () => {
      const was = await listed(store);
      const path = join(directory, 'run.jsonl');
      expect(await store.deletePrefix('p/', { journal: journalFile(path) })).to.include({ deleted: KEYS });
      emulator.setFaults({ faults: [{ probability: 0.05, effect: { error: { code: 'SlowDown' } } }] });
      const report = await undoDeletion(store, path);
      expect(report).to.include({ looked: KEYS, restored: KEYS, complete: true });
      emulator.setFaults({});
      expect(await listed(store)).to.deep.equal(was);
    });

    it('leaves and names what was written since', async () => {
      const path = join(directory, 'run.jsonl');
      await store.deletePrefix('p/', { journal: journalFile(path) });
      const since = Array.from({ length: SINCE }, (_, i) => keyOf(i * 97));
      for (const key of since) await store.put(key, 'new');
      const left: KeyLeft[] = [];
      const report = await undoDeletion(store, path, { onLeft: (one) => left.push(one) });
      expect(report).to.include({ looked: KEYS, restored: KEYS - SINCE, left: SINCE, failed: 0 });
      expect(left.map(({ key }) => key).sort()).to.deep.equal([...since].sort());
      for (const key of since) expect(await (await store.get(key)).text()).to.equal('new');
      let there = 0;
      for await (const { key } of store.list('p/')) if (key !== '') there++;
      expect(there).to.equal(KEYS);
    });
  });
}

function keyOf(i: number): string {
  return `p/${String(i).padStart(5, '0')}`;
}
