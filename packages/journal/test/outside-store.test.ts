import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf } from '@store/conformance';
import { openStore, type ObjectStore } from '@store/core';
import { fs } from '@store/fs';
import { journalFile, writeSet } from '@store/journal';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';

describe('a file of a run inside the store of files that it deletes from', () => {
  let directory = '';
  let store: ObjectStore;

  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'outside-'));
    mkdirSync(join(directory, 'root'));
    // The store is opened by a link to it.
    symlinkSync('root', join(directory, 'link'));
    const root = join(directory, 'link');
    store = await openStore({ provider: 'fs', root, fsync: false }, { adapters: [fs] });
    await store.put('p/a', 'x');
  });
  afterEach(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });

  const expectRefused = async (path: string): Promise<void> => {
    const before = readdirSync(directory, { recursive: true });
    const run = store.deletePrefix('p/', { journal: journalFile(path) });
    expect((await errorOf(run, 'InvalidArgument')).reason).to.match(
      /lies inside the store .*root, from which/,
    );
    const set = writeSet(store, 'p/', path);
    expect((await errorOf(set, 'InvalidArgument')).reason).to.match(/lies inside the store/);
    expect(readdirSync(directory, { recursive: true })).to.have.members(before);
    expect(await store.exists('p/a')).to.equal(true);
  };

  for (const path of ['root/run.jsonl', 'root/objects/p/run.jsonl', 'link/run.jsonl', 'root/none/run.jsonl'])
    it(`is refused before anything is deleted: ${path}`, () => expectRefused(join(directory, path)));

  it('is refused where a link leads there, also one to what is not there yet', async () => {
    mkdirSync(join(directory, 'out'));
    symlinkSync('../root/run.jsonl', join(directory, 'out', 'run.jsonl'));
    await expectRefused(join(directory, 'out', 'run.jsonl'));
    symlinkSync('root/objects', join(directory, 'in'));
    await expectRefused(join(directory, 'in', 'run.jsonl'));
  });

  it('may lie beside it', async () => {
    const beside = { journal: journalFile(join(directory, 'root.jsonl')) };
    expect(await store.deletePrefix('p/', beside)).to.include({ complete: true });
  });

  it('and a link that leads in circles is no file', async () => {
    symlinkSync('circle', join(directory, 'circle'));
    const run = store.deletePrefix('p/', { journal: journalFile(join(directory, 'circle')) });
    expect((await errorOf(run)).reason).to.match(/cannot be used/);
  });
});
