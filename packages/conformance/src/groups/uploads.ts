import { Readable } from 'node:stream';
import { expect } from 'chai';
import { collect, expectError, type SuiteContext } from '../suite-context.js';

export function uploadTests({ test }: SuiteContext): void {
  test('lists incomplete uploads while they last, or says that it cannot', async (store, prefix) => {
    if (!store.capabilities.listUploads) {
      await expectError(collect(store.listUploads(prefix)), 'Unsupported');
      return;
    }
    const { multipart } = store.capabilities;
    if (!multipart) return;
    const partBytes = Math.max(multipart.minPartBytes, 1000);
    const seen: string[] = [];
    async function* body(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 3; i++) yield Buffer.alloc(partBytes, i);
      // By now the upload has begun: two parts are on their way.
      for (const { key } of await collect(store.listUploads(prefix))) seen.push(key);
      yield Buffer.alloc(10, 9);
    }
    await store.put(`${prefix}k`, Readable.from(body(), { objectMode: false }), { partBytes });
    expect(seen).to.deep.equal([`${prefix}k`]);
    expect(await collect(store.listUploads(prefix))).to.deep.equal([]);
    expect((await store.head(`${prefix}k`)).size).to.equal(partBytes * 3 + 10);
  });

  test('presigns, or says that it cannot', async (store, prefix) => {
    if (!store.capabilities.presign) {
      await expectError(store.presign(`${prefix}k`), 'Unsupported');
      return;
    }
    await store.put(`${prefix}k +%`, 'presigned');
    const url = await store.presign(`${prefix}k +%`, { expiresIn: 60 });
    const answer = await fetch(url);
    expect(answer.status).to.equal(200);
    expect(await answer.text()).to.equal('presigned');
    for (const expiresIn of [0, -1, 1.5, 604_801]) {
      await expectError(store.presign(`${prefix}k`, { expiresIn }), 'InvalidArgument');
    }
  });
}
