import type { ObjectStore, PutProgress } from '@store/core';
import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { TAGS, VERSIONS } from '../needs.js';
import { collect, type SuiteContext } from '../suite-context.js';

const ATTRIBUTES = {
  contentType: 'text/x',
  cacheControl: 'no-store',
  contentDisposition: 'inline',
  metadata: { a: 'bé' },
};

/** What an object is written with, where the store keeps that. */
function attributesFor({ capabilities }: ObjectStore): Partial<typeof ATTRIBUTES> {
  return capabilities.metadata ? ATTRIBUTES : {};
}

async function textOf(store: ObjectStore, key: string): Promise<string> {
  return (await store.get(key)).text();
}

export function movingTests({ test, testIf, openAnother }: SuiteContext): void {
  /** One more store on the same objects, which the first one does not know. */
  async function withAnother(work: (other: ObjectStore) => Promise<void>): Promise<void> {
    const other = await openAnother();
    try {
      await work(other);
    } finally {
      await other.close();
    }
  }

  test('moves an object with its attributes, also onto an existing one', async (store, prefix) => {
    const attributes = attributesFor(store);
    await store.put(`${prefix}from`, 'body', attributes);
    await store.put(`${prefix}to`, 'something else');
    const written = await store.move(`${prefix}from`, `${prefix}to`);
    expect(written.key).to.equal(`${prefix}to`);
    expect(await store.head(`${prefix}to`)).to.deep.include({ ...attributes, size: 4 });
    expect(await textOf(store, `${prefix}to`)).to.equal('body');
    expect(await store.exists(`${prefix}from`)).to.equal(false);
  });

  test('moves nothing that is not there, and nothing onto itself', async (store, prefix) => {
    const error = await errorOf(store.move(`${prefix}missing`, `${prefix}to`), 'NotFound');
    expect(error).to.include({ operation: 'move', key: `${prefix}missing` });
    await store.put(`${prefix}k`, 'x');
    await errorOf(store.move(`${prefix}k`, `${prefix}k`), 'InvalidArgument');
    await errorOf(store.move(`${prefix}k`, ''), 'InvalidArgument');
    await errorOf(store.move(`${prefix}k`, `${prefix}to`, { signal: AbortSignal.abort() }), 'Aborted');
    expect(await textOf(store, `${prefix}k`)).to.equal('x');
    expect(await store.exists(`${prefix}to`)).to.equal(false);
  });

  testIf([VERSIONS], 'leaves a delete marker where it moved from', async (store, prefix, skip) => {
    const key = `${prefix}from`;
    const { versionId } = await store.put(key, 'body');
    if (versionId === undefined || versionId === 'null') return skip('versioning is not turned on');
    await store.move(key, `${prefix}to`);
    const versions = await collect(store.listVersions(key));
    expect(versions.map((one) => one.deleteMarker)).to.deep.equal([true, false]);
    await store.delete(key, { versionId: versions[0]?.versionId });
    expect(await textOf(store, key)).to.equal('body');
  });

  test('copies into another store, small, large and empty', async (store, prefix) => {
    const attributes = attributesFor(store);
    const { multipart } = store.capabilities;
    const partBytes = multipart ? Math.max(multipart.minPartBytes, 1000) : 1000;
    const large = Buffer.alloc(
      Math.floor(partBytes * 2.5),
      Buffer.from(Array.from({ length: 251 }, (_, i) => i)),
    );
    await withAnother(async (other) => {
      for (const [name, body] of Object.entries({
        small: Buffer.from('body'),
        large,
        empty: Buffer.alloc(0),
      })) {
        await store.put(`${prefix}${name}`, body, attributes);
        const told: PutProgress[] = [];
        const written = await store.copyTo(`${prefix}${name}`, other, `${prefix}copy/${name}`, {
          partBytes,
          onProgress: (one) => void told.push(one),
        });
        expect(written.key).to.equal(`${prefix}copy/${name}`);
        const copy = await other.get(`${prefix}copy/${name}`);
        expect(copy.info).to.deep.include({ ...attributes, size: body.length });
        expect(body.equals(await copy.bytes()), name).to.equal(true);
        expect(told.at(-1)).to.deep.equal({ bytes: body.length, total: body.length });
      }
      const error = await errorOf(store.copyTo(`${prefix}missing`, other, `${prefix}to`), 'NotFound');
      expect(error).to.include({ operation: 'copyTo', key: `${prefix}missing` });
      await errorOf(store.copyTo(`${prefix}small`, other, ''), 'InvalidArgument');
      const signal = AbortSignal.abort();
      await errorOf(store.copyTo(`${prefix}small`, other, `${prefix}to`, { signal }), 'Aborted');
      expect(await other.exists(`${prefix}to`)).to.equal(false);
    });
  });

  testIf([TAGS], 'copies tags into another store', async (store, prefix) => {
    await store.put(`${prefix}k`, 'x', { tags: { a: '1' } });
    await withAnother(async (other) => {
      await store.copyTo(`${prefix}k`, other, `${prefix}to`);
    });
    expect(await store.getTags(`${prefix}to`)).to.deep.equal({ a: '1' });
  });

  test('copies to itself as copy does', async (store, prefix) => {
    const attributes = attributesFor(store);
    await store.put(`${prefix}k`, 'x', attributes);
    await store.copyTo(`${prefix}k`, store, `${prefix}to`);
    expect(await store.head(`${prefix}to`)).to.deep.include({ ...attributes, size: 1 });
    await errorOf(store.copyTo(`${prefix}k`, {} as ObjectStore, `${prefix}to`), 'InvalidArgument');
  });

  test('gives a handle on one key', async (store, prefix) => {
    const file = store.file(`${prefix}k`);
    expect(file.key).to.equal(`${prefix}k`);
    expect(await file.exists()).to.equal(false);
    const attributes = attributesFor(store);
    await file.put('{"a":1}', attributes);
    expect(await file.head()).to.deep.include({ ...attributes, size: 7 });
    expect((await (await file.get()).json<{ a: number }>()).a).to.equal(1);
    await file.copy(`${prefix}copy`);
    await file.move(`${prefix}moved`);
    expect(await file.exists()).to.equal(false);
    await store.file(`${prefix}moved`).delete();
    expect((await collect(store.list(prefix))).map(({ key }) => key)).to.deep.equal([`${prefix}copy`]);
    expect(() => store.file('')).to.throw('key');
  });
}
