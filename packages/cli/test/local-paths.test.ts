import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Place } from './run-store.js';

describe('store with plain paths', () => {
  it('lists, writes, reads and deletes files where they are', async () => {
    await using place = await Place.create();
    await mkdir(place.path('dir/sub'), { recursive: true });
    await writeFile(place.path('dir/a'), 'one');
    await writeFile(place.path('dir/sub/b c'), 'two');
    for (const address of ['./dir', './dir/', place.path('dir'), `file://${place.path('dir')}/`, 'file:dir'])
      expect(await place.output('ls', '-r', address), address).to.equal('dir/a\ndir/sub/b c\n');
    expect(await place.output('cat', './dir/sub/b c')).to.equal('two');
    expect(await place.output('cat', 'file:dir/sub/b%20c')).to.equal('two');
    await place.output('cp', './dir/a', './new/place/a');
    expect(await readFile(place.path('new/place/a'), 'utf8')).to.equal('one');
    await place.output('rm', '-r', '--yes', '--quiet', './dir/');
    expect(await readdir(place.directory)).to.deep.equal(['new']);
  });

  it('keeps its journals out of what is deleted, and nowhere else', async () => {
    await using place = await Place.create();
    await mkdir(place.path('dir'));
    await writeFile(place.path('dir/a'), 'one');
    const inside = await place.run(['rm', '-r', '--yes', '--journal', 'dir/run.jsonl', './dir/']);
    expect(inside.code).not.to.equal(0);
    expect(inside.stderr).to.match(/the journal .*run\.jsonl lies inside the store/);
    const beside = await place.run(['rm', '-r', '--yes', '--quiet', '--journal', 'run.jsonl', './dir/']);
    expect(beside).to.include({ code: 0 });
    expect(await readdir(place.directory)).to.deep.equal(['run.jsonl']);
  });

  it('does not delete the directory it runs in, nor one above', async () => {
    await using place = await Place.create();
    const inner = place.path('a/b/c');
    await mkdir(inner, { recursive: true });
    for (const file of ['a/1', 'a/b/2', 'a/b/c/3']) await writeFile(place.path(file), 'x');
    await symlink('b', place.path('a/link'));
    // Never so far up that a fault of this would reach what is not the test's.
    for (const address of ['.', './', '..', '../', '../../b', place.path('a/b'), `file:..`, '../../link/']) {
      const { code, stderr } = await place.run(['rm', '-rf', address], '', {}, inner);
      expect({ code, stderr }, address).to.deep.include({ code: 2 });
      expect(stderr, address).to.match(/the directory that the command runs in.*rm -r does not delete there/);
    }
    const several = await place.run(['rm', '-rf', '../2', './3', '..'], '', {}, inner);
    expect(several.code).to.equal(2);
    const all = ['2', 'c', 'c/3'];
    expect(await readdir(place.path('a/b'), { recursive: true })).to.have.members(all);
    await mkdir(place.path('from'));
    await writeFile(place.path('from/4'), 'x');
    const sync = ['sync', '--delete', '--yes', place.path('from/'), '..'];
    const synced = await place.run(sync, '', {}, inner);
    expect(synced.code).to.equal(2);
    expect(synced.stderr).to.match(/lies below it: sync --delete does not/);
    expect(await readdir(place.path('a/b'), { recursive: true })).to.have.members(all);
    expect(await readdir(place.path('a'))).to.have.members(['1', 'b', 'link']);
    expect((await place.run(['rm', '-rf', '-q', '../../b/c2/', '../..2/'], '', {}, inner)).code).to.equal(0);
    expect(
      (await place.run(['rm', '-rf', '-q', place.path('a/b/c/')], '', {}, place.path('a'))).code,
    ).to.equal(0);
  });

  it('refuses a path into the directory of an fs store, and says which address it is', async () => {
    await using place = await Place.create();
    await using store = await place.openFs('data');
    await store.put('k', 'x');
    const { code, stderr } = await place.run(['rm', '-r', '--yes', './data/']);
    expect(code).to.equal(2);
    expect(stderr).to.include(`fs://${place.path('data')}/KEY`);
    expect(await place.output('cat', `fs://${place.path('data')}/k`)).to.equal('x');
  });

  it('leaves names of stores what they are', async () => {
    await using place = await Place.create({ stores: { dir: { provider: 'files', root: '.' } } });
    await mkdir(place.path('dir'));
    await writeFile(place.path('dir/a'), 'one');
    expect(await place.output('ls', '-r', 'dir:dir/')).to.equal('dir/a\n');
    const { stderr } = await place.run(['ls', 'dir/a']);
    expect(stderr).to.match(/not an address.*\.\/directory\/file/);
  });
});
