import { expect } from 'chai';
import { collect, expectError, type SuiteContext } from '../suite-context.js';

export function attributeTests({ test }: SuiteContext): void {
  test('keeps tags, replaces and removes them, or says that it cannot', async (store, prefix) => {
    const key = `${prefix}k`;
    if (!store.capabilities.tags) {
      await expectError(store.put(key, 'x', { tags: { a: '1' } }), 'Unsupported');
      await expectError(store.getTags(key), 'Unsupported');
      await expectError(store.setTags(key, {}), 'Unsupported');
      expect(await store.exists(key)).to.equal(false);
      return;
    }
    await store.put(key, 'x', { tags: { state: 'new & old', empty: '' } });
    expect(await store.getTags(key)).to.deep.equal({ state: 'new & old', empty: '' });
    await store.setTags(key, { other: 'é=1/2+3' });
    expect(await store.getTags(key)).to.deep.equal({ other: 'é=1/2+3' });
    expect(await (await store.get(key)).text()).to.equal('x');
    await store.setTags(key, {});
    expect(await store.getTags(key)).to.deep.equal({});
    await expectError(store.setTags(key, { '': 'no name' }), 'InvalidArgument');
    await expectError(store.getTags(`${prefix}missing`), 'NotFound');
    await expectError(store.setTags(`${prefix}missing`, { a: '1' }), 'NotFound');
  });

  test('copies tags with the object, and forgets them when it is replaced', async (store, prefix) => {
    if (!store.capabilities.tags) return;
    await store.put(`${prefix}from`, 'x', { tags: { a: '1' } });
    await store.copy(`${prefix}from`, `${prefix}to`);
    expect(await store.getTags(`${prefix}to`)).to.deep.equal({ a: '1' });
    await store.put(`${prefix}to`, 'y');
    expect(await store.getTags(`${prefix}to`)).to.deep.equal({});
  });

  test('refuses storage classes and restores where there are none', async (store, prefix) => {
    const key = `${prefix}k`;
    await store.put(key, 'x');
    if (!store.capabilities.storageClasses) {
      await expectError(store.put(key, 'y', { storageClass: 'ANY' }), 'Unsupported');
      await expectError(store.copy(key, `${prefix}to`, { storageClass: 'ANY' }), 'Unsupported');
    }
    if (!store.capabilities.restore) {
      await expectError(store.restore(key, { days: 1 }), 'Unsupported');
      return;
    }
    await expectError(store.restore(key, { days: 0.5 }), 'InvalidArgument');
    await expectError(store.restore(key, { days: 1 }), 'PreconditionFailed');
    await expectError(store.restore(`${prefix}missing`, { days: 1 }), 'NotFound');
  });

  test('copies what is too large for one request by parts, with all that belongs to it', async (store, prefix) => {
    const { multipart, tags } = store.capabilities;
    // Where the limit is out of reach for a test there is none to be made.
    if (!multipart || (multipart.maxCopyBytes ?? Infinity) > 64 * 1024 * 1024) return;
    const size = (multipart.maxCopyBytes ?? 0) * 2 + 10;
    const body = Buffer.from(Array.from({ length: 251 }, (_, i) => i));
    const bytes = Buffer.alloc(size, body);
    const attributes = { contentType: 'text/x', cacheControl: 'no-store', metadata: { a: 'b' } };
    await store.put(`${prefix}from`, bytes, { ...attributes, ...(tags ? { tags: { t: '1' } } : {}) });
    const written = await store.copy(`${prefix}from`, `${prefix}to`);
    expect(written.etag).to.match(/-3"$/);
    const copy = await store.get(`${prefix}to`);
    expect(copy.info).to.deep.include({ ...attributes, size });
    expect(Buffer.compare(Buffer.from(await copy.bytes()), bytes)).to.equal(0);
    if (tags) expect(await store.getTags(`${prefix}to`)).to.deep.equal({ t: '1' });
    await expectError(store.copy(`${prefix}missing`, `${prefix}to`), 'NotFound');
    if (store.capabilities.listUploads) expect(await collect(store.listUploads(prefix))).to.deep.equal([]);
  });
}
