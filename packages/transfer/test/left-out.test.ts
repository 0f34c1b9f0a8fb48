import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ListPage, ObjectStore } from '@store/core';
import { copyPrefix, movePrefix, syncPrefix } from '@store/transfer';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { expectClosedBooks } from './books.js';
import { contentsOf } from './contents.js';
import { open } from './open.js';
import { wrappedMemory } from './wrapped-memory.js';

describe('what a source has and no copy gets', () => {
  let directory = '';
  let local: ObjectStore;
  let target: ObjectStore;
  const from = () => ({ store: local, prefix: 'in/' });
  const to = () => ({ store: target, prefix: 'm/' });
  const at = (name: string): string => join(directory, name);
  const names = async (): Promise<string[]> => Object.keys(await contentsOf(target, 'm/'));

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'transfer-left-out-'));
    await mkdir(at('in/dir'), { recursive: true });
    await mkdir(at('out/deep'), { recursive: true });
    for (const name of ['in/a', 'in/dir/b', 'in/z', 'out/deep/k']) await writeFile(at(name), name);
    await symlink('../out', at('in/link'));
    await symlink('../a', at('in/dir/file-link'));
    local = await open({ provider: 'files', root: directory, fsync: false });
    target = wrappedMemory().store;
  });
  afterEach(async () => {
    await local.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('is counted and named: links, sockets, FIFOs', async () => {
    const server = createServer().listen(at('in/socket'));
    await once(server, 'listening');
    await once(spawn('mkfifo', [at('in/fifo')]), 'close');
    for (const run of [copyPrefix, syncPrefix, movePrefix]) {
      const report = await run(from(), to());
      expectClosedBooks(report);
      expect(report.leftOut, report.operation).to.deep.equal({
        byKind: { 'symbolic link': 2, FIFO: 1, socket: 1 },
        sample: [
          { name: 'in/dir/file-link', kind: 'symbolic link' },
          { name: 'in/fifo', kind: 'FIFO' },
          { name: 'in/link', kind: 'symbolic link' },
          { name: 'in/socket', kind: 'socket' },
        ],
      });
      expect(report).to.include({ listed: 3, failed: 0, complete: true });
    }
    expect(await names()).to.deep.equal(['a', 'dir/b', 'z']);
    server.close();
  });

  it('keeps its name at the target of a sync that deletes, and all that is under it', async () => {
    const kept = ['link', 'link/', 'link/deep/k', 'dir/file-link'];
    const gone = ['lin', 'link!', 'link-2', 'link0', 'link2/k', 'dir/file-link.bak', 'zz'];
    for (const key of [...kept, ...gone]) await target.put(`m/${key}`, 'there');
    const dry = await syncPrefix(from(), to(), { delete: true, dryRun: true });
    expect(dry).to.deep.include({ extra: gone.length });
    const report = await syncPrefix(from(), to(), { delete: true });
    expect(report).to.deep.include({ extra: gone.length, complete: true });
    expect(report.deletion).to.include({ deleted: gone.length });
    expect(await names()).to.have.members(['a', 'dir/b', 'z', ...kept]);
  });

  it('is everything under a prefix that is a link', async () => {
    for (const key of ['x', 'y/z']) await target.put(`m/${key}`, 'there');
    for (const prefix of ['in/link/', 'in/link/deep/']) {
      const report = await syncPrefix({ store: local, prefix }, to(), { delete: true, force: true });
      expect(report.leftOut.byKind).to.deep.equal({ 'symbolic link': 1 });
      expect(report).to.deep.include({ listed: 0, extra: 0, deletion: null });
    }
    expect(await names()).to.deep.equal(['x', 'y/z']);
  });

  it('is not told of where nobody asks for it', async () => {
    const told = async (choice: object) => (await copyPrefix(from(), to(), choice)).leftOut.byKind;
    expect(await told({ exclude: ['link', 'dir/**'] })).to.deep.equal({});
    expect(await told({ include: ['*.txt'] })).to.deep.equal({});
    expect(await told({ include: ['link/**'] })).to.deep.equal({ 'symbolic link': 1 });
    expect(await told({ include: ['**/file-*'] })).to.deep.equal({ 'symbolic link': 2 });
    const { warnings } = await copyPrefix(from(), to(), {
      exclude: ['link', 'link/**', 'dir/file-link', 'lnik'],
    });
    expect(warnings).to.deep.equal(['nothing that was listed matches exclude "lnik"']);
  });

  it('is copied where links are followed; those that lead nowhere or in circles are failures', async () => {
    await symlink('nowhere', at('in/dangling'));
    await symlink('loop', at('in/loop'));
    await symlink('..', at('in/dir/up'));
    await local.close();
    local = await open({ provider: 'files', root: directory, fsync: false, followSymlinks: true });
    for (const key of ['dangling', 'dir/up/k', 'old']) await target.put(`m/${key}`, 'there');
    const report = await syncPrefix(from(), to(), { delete: true, force: true });
    expectClosedBooks(report);
    expect(report).to.deep.include({ copied: 5, failed: 3, complete: false });
    expect(report.leftOut.byKind).to.deep.equal({});
    expect(report.failures.sample.map(({ key, message }) => [key, message])).to.deep.equal([
      ['in/dangling', 'a symbolic link: it leads nowhere'],
      ['in/dir/up', 'a symbolic link: it leads to a directory in which it is itself'],
      ['in/loop', 'a symbolic link: it leads in circles'],
    ]);
    expect(report.deletion).to.include({ deleted: 1 });
    expect(await names()).to.have.members([
      'a',
      'dir/b',
      'dir/file-link',
      'link/deep/k',
      'z',
      'dangling',
      'dir/up/k',
    ]);
  });

  it('is a failure where a directory cannot be read, and nothing under its name is deleted', async () => {
    const isRoot = process.getuid?.() === 0;
    await mkdir(at('in/secret/deep'), { recursive: true });
    await chmod(at('in/secret'), 0o000);
    await chmod(directory, 0o755);
    if (isRoot) process.seteuid?.(65_534);
    try {
      for (const key of ['secret/deep/k', 'secret2', 'secre']) await target.put(`m/${key}`, 'there');
      const report = await syncPrefix(from(), to(), { delete: true, force: true });
      expectClosedBooks(report);
      expect(report).to.deep.include({ copied: 3, failed: 1, complete: false });
      expect(report.failures).to.deep.include({ byCode: { AccessDenied: 1 } });
      expect(report.deletion).to.include({ deleted: 2 });
      expect(await names()).to.include('secret/deep/k');
      const excluded = await syncPrefix(from(), to(), { exclude: 'secret/**' });
      expect(excluded).to.deep.include({ failed: 0, complete: true });
    } finally {
      if (isRoot) process.seteuid?.(0);
      await chmod(at('in/secret'), 0o755);
    }
  });

  it('leaves names that are no text to the filters, too', async () => {
    await writeFile(Buffer.concat([Buffer.from(`${directory}/in/bad`), Buffer.from([0xff])]), 'x');
    expect(await copyPrefix(from(), to())).to.include({ copied: 3, failed: 1 });
    expect(await copyPrefix(from(), to(), { exclude: 'bad*' })).to.include({ copied: 3, failed: 0 });
    expect(await copyPrefix(from(), to(), { include: 'a' })).to.include({ copied: 1, failed: 0 });
  });

  it('is told of once, however many ranges the source is listed by', async () => {
    const many = 60;
    const keys = Array.from({ length: many }, (_, at) => `s/k${String(at).padStart(3, '0')}`);
    for (const width of [1, 2, 3]) {
      const { store } = wrappedMemory((driver) => ({
        keys: { ...driver.keys, paths: true },
        list: {
          ...driver.list,
          maxPageSize: 4,
          page: async ({ startAfter = '', token = startAfter, prefix }) => pageBehind(token, prefix, width),
        },
      }));
      const seen: string[] = [];
      function pageBehind(token: string, prefix: string, every: number): ListPage {
        const rest = keys.filter((key) => key > token && key.startsWith(prefix));
        const some = rest.slice(0, 4);
        const isLink = (key: string): boolean => Number(key.slice(3)) % (every + 1) > 0;
        return {
          objects: some.filter((key) => !isLink(key)).map((key) => ({ key, size: 1 })),
          prefixes: [],
          leftOut: some.filter(isLink).map((key) => ({ name: key, at: key, kind: 'symbolic link' })),
          truncated: rest.length > some.length,
          nextToken: some.at(-1),
        };
      }
      const report = await copyPrefix({ store, prefix: 's/' }, to(), {
        dryRun: true,
        onTransferred: ({ from: key }) => seen.push(key),
      });
      const objects = Math.ceil(many / (width + 1));
      expect(report, String(width)).to.deep.include({ listed: objects });
      expect(report.leftOut.byKind).to.deep.equal({ 'symbolic link': many - objects });
      expect(new Set(seen).size).to.equal(objects);
    }
  });
});
