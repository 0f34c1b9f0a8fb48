import { Readable } from 'node:stream';
import { StoreError, type DeletionReport, type ObjectStore } from '@store/core';
import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { PARTS, PRESIGNED, UPLOADS_LISTING, URLS, without } from '../needs.js';
import { collect, type SuiteContext } from '../suite-context.js';

function partBytesOf({ capabilities: { multipart } }: ObjectStore): number {
  return multipart ? Math.max(multipart.minPartBytes, 1000) : 1000;
}

export function uploadTests({ test, testIf }: SuiteContext): void {
  testIf(
    [without(UPLOADS_LISTING)],
    'refuses to list uploads without the capability',
    async (store, prefix) => {
      await errorOf(collect(store.listUploads(prefix)), 'Unsupported');
      await errorOf(store.deletePrefix(prefix, { uploads: true }), 'Unsupported');
    },
  );

  testIf([UPLOADS_LISTING, PARTS], 'lists incomplete uploads while they last', async (store, prefix) => {
    const partBytes = partBytesOf(store);
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

  testIf(
    [UPLOADS_LISTING, PARTS],
    'aborts incomplete uploads with a prefix when asked to',
    async (store, prefix) => {
      const partBytes = partBytesOf(store);
      const deletions: Promise<DeletionReport>[] = [];
      const remove = (name: string, dryRun = false): Promise<DeletionReport> => {
        const deletion = store.deletePrefix(prefix + name, { uploads: true, dryRun });
        deletions.push(deletion);
        return deletion;
      };
      async function* body(): AsyncGenerator<Uint8Array> {
        for (let i = 0; i < 3; i++) yield Buffer.alloc(partBytes, i);
        await remove('other/');
        await remove('in/', true);
        await remove('in/');
        yield Buffer.alloc(10, 9);
      }
      const put = store.put(`${prefix}in/k`, Readable.from(body(), { objectMode: false }), { partBytes });
      await errorOf(put, 'NotFound');
      // A part that was under way may end the upload before the deletion has ended.
      const reports = await Promise.all(deletions);
      expect(reports.map(({ uploads }) => [uploads?.listed, uploads?.aborted])).to.deep.equal([
        [0, 0],
        [1, 0],
        [1, 1],
      ]);
      expect(reports.at(-1)).to.include({ complete: true });
      expect(await collect(store.listUploads(prefix))).to.deep.equal([]);
      expect(await store.exists(`${prefix}in/k`)).to.equal(false);
    },
  );

  test('goes on with an upload that was broken off', async (store, prefix) => {
    const { multipart, listUploads } = store.capabilities;
    const key = `${prefix}k`;
    const partBytes = partBytesOf(store);
    async function* body(parts: number): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < parts; i++) yield Buffer.alloc(partBytes, i);
      if (parts < 4) throw new Error('the body broke');
      yield Buffer.alloc(10, 9);
    }
    const put = (parts: number) => store.put(key, body(parts), { partBytes, resume: true });
    await put(3).catch(() => undefined);
    expect(await store.exists(key)).to.equal(false);
    const left = listUploads && multipart ? await collect(store.listUploads(prefix)) : [];
    expect(left.map((upload) => upload.key)).to.deep.equal(listUploads && multipart ? [key] : []);
    await put(4);
    const bytes = await (await store.get(key)).bytes();
    expect(bytes).to.have.length(partBytes * 4 + 10);
    for (let i = 0; i < 4; i++) expect(bytes[partBytes * i]).to.equal(i);
    if (listUploads) expect(await collect(store.listUploads(prefix))).to.deep.equal([]);
  });

  testIf([without(PRESIGNED)], 'refuses to presign without the capability', async (store, prefix) => {
    await errorOf(store.presign(`${prefix}k`), 'Unsupported');
  });

  testIf([PRESIGNED], 'presigns, and refuses what no URL can carry', async (store, prefix) => {
    await store.put(`${prefix}k +%`, 'presigned');
    const url = await store.presign(`${prefix}k +%`, { expiresIn: 60 });
    expect(await answerOf(url, {})).to.include({ status: 200, text: 'presigned' });
    for (const name of ['a/../k', './k', 'k/.', '..', 'a/./b'])
      for (const method of ['GET', 'PUT'] as const)
        await errorOf(store.presign(`${prefix}${name}`, { method }), 'InvalidArgument');
    for (const expiresIn of [0, -1, 1.5, 604_801]) {
      await errorOf(store.presign(`${prefix}k`, { expiresIn }), 'InvalidArgument');
    }
    for (const contentType of ['text/plain\r\nx-evil: 1', 'größe', ' text/plain']) {
      await errorOf(store.presign(`${prefix}k`, { method: 'PUT', contentType }), 'InvalidArgument');
    }
    for (const [name, methods] of [
      ['contentType', ['HEAD', 'DELETE']],
      ['contentDisposition', ['HEAD', 'DELETE', 'PUT']],
    ] as const)
      for (const method of methods) {
        const error = await errorOf(
          store.presign(`${prefix}k`, { method, [name]: 'attachment' }),
          'InvalidArgument',
        );
        expect(error.message).to.include(name);
      }
  });

  testIf([PRESIGNED], 'presigns what the answer says of the object', async (store, prefix, skip) => {
    const key = `${prefix}k +%数`;
    await store.put(key, 'x', { contentType: 'text/x' });
    const contentDisposition = 'attachment; filename="a b+c.txt"';
    const url = await store
      .presign(key, { contentType: 'text/y; a=b', contentDisposition })
      .catch((error: unknown) => {
        if (error instanceof StoreError && error.code === 'Unsupported') return skip(error.reason);
        throw error;
      });
    const { status, headers } = await answerOf(url, {});
    expect(status).to.equal(200);
    expect(headers?.get('content-type')).to.equal('text/y; a=b');
    expect(headers?.get('content-disposition')).to.equal(contentDisposition);
    // It is signed.
    expect(await statusOf(url.replace('text%2Fy', 'text%2Fz'), {})).to.equal(403);
    expect((await store.head(key)).contentType).to.equal('text/x');
  });

  testIf([without(URLS)], 'refuses a URL without the capability', async (store, prefix) => {
    await errorOf(store.url(`${prefix}k`), 'Unsupported');
  });

  testIf([URLS], 'tells the URL of an object, without a signature', async (store, prefix) => {
    const key = `${prefix}a b+c/%41&=?#é/..d`;
    const url = await store.url(key);
    expect(url).to.match(/^https?:\/\/[^?#]+$/);
    expect(decodeURIComponent(new URL(url).pathname)).to.match(/a b\+c\/%41&=\?#é\/\.\.d$/);
    if (store.capabilities.presign) expect((await store.presign(key)).startsWith(`${url}?`)).to.equal(true);
    await errorOf(store.url(`${prefix}a/../b`), 'InvalidArgument');
  });

  const title = 'presigns uploads, without a type and with just the one that is asked for';
  testIf([PRESIGNED], title, async (store, prefix) => {
    const key = `${prefix}k +%数`;
    // Of bytes, for fetch adds a type to a text.
    const put = (url: string, body: string, headers: Record<string, string> = {}): Promise<number> =>
      statusOf(url, { method: 'PUT', body: Buffer.from(body), headers });
    const plain = await store.presign(key, { method: 'PUT', expiresIn: 60 });
    expect(await put(plain, 'without a type')).to.equal(200);
    expect(await (await store.get(key)).text()).to.equal('without a type');
    const contentType = 'text/x; charset=utf-8';
    const typed = await store.presign(key, { method: 'PUT', expiresIn: 60, contentType });
    expect(await put(typed, 'with a type', { 'content-type': contentType })).to.equal(200);
    const { info, body } = await store.get(key);
    body.destroy();
    expect(info).to.include({ size: 11, contentType });
    expect(await put(typed, 'with another type', { 'content-type': 'text/y' })).to.equal(403);
    expect(await put(typed, 'with no type')).to.equal(403);
    expect((await store.head(key)).size).to.equal(11);
  });

  testIf(
    [PRESIGNED],
    'presigns uploads that refuse the type of a body, or take it',
    async (store, prefix) => {
      const key = `${prefix}k`;
      const put = async (body: string | Blob, contentType?: string): Promise<number> => {
        const url = await store.presign(key, { method: 'PUT', expiresIn: 60, contentType });
        return statusOf(url, { method: 'PUT', body });
      };
      await store.put(key, 'old', { contentType: 'text/old' });
      // Where none was signed, some services take any type and others none: never half of it.
      const status = await put(new Blob(['a blob'], { type: 'text/x' }));
      expect(status).to.be.oneOf([200, 403]);
      expect(await store.head(key)).to.include(
        status === 200 ? { size: 6, contentType: 'text/x' } : { size: 3, contentType: 'text/old' },
      );
      // What fetch says of a body by itself may be signed, too.
      expect(await put(new Blob(['another blob'], { type: 'text/x' }), 'text/x')).to.equal(200);
      expect(await store.head(key)).to.include({ size: 12, contentType: 'text/x' });
      expect(await put('a text', 'text/plain;charset=UTF-8')).to.equal(200);
      expect(await store.head(key)).to.include({ size: 6, contentType: 'text/plain;charset=UTF-8' });
      expect(await put(new Blob(['no type']))).to.equal(200);
      expect(await put(new Blob(['no type']), 'text/x')).to.equal(403);
    },
  );

  testIf([PRESIGNED], 'presigns each method for itself', async (store, prefix) => {
    const key = `${prefix}a b+c/%41&=?#é/%2e%2e/..d/e..`;
    const url = (method: 'GET' | 'HEAD' | 'PUT' | 'DELETE'): Promise<string> =>
      store.presign(key, { method, expiresIn: 60 });
    expect(await statusOf(await url('PUT'), { method: 'PUT', body: Buffer.from('by a URL') })).to.equal(200);
    expect(await statusOf(await url('HEAD'), { method: 'HEAD' })).to.equal(200);
    expect(await statusOf(await url('GET'), { method: 'DELETE' })).to.equal(403);
    expect(await statusOf(await url('HEAD'), { method: 'PUT', body: Buffer.from('x') })).to.equal(403);
    expect(await (await store.get(key)).text()).to.equal('by a URL');
    expect(await statusOf(await url('DELETE'), { method: 'DELETE' })).to.be.oneOf([200, 204]);
    expect(await store.exists(key)).to.equal(false);
    expect(await statusOf(await url('GET'), {})).to.equal(404);
  });
}

/** What is no bad day. */
const SETTLED = [200, 204, 403, 404];

async function statusOf(url: string, init: RequestInit): Promise<number> {
  return (await answerOf(url, init)).status;
}

/** What a URL answers. A store under test may have bad days, and nobody else repeats this request. */
async function answerOf(
  url: string,
  init: RequestInit,
): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers | undefined }> {
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(url, init).catch(() => undefined);
    const text = await answer?.text().catch(() => undefined);
    const status = answer?.status ?? 0;
    const settled = text !== undefined && SETTLED.includes(status);
    if (settled || attempt === 10) return { status, text: text ?? '', headers: answer?.headers };
  }
}
