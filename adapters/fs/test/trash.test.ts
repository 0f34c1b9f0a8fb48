import {
  link,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorOf } from '@store/conformance';
import { createObjectStore, type StoreDriver, type TrashedObject } from '@store/core';
import { fsDriver } from '#src/driver.js';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';

describe('fs: the trash on disk', () => {
  let root: string;
  let driver: StoreDriver;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-fs-'));
    driver = fsDriver(root, { root });
    await createObjectStore(driver).put('d/k', 'body');
  });
  afterEach(async () => {
    await driver.close();
    await rm(root, { recursive: true, force: true });
  });

  async function put(bin = 'bin'): Promise<TrashedObject> {
    await driver.trash?.put({ bin, targets: [{ key: 'd/k' }] }, {});
    const page = await driver.trash?.page({ bin, maxKeys: 10 }, {});
    const [object] = page?.objects ?? [];
    return object ?? expect.fail('nothing is in the trash');
  }

  const inTrash = ({ bin, id }: TrashedObject): string => join(root, 'trash', bin, id, 'd', 'k%o');

  it('has one file for an object, the very same before and after', async () => {
    const { ino } = await lstat(join(root, 'objects', 'd', 'k%o'));
    const object = await put();
    expect((await lstat(inTrash(object))).ino).to.equal(ino);
    expect(await readdir(join(root, 'objects'))).to.deep.equal([]);
    expect((await driver.trash?.restore([object], {}))?.done).to.have.length(1);
    expect((await lstat(join(root, 'objects', 'd', 'k%o'))).ino).to.equal(ino);
    expect(await readdir(join(root, 'trash'))).to.deep.equal([]);
  });

  it('ends what a process began that was killed between the two steps of a restore', async () => {
    const object = await put();
    await mkdir(join(root, 'objects', 'd'));
    await link(inTrash(object), join(root, 'objects', 'd', 'k%o'));
    expect((await driver.trash?.restore([object], {}))?.done).to.have.length(1);
    expect(await createObjectStore(driver).exists('d/k')).to.equal(true);
    expect(await readdir(join(root, 'trash'))).to.deep.equal([]);
  });

  it('can put aside again what is there by such a half', async () => {
    const object = await put();
    await mkdir(join(root, 'objects', 'd'));
    await link(inTrash(object), join(root, 'objects', 'd', 'k%o'));
    await put('other');
    const page = await driver.trash?.page({ maxKeys: 10 }, {});
    expect(page?.objects.map(({ bin }) => bin)).to.deep.equal(['bin', 'other']);
    expect(await createObjectStore(driver).exists('d/k')).to.equal(false);
  });

  it('says that something is there now, and that something is not in the trash any more', async () => {
    const object = await put();
    await createObjectStore(driver).put('d/k', 'new');
    const refused = await driver.trash?.restore([object], {});
    expect(refused?.failed[0]?.reason).to.include({ code: 'PreconditionFailed' });
    expect(await driver.trash?.purge([object], {})).to.deep.equal({ done: [object], failed: [] });
    expect(await driver.trash?.purge([object], {})).to.deep.equal({ done: [object], failed: [] });
    const gone = await driver.trash?.restore([object], {});
    expect(gone?.failed[0]?.reason).to.include({ code: 'NotFound' });
    expect(await (await createObjectStore(driver).get('d/k')).text()).to.equal('new');
  });

  it('turns its pages, and knows no names that lead out of it', async () => {
    const store = createObjectStore(driver);
    const keys = ['a', 'a/b', 'b', 'c/d/e', 'f'];
    for (const bin of ['one', 'two']) {
      for (const key of keys) await store.put(key, bin);
      await driver.trash?.put({ bin, targets: keys.map((key) => ({ key })) }, {});
    }
    const found: string[] = [];
    let token: string | undefined;
    do {
      const page = await driver.trash?.page({ token, maxKeys: 3 }, {});
      found.push(...(page?.objects ?? []).map(({ bin, key }) => `${bin} ${key}`));
      token = page?.nextToken;
    } while (token !== undefined);
    expect(found).to.deep.equal(['one', 'two'].flatMap((bin) => keys.map((key) => `${bin} ${key}`)));
    const id = '000000000000000-000000000000';
    for (const bin of ['..', '../objects', 'a/b', '', '.one']) {
      await errorOf(driver.trash?.page({ bin, maxKeys: 3 }, {}) ?? Promise.resolve(), 'InvalidArgument');
      await errorOf(
        driver.trash?.put({ bin, targets: [{ key: 'a' }] }, {}) ?? Promise.resolve(),
        'InvalidArgument',
      );
      const purged = await driver.trash?.purge([{ bin, id, key: 'a' }], {});
      expect(purged?.failed[0]?.reason).to.include({ code: 'InvalidArgument' });
    }
  });

  it('follows no symbolic link', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'outside-'));
    const object = await put();
    await rename(join(root, 'trash'), join(outside, 'trash'));
    await symlink(join(outside, 'trash'), join(root, 'trash'));
    for (const call of ['restore', 'purge'] as const) {
      const result = await driver.trash?.[call]([object], {});
      expect(result?.failed[0]?.reason).to.include({ code: 'Unsupported' });
    }
    await createObjectStore(driver).put('d/k', 'new');
    await errorOf(
      driver.trash?.put({ bin: 'bin', targets: [{ key: 'd/k' }] }, {}) ?? Promise.resolve(),
      'Unsupported',
    );
    await rm(join(root, 'trash'));
    await mkdir(join(root, 'trash', 'bin', object.id, 'd'), { recursive: true });
    await writeFile(join(outside, 'file'), 'of others');
    await symlink(join(outside, 'file'), inTrash(object));
    const page = await driver.trash?.page({ maxKeys: 10 }, {});
    expect(page?.objects).to.deep.equal([]);
    await driver.trash?.purge([object], {});
    expect(await readFile(join(outside, 'file'), 'utf8')).to.equal('of others');
    expect((await lstat(inTrash(object))).isSymbolicLink()).to.equal(true);
    await rm(outside, { recursive: true });
  });
});
