import { createObjectStore, openStore, StoreError, type ObjectStore } from '@store/core';
import { memory, memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createStorage, type Storage } from 'unstorage';
import { storeDriver } from '#src/index.js';

async function opened(): Promise<{ readonly store: ObjectStore; readonly storage: Storage }> {
  const store = await openStore({ provider: 'memory' }, { adapters: [memory] });
  return { store, storage: createStorage({ driver: storeDriver({ store, prefix: 'cache/' }) }) };
}

async function keysOf(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  return keys;
}

describe('a storage of unstorage', () => {
  it('keeps values of every kind, and says null for what is not there', async () => {
    const { store, storage } = await opened();
    await storage.setItem('users:1', { name: 'Ada' });
    await storage.setItem('motto', 'one, two');
    await storage.setItemRaw('image', new Uint8Array([0, 255, 128]));
    expect(await storage.getItem('users:1')).to.deep.equal({ name: 'Ada' });
    expect(await storage.getItem('motto')).to.equal('one, two');
    expect(new Uint8Array((await storage.getItemRaw<Uint8Array>('image')) ?? [])).to.deep.equal(
      new Uint8Array([0, 255, 128]),
    );
    expect(await storage.getItem('nothing')).to.equal(null);
    expect(await storage.getItemRaw('nothing')).to.equal(null);
    expect([await storage.hasItem('motto'), await storage.hasItem('nothing')]).to.deep.equal([true, false]);
    expect(await keysOf(store)).to.deep.equal(['cache/image', 'cache/motto', 'cache/users/1']);
  });

  it('removes an item, and tells what is known about one', async () => {
    const { storage } = await opened();
    await storage.setItem('a', '12345');
    const meta = await storage.getMeta('a');
    expect(meta).to.include({ size: 5 });
    expect(meta.mtime).to.be.instanceOf(Date);
    await storage.removeItem('a');
    expect(await storage.getItem('a')).to.equal(null);
    expect(await storage.getMeta('a')).to.deep.equal({});
  });

  it('shows and clears what is under a base, and nothing beside it', async () => {
    const { store, storage } = await opened();
    for (const key of ['users:1', 'users:2:mail', 'usersettings', 'other']) await storage.setItem(key, 'x');
    await store.put('outside', 'x');
    expect(await storage.getKeys('users')).to.have.members(['users:1', 'users:2:mail']);
    await storeDriver({ store, prefix: 'cache/' }).clear('users:');
    expect(await storage.getKeys()).to.have.members(['other', 'usersettings']);
    await storage.clear();
    expect(await keysOf(store)).to.deep.equal(['outside']);
  });

  it('shows nothing that it could not read again', async () => {
    const { store, storage } = await opened();
    for (const key of ['fine/key', 'a:b', 'a//b', '/a', 'a/', 'a?b', 'a\\b'])
      await store.put(`cache/${key}`, 'x');
    const items = await storage.getKeys();
    expect(items).to.deep.equal(['fine:key']);
    for (const item of items) expect(await storage.getItem(item)).to.equal('x');
  });

  it('clears a store without a prefix, when it is cleared without a base', async () => {
    const store = await openStore({ provider: 'memory' }, { adapters: [memory] });
    const storage = createStorage({ driver: storeDriver({ store }) });
    await storage.setItem('a:b', 'x');
    await storage.clear();
    expect(await keysOf(store)).to.deep.equal([]);
  });

  it('rejects a clear that leaves something, and names it', async () => {
    const driver = memoryDriver();
    const held = createObjectStore({
      ...driver,
      batch: undefined,
      delete: {
        ...driver.delete,
        one: (target, call) =>
          target.key.endsWith('held')
            ? Promise.reject(new StoreError('AccessDenied', 'a lock holds it'))
            : driver.delete.one(target, call),
      },
    });
    const storage = createStorage({ driver: storeDriver({ store: held, prefix: 'cache/' }) });
    for (const key of ['a', 'held', 'z']) await storage.setItem(key, 'x');
    const error: unknown = await storage.clear().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(StoreError).and.include({ code: 'AccessDenied' });
    expect(String(error)).to.include('1 objects under "cache/"').and.include('"cache/held"');
    expect(await storage.getKeys()).to.deep.equal(['held']);
  });

  it('refuses what is no body, and a prefix that is a part of a name', async () => {
    const { store, storage } = await opened();
    const error: unknown = await storage.setItemRaw('n', 17).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(StoreError).and.include({ code: 'InvalidArgument' });
    expect(() => storeDriver({ store, prefix: 'cache' })).to.throw(StoreError, 'has to end in "/"');
  });

  it('closes its store', async () => {
    const { store, storage } = await opened();
    await storage.dispose();
    const error: unknown = await store.exists('x').then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.be.instanceOf(StoreError);
  });
});
