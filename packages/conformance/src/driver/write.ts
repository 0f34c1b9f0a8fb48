import { Readable } from 'node:stream';
import type { ObjectMetadata, StoreDriver } from '@store/core';
import { expect } from 'chai';
import { errorOf } from '../error-of.js';
import {
  CALL,
  bytesOf,
  expectRefusal,
  isThere,
  keysIn,
  putKeys,
  textOf,
  type DriverContext,
} from './driver-context.js';

const OTHER_TAG = '"00000000000000000000000000000000"';

const ATTRIBUTES = {
  contentType: 'text/x; charset=utf-8',
  cacheControl: 'max-age=60',
  contentDisposition: 'attachment; filename="a b.txt"',
  contentEncoding: 'identity',
  contentLanguage: 'de, en',
  expires: new Date('2040-01-02T03:04:05Z'),
  metadata: { author: 'someone', 'x-note': 'two words' },
};

/** What a driver can keep of them. */
function attributesFor({ write }: StoreDriver): ObjectMetadata {
  return write.metadata === false ? {} : ATTRIBUTES;
}

export function writeTests({ test }: DriverContext): void {
  test('writes just the bytes that it is given', async ({ driver, prefix }) => {
    const whole = Uint8Array.from({ length: 256 }, (_, i) => i);
    // A view of a part of a buffer, as a chunk of a stream is one.
    for (const bytes of [new Uint8Array(0), whole, whole.subarray(100, 110)]) {
      const key = `${prefix}k`;
      const written = await driver.write.put({ key, body: bytes }, CALL);
      expect(written.key).to.equal(key);
      const head = await driver.read.head({ key }, CALL);
      expect(head).to.include({ size: bytes.length, etag: written.etag });
      expect([...(await bytesOf(driver, key))]).to.deep.equal([...bytes]);
    }
  });

  test('keeps what belongs to an object, and replaces it whole', async ({ driver, prefix }) => {
    const key = `${prefix}k`;
    const attributes = attributesFor(driver);
    await driver.write.put({ key, body: Buffer.from('a long first body'), ...attributes }, CALL);
    expect(await driver.read.head({ key }, CALL)).to.deep.include(attributes);
    const { info, body } = await driver.read.get({ key }, CALL);
    body.destroy();
    expect(info).to.deep.include(attributes);
    await driver.write.put({ key, body: Buffer.from('short') }, CALL);
    const { size, metadata, cacheControl, expires, contentLanguage, contentType } = await driver.read.head(
      { key },
      CALL,
    );
    expect({ size, metadata: metadata ?? {}, cacheControl, expires, contentLanguage }).to.deep.equal({
      size: 5,
      metadata: {},
      cacheControl: undefined,
      expires: undefined,
      contentLanguage: undefined,
    });
    expect(contentType).not.to.equal(ATTRIBUTES.contentType);
  });

  test('writes a stream of unknown length, whole or not at all', async ({ driver, prefix, skip }) => {
    if (!driver.write.streaming) return skip('this driver takes no streams');
    const chunks = Array.from({ length: 5 }, (_, i) => Buffer.alloc(50_000, i));
    const key = `${prefix}k`;
    await driver.write.put({ key, body: Readable.from(chunks) }, CALL);
    expect(Buffer.concat(chunks).equals(await bytesOf(driver, key))).to.equal(true);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.alloc(50_000);
      throw new Error('the body broke');
    }
    let failure: unknown;
    await driver.write.put({ key: `${prefix}broken`, body: Readable.from(broken()) }, CALL).catch((error) => {
      failure = error;
    });
    expect(failure).to.be.instanceOf(Error);
    expect(await keysIn(driver, prefix)).to.deep.equal(['k']);
  });

  test('ifAbsent writes only where nothing is', async ({ driver, prefix, skip }) => {
    if (!driver.write.ifAbsent) return skip('this driver has no ifAbsent');
    const put = (text: string): Promise<unknown> =>
      driver.write.put({ key: `${prefix}k`, body: Buffer.from(text), ifAbsent: true }, CALL);
    await put('first');
    await expectRefusal(driver, put('second'), 'PreconditionFailed');
    expect(await textOf(driver, `${prefix}k`)).to.equal('first');
  });

  test('ifMatch replaces only what has this ETag', async ({ driver, prefix, skip }) => {
    if (!driver.write.ifMatch) return skip('this driver has no ifMatch on put');
    const put = (text: string, ifMatch?: string) =>
      driver.write.put({ key: `${prefix}k`, body: Buffer.from(text), ifMatch }, CALL);
    const { etag } = await put('first');
    await expectRefusal(driver, put('wrong', OTHER_TAG), 'PreconditionFailed');
    await put('second', etag);
    await expectRefusal(driver, put('stale', etag), 'PreconditionFailed');
    expect(await textOf(driver, `${prefix}k`)).to.equal('second');
  });

  test('copies an object with all that belongs to it', async ({ driver, prefix }) => {
    const [from, to] = [`${prefix}from +%数`, `${prefix}to/+%数`];
    const attributes = attributesFor(driver);
    await driver.write.put({ key: from, body: Buffer.from('body'), ...attributes }, CALL);
    const { etag } = await driver.write.put({ key: to, body: Buffer.from('something else') }, CALL);
    const written = await driver.write.copy({ from, to }, CALL);
    expect(written.key).to.equal(to);
    expect(written.etag).not.to.equal(etag);
    const copy = await driver.read.head({ key: to }, CALL);
    expect(copy).to.deep.include({ ...attributes, size: 4 });
    // Where the answer of a copy tells the tag at all.
    if (written.etag !== undefined) expect(copy.etag).to.equal(written.etag);
    expect(await textOf(driver, to)).to.equal('body');
    expect(await textOf(driver, from)).to.equal('body');
  });

  test('copies nothing where nothing is', async ({ driver, prefix }) => {
    await putKeys(driver, [`${prefix}dir/k`]);
    for (const name of ['missing', 'dir', 'dir/']) {
      const copy = driver.write.copy({ from: prefix + name, to: `${prefix}to` }, CALL);
      await errorOf(copy, 'NotFound');
    }
    expect(await isThere(driver, `${prefix}to`)).to.equal(false);
  });
}
