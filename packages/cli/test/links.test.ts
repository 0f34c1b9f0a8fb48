import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import type { ObjectStore } from '@store/core';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Place } from './run-store.js';

const CONFIG = {
  stores: {
    a: { provider: 'fs', root: './a', create: true, fsync: false },
    site: { provider: 'files', root: './site', fsync: false },
  },
};

describe('store cp, mv, sync, put with symbolic links', () => {
  let place: Place;
  let a: ObjectStore;
  beforeEach(async () => {
    place = await Place.create(CONFIG);
    a = await place.openFs('a');
    await mkdir(place.path('site/dir'), { recursive: true });
    await mkdir(place.path('real/deep'), { recursive: true });
    await writeFile(place.path('site/page'), 'page');
    await writeFile(place.path('real/deep/k'), 'k');
    await symlink('../real', place.path('site/link'));
    await symlink('../page', place.path('site/dir/file-link'));
    await symlink('real', place.path('to-real'));
    await symlink('site/page', place.path('to-page'));
    await symlink('nowhere', place.path('dangling'));
  });
  afterEach(async () => {
    await a.close();
    await place[Symbol.asyncDispose]();
  });

  async function keys(): Promise<string[]> {
    const found: string[] = [];
    for await (const { key } of a.list('')) found.push(key);
    return found;
  }

  const LEFT_OUT = [
    'left out, being no files: 2 symbolic links, 1 FIFO; -L copies what links lead to',
    '  "site/dir/file-link": symbolic link',
    '  "site/fifo": FIFO',
    '  "site/link": symbolic link',
    '',
  ].join('\n');

  it('does not say that nothing is there where links alone are', async () => {
    await mkdir(place.path('links'));
    for (const name of ['one', 'two']) await symlink('../real', place.path(`links/${name}`));
    const { code, stdout, stderr } = await place.run(['cp', '-r', './links', 'a:']);
    expect(code).to.equal(1);
    expect(stdout).to.contain('2 symbolic links; -L copies what links lead to');
    expect(stderr).to.contain('nothing was copied from "./links": beside what was left out (-L copies');
    expect(stderr).not.to.contain('nothing is at');
    expect((await place.run(['cp', '-rL', './links', 'a:'])).code).to.equal(0);
    expect(await keys()).to.deep.equal(['links/one/deep/k', 'links/two/deep/k']);
  });

  it('keeps the directory that sync --delete empties, and has directories without files make way', async () => {
    await mkdir(place.path('from'));
    await mkdir(place.path('to/gone/deep'), { recursive: true });
    await writeFile(place.path('to/gone/deep/k'), 'k');
    await place.output('sync', '--delete', '--force', '-y', './from/', './to/');
    expect(await readdir(place.path('to'))).to.deep.equal([]);
    // A path without a / is the same directory; a file in the way of nothing but directories takes their place.
    await writeFile(place.path('from/a'), 'file');
    await mkdir(place.path('to/a/b/c'), { recursive: true });
    const kept = await place.run(['sync', './from', './to']);
    expect(kept.code).to.equal(1);
    expect(kept.stdout).to.contain('there are only directories in it: remove it');
    await place.output('sync', '--delete', '-y', './from', './to');
    expect(await readFile(place.path('to/a'), 'utf8')).to.equal('file');
    await mkdir(place.path('full/a/b'), { recursive: true });
    await writeFile(place.path('full/a/b/mine'), 'mine');
    expect((await place.run(['sync', './from', './full'])).code).to.equal(1);
    expect(await readFile(place.path('full/a/b/mine'), 'utf8')).to.equal('mine');
    // What is only there goes with --delete, and then it is in the way of nothing.
    await place.output('sync', '--delete', '-y', './from', './full');
    expect(await readFile(place.path('full/a'), 'utf8')).to.equal('file');
  });

  it('refuses a target that lies in the source by way of a link, and no other', async () => {
    await symlink('site/dir', place.path('into'));
    await symlink('site', place.path('as-site'));
    for (const args of [
      ['cp', '-r', './site', './into/new/'],
      ['cp', '-r', './site/', './as-site/new'],
      ['sync', './as-site/', './site/new/'],
      ['sync', './site/dir/', './as-site/'],
    ]) {
      const { code, stderr } = await place.run(args);
      expect(code, args.join(' ')).to.equal(2);
      expect(stderr).to.contain('overlap');
    }
    expect(await readdir(place.path('site/dir'))).to.deep.equal(['file-link']);
    await place.output('cp', '-r', './site/', './to-real/new/');
    expect(await readdir(place.path('real/new'))).to.deep.equal(['page']);
  });

  it('says what it left out, without being asked, and in its report', async () => {
    await once(spawn('mkfifo', [place.path('site/fifo')]), 'close');
    for (const args of [
      ['cp', '-r', './site', 'a:'],
      ['put', '-r', 'site', 'a:'],
      ['sync', '-q', './site/', 'a:s/'],
    ])
      expect(await place.output(...args), args.join(' ')).to.contain(LEFT_OUT);
    const report: unknown = JSON.parse(await place.output('cp', '-r', '--json', './site/', 'a:json/'));
    expect(report).to.have.deep.nested.property('leftOut.byKind', { FIFO: 1, 'symbolic link': 2 });
    expect(await place.output('mv', '-r', './site', 'a:')).to.contain(LEFT_OUT);
    expect(await readdir(place.path('site'))).to.have.members(['dir', 'fifo', 'link']);
    expect(await keys()).to.deep.equal(['json/page', 's/page', 'site/page']);
  });

  it('says what rm -r leaves, being no files, and does not fail for it', async () => {
    await once(spawn('mkfifo', [place.path('site/fifo')]), 'close');
    const left = LEFT_OUT.replace('left out', 'not deleted').replace(/; -L.*/, '');
    expect(await place.output('rm', '-rn', './site/')).to.contain(left);
    expect(await place.output('rm', '-rn', '--out', 'set', './site/')).to.contain(
      left.replace('deleted', 'in it'),
    );
    expect(await place.output('rm', '-rn', '--exclude', 'dir/', './site/')).not.to.contain('file-link');
    expect(await place.output('rm', '-rn', '--include', 'page', './site/')).not.to.contain('being no');
    const gone = await place.output('rm', '-ry', './site/');
    expect(gone)
      .to.contain(left)
      .and.match(/\ncomplete\n$/);
    expect(await readdir(place.path('site'))).to.have.members(['dir', 'fifo', 'link']);
    const report: unknown = JSON.parse(await place.output('rm', '-ry', '--json', './site/'));
    expect(report).to.deep.include({
      listed: 0,
      complete: true,
      leftOut: {
        byKind: { 'symbolic link': 2, FIFO: 1 },
        sample: [
          { name: 'site/dir/file-link', kind: 'symbolic link' },
          { name: 'site/fifo', kind: 'FIFO' },
          { name: 'site/link', kind: 'symbolic link' },
        ],
      },
    });
    expect(await readFile(place.path('real/deep/k'), 'utf8')).to.equal('k');
    const [, run = ''] = /\n(\S+)/.exec(await place.output('runs')) ?? [];
    expect(await place.output('report', run)).to.contain(
      'not deleted, being no files: 2 symbolic links, 1 FIFO',
    );
  });

  it('follows links with -L, also as other tools call it', async () => {
    const all = ['dir/file-link', 'link/deep/k', 'page'];
    for (const [target, ...args] of [
      ['1/', 'cp', '-rL', './site/'],
      ['2/', 'cp', '-r', '--copy-links', 'site:'],
      ['3/', 'sync', '--follow-symlinks', './site/'],
      ['4/', 'put', '-r', '--follow-links', 'site/'],
    ] as const) {
      expect(await place.output(...args, `a:${target}`), args.join(' ')).not.to.contain('left out');
      expect((await keys()).filter((key) => key.startsWith(target))).to.deep.equal(
        all.map((key) => target + key),
      );
    }
    // It would delete what is outside of its source.
    expect((await place.run(['mv', '-rL', './site/', 'a:5/'])).code).to.equal(2);
    expect(await readFile(place.path('real/deep/k'), 'utf8')).to.equal('k');
    await symlink('.', place.path('site/round'));
    const { code, stdout } = await place.run(['cp', '-rL', './site/', 'a:5/']);
    expect(code).to.equal(1);
    expect(stdout).to.contain(
      '"site/round": InvalidArgument: a symbolic link: it leads to a directory in which it is',
    );
  });

  it('deletes with sync --delete nothing that the source has a link for', async () => {
    for (const key of ['s/link', 's/link/deep/k', 's/dir/file-link', 's/old']) await a.put(key, 'there');
    await place.output('sync', '--delete', '--yes', './site/', 'a:s/');
    expect(await keys()).to.deep.equal(['s/dir/file-link', 's/link', 's/link/deep/k', 's/page']);
  });

  it('takes a link that is named as what it leads to', async () => {
    expect(await place.output('cp', './to-page', 'a:x/')).to.equal('');
    expect(await place.output('cp', './to-page', '-')).to.equal('page');
    expect(await place.output('cat', './to-page')).to.equal('page');
    await place.output('cp', '-r', './to-real', 'a:x/');
    await place.output('cp', '-r', './to-real/', 'a:y/');
    await place.output('sync', './to-real', 'a:z');
    expect(await keys()).to.deep.equal(['x/to-page', 'x/to-real/deep/k', 'y/deep/k', 'z/deep/k']);
    const { code, stderr } = await place.run(['cp', './dangling', 'a:x/']);
    expect({ code, stderr }).to.deep.equal({
      code: 2,
      stderr: 'store: "dangling" is a symbolic link that leads nowhere\n',
    });
    await place.output('mv', './to-page', 'a:moved');
    expect(await readFile(place.path('site/page'), 'utf8')).to.equal('page');
    expect(await readdir(place.directory)).not.to.include('to-page');
  });

  it('writes to what a link leads to that is the target', async () => {
    await a.put('k', 'new');
    await place.output('cp', 'a:k', './to-page');
    await place.output('cp', 'a:k', './to-real');
    await place.output('sync', 'a:', './to-real');
    expect((await lstat(place.path('to-page'))).isSymbolicLink()).to.equal(true);
    expect(await readFile(place.path('site/page'), 'utf8')).to.equal('new');
    expect(await readdir(place.path('real'))).to.have.members(['deep', 'k']);
  });
});
