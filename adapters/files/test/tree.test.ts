import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  realpath,
  rm,
  stat,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { errorOf } from '@store/conformance';
import { openStore, type ObjectStore } from '@store/core';
import { files, type FilesConfig } from '@store/files';
import { newPart } from '#src/part-files.js';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { keysOf, listed } from './keys-of.js';

describe('files: a tree as it is', () => {
  let root: string;
  let store: ObjectStore;
  const open = (config: Partial<FilesConfig> = {}): Promise<ObjectStore> =>
    openStore({ provider: 'files', root, fsync: false, ...config }, { adapters: [files] });
  const at = (name: string): string => join(root, name);

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-files-'));
    store = await open();
  });
  afterEach(async () => {
    await store.close();
    await rm(root, { recursive: true, force: true });
  });

  it('has the files of others as objects, and its own objects as files', async () => {
    await mkdir(at('dir/empty'), { recursive: true });
    await writeFile(at('dir/Größe 1.HTML'), 'of others');
    await store.put('dir/new/k.json', '{}');
    expect(await keysOf(store)).to.deep.equal(['dir/Größe 1.HTML', 'dir/new/k.json']);
    expect(await readFile(at('dir/new/k.json'), 'utf8')).to.equal('{}');
    expect((await store.head('dir/Größe 1.HTML')).contentType).to.equal('text/html');
    expect((await store.head('dir/new/k.json')).contentType).to.equal('application/json');
    await store.put('html', 'no extension');
    expect((await store.head('html')).contentType).to.equal('application/octet-stream');
  });

  it('names what is not UTF-8, a directory once, and goes on', async function () {
    if (process.platform !== 'linux') return this.skip();
    const bytes = (text: string): Buffer =>
      Buffer.concat([Buffer.from(`${root}/`), Buffer.from(text, 'latin1')]);
    await mkdir(bytes('d\xff'));
    await writeFile(bytes('d\xff/inside'), 'x');
    await writeFile(bytes('a\xfe.txt'), 'x');
    await store.put('b\ufffd', 'is UTF-8');
    const { keys, strange } = await listed(store);
    expect(keys).to.deep.equal(['b\ufffd']);
    expect(strange.map(({ name }) => name)).to.deep.equal(['a\\xFE.txt', 'd\\xFF/']);
    expect(strange[0]?.reason.message).to.match(/not UTF-8/);
    const report = await store.deletePrefix('', { entireStore: true });
    expect(report).to.include({ deleted: 1, failed: 2, complete: false });
    expect(await readdir(root, 'latin1')).to.have.members(['d\xff', 'a\xfe.txt']);
  });

  it('does not see what is no file, and does not open or replace it', async function () {
    if (spawnSync('mkfifo', [at('fifo')]).status !== 0) return this.skip();
    expect(await keysOf(store)).to.deep.equal([]);
    await errorOf(store.get('fifo'), 'Unsupported');
    await errorOf(store.put('fifo', 'x'), 'Unsupported');
    await errorOf(store.delete('fifo'), 'Unsupported');
    expect((await stat(at('fifo'))).isFIFO()).to.equal(true);
  });

  it('says what is in the way of a file, and of a directory', async () => {
    await store.put('a', 'x');
    await mkdir(at('d'));
    for (const [key, message] of [
      ['a/b', /"a" is a file, where a directory must be/],
      ['a/b/c', /"a" is a file/],
      ['d', /"d" is an empty directory, where a file must be/],
    ] as const) {
      for (const options of [{}, { ifAbsent: true }]) {
        const error = await errorOf(store.put(key, 'y', options), 'Conflict');
        expect(error.reason).to.match(message);
        expect(error).to.include({ retryable: false, key });
      }
    }
    await errorOf(store.copy('a', 'a/b'), 'Conflict');
    expect(await readdir(root)).to.deep.equal(['a', 'd']);
    expect(await readdir(at('d'))).to.deep.equal([]);
  });

  it('refuses keys that no file can have, and finds nothing there', async () => {
    await store.put('dir/k', 'x');
    for (const key of ['../k', 'dir/../k', './k', 'dir/.', 'dir/..', 'k\0']) {
      for (const call of [
        () => store.put(key, 'y'),
        () => store.get(key),
        () => store.head(key),
        () => store.delete(key),
        () => store.copy(key, 'k'),
        () => store.copy('dir/k', key),
      ])
        expect((await errorOf(call(), 'InvalidArgument')).reason).to.match(/no file can have this key: /);
    }
    const long = `dir/${'x'.repeat(256)}`;
    for (const key of ['dir/', '/dir/k', 'dir//k', 'dir/k/', long]) {
      expect((await errorOf(store.put(key, 'y'), 'InvalidArgument')).reason).to.match(
        /no file can have this key: /,
      );
      await errorOf(store.get(key), 'NotFound');
      await store.delete(key);
    }
    expect(await keysOf(store)).to.deep.equal(['dir/k']);
    for (const prefix of ['../', './', '/', 'dir/../', 'dir//'])
      expect(await keysOf(store, prefix)).to.deep.equal([]);
  });

  it('keeps the permissions of a file that it replaces', async () => {
    await writeFile(at('script'), 'old', { mode: 0o640 });
    await chmod(at('script'), 0o750);
    await store.put('script', 'new');
    expect((await stat(at('script'))).mode & 0o777).to.equal(0o750);
    await store.put('other', 'x');
    await store.copy('other', 'script');
    expect((await stat(at('script'))).mode & 0o777).to.equal(0o750);
    expect(await readFile(at('script'), 'utf8')).to.equal('x');
  });

  it('has another ETag when a file changes, its size and its time being the same', async () => {
    for (let ms = 0; ms < 100; ms += 7) {
      const time = new Date(Date.UTC(2026, 10, 28) + ms);
      await store.put('time', 'x', { lastModified: time });
      expect((await store.head('time')).lastModified).to.deep.equal(time);
    }
    const lastModified = new Date('2020-01-01');
    await store.put('k', 'one', { lastModified });
    const before = await store.head('k');
    await store.put('k', 'two', { lastModified });
    const after = await store.head('k');
    expect(after).to.deep.include({ size: before.size, lastModified });
    expect(after.etag).not.to.equal(before.etag);
    await writeFile(at('k'), 'six');
    expect((await store.head('k')).etag).not.to.equal(after.etag);
  });

  it('loses the directories that a delete empties, and no others', async () => {
    for (const key of ['a/b/c/1', 'a/b/c/2', 'a/keep']) await store.put(key, 'x');
    await mkdir(at('a/empty'));
    await store.delete('a/b/c/1');
    await store.delete('a/empty/none');
    expect(await readdir(at('a/b/c'))).to.deep.equal(['2']);
    await store.delete('a/b/c/2');
    expect(await readdir(at('a'))).to.deep.equal(['empty', 'keep']);
    await rm(at('a/empty'), { recursive: true });
    expect(await store.deletePrefix('', { entireStore: true })).to.include({ complete: true });
    expect(await readdir(root)).to.deep.equal([]);
  });

  it('shows no file before it is whole, and leaves none when it will not be', async () => {
    let during: string[] = [];
    async function* body(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('half');
      during = await keysOf(store);
      expect(await readdir(at('d'))).to.have.length(1);
      throw new Error('the body broke');
    }
    const error = await store.put('d/k', body()).catch((thrown: unknown) => thrown);
    expect(String(error)).to.include('the body broke');
    expect(during).to.deep.equal([]);
    expect(await readdir(at('d'))).to.deep.equal([]);
  });

  it('ends a write whose body does not go on when its signal fires', async () => {
    const controller = new AbortController();
    const body = new Readable({ read: () => undefined });
    body.push('half');
    setTimeout(() => controller.abort(), 20);
    await errorOf(store.put('k', body, { signal: controller.signal }), 'Aborted');
    expect(await readdir(root)).to.deep.equal([]);
  });

  it('removes what a process left that was killed, and nothing of one that runs', async () => {
    const { pid: dead } = spawnSync(process.execPath, ['--version']);
    const mine = newPart();
    const left = mine.replace(`-${process.pid}-`, `-${dead}-`);
    for (const name of [left, mine]) await writeFile(at(name), 'half');
    expect(await keysOf(store)).to.deep.equal([]);
    await errorOf(store.put(mine, 'x'), 'InvalidArgument');
    await store.put('k', 'x');
    expect(await readdir(root)).to.have.members([mine, 'k']);
  });

  it('says when a file becomes shorter while it is read', async () => {
    await store.put('k', Buffer.alloc(1_000_000));
    const { body } = await store.get('k');
    await truncate(at('k'), 10);
    const error = await errorOf(buffer(body), 'Conflict');
    expect(error.reason).to.match(/became shorter/);
  });

  it('says when a file is written over while it is read, whatever its size then', async () => {
    await store.put('k', Buffer.alloc(1_000_000, 1));
    const { body } = await store.get('k');
    await writeFile(at('k'), Buffer.alloc(1_000_000, 2));
    expect((await errorOf(buffer(body), 'Conflict')).reason).to.match(/changed while it was read/);
  });

  it('says when a file changes while the system copies it, and leaves nothing of it', async () => {
    await store.put('k', Buffer.alloc(60_000_000));
    const entry = { provider: 'files', root, fsync: false, retry: { maxAttempts: 1 } };
    const impatient = await openStore(entry, { adapters: [files] });
    const settled = new AbortController();
    const copied = errorOf(impatient.copy('k', 'copy'), 'Conflict').finally(() => settled.abort());
    for (let second = 0; !settled.signal.aborted; second++) await utimes(at('k'), second, second);
    expect((await copied).reason).to.match(/changed while it was read/);
    await impatient.close();
    expect(await readdir(root)).to.deep.equal(['k']);
  });

  it('reaches files below a path that is longer than the system can say it', async function () {
    if (process.platform !== 'linux') return this.skip();
    const directory = 'd'.repeat(250);
    const deep = [await realpath(root), ...Array.from({ length: 15 }, () => directory)].join('/');
    await mkdir(deep, { recursive: true });
    await symlink(deep, at('short'));
    const below = await open({ root: at('short') });
    try {
      const key = `${directory}/${directory}/k`;
      await below.put(key, 'far');
      const before = (await readdir('/proc/self/fd')).length;
      for (let time = 0; time < 5; time++) expect(await (await below.get(key)).text()).to.equal('far');
      expect((await readdir('/proc/self/fd')).length).to.equal(before);
    } finally {
      // Nobody else reaches it to remove it.
      await below.deletePrefix(`${directory}/`);
      await below.close();
    }
  });

  it('closes a file that nobody reads to its end', async function () {
    if (process.platform !== 'linux') return this.skip();
    await store.put('k', Buffer.alloc(1_000_000));
    const isOpen = async (): Promise<boolean> => {
      const fds = await readdir('/proc/self/fd');
      const paths = await Promise.all(fds.map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')));
      return paths.includes(at('k'));
    };
    for (const begun of [false, true]) {
      const { body } = await store.get('k');
      if (begun) await once(body, 'readable');
      expect(await isOpen()).to.equal(true);
      body.destroy();
      await once(body, 'close');
      expect(await isOpen()).to.equal(false);
    }
  });

  it('reads on from a file that is replaced meanwhile', async () => {
    await store.put('k', Buffer.alloc(1_000_000, 1));
    const { body } = await store.get('k');
    await store.put('k', 'new');
    expect((await buffer(body)).every((byte) => byte === 1)).to.equal(true);
  });

  it('is not made unless that was asked for', async () => {
    await using missing = await open({ root: at('data') });
    for (const call of [
      () => missing.put('k', 'x'),
      () => missing.head('k'),
      () => missing.delete('k'),
      () => keysOf(missing),
    ])
      expect((await errorOf(call(), 'InvalidConfig')).message).to.include(at('data'));
    await using created = await open({ root: at('data'), create: true });
    expect(await keysOf(created)).to.deep.equal([]);
    await errorOf(created.get('k'), 'NotFound');
    await created.delete('k');
    expect(await readdir(root)).to.deep.equal([]);
    await created.put('k', 'x');
    expect(await keysOf(missing)).to.deep.equal(['k']);
    await using file = await open({ root: at('data/k') });
    expect((await errorOf(file.get('x'), 'InvalidConfig')).message).to.match(/is not a directory/);
  });

  it('is no directory of an fs store, nor one in it', async () => {
    await mkdir(at('data/objects'), { recursive: true });
    await writeFile(at('data/.store-fs.json'), '{"format":1}');
    for (const inside of ['data', 'data/objects']) {
      await using refused = await open({ root: at(inside) });
      for (const call of [
        () => keysOf(refused),
        () => refused.put('k', 'x'),
        () => refused.deletePrefix('k/'),
      ])
        expect((await errorOf(call())).message).to.include(`fs://${at('data')}/KEY`);
    }
    expect(await readdir(at('data/objects'))).to.deep.equal([]);
  });
});
