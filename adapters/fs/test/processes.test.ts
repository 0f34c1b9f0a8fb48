import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore, type ObjectStore } from '@store/core';
import { fs } from '@store/fs';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { keysOf } from './keys-of.js';

const WRITER = fileURLToPath(new URL('writer.js', import.meta.url));

describe('fs: several processes', () => {
  let root: string;
  let store: ObjectStore;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-fs-'));
    store = await openStore({ provider: 'fs', root }, { adapters: [fs] });
  });
  afterEach(async () => {
    await store.close();
    await rm(root, { recursive: true, force: true });
  });

  it('keeps the old object whole when a writer is killed in the middle of a put', async () => {
    await store.put('k', 'old');
    const writer = spawn(process.execPath, [WRITER, 'slow', root]);
    await once(writer.stdout, 'data');
    expect(await readdir(join(root, 'tmp'))).to.have.length(1);
    writer.kill('SIGKILL');
    await once(writer, 'exit');
    expect(await (await store.get('k')).text()).to.equal('old');
    expect(await keysOf(store)).to.deep.equal(['k']);
  });

  it('clears what a killed writer left when it is opened again, and nothing of one that runs', async () => {
    const start = async () => {
      const writer = spawn(process.execPath, [WRITER, 'slow', root]);
      await once(writer.stdout, 'data');
      return writer;
    };
    const killed = await start();
    const [left] = await readdir(join(root, 'tmp'));
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    const running = await start();
    try {
      // The one that runs has looked already.
      const files = await readdir(join(root, 'tmp'));
      expect(files).to.have.length(1).and.not.include(left);
      // Of a process that cannot be seen from here, nobody knows.
      const foreign = `${running.pid}-1-0123456789abcdef-00`;
      await writeFile(join(root, 'tmp', foreign), 'half');
      await using again = await openStore({ provider: 'fs', root }, { adapters: [fs] });
      await again.put('l', 'x');
      expect(await readdir(join(root, 'tmp'))).to.have.members([...files, foreign]);
    } finally {
      running.kill('SIGKILL');
      await once(running, 'exit');
    }
  });

  it('loses nothing when two processes write and delete the same keys and directories', async () => {
    const writers = ['1', '2'].map((id) =>
      spawn(process.execPath, [WRITER, 'churn', root, id], { stdio: 'pipe' }),
    );
    const ends = writers.map(async (writer) => {
      let stderr = '';
      writer.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
      const [code] = (await once(writer, 'close')) as [number];
      return { code, stderr };
    });
    expect(await Promise.all(ends)).to.deep.equal([
      { code: 0, stderr: '' },
      { code: 0, stderr: '' },
    ]);
    expect(await keysOf(store)).to.deep.equal(['done/1', 'done/2']);
    expect(await readdir(join(root, 'tmp'))).to.deep.equal([]);
  });

  it('lets exactly one of many writers create an object', async () => {
    const other = await openStore({ provider: 'fs', root }, { adapters: [fs] });
    const attempts = Array.from({ length: 20 }, (_, i) =>
      (i % 2 ? other : store).put('once', String(i), { ifAbsent: true }).then(
        () => 1,
        () => 0,
      ),
    );
    const winners = await Promise.all(attempts);
    expect(winners.reduce<number>((sum, won) => sum + won, 0)).to.equal(1);
    await other.close();
  });
});
