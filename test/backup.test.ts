import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf } from '@store/conformance';
import type { ObjectStore } from '@store/core';
import { EMULATED_ENTRIES, type Emulator } from '@store/emulator';
import { journalFile, undoDeletion } from '@store/journal';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { openEmulated, type EmulatedStore } from './emulated-store.js';

const KEYS = 150;

async function facts(store: ObjectStore): Promise<string[]> {
  const lines: string[] = [];
  for await (const { key } of store.list('')) {
    const { size, etag, contentType, metadata } = await store.head(key);
    lines.push(JSON.stringify({ key, size, etag, contentType, metadata }));
  }
  return lines;
}

for (const [provider, entry] of Object.entries(EMULATED_ENTRIES)) {
  describe(`a backup on the emulated ${provider}`, () => {
    let opened: EmulatedStore;
    let emulator: Emulator;
    let store: ObjectStore;
    let directory = '';

    beforeEach(async () => {
      opened = await openEmulated(entry, 'off');
      ({ emulator, store } = opened);
      directory = mkdtempSync(join(tmpdir(), 'backup-'));
    });
    afterEach(async () => {
      await opened[Symbol.asyncDispose]();
      rmSync(directory, { recursive: true });
    });

    it('is there before anything is deleted, and undo brings it back as it was, on a bad day too', async () => {
      const { memory: objects } = emulator.bucket('demo');
      for (let i = 0; i < KEYS; i++) {
        const attributes = { contentType: 'text/x', metadata: { number: String(i) } };
        await objects.put({ key: `p/${i} é%+`, body: Buffer.from(`body ${i}`), ...attributes }, {});
      }
      const was = await facts(store);
      const path = join(directory, 'run.jsonl');
      emulator.setFaults({ faults: [{ probability: 0.02, effect: { error: { code: 'SlowDown' } } }] });
      const report = await store.deletePrefix('p/', { backup: 'bak/', journal: journalFile(path) });
      expect(report).to.include({ deleted: KEYS, complete: true });
      let copies = 0;
      for await (const { key } of store.list('')) {
        expect(key.startsWith(`${report.backup}p/`), key).to.equal(true);
        copies++;
      }
      expect(copies).to.equal(KEYS);
      const undone = await undoDeletion(store, path, { removeCopies: true });
      expect(undone).to.include({ looked: KEYS, restored: KEYS, complete: true });
      emulator.setFaults({});
      expect(await facts(store)).to.deep.equal(was);
    });

    it('is refused where versioning is on, and nothing is deleted', async () => {
      emulator.bucket('demo').memory.setVersioning('enabled');
      for (const key of ['p/a', 'p/b']) await store.put(key, 'x');
      const error = await errorOf(store.deletePrefix('p/', { backup: 'bak/' }), 'PreconditionFailed');
      expect(error.reason).to.match(/the bucket keeps versions: undo takes its deletes back without copies/);
      const left: string[] = [];
      for await (const { key, deleteMarker } of store.listVersions('p/')) left.push(`${key} ${deleteMarker}`);
      expect(left).to.deep.equal(['p/a false', 'p/b false']);
    });
  });
}
