import { openStore } from '@store/core';
import { startEmulator } from '@store/emulator';
import { journalFile } from '@store/journal';
import { s3 } from '@store/s3';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { s3Store } from './emulated-stores.js';
import { Place } from './run-store.js';

describe('store undo, store trash', () => {
  let place: Place;

  beforeEach(async () => {
    place = await Place.create({ stores: { demo: { provider: 'fs', root: 'demo', create: true } } });
  });
  afterEach(() => place[Symbol.asyncDispose]());

  async function fill(keys: readonly string[], body: string): Promise<void> {
    await using store = await place.openFs('demo');
    for (const key of keys) await store.put(key, body);
  }

  /** Deletes `p/` into the trash. @returns the bin */
  async function removeToTrash(): Promise<string> {
    const { code, stdout } = await place.run(['rm', '-r', '--yes', '--trash', '--json', 'demo:p/']);
    expect(code).to.equal(0);
    const { trash } = JSON.parse(stdout) as { readonly trash: string };
    return trash;
  }

  it('brings back what rm -r --trash has put aside, and names what it leaves', async () => {
    await fill(['p/a', 'p/b', 'p/c', 'q'], 'old');
    const bin = await removeToTrash();
    const ls = await place.run(['trash', 'ls', 'demo:']);
    expect(ls).to.deep.equal({ code: 0, stdout: `${bin}  3 objects  9 B\n`, stderr: '' });
    const long = await place.run(['trash', 'ls', '-l', 'demo:', bin]);
    expect(
      long.stdout
        .trim()
        .split('\n')
        .map((line) => line.split(' ').at(-1)),
    ).to.deep.equal(['p/a', 'p/b', 'p/c']);
    expect((await place.run(['ls', '-r', 'demo:'])).stdout).to.equal('q\n');
    await fill(['p/b'], 'new');

    const dry = await place.run(['undo', '--dry-run', '-v', bin, 'demo:']);
    expect(dry.stdout.split('\n')).to.include.members(['p/a', 'p/c', 'would bring back 2 objects']);
    expect((await place.run(['ls', '-r', 'demo:'])).stdout).to.equal('p/b\nq\n');
    const undo = await place.run(['undo', '--yes', bin, 'demo:']);
    expect(undo.code).to.equal(1);
    expect(undo.stdout).to.match(
      /^left: p\/b: something is there now; .*\nbrought back 2 objects in .*\nleft as they are: 1 object\nincomplete\n$/,
    );
    expect((await place.run(['cat', 'demo:p/a'])).stdout).to.equal('old');
    expect((await place.run(['cat', 'demo:p/b'])).stdout).to.equal('new');
    expect((await place.run(['trash', 'ls', 'demo:'])).stdout).to.equal(`${bin}  1 object  3 B\n`);
  });

  it('copies with rm -r --backup to another prefix of the store, and brings back from there', async () => {
    await place.configure({
      stores: {
        demo: { provider: 'fs', root: 'demo', create: true },
        same: { provider: 'fs', root: './demo' },
        other: { provider: 'fs', root: 'other', create: true },
      },
    });
    await fill(['p/a', 'p/b', 'q'], 'old');
    const rm = (...args: readonly string[]) => place.run(['rm', '-r', '--yes', ...args, 'demo:p/']);
    const foreign = await rm('--backup', 'other:bak/');
    expect(foreign.code).to.equal(2);
    expect(foreign.stderr).to.match(
      /--backup copies on the provider's side, inside one bucket: "other:bak\/" is /,
    );
    expect((await rm('--backup', 'demo:p/bak/')).stderr).to.match(/lie in each other/);
    expect((await rm('--backup', 'demo:bak/', '--trash')).stderr).to.match(/take one of them/);
    expect((await rm('--backup', 'demo:bak/', '--no-journal')).stderr).to.match(/--backup needs the journal/);
    const set = await rm('--dry-run', '--out', 'set', '--backup', 'demo:bak/');
    expect(set.stderr).to.match(/--out does not go with --backup/);
    expect((await place.run(['ls', '-r', 'demo:'])).stdout).to.equal('p/a\np/b\nq\n');

    const { code, stdout } = await rm('--backup', 'same:bak/', '--journal', 'run.jsonl');
    expect(code).to.equal(0);
    expect(stdout).to.match(/copied to "bak\/[^"]+\/" before; "store undo" with its run copies it back/);
    expect((await place.run(['ls', '-r', 'demo:'])).stdout).to.match(/^bak\/\S+\/p\/a\nbak\/\S+\/p\/b\nq\n$/);
    const undo = await place.run(['undo', '--yes', 'run.jsonl']);
    expect(undo.code).to.equal(0);
    expect(undo.stdout).to.match(
      /^brought back 2 objects .*\nthe copies are still under "bak\/.*--remove-copies/,
    );
    const again = await place.run(['undo', '--yes', '--remove-copies', 'run.jsonl']);
    expect(again.stdout).to.match(/back already: 2 objects\ndeleted 2 objects of the backup\ncomplete\n$/);
    expect((await place.run(['ls', '-r', 'demo:'])).stdout).to.equal('p/a\np/b\nq\n');
  });

  it('empties the trash by age, and does not without being asked to', async () => {
    await fill(['p/a', 'p/b'], 'old');
    await removeToTrash();
    const unasked = await place.run(['trash', 'empty', 'demo:']);
    expect(unasked.code).to.equal(2);
    expect(unasked.stderr).to.match(/use --yes/);
    const young = await place.run(['trash', 'empty', '--yes', '--older-than', '30d', 'demo:']);
    expect(young.stdout).to.equal('deleted 0 objects (0 B) for good\nkept: 2 objects, not old enough\n');
    const all = await place.run(['trash', 'empty', '--yes', 'demo:']);
    expect(all).to.deep.equal({ code: 0, stdout: 'deleted 2 objects (6 B) for good\n', stderr: '' });
    expect((await place.run(['trash', 'ls', 'demo:'])).stdout).to.equal('');
    const wrong = await place.run(['trash', 'empty', '--yes', 'demo:p/']);
    expect(wrong.code).to.equal(2);
  });

  it('refuses a trash where there is none, and an undo of what is no run', async () => {
    await place.configure({ stores: { demo: { provider: 'memory' } } });
    const rm = await place.run(['rm', '-r', '--yes', '--trash', 'demo:p/']);
    expect([rm.code, rm.stderr]).to.deep.equal([2, 'store: this memory store does not support trash\n']);
    const undo = await place.run(['undo', '--yes', 'nothing.jsonl', 'demo:']);
    expect(undo.code).to.equal(2);
    expect(undo.stderr).to.match(/the journal nothing.jsonl cannot be read/);
    expect((await place.run(['undo', 'x', 'demo:'])).stderr).to.match(/use --yes/);
  });

  it('removes the delete markers of a run by its journal, and says why it does not', async () => {
    const emulator = await startEmulator({ s3: {}, buckets: [{ name: 'demo', versioning: 'enabled' }] });
    try {
      const entry = s3Store(emulator, {});
      await place.configure({ stores: { demo: entry } });
      const keys = Array.from({ length: 1_500 }, (_, i) => `p/${i}`);
      await emulator.bucket('demo').seed(keys);
      await using store = await openStore(entry, { adapters: [s3] });
      await store.deletePrefix('p/', { journal: journalFile(place.path('run.jsonl')) });
      await store.put('p/7', 'new');
      expect(await emulator.bucket('demo').keys()).to.deep.equal(['p/7']);
      const undo = await place.run(['undo', '--yes', '--json', 'run.jsonl', 'demo:']);
      expect(undo.code).to.equal(1);
      expect(undo.stderr).to.equal('left: p/7: it was written since\n');
      expect(JSON.parse(undo.stdout)).to.include({ looked: 1_500, restored: 1_499, left: 1 });
      expect(await emulator.bucket('demo').keys()).to.have.length(1_500);
      await store.deletePrefix('p/', { versions: 'all', journal: journalFile(place.path('all.jsonl')) });
      const refused = await place.run(['undo', '--yes', 'all.jsonl', 'demo:']);
      expect(refused.code).to.equal(1);
      expect(refused.stderr).to.match(/cannot be taken back: it deleted versions \(all\)/);
    } finally {
      await emulator.close();
    }
  });
});
