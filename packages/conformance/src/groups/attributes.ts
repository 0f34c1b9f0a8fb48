import type { Encryption } from '@store/core';
import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { ENCRYPTION, PARTS, RESTORES, STORAGE_CLASSES, TAGS, without } from '../needs.js';
import { collect, type SuiteContext } from '../suite-context.js';

export function attributeTests({ testIf }: SuiteContext): void {
  testIf([without(TAGS)], 'refuses tags without the capability', async (store, prefix) => {
    const key = `${prefix}k`;
    await errorOf(store.put(key, 'x', { tags: { a: '1' } }), 'Unsupported');
    await errorOf(store.getTags(key), 'Unsupported');
    await errorOf(store.setTags(key, {}), 'Unsupported');
    expect(await store.exists(key)).to.equal(false);
  });

  testIf([TAGS], 'keeps tags, replaces and removes them', async (store, prefix) => {
    const key = `${prefix}k`;
    await store.put(key, 'x', { tags: { state: 'new & old', empty: '' } });
    expect(await store.getTags(key)).to.deep.equal({ state: 'new & old', empty: '' });
    await store.setTags(key, { other: 'é=1/2+3' });
    expect(await store.getTags(key)).to.deep.equal({ other: 'é=1/2+3' });
    expect(await (await store.get(key)).text()).to.equal('x');
    await store.setTags(key, {});
    expect(await store.getTags(key)).to.deep.equal({});
    await errorOf(store.setTags(key, { '': 'no name' }), 'InvalidArgument');
    await errorOf(store.getTags(`${prefix}missing`), 'NotFound');
    await errorOf(store.setTags(`${prefix}missing`, { a: '1' }), 'NotFound');
  });

  testIf(
    [TAGS],
    'copies tags with the object, and forgets them when it is replaced',
    async (store, prefix) => {
      await store.put(`${prefix}from`, 'x', { tags: { a: '1' } });
      await store.copy(`${prefix}from`, `${prefix}to`);
      expect(await store.getTags(`${prefix}to`)).to.deep.equal({ a: '1' });
      await store.put(`${prefix}to`, 'y');
      expect(await store.getTags(`${prefix}to`)).to.deep.equal({});
    },
  );

  testIf(
    [without(STORAGE_CLASSES)],
    'refuses storage classes without the capability',
    async (store, prefix) => {
      const key = `${prefix}k`;
      await store.put(key, 'x');
      await errorOf(store.put(key, 'y', { storageClass: 'ANY' }), 'Unsupported');
      await errorOf(store.copy(key, `${prefix}to`, { storageClass: 'ANY' }), 'Unsupported');
    },
  );

  testIf([without(ENCRYPTION)], 'refuses encryption without the capability', async (store, prefix) => {
    const key = `${prefix}k`;
    await store.put(key, 'x');
    const encryption = { type: 'AES256' } as const;
    await errorOf(store.put(key, 'y', { encryption }), 'Unsupported');
    await errorOf(store.copy(key, `${prefix}to`, { encryption }), 'Unsupported');
    await errorOf(store.move(key, `${prefix}to`, { encryption }), 'Unsupported');
    expect(await (await store.get(key)).text()).to.equal('x');
    expect(await store.exists(`${prefix}to`)).to.equal(false);
  });

  testIf([ENCRYPTION], 'has objects encrypted as it is told, in parts too', async (store, prefix) => {
    const { multipart } = store.capabilities;
    const partBytes = multipart ? Math.max(multipart.minPartBytes, 1000) : 1000;
    const large = Buffer.alloc(partBytes + 1, 1);
    for (const encryption of [
      { type: 'AES256' },
      { type: 'kms' },
      { type: 'kms', keyId: 'a-key' },
    ] satisfies Encryption[]) {
      for (const body of ['small', large]) {
        await store.put(`${prefix}k`, body, { encryption, partBytes });
        expect((await store.head(`${prefix}k`)).encryption).to.deep.include(encryption);
      }
      await store.put(`${prefix}plain`, 'x');
      await store.copy(`${prefix}plain`, `${prefix}copy`, { encryption });
      expect((await store.head(`${prefix}copy`)).encryption).to.deep.include(encryption);
      await store.move(`${prefix}plain`, `${prefix}moved`, { encryption });
      const moved = await store.get(`${prefix}moved`);
      moved.body.destroy();
      expect(moved.info.encryption).to.deep.include(encryption);
    }
    for (const wrong of [
      { type: 'none' },
      { type: 'AES256', keyId: 'a-key' },
      { type: 'kms', keyId: '' },
      {},
    ]) {
      const encryption = wrong as Encryption;
      await errorOf(store.put(`${prefix}k`, 'x', { encryption }), 'InvalidArgument');
    }
  });

  testIf([without(RESTORES)], 'refuses restores without the capability', async (store, prefix) => {
    await store.put(`${prefix}k`, 'x');
    await errorOf(store.restore(`${prefix}k`, { days: 1 }), 'Unsupported');
  });

  testIf([RESTORES], 'restores what is archived, and nothing else', async (store, prefix) => {
    const key = `${prefix}k`;
    await store.put(key, 'x');
    await errorOf(store.restore(key, { days: 0.5 }), 'InvalidArgument');
    await errorOf(store.restore(key, { days: 1 }), 'PreconditionFailed');
    await errorOf(store.restore(`${prefix}missing`, { days: 1 }), 'NotFound');
  });

  const title = 'copies what is too large for one request by parts, with all that belongs to it';
  testIf([PARTS], title, async (store, prefix, skip) => {
    const { multipart, tags } = store.capabilities;
    const limit = (multipart && multipart.maxCopyBytes) ?? Infinity;
    if (limit === false || limit > 64 * 1024 * 1024) return skip('the limit is out of reach for a test');
    const size = limit * 2 + 10;
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
    await errorOf(store.copy(`${prefix}missing`, `${prefix}to`), 'NotFound');
    if (store.capabilities.listUploads) expect(await collect(store.listUploads(prefix))).to.deep.equal([]);
  });
}
