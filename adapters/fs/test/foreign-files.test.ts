import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openStore, StoreError, type ObjectStore } from '@store/core';
import { fs } from '@store/fs';
import { fsDriver } from '#src/driver.js';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';

const run = promisify(execFile);

async function refused(work: Promise<unknown>): Promise<StoreError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof StoreError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('fs: what is no object in its directory', () => {
  let directory: string;
  let root: string;
  let outside: string;
  let store: ObjectStore;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'store-foreign-'));
    root = join(directory, 'root');
    outside = join(directory, 'outside');
    await mkdir(join(outside, 'sub'), { recursive: true });
    await writeFile(join(outside, 'a%o'), 'not of the store');
    store = await openStore({ provider: 'fs', root, create: true, fsync: false }, { adapters: [fs] });
    await store.put('d/kept', 'x');
  });
  afterEach(async () => {
    await store.close();
    await rm(directory, { recursive: true, force: true });
  });

  const objects = (...names: string[]): string => join(root, 'objects', ...names);

  async function page(prefix: string) {
    const driver = fsDriver(root, { root });
    try {
      return await driver.list.page({ prefix, maxKeys: 1000 }, {});
    } finally {
      await driver.close();
    }
  }

  it('a link to a directory is neither written, read nor deleted through, and named by the listing', async () => {
    await symlink(outside, objects('link'));
    for (const work of [
      () => store.put('link/new', 'x'),
      () => store.get('link/a'),
      () => store.head('link/a'),
      () => store.delete('link/a'),
      () => store.copy('d/kept', 'link/copy'),
    ]) {
      expect((await refused(work())).message).to.contain('a symbolic link');
    }
    const many = await store.deleteMany(['link/a', 'd/kept']);
    expect([many.deleted, many.failed]).to.deep.equal([1, 1]);
    expect(await readFile(join(outside, 'a%o'), 'utf8')).to.equal('not of the store');
    expect(await readdir(outside)).to.have.members(['a%o', 'sub']);
    const { objects: listed, unnameable } = await page('');
    expect(listed).to.deep.equal([]);
    expect(unnameable?.map(({ name }) => name)).to.deep.equal(['link/']);
    expect(unnameable?.[0]?.reason.message).to.contain('a symbolic link');
  });

  it('a link in place of an object is no object', async () => {
    await symlink(join(outside, 'a%o'), objects('d', 'link%o'));
    for (const work of [
      () => store.put('d/link', 'x'),
      () => store.get('d/link'),
      () => store.delete('d/link'),
    ])
      await refused(work());
    expect(await readFile(join(outside, 'a%o'), 'utf8')).to.equal('not of the store');
    const { objects: listed, unnameable } = await page('d/');
    expect(listed.map(({ key }) => key)).to.deep.equal(['d/kept']);
    expect(unnameable?.map(({ name }) => name)).to.deep.equal(['d/link']);
  });

  it('a FIFO does not hold up a listing, a read or a delete', async () => {
    await run('mkfifo', [objects('d', 'pipe%o'), objects('d', 'other')]);
    for (const work of [
      () => store.get('d/pipe'),
      () => store.put('d/pipe', 'x'),
      () => store.delete('d/pipe'),
    ])
      expect((await refused(work())).message).to.contain('a FIFO');
    const { unnameable } = await page('d/');
    expect(unnameable?.map(({ name }) => name)).to.deep.equal(['d/other/', 'd/pipe']);
  });

  it('a FIFO in place of the marker is refused', async () => {
    const other = join(directory, 'fifo');
    await mkdir(other);
    await run('mkfifo', [join(other, '.store-fs.json')]);
    const strange = await openStore({ provider: 'fs', root: other }, { adapters: [fs] });
    expect((await refused(strange.head('a'))).message).to.contain('a FIFO');
  });

  it('files of others are named, once, whatever the size of the pages', async () => {
    await writeFile(objects('d', 'README'), '');
    await mkdir(objects('d', 'Upper'));
    const driver = fsDriver(root, { root });
    const names: string[] = [];
    let token: string | undefined;
    do {
      const one = await driver.list.page({ prefix: 'd/', maxKeys: 1, token }, {});
      names.push(...one.objects.map(({ key }) => key), ...(one.unnameable ?? []).map(({ name }) => name));
      token = one.nextToken;
    } while (token !== undefined);
    await driver.close();
    expect(names).to.deep.equal(['d/README', 'd/Upper', 'd/kept']);
    const { unnameable } = await page('e');
    expect(unnameable).to.deep.equal([]);
  });

  it('a damaged file is listed without a size, and can be deleted', async () => {
    await writeFile(objects('d', 'bad%o'), 'no footer');
    const { objects: listed } = await page('d/');
    expect(listed.map(({ key, size }) => [key, size])).to.deep.equal([
      ['d/bad', undefined],
      ['d/kept', 1],
    ]);
    await store.delete('d/bad');
    expect(await readdir(objects('d'))).to.deep.equal(['kept%o']);
  });

  it('an unreadable directory is named, and the rest is listed', async () => {
    await store.put('locked/x', 'x');
    await store.put('z', 'x');
    await chmod(directory, 0o755);
    await chmod(objects('locked'), 0);
    const { objects: listed, unnameable } = await withoutRights(() => page(''));
    await chmod(objects('locked'), 0o700);
    expect(listed.map(({ key }) => key)).to.deep.equal(['d/kept', 'z']);
    expect(unnameable?.map(({ name, reason }) => [name, reason.code])).to.deep.equal([
      ['locked/', 'AccessDenied'],
    ]);
  });

  it('an unreadable file is listed without its size', async () => {
    await chmod(directory, 0o755);
    await chmod(objects('d', 'kept%o'), 0);
    const { objects: listed } = await withoutRights(() => page('d/'));
    expect(listed.map(({ key, size }) => [key, size])).to.deep.equal([['d/kept', undefined]]);
  });
});

describe('fs: a disk that is full', () => {
  it('leaves nothing behind when the first write already fails', async () => {
    const root = await mkdtemp(join(tmpdir(), 'store-full-'));
    try {
      // A limit on the size of files fails a write as a full disk does.
      const script = `
        import { openStore } from '@store/core';
        import { fs } from '@store/fs';
        const store = await openStore({ provider: 'fs', root: process.argv[1] }, { adapters: [fs] });
        await store.put('a', 'x').then(() => process.exit(1), (error) => console.log(error.code));
      `;
      const { stdout } = await run(
        'sh',
        [
          '-c',
          `trap '' XFSZ; ulimit -f 0; exec "$0" "$@"`,
          process.execPath,
          '--input-type=module',
          '-e',
          script,
          root,
        ],
        { cwd: import.meta.dirname },
      );
      expect(stdout.trim()).to.equal('Unavailable');
      expect(await readdir(root)).to.deep.equal([]);
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  });
});

/** Root may read everything, so it becomes nobody for a while. */
async function withoutRights<T>(work: () => Promise<T>): Promise<T> {
  const { geteuid, seteuid } = process;
  if (geteuid?.() !== 0 || !seteuid) return work();
  seteuid(65_534);
  try {
    return await work();
  } finally {
    seteuid(0);
  }
}

describe('fs: directories that are removed under a running process', () => {
  let root: string;
  let store: ObjectStore;

  beforeEach(async () => {
    root = join(await mkdtemp(join(tmpdir(), 'store-removed-')), 'root');
    store = await openStore({ provider: 'fs', root, create: true }, { adapters: [fs] });
    await store.put('a', 'x');
  });
  afterEach(async () => {
    await store.close();
    await rm(join(root, '..'), { recursive: true, force: true });
  });

  for (const removed of ['tmp', 'objects', '']) {
    it(`a put makes ${removed === '' ? 'the root' : `${removed}/`} again`, async () => {
      await rm(join(root, removed), { recursive: true });
      await store.put('b/c', 'again');
      expect(await (await store.get('b/c')).text()).to.equal('again');
    });
  }

  it('a root that was removed is an error where it may not be made, not an empty store', async () => {
    const strict = await openStore({ provider: 'fs', root }, { adapters: [fs] });
    await strict.head('a');
    await rm(root, { recursive: true });
    for (const work of [() => strict.head('a'), () => strict.put('b', 'x'), () => strict.deletePrefix('d/')])
      expect((await refused(work())).message).to.match(/does not exist/);
  });
});
