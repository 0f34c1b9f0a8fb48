import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
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
