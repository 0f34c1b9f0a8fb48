import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, StoreError, type ObjectStore } from '@store/core';
import { fs } from '@store/fs';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { keysOf } from './keys-of.js';

async function refusal(work: Promise<unknown>): Promise<StoreError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

describe('fs: the directory', () => {
  let directory: string;
  const open = (config: { root: string; create?: boolean; fsync?: boolean }): Promise<ObjectStore> =>
    openStore({ provider: 'fs', ...config }, { adapters: [fs], baseDirectory: directory });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'store-fs-'));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it('is not made unless that was asked for', async () => {
    await using store = await open({ root: 'data' });
    const works = [
      () => store.put('k', 'x'),
      () => store.head('k'),
      () => store.delete('k'),
      () => keysOf(store),
    ];
    for (const work of works) {
      const error = await refusal(work());
      expect(error.code).to.equal('InvalidConfig');
      expect(error.message).to.contain(join(directory, 'data'));
    }
    await using created = await open({ root: 'data', create: true });
    await created.put('k', 'x');
    expect(await keysOf(store)).to.deep.equal(['k']);
  });

  it('is not touched when it holds something else', async () => {
    await writeFile(join(directory, 'thesis.doc'), 'years of work');
    await using store = await open({ root: '.' });
    for (const work of [() => store.put('k', 'x'), () => store.deletePrefix('', { entireStore: true })]) {
      const error = await refusal(work());
      expect(error.code).to.equal('InvalidConfig');
    }
    expect(await readdir(directory)).to.deep.equal(['thesis.doc']);
  });

  it('is refused when a file stands in its place, or its format is not known', async () => {
    await writeFile(join(directory, 'file'), 'x');
    for (const root of ['file', 'file/below']) {
      await using store = await open({ root });
      expect((await refusal(store.head('k'))).code).to.equal('InvalidConfig');
    }
    await mkdir(join(directory, 'newer'));
    await writeFile(join(directory, 'newer/.store-fs.json'), '{"format":2}');
    await using newer = await open({ root: 'newer' });
    expect((await refusal(newer.head('k'))).message).to.contain('format 2');
  });

  it('is usable while another process is about to make it a store, or died doing so', async () => {
    await writeFile(join(directory, '.store-fs.json.4711-abc'), '{"for');
    await using store = await open({ root: '.' });
    expect(await store.exists('k')).to.equal(false);
    await store.put('k', 'x');
    expect(await keysOf(store)).to.deep.equal(['k']);
  });

  it('is read from while it is still empty, and left empty', async () => {
    await using store = await open({ root: '.' });
    expect(await keysOf(store)).to.deep.equal([]);
    expect(await store.exists('k')).to.equal(false);
    await store.delete('k');
    expect((await store.deletePrefix('logs/')).complete).to.equal(true);
    expect(await readdir(directory)).to.deep.equal([]);
  });

  it('loses its empty directories when objects are deleted, and keeps those in use', async () => {
    await using store = await open({ root: '.' });
    await store.put('a/b/c/d', 'x');
    await store.put('a/keep', 'x');
    await store.delete('a/b/c/d');
    expect(await readdir(join(directory, 'objects/a'))).to.deep.equal(['keep%o']);
    await store.deletePrefix('a/');
    expect(await readdir(join(directory, 'objects'))).to.deep.equal([]);
    expect(await readdir(join(directory, 'tmp'))).to.deep.equal([]);
  });

  it('is cleared of what a process left half-written, a day later', async () => {
    await using store = await open({ root: '.' });
    await store.put('k', 'x');
    await writeFile(join(directory, 'tmp/old'), 'half');
    await writeFile(join(directory, 'tmp/new'), 'half');
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    await utimes(join(directory, 'tmp/old'), yesterday, yesterday);
    await using again = await open({ root: '.' });
    await again.put('l', 'x');
    expect(await readdir(join(directory, 'tmp'))).to.deep.equal(['new']);
    expect(await keysOf(again)).to.deep.equal(['k', 'l']);
  });

  it('says so when a file is damaged or at the wrong place, and goes on with the rest', async () => {
    await using store = await open({ root: '.' });
    await store.put('good', 'x');
    await store.put('bad', 'some content');
    const file = join(directory, 'objects/bad%o');
    const content = await readFile(file);
    await writeFile(file, content.subarray(0, content.length - 3));
    expect(await refusal(store.get('bad'))).to.include({ code: 'Corrupt', key: 'bad', operation: 'get' });
    await writeFile(file, await readFile(join(directory, 'objects/good%o')));
    expect((await refusal(store.head('bad'))).code).to.equal('Corrupt');
    expect(await (await store.get('good')).text()).to.equal('x');
    await store.delete('bad');
    expect(await keysOf(store)).to.deep.equal(['good']);
  });

  it('leaves files alone that are not of a store', async () => {
    await using store = await open({ root: '.' });
    await store.put('dir/k', 'x');
    await writeFile(join(directory, 'objects/dir/.DS_Store'), '');
    const keys: string[] = [];
    const others: string[] = [];
    for await (const { key } of store.list('', { onUnnameable: ({ name }) => others.push(name) }))
      keys.push(key);
    expect([keys, others]).to.deep.equal([['dir/k'], ['dir/.DS_Store']]);
    const report = await store.deletePrefix('', { entireStore: true });
    expect(report).to.include({ listed: 2, deleted: 1, failed: 1, complete: false });
    expect(report.failures.sample[0]).to.include({ key: 'dir/.DS_Store', unnameable: true });
    expect(await readdir(join(directory, 'objects/dir'))).to.deep.equal(['.DS_Store']);
  });
});
