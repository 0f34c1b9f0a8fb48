import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf } from '@store/conformance';
import { createObjectStore, StoreError, type ObjectStore } from '@store/core';
import { filesDriver } from '@store/files';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { keysOf } from './keys-of.js';

describe('files: symbolic links', () => {
  let place: string;
  let root: string;
  let outside: string;
  const at = (name: string): string => join(root, name);
  const store = (followSymlinks: boolean, pinned?: boolean): ObjectStore =>
    createObjectStore(filesDriver(root, { followSymlinks, fsync: false }, { pinned }));

  beforeEach(async () => {
    place = await mkdtemp(join(tmpdir(), 'store-files-'));
    [root, outside] = [join(place, 'root'), join(place, 'outside')];
    await mkdir(join(root, 'dir'), { recursive: true });
    await mkdir(outside);
    await writeFile(join(outside, 'secret'), 'of others');
    await writeFile(at('dir/k'), 'x');
    await symlink(outside, at('link'));
    await symlink(join(outside, 'secret'), at('file-link'));
    await symlink('nowhere', at('dangling'));
    await symlink('..', at('dir/up'));
    await symlink('../dir', at('dir/self'));
  });
  afterEach(() => rm(place, { recursive: true, force: true }));

  for (const pinned of [undefined, false])
    it(`are not seen, followed, replaced or deleted${pinned === false ? ', where paths are looked at' : ''}`, async () => {
      const plain = store(false, pinned);
      expect(await keysOf(plain)).to.deep.equal(['dir/k']);
      for (const prefix of ['link/', 'dir/up/', 'dir/self/'])
        expect(await keysOf(plain, prefix)).to.deep.equal([]);
      for (const key of [
        'link/secret',
        'file-link',
        'link/new',
        'dir/up/dir/k',
        'dir/self/k',
        'link',
        'dangling',
        'dangling/x',
      ])
        for (const call of [
          () => plain.put(key, 'y'),
          () => plain.get(key),
          () => plain.head(key),
          () => plain.delete(key),
          () => plain.copy('dir/k', key),
          () => plain.copy(key, 'dir/k'),
        ]) {
          const error = await errorOf(call(), 'InvalidArgument');
          expect(error.reason, key).to.match(/symbolic link, which is only followed with followSymlinks/);
        }
      const report = await plain.deleteMany(['link/secret', 'file-link', 'dir/k']);
      expect(report).to.include({ deleted: 1, failed: 2 });
      expect(await readFile(join(outside, 'secret'), 'utf8')).to.equal('of others');
      expect(await readdir(outside)).to.deep.equal(['secret']);
      expect(await readlink(at('file-link'))).to.equal(join(outside, 'secret'));
    });

  it('are followed when that is asked for, and never in circles', async () => {
    const following = store(true);
    expect(await keysOf(following)).to.deep.equal(['dir/k', 'file-link', 'link/secret']);
    await following.put('file-link', 'through a link');
    expect((await lstat(at('file-link'))).isSymbolicLink()).to.equal(true);
    expect(await readFile(join(outside, 'secret'), 'utf8')).to.equal('through a link');
    await following.put('link/new/k', 'y');
    expect(await readFile(join(outside, 'new/k'), 'utf8')).to.equal('y');
    await errorOf(following.put('dangling', 'y'), 'InvalidArgument');
    await errorOf(following.put('file-link/x', 'y'), 'Conflict');
    // As with rm: the link goes, and not what it leads to.
    await following.delete('file-link');
    expect(await readdir(outside)).to.deep.equal(['new', 'secret']);
    expect(await readdir(root)).not.to.include('file-link');
  });

  it('may lead to the root, and to another one later', async () => {
    const [first, second] = [at('first'), at('second')];
    await Promise.all([first, second].map((path) => mkdir(path)));
    await symlink(first, at('root'));
    await using linked = createObjectStore(filesDriver(at('root'), { fsync: false }, {}));
    await linked.put('dir/k', 'in the first');
    await linked.get('dir/k').then(({ body }) => body.destroy());
    await rm(at('root'));
    await symlink(second, at('root'));
    await errorOf(linked.get('dir/k'), 'NotFound');
    await linked.put('dir/k', 'in the second');
    expect(await readFile(join(first, 'dir/k'), 'utf8')).to.equal('in the first');
    expect(await readFile(join(second, 'dir/k'), 'utf8')).to.equal('in the second');
    expect(await (await linked.get('dir/k')).text()).to.equal('in the second');
  });

  it('lead nowhere when they come in between, again and again', async function () {
    if (process.platform !== 'linux') return this.skip();
    const plain = store(false);
    const done = new AbortController();
    const swap = async (): Promise<void> => {
      await rename(at('dir'), at('aside'));
      await symlink(outside, at('dir'));
    };
    const swapBack = async (): Promise<void> => {
      await rm(at('dir'), { recursive: true, force: true });
      await rename(at('aside'), at('dir'));
    };
    const swapping = (async () => {
      while (!done.signal.aborted) {
        // A write may have made the directory meanwhile.
        await swap().catch(() => undefined);
        await swapBack().catch(() => undefined);
      }
    })();
    const codes = new Set<string>();
    for (let round = 0; round < 400; round++) {
      const calls = [
        plain.put('dir/new', 'y'),
        plain.get('dir/secret').then(({ body }) => body.destroy()),
        plain.delete('dir/secret'),
      ];
      for (const ended of await Promise.allSettled(calls))
        if (ended.status === 'rejected')
          codes.add(ended.reason instanceof StoreError ? ended.reason.code : String(ended.reason));
    }
    done.abort();
    await swapping;
    expect(await readdir(outside)).to.deep.equal(['secret']);
    expect([...codes])
      .to.include('InvalidArgument')
      .and.to.include('NotFound');
  });
});
