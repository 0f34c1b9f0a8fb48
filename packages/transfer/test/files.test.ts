import {
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf } from '@store/conformance';
import { StoreError, type ObjectStore } from '@store/core';
import { copyPrefix, movePrefix, syncPrefix } from '@store/transfer';
import fc from 'fast-check';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { expectClosedBooks } from './books.js';
import { noise } from './contents.js';
import { open } from './open.js';
import { wrappedMemory } from './wrapped-memory.js';

const RUNS = Number(process.env['SOAK'] ?? 1) * 20;

describe('transfers between a directory of files and a store', () => {
  let directory = '';
  let local: ObjectStore;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'transfer-files-'));
    await mkdir(join(directory, 'in/deep'), { recursive: true });
    local = await open({ provider: 'files', root: directory, fsync: false });
  });
  afterEach(async () => {
    await local.close();
    await rm(directory, { recursive: true, force: true });
  });

  it('brings files in with types by their names, and out with their times', async () => {
    await writeFile(join(directory, 'in/page.html'), '<p>');
    await writeFile(join(directory, 'in/deep/large'), noise(20_000));
    const { store } = wrappedMemory();
    const there = await copyPrefix(
      { store: local, prefix: 'in/' },
      { store, prefix: 'm/' },
      { partBytes: 4096 },
    );
    expectClosedBooks(there);
    expect(there).to.deep.include({ copied: 2, complete: true, warnings: [] });
    expect((await store.head('m/page.html')).contentType).to.equal('text/html');
    const back = await syncPrefix(
      { store, prefix: 'm/' },
      { store: local, prefix: 'out/' },
      { partBytes: 4096 },
    );
    expect(back).to.deep.include({ copied: 2, complete: true, warnings: [] });
    expect(await readFile(join(directory, 'out/page.html'), 'utf8')).to.equal('<p>');
    expect(await readFile(join(directory, 'out/deep/large'))).to.deep.equal(noise(20_000));
    const { lastModified } = await store.head('m/page.html');
    expect((await stat(join(directory, 'out/page.html'))).mtime.getTime()).to.equal(lastModified?.getTime());
    for (const [from, to] of [
      ['in/', 'm/'],
      ['out/', 'm/'],
    ] as const)
      expect(await syncPrefix({ store: local, prefix: from }, { store, prefix: to }), from).to.deep.include({
        same: 2,
      });
    expect(
      await syncPrefix({ store, prefix: 'm/' }, { store: local, prefix: 'out/' }, { compare: 'checksum' }),
    ).to.deep.include({ same: 2 });
    await writeFile(join(directory, 'in/page.html'), '<q>');
    await utimes(join(directory, 'in/page.html'), new Date(), new Date(Date.now() + 5000));
    expect(await syncPrefix({ store: local, prefix: 'in/' }, { store, prefix: 'm/' })).to.deep.include({
      same: 1,
      copied: 1,
    });
  });

  it('says what a directory does not keep', async () => {
    const { store } = wrappedMemory();
    await store.put('m/a.html', '<p>', { contentType: 'text/html; charset=utf-8' });
    await store.put('m/b.bin', 'x', { contentType: 'application/octet-stream' });
    await store.put('m/c.html', 'x', {
      contentType: 'image/png',
      cacheControl: 'no-store',
      metadata: { who: 'me' },
    });
    const report = await copyPrefix({ store, prefix: 'm/' }, { store: local, prefix: 'out/' });
    expect(report).to.deep.include({ copied: 3, complete: true });
    expect(report.warnings).to.deep.equal([
      '"m/c.html" was copied without its content type',
      '"m/c.html" was copied without its cache control',
      '"m/c.html" was copied without its metadata',
    ]);
    const strict = await copyPrefix(
      { store, prefix: 'm/' },
      { store: local, prefix: 'strict/' },
      { strictMetadata: true },
    );
    expect(strict).to.deep.include({ copied: 2, failed: 1 });
    await errorOf(
      copyPrefix({ store, prefix: 'm/' }, { store: local, prefix: 'x/' }, { contentType: 'a/b' }),
      'Unsupported',
    );
  });

  it('names keys that no file can have, and writes nothing outside', async () => {
    const { store } = wrappedMemory();
    const bad = ['../evil', 'a/../../evil', '/abs', 'double//slash', '.', 'nul\0', 'x/'];
    await store.put('m/marker/', '');
    for (const key of [...bad, 'both', 'both/below', 'good']) await store.put(`m/${key}`, key);
    await mkdir(join(directory, 'root'));
    await using inner = await open({ provider: 'files', root: join(directory, 'root'), fsync: false });
    const report = await copyPrefix({ store, prefix: 'm/' }, { store: inner, prefix: '' });
    expectClosedBooks(report);
    expect(report).to.deep.include({ copied: 2, filtered: 1 });
    expect(report.failed).to.equal(bad.length + 1);
    expect((await readdir(directory)).toSorted()).to.deep.equal(['in', 'root']);
    expect(await readFile(join(directory, 'root/good'), 'utf8')).to.equal('good');
  });

  it('names both where one is a file and the other needs a directory of that name, and goes on', async () => {
    const { store } = wrappedMemory();
    for (const key of ['x', 'x/y', 'file/below/k', 'dir', 'empty', 'z']) await store.put(`m/${key}`, 'new');
    await mkdir(join(directory, 'out/dir'), { recursive: true });
    await mkdir(join(directory, 'out/empty'));
    await writeFile(join(directory, 'out/file'), 'old');
    await writeFile(join(directory, 'out/dir/k'), 'old');
    const [from, to] = [
      { store, prefix: 'm/' },
      { store: local, prefix: 'out/' },
    ];
    const isDirectory = 'is a directory, with ".*" in it, where a file must be';
    const isFile = 'is a file, where a directory must be';
    const check = async (run: typeof copyPrefix | typeof syncPrefix, options: object): Promise<void> => {
      const report = await run(from, to, options);
      expectClosedBooks(report);
      expect(report).to.include({ failed: 4, complete: false });
      expect(report.failures.byCode).to.deep.equal({ Conflict: 4 });
      const told = report.failures.sample.map(({ key, message }) => `${key}: ${message}`).toSorted();
      expect(told[0]).to.match(RegExp(`^m/dir: "out/dir" ${isDirectory}`));
      expect(told[1]).to.equal('m/empty: "out/empty" is an empty directory, where a file must be');
      expect(told[2]).to.equal(`m/file/below/k: "out/file" ${isFile}`);
      // One of the two, whichever came later.
      expect(told[3]).to.match(RegExp(`^m/x: "out/x" ${isDirectory}|^m/x/y: "out/x" ${isFile}`));
      expect(await readFile(join(directory, 'out/z'), 'utf8')).to.equal('new');
      expect(await readFile(join(directory, 'out/file'), 'utf8')).to.equal('old');
      expect(await readFile(join(directory, 'out/dir/k'), 'utf8')).to.equal('old');
    };
    await check(copyPrefix, {});
    await check(syncPrefix, {});
    // No more may go than is said.
    await check(syncPrefix, { delete: true, maxDelete: 1 });
    // What is in the way of nothing stays where something fails.
    await writeFile(join(directory, 'out/old'), 'old');
    const report = await syncPrefix(from, to, { delete: true });
    expectClosedBooks(report);
    expect(report).to.include({ copied: 2, failed: 2, extra: 3, complete: false });
    expect(report.deletion).to.include({ deleted: 2, failed: 0 });
    expect(report.warnings.join()).to.match(
      /^1 object that is only at the target was not deleted: .*; with force/,
    );
    expect(await readFile(join(directory, 'out/old'), 'utf8')).to.equal('old');
  });

  describe('of names that a file and a directory have swapped', () => {
    const refused = new Set<string>();
    const order: string[] = [];
    let from: Parameters<typeof syncPrefix>[0];
    let to: typeof from;
    beforeEach(async () => {
      refused.clear();
      order.length = 0;
      const { store } = wrappedMemory(({ read }) => ({
        read: {
          ...read,
          get: async (request, call) => {
            if (refused.has(request.key)) throw new StoreError('AccessDenied', 'not this one');
            return read.get(request, call);
          },
        },
      }));
      for (const key of ['file/below/k', 'file/l', 'dir', 'z']) await store.put(`m/${key}`, 'new');
      await mkdir(join(directory, 'out/dir/deep'), { recursive: true });
      for (const path of ['file', 'dir/deep/k', 'dir/l', 'old'])
        await writeFile(join(directory, 'out', path), 'old');
      [from, to] = [
        { store, prefix: 'm/' },
        { store: local, prefix: 'out/' },
      ];
    });
    const sync = async (options: Parameters<typeof syncPrefix>[2]) => {
      const report = await syncPrefix(from, to, {
        delete: true,
        onTransferred: ({ to: key }) => void order.push(key),
        onDeleted: (key) => void order.push(key),
        ...options,
      });
      expectClosedBooks(report);
      return report;
    };
    const textOf = (path: string) => readFile(join(directory, 'out', path), 'utf8');

    it('makes both as they are at the source, in one run, and deletes the rest at its end', async () => {
      const report = await sync({ maxDelete: 4 });
      expect(report).to.deep.include({ copied: 4, failed: 0, extra: 4, complete: true, warnings: [] });
      expect(report.deletion).to.deep.include({ listed: 4, deleted: 4, complete: true });
      expect(order[0]).to.equal('out/z');
      expect(order.slice(1, 4)).to.have.members(['out/file', 'out/dir/deep/k', 'out/dir/l']);
      expect(order.slice(4, 7)).to.have.members(['out/file/below/k', 'out/file/l', 'out/dir']);
      expect(order[7]).to.equal('out/old');
      for (const path of ['file/below/k', 'file/l', 'dir', 'z']) expect(await textOf(path)).to.equal('new');
      expect(await sync({})).to.deep.include({ same: 4, extra: 0, complete: true });
    });

    it('deletes nothing where anything else fails, or more is to go than may', async () => {
      refused.add('m/z');
      for (const [options, failed] of [
        [{}, 4],
        [{ force: true, maxDelete: 3 }, 4],
      ] as const) {
        const report = await sync(options);
        expect(report).to.deep.include({ failed, deletion: null, complete: false });
        expect(await textOf('file')).to.equal('old');
        expect(await textOf('dir/l')).to.equal('old');
      }
      expect(await sync({ force: true })).to.deep.include({ copied: 3, failed: 1 });
    });

    it('keeps the rest where what was in the way of something has gone for nothing', async () => {
      refused.add('m/dir');
      // It is refused when it is read, and then something has failed.
      expect(await sync({})).to.deep.include({ copied: 1, failed: 3, deletion: null });
      await rm(join(directory, 'out/dir'), { recursive: true });
      await mkdir(join(directory, 'out/dir'));
      refused.clear();
      const report = await sync({});
      expect(report).to.deep.include({ copied: 2, same: 1, failed: 1, extra: 2, complete: false });
      expect(report.deletion).to.deep.include({ deleted: 1 });
      expect(await textOf('old')).to.equal('old');
    });

    it('leaves what is excluded in the way, and without delete all of it', async () => {
      const report = await sync({ exclude: ['file', 'dir/deep/**'] });
      expect(report).to.deep.include({ failed: 3, complete: false });
      expect(await textOf('file')).to.equal('old');
      expect(await textOf('dir/deep/k')).to.equal('old');
      expect(await textOf('old')).to.equal('old');
      expect(await syncPrefix(from, to)).to.deep.include({ failed: 3, deletion: null });
    });
  });

  it('says of a move between hard links of one file why they stay', async () => {
    await mkdir(join(directory, 'out'));
    await writeFile(join(directory, 'in/a'), 'one');
    await link(join(directory, 'in/a'), join(directory, 'out/a'));
    const other = await open({ provider: 'files', root: join(directory, 'out'), fsync: false });
    const report = await movePrefix({ store: local, prefix: 'in/' }, { store: other, prefix: '' });
    expect(report.warnings.join()).to.match(/"in\/a" stays at the source: .*hard links/);
    expect(await readFile(join(directory, 'in/a'), 'utf8')).to.equal('one');
    expect(await readFile(join(directory, 'out/a'), 'utf8')).to.equal('one');
    await other.close();
  });

  it('follows no link out of the directory', async () => {
    await writeFile(join(directory, 'in/real'), 'x');
    await symlink('/etc/hostname', join(directory, 'in/link'));
    const { store } = wrappedMemory();
    const report = await copyPrefix({ store: local, prefix: 'in/' }, { store, prefix: '' });
    expectClosedBooks(report);
    expect(report).to.deep.include({ copied: 1, listed: 1 });
    expect(await store.exists('link')).to.equal(false);
  });

  it('moves files, but for those that change meanwhile', async () => {
    await writeFile(join(directory, 'in/a'), 'a');
    await writeFile(join(directory, 'in/b'), 'b');
    const { store } = wrappedMemory(({ write }) => ({
      write: {
        ...write,
        put: async (request, call) => {
          if (request.key === 'b') await writeFile(join(directory, 'in/b'), 'newer');
          return write.put(request, call);
        },
      },
    }));
    const report = await movePrefix({ store: local, prefix: 'in/' }, { store, prefix: '' });
    expect(report).to.deep.include({ copied: 2, complete: false });
    expect((await readdir(join(directory, 'in'))).filter((name) => name !== 'deep')).to.deep.equal(['b']);
  });

  it('makes random trees equal, there and back', async () => {
    const NAME = fc.constantFrom('a', 'b', 'é', '\u{1f600}', ' ', '%', '+', 'A.b', '-');
    const PATH = fc.array(NAME, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
    const TREE = fc
      .dictionary(PATH, fc.constantFrom('', 'x', 'longer'), { maxKeys: 10, noNullPrototype: true })
      // What is a file cannot be a directory.
      .filter((tree) =>
        Object.keys(tree).every((a) => Object.keys(tree).every((b) => !b.startsWith(`${a}/`))),
      );
    let made = 0;
    await fc.assert(
      fc.asyncProperty(TREE, TREE, async (source, old) => {
        const name = `case${made++}`;
        const { store } = wrappedMemory();
        for (const [path, text] of Object.entries(source)) await local.put(`${name}/${path}`, text);
        for (const [path, text] of Object.entries(old)) await store.put(`m/${path}`, text);
        await store.put('beside', 'x');
        const options = { delete: true, force: true, compare: 'checksum' } as const;
        const there = await syncPrefix(
          { store: local, prefix: `${name}/` },
          { store, prefix: 'm/' },
          options,
        );
        expectClosedBooks(there);
        const texts: Record<string, string> = {};
        for await (const { key } of store.list('')) texts[key] = await (await store.get(key)).text();
        const expected = Object.fromEntries(
          Object.entries(source).map(([path, text]) => [`m/${path}`, text]),
        );
        expect(texts).to.deep.equal({ beside: 'x', ...expected });
        for (const [path, text] of Object.entries(old)) await local.put(`${name}-back/${path}`, text);
        await syncPrefix({ store, prefix: 'm/' }, { store: local, prefix: `${name}-back/` }, options);
        const back: Record<string, string> = {};
        for await (const { key } of local.list(`${name}-back/`))
          back[key.slice(name.length + 6)] = await readFile(join(directory, key), 'utf8');
        expect(back).to.deep.equal(source);
      }),
      { numRuns: RUNS },
    );
  });
}).timeout(120_000);
