import type { UploadRecord } from '@store/core';
import { expect } from 'chai';
import { CALL, isThere, putKeys, textOf, type DriverContext } from './driver-context.js';

const WITHOUT = 'this driver keeps no records of uploads';

const RECORD: UploadRecord = {
  checksums: [{ algorithm: 'crc32', value: 'AAAAAA==', type: 'COMPOSITE' }],
  parts: Array.from({ length: 200 }, (_, i) => ({
    partNumber: i + 1,
    size: i,
    checksums: { crc32: 'AAAAAA==' },
  })),
};

export function recordTests({ test }: DriverContext): void {
  test('tells the record of an upload to who asks for it', async ({ driver, prefix, skip }) => {
    if (!driver.write.records) return skip(WITHOUT);
    const key = `${prefix}k`;
    let taken = false;
    const record = (): UploadRecord => {
      taken = true;
      return RECORD;
    };
    await driver.write.put({ key, body: Buffer.from('body'), record }, CALL);
    expect(taken).to.equal(true);
    const { record: ofHead, ...info } = await driver.read.head({ key, record: true }, CALL);
    expect(ofHead).to.deep.equal(RECORD);
    const { info: got, body } = await driver.read.get(
      { key, record: true, range: { start: 1, end: 2 } },
      CALL,
    );
    body.destroy();
    expect(got.record).to.deep.equal(RECORD);
    // To nobody else it is there: not as metadata, and not as bytes.
    const plain = await driver.read.head({ key }, CALL);
    expect(plain).to.deep.equal(info);
    expect(plain).to.include({ size: 4 });
    expect(await textOf(driver, key)).to.equal('body');
    const { objects } = await driver.list.page({ prefix, maxKeys: 10 }, CALL);
    expect(objects.map(({ size, etag }) => [size, etag])).to.deep.equal([[4, info.etag]]);
    expect(JSON.stringify(objects)).to.not.contain('AAAAAA==');
  });

  test('keeps a record as long as its object, and no longer', async ({ driver, prefix, skip }) => {
    if (!driver.write.records) return skip(WITHOUT);
    const [key, copy] = [`${prefix}k`, `${prefix}copy`];
    const recordOf = async (of: string): Promise<UploadRecord | undefined> =>
      (await driver.read.head({ key: of, record: true }, CALL)).record;
    await driver.write.put({ key, body: Buffer.from('body'), record: () => RECORD }, CALL);
    await driver.write.copy({ from: key, to: copy }, CALL);
    expect(await recordOf(copy)).to.equal(undefined);
    expect(await textOf(driver, copy)).to.equal('body');
    await putKeys(driver, [key]);
    expect(await recordOf(key)).to.equal(undefined);
    await driver.write.put({ key, body: Buffer.from('body'), record: () => undefined }, CALL);
    expect(await recordOf(key)).to.equal(undefined);
    await driver.delete.one({ key }, CALL);
    expect(await isThere(driver, key)).to.equal(false);
  });

  test('keeps the record of parts that it joins', async ({ driver, prefix, skip }) => {
    const { multipart } = driver;
    if (!driver.write.records || !multipart) return skip(WITHOUT);
    const key = `${prefix}k`;
    const uploadId = await multipart.create({ key }, CALL);
    const etag = await multipart.part({ key, uploadId, partNumber: 1, body: Buffer.from('body') }, CALL);
    await multipart.complete({ key, uploadId, parts: [{ partNumber: 1, etag }], record: RECORD }, CALL);
    expect((await driver.read.head({ key, record: true }, CALL)).record).to.deep.equal(RECORD);
    expect(await textOf(driver, key)).to.equal('body');
  });
}
