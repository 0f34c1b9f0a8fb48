import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { StoreError, type ObjectBody, type PutProgress } from '@store/core';
import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import { METADATA } from '../needs.js';
import type { SuiteContext } from '../suite-context.js';

/** What bodies know of themselves, and how they come and go. */
export function bodyTests({ test, testIf }: SuiteContext): void {
  testIf([METADATA], 'takes the content type of a body that has one', async (store, prefix) => {
    const key = `${prefix}k`;
    const typeOf = async (body: ObjectBody, contentType?: string): Promise<string | undefined> => {
      await store.put(key, body, { contentType });
      return (await store.head(key)).contentType;
    };
    expect(await typeOf(new File(['x'], 'x.png', { type: 'image/png' }))).to.equal('image/png');
    expect(await typeOf(new Blob(['x'], { type: 'text/css' }))).to.equal('text/css');
    expect(await typeOf(Response.json({}))).to.equal('application/json');
    expect(await typeOf(new Blob(['x'], { type: 'text/css' }), 'text/x')).to.equal('text/x');
    expect(await typeOf(new Blob(['x']))).to.be.oneOf([undefined, 'application/octet-stream']);
  });

  test('refuses an answer that is no success, and one that has been read', async (store, prefix) => {
    const read = new Response('hello');
    await read.text();
    for (const body of [new Response('gone', { status: 404 }), read])
      await errorOf(store.put(`${prefix}k`, body), 'InvalidArgument');
    expect(await store.exists(`${prefix}k`)).to.equal(false);
    await store.put(`${prefix}k`, new Response(null, { status: 204 }));
    expect((await store.head(`${prefix}k`)).size).to.equal(0);
  });

  test('hears of a body that fails before it is read', async (store, prefix) => {
    for (const signal of [undefined, new AbortController().signal]) {
      const body = new Readable({ read: () => undefined });
      const put = store.put(`${prefix}k`, body, { signal });
      // As one of a file that is not there, which is not the object that is not there.
      body.destroy(Object.assign(new Error('no file of that name'), { code: 'ENOENT' }));
      expect((await errorOf(put, 'Internal')).message).to.contain('no file of that name');
    }
    expect(await store.exists(`${prefix}k`)).to.equal(false);
  });

  test('names the key when its body fails, and stores nothing', async (store, prefix) => {
    for (const length of [10, 100_000]) {
      const body = async function* (): AsyncGenerator<Buffer> {
        yield Buffer.alloc(length);
        throw new TypeError('the tape has torn');
      };
      const error = await errorOf(store.put(`${prefix}k`, body()), 'Internal');
      expect(error.message).to.contain(`put "${prefix}k": the tape has torn`);
      // A driver may have put it into words of its own.
      let cause: unknown = error;
      while (cause instanceof StoreError) cause = cause.cause;
      expect(cause).to.be.instanceOf(TypeError);
    }
    expect(await store.exists(`${prefix}k`)).to.equal(false);
  });

  test('ends at once when its signal fires while its body stalls, and stores nothing', async (store, prefix) => {
    for (const begin of [undefined, 'a', 'a'.repeat(100_000)]) {
      const stalled = async function* (): AsyncGenerator<Buffer> {
        if (begin !== undefined) yield Buffer.from(begin);
        await new Promise(() => undefined);
      };
      const readable = new Readable({ read() {} });
      if (begin !== undefined) readable.push(begin);
      for (const body of [readable, stalled(), ReadableStream.from(stalled())]) {
        const controller = new AbortController();
        const put = errorOf(store.put(`${prefix}k`, body, { signal: controller.signal }), 'Aborted');
        await delay(20);
        controller.abort();
        await put;
      }
    }
    expect(await store.exists(`${prefix}k`)).to.equal(false);
  });

  test('tells how far a body has come', async (store, prefix) => {
    const { multipart } = store.capabilities;
    const partBytes = multipart ? Math.max(multipart.minPartBytes, 1000) : 1000;
    const bytes = Buffer.alloc(Math.floor(partBytes * 2.5), 7);
    const told = async (body: ObjectBody): Promise<PutProgress[]> => {
      const all: PutProgress[] = [];
      await store.put(`${prefix}k`, body, { partBytes, onProgress: (one) => void all.push(one) });
      return all;
    };
    for (const [body, total] of [
      [bytes, bytes.length],
      [new Blob([bytes]), bytes.length],
      [Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]), undefined],
    ] as const) {
      const all = await told(body);
      const counts = all.map((one) => one.bytes);
      expect(counts.at(-1)).to.equal(bytes.length);
      expect(counts).to.deep.equal(counts.toSorted((a, b) => a - b));
      if (multipart) expect(counts.length, 'one for each part').to.equal(3);
      for (const one of all) expect(one.total).to.equal(total);
    }
    expect(await told('')).to.deep.equal([{ bytes: 0, total: 0 }]);
  });

  test('gives the body as a web stream', async (store, prefix) => {
    await store.put(`${prefix}k`, 'hello wörld');
    expect(await new Response((await store.get(`${prefix}k`)).stream()).text()).to.equal('hello wörld');
    const given = await store.get(`${prefix}k`);
    await given.stream().cancel();
    expect(given.body.destroyed).to.equal(true);
  });
}
