import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { ObjectBody, ObjectMetadata, ObjectStore } from '@store/core';
import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { METADATA, SETS_LAST_MODIFIED, without } from '../needs.js';
import { collect, type SuiteContext } from '../suite-context.js';

async function* chunks(...parts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

/** As far as the store can tell. */
async function expectNoUploads(store: ObjectStore, prefix: string): Promise<void> {
  if (store.capabilities.listUploads) expect(await collect(store.listUploads(prefix))).to.deep.equal([]);
}

/** What a store can keep of these. */
function attributesFor({ capabilities }: ObjectStore, attributes: ObjectMetadata): ObjectMetadata {
  return capabilities.metadata ? attributes : {};
}

export function objectTests({ test, testIf }: SuiteContext): void {
  const bodies: Record<string, () => ObjectBody> = {
    'a string': () => 'hello wörld',
    'a Uint8Array': () => new TextEncoder().encode('hello wörld'),
    'an ArrayBuffer': () => Uint8Array.from(Buffer.from('hello wörld')).buffer,
    'a Blob': () => new Blob(['hello ', 'wörld']),
    'a Readable': () => Readable.from(chunks('hello', ' wörld')),
    'a ReadableStream': () => Readable.toWeb(Readable.from(chunks('hello', ' wörld'))),
    'a Response': () => new Response('hello wörld'),
    'an async iterable': () => chunks('hello', ' wörld'),
  };
  for (const [what, body] of Object.entries(bodies)) {
    test(`writes and reads back ${what}`, async (store, prefix) => {
      const written = await store.put(`${prefix}k`, body());
      expect(written.key).to.equal(`${prefix}k`);
      const object = await store.get(`${prefix}k`);
      expect(object.info).to.include({ key: `${prefix}k`, size: 12 });
      expect(await object.text()).to.equal('hello wörld');
    });
  }

  test('keeps an empty object, from bytes and from a stream', async (store, prefix) => {
    await store.put(`${prefix}bytes`, '');
    await store.put(`${prefix}stream`, Readable.from([]));
    for (const key of [`${prefix}bytes`, `${prefix}stream`]) {
      expect((await store.head(key)).size).to.equal(0);
      expect(await (await store.get(key)).bytes()).to.have.length(0);
    }
  });

  test('keeps bytes that are no text', async (store, prefix) => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    await store.put(`${prefix}k`, bytes);
    expect([...(await (await store.get(`${prefix}k`)).bytes())]).to.deep.equal([...bytes]);
  });

  test('writes a stream larger than one part, and reads it back the same', async (store, prefix) => {
    const { multipart } = store.capabilities;
    const partBytes = multipart ? Math.max(multipart.minPartBytes, 1000) : 1000;
    const piece = Buffer.from(Array.from({ length: 777 }, (_, i) => i % 251));
    const count = Math.ceil((partBytes * 2.5) / piece.length);
    const body = Readable.from(Array.from({ length: count }, () => piece));
    const attributes = attributesFor(store, { contentType: 'application/x-big', metadata: { a: 'b' } });
    await store.put(`${prefix}big`, body, { partBytes, ...attributes });
    const object = await store.get(`${prefix}big`);
    expect(object.info).to.deep.include(attributes);
    expect(
      Buffer.from(await object.bytes()).equals(Buffer.concat(Array.from({ length: count }, () => piece))),
    ).to.equal(true);
    await expectNoUploads(store, prefix);
  });

  test('writes nothing, and leaves no parts, when the body fails', async (store, prefix) => {
    const { multipart } = store.capabilities;
    const size = multipart ? Math.max(multipart.minPartBytes, 1000) : 1000;
    async function* failing(): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 3; i++) yield Buffer.alloc(size, i);
      throw new Error('the body broke');
    }
    let failure: unknown;
    await store.put(`${prefix}k`, failing(), { partBytes: size }).catch((error: unknown) => {
      failure = error;
    });
    expect(failure).to.be.instanceOf(Error).with.property('message').that.includes('the body broke');
    expect(await store.exists(`${prefix}k`)).to.equal(false);
    await expectNoUploads(store, prefix);
  });

  test('replaces an object whole', async (store, prefix) => {
    const attributes = attributesFor(store, { contentType: 'text/plain', metadata: { old: '1' } });
    await store.put(`${prefix}k`, 'a long first body', attributes);
    const before = await store.head(`${prefix}k`);
    await store.put(`${prefix}k`, 'short');
    const after = await store.head(`${prefix}k`);
    expect(after.size).to.equal(5);
    expect(after.metadata ?? {}).to.deep.equal({});
    expect(after.contentType).not.to.equal('text/plain');
    expect(after.etag).not.to.equal(before.etag);
  });

  testIf([METADATA], 'keeps the attributes of an object', async (store, prefix) => {
    const attributes = {
      contentType: 'text/html; charset=utf-8',
      cacheControl: 'max-age=60',
      contentDisposition: 'attachment; filename="a b.txt"',
      contentEncoding: 'identity',
      contentLanguage: 'de, en',
      expires: new Date('2040-01-02T03:04:05Z'),
      metadata: { author: 'someone', 'x-note': 'two words' },
    };
    await store.put(`${prefix}k`, 'x', attributes);
    expect(await store.head(`${prefix}k`)).to.deep.include(attributes);
    const { info, body } = await store.get(`${prefix}k`);
    body.destroy();
    expect(info).to.deep.include(attributes);
  });

  testIf([without(METADATA)], 'refuses attributes without the capability', async (store, prefix) => {
    const key = `${prefix}k`;
    for (const attributes of [
      { contentType: 'text/plain' },
      { cacheControl: 'no-store' },
      { contentDisposition: 'inline' },
      { contentEncoding: 'gzip' },
      { metadata: { a: 'b' } },
    ])
      await errorOf(store.put(key, 'x', attributes), 'Unsupported');
    expect(await store.exists(key)).to.equal(false);
    await store.put(key, 'x', { contentType: '', metadata: {} });
  });

  testIf(
    [without(SETS_LAST_MODIFIED)],
    'refuses lastModified without the capability',
    async (store, prefix) => {
      await errorOf(store.put(`${prefix}k`, 'x', { lastModified: new Date(0) }), 'Unsupported');
      expect(await store.exists(`${prefix}k`)).to.equal(false);
    },
  );

  testIf([SETS_LAST_MODIFIED], 'says of an object when it was last changed', async (store, prefix) => {
    for (const lastModified of [new Date('2001-02-03T04:05:06.789Z'), new Date(0)]) {
      await store.put(`${prefix}k`, 'x', { lastModified });
      const [listed] = await collect(store.list(prefix));
      expect(listed?.lastModified?.getTime()).to.equal(lastModified.getTime());
      expect((await store.head(`${prefix}k`)).lastModified?.getTime()).to.equal(lastModified.getTime());
    }
    await errorOf(store.put(`${prefix}k`, 'x', { lastModified: new Date(Number.NaN) }), 'InvalidArgument');
  });

  test('tells size, time and ETag alike in head, get and list', async (store, prefix) => {
    const begun = Date.now();
    const written = await store.put(`${prefix}k`, 'hello');
    const head = await store.head(`${prefix}k`);
    const { info, body } = await store.get(`${prefix}k`);
    body.destroy();
    const [listed] = await collect(store.list(prefix));
    for (const seen of [head, info, listed]) {
      expect(seen).to.include({ key: `${prefix}k`, size: 5, etag: written.etag });
      // Services keep whole seconds in some answers; clocks differ a little.
      expect(Math.abs((seen?.lastModified?.getTime() ?? 0) - begun)).to.be.below(120_000);
    }
    expect(written.etag).to.match(/^".+"$/);
  });

  test('reads ranges', async (store, prefix) => {
    await store.put(`${prefix}k`, '0123456789');
    const read = async (start: number, end?: number): Promise<string> => {
      const object = await store.get(`${prefix}k`, { range: { start, end } });
      expect(object.info.size).to.equal(10);
      return text(object.body);
    };
    expect(await read(0, 0)).to.equal('0');
    expect(await read(2, 4)).to.equal('234');
    expect(await read(7)).to.equal('789');
    expect(await read(8, 100)).to.equal('89');
    await errorOf(store.get(`${prefix}k`, { range: { start: 10 } }), 'InvalidArgument');
    await errorOf(store.get(`${prefix}k`, { range: { start: 3, end: 2 } }), 'InvalidArgument');
    await errorOf(store.get(`${prefix}k`, { range: { start: -1 } }), 'InvalidArgument');
  });

  test('parses JSON, and says when it is none', async (store, prefix) => {
    await store.put(`${prefix}k`, '{"a":[1]}');
    expect(await (await store.get(`${prefix}k`)).json()).to.deep.equal({ a: [1] });
    await store.put(`${prefix}k`, '{');
    await errorOf((await store.get(`${prefix}k`)).json(), 'Corrupt');
  });

  test('says NotFound, with operation, key and provider, for what is not there', async (store, prefix) => {
    const key = `${prefix}missing`;
    for (const [operation, call] of Object.entries({
      head: () => store.head(key),
      get: () => store.get(key),
      copy: () => store.copy(key, `${prefix}to`),
    })) {
      const error = await errorOf(call(), 'NotFound');
      expect(error, operation).to.include({ key, operation, provider: store.provider, retryable: false });
    }
    expect(await store.exists(key)).to.equal(false);
    expect(await store.exists(`${prefix}to`)).to.equal(false);
  });

  test('copies an object with its attributes, also onto an existing one', async (store, prefix) => {
    const attributes = attributesFor(store, { contentType: 'text/x', metadata: { a: 'b' } });
    await store.put(`${prefix}from`, 'body', attributes);
    await store.put(`${prefix}to`, 'something else');
    const written = await store.copy(`${prefix}from`, `${prefix}to`);
    expect(written.key).to.equal(`${prefix}to`);
    const copy = await store.get(`${prefix}to`);
    expect(copy.info).to.deep.include(attributes);
    expect(await copy.text()).to.equal('body');
    expect(await store.exists(`${prefix}from`)).to.equal(true);
  });

  test('deletes an object, and succeeds when it is gone already', async (store, prefix) => {
    await store.put(`${prefix}k`, 'x');
    await store.delete(`${prefix}k`);
    expect(await store.exists(`${prefix}k`)).to.equal(false);
    await store.delete(`${prefix}k`);
    await store.delete(`${prefix}never`);
  });

  test('lets many readers abandon their bodies', async (store, prefix) => {
    await store.put(`${prefix}k`, Buffer.alloc(200_000, 1));
    for (let i = 0; i < 80; i++) (await store.get(`${prefix}k`)).body.destroy();
    expect((await (await store.get(`${prefix}k`)).bytes()).length).to.equal(200_000);
  });

  test('refuses what is no body', async (store, prefix) => {
    // What a caller without types may pass.
    const wrong = [42, null, undefined, {}] as unknown as string[];
    for (const body of wrong) await errorOf(store.put(`${prefix}k`, body), 'InvalidArgument');
    expect(await store.exists(`${prefix}k`)).to.equal(false);
  });

  test('ends every call with Aborted when its signal has fired', async (store, prefix) => {
    await store.put(`${prefix}k`, 'x');
    const signal = AbortSignal.abort();
    const key = `${prefix}k`;
    await errorOf(store.put(`${prefix}new`, 'x', { signal }), 'Aborted');
    await errorOf(store.put(`${prefix}new`, Readable.from(['x']), { signal }), 'Aborted');
    await errorOf(store.get(key, { signal }), 'Aborted');
    await errorOf(store.head(key, { signal }), 'Aborted');
    await errorOf(store.exists(key, { signal }), 'Aborted');
    await errorOf(store.copy(key, `${prefix}new`, { signal }), 'Aborted');
    await errorOf(store.delete(key, { signal }), 'Aborted');
    await errorOf(store.list(prefix, { signal })[Symbol.asyncIterator]().next(), 'Aborted');
    expect(await store.exists(key)).to.equal(true);
    expect(await store.exists(`${prefix}new`)).to.equal(false);
  });
}
