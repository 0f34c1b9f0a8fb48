import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { CALL, bytesOf, expectRefusal, putKeys, type DriverContext } from './driver-context.js';

const OTHER_TAG = '"00000000000000000000000000000000"';

export function readTests({ test }: DriverContext): void {
  test('says the same in head and get, of the whole object', async ({ driver, prefix }) => {
    const key = `${prefix}k`;
    await driver.write.put({ key, body: Buffer.from('0123456789') }, CALL);
    const head = await driver.read.head({ key }, CALL);
    expect(head).to.include({ key, size: 10 });
    expect(head.etag).to.match(/^".+"$/);
    expect(head.lastModified).to.be.instanceOf(Date);
    for (const range of [undefined, { start: 2, end: 4 }]) {
      const { info, body } = await driver.read.get({ key, range }, CALL);
      expect(await text(body)).to.equal(range ? '234' : '0123456789');
      const { size, etag, lastModified } = head;
      expect({ ...info, lastModified: info.lastModified?.getTime() }).to.include({
        key,
        size,
        etag,
        lastModified: lastModified?.getTime(),
      });
    }
  });

  test('reads ranges, both ends inclusive', async ({ driver, prefix }) => {
    const key = `${prefix}k`;
    await driver.write.put({ key, body: Buffer.from('0123456789') }, CALL);
    for (const [start, end, expected] of [
      [0, 0, '0'],
      [9, 9, '9'],
      [3, undefined, '3456789'],
      [8, 100, '89'],
    ] as const) {
      const { body } = await driver.read.get({ key, range: { start, end } }, CALL);
      expect(await text(body), `${start}–${end}`).to.equal(expected);
    }
    await expectRefusal(driver, driver.read.get({ key, range: { start: 10 } }, CALL), 'InvalidArgument');
  });

  test('says NotFound for what is not there, and for what only looks like a directory', async (given) => {
    const { driver, prefix } = given;
    await putKeys(driver, [`${prefix}dir/k`]);
    for (const name of ['missing', 'dir', 'dir/', 'dir/k/', 'dir/k/l']) {
      const key = prefix + name;
      await expectRefusal(driver, driver.read.head({ key }, CALL), 'NotFound');
      await expectRefusal(driver, driver.read.get({ key }, CALL), 'NotFound');
    }
  });

  test('reads on condition', async ({ driver, prefix }) => {
    const key = `${prefix}k`;
    await putKeys(driver, [key]);
    const { etag } = await driver.read.head({ key }, CALL);
    expect((await driver.read.head({ key, ifMatch: etag }, CALL)).etag).to.equal(etag);
    expect((await driver.read.head({ key, ifNoneMatch: OTHER_TAG }, CALL)).etag).to.equal(etag);
    for (const read of [driver.read.head, driver.read.get]) {
      await expectRefusal(driver, read({ key, ifMatch: OTHER_TAG }, CALL), 'PreconditionFailed');
      await expectRefusal(driver, read({ key, ifNoneMatch: etag }, CALL), 'PreconditionFailed');
    }
  });

  test('frees the bodies that nobody reads', async ({ driver, prefix }) => {
    const key = `${prefix}k`;
    await driver.write.put({ key, body: Buffer.alloc(200_000, 1) }, CALL);
    for (let i = 0; i < 80; i++) (await driver.read.get({ key }, CALL)).body.destroy();
    expect(await bytesOf(driver, key)).to.have.length(200_000);
  });
}
