import { DeleteObjectsCommand, S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { errorOf } from '@store/conformance';
import type { ObjectStore } from '@store/core';
import type { Emulator } from '@store/emulator';
import { useS3 } from './harness.js';

const { driverOn, emulate, storeOn } = useS3();

async function oos(): Promise<{ emulator: Emulator; store: ObjectStore }> {
  const emulator = await emulate({ oos: {} });
  const store = await storeOn(emulator, {
    profile: 'ctyun-oos',
    endpoint: emulator.endpoints.oos,
    region: 'cn',
    quirks: {},
  });
  return { emulator, store };
}

describe('s3 on CTYUN OOS', () => {
  it("deletes a prefix where the SDK's own call is refused for want of Content-MD5", async () => {
    const { emulator, store } = await oos();
    await emulator.bucket('demo').seed(['p/1', 'p/2', 'p']);
    const { accessKeyId, secretAccessKey } = emulator.credential;
    const credentials = { accessKeyId, secretAccessKey };
    const sdk = new S3Client({
      endpoint: emulator.endpoints.oos ?? '',
      region: 'cn',
      credentials,
      forcePathStyle: true,
    });
    const plain = sdk.send(
      new DeleteObjectsCommand({ Bucket: 'demo', Delete: { Objects: [{ Key: 'p/1' }] } }),
    );
    expect(await plain.catch((error: unknown) => String(error))).to.contain('Content-MD5');
    sdk.destroy();
    expect(await store.deletePrefix('p/')).to.include({ deleted: 2, complete: true });
    expect(emulator.log.of('DeleteObjects').at(-1)?.signedHeaders).to.include('content-md5');
    expect(emulator.log.of('ListObjectsV2')).to.deep.equal([]);
    expect(await emulator.bucket('demo').keys()).to.deep.equal(['p']);
  });

  it('keeps batches of long keys below 2 MiB', async () => {
    const { emulator, store } = await oos();
    // Five bytes for each "&": 400 such keys are more than 2 MiB.
    const keys = Array.from({ length: 600 }, (_, i) => `p/${'&'.repeat(1000)}${String(i).padStart(4, '0')}`);
    await emulator.bucket('demo').seed(keys);
    expect(await store.deletePrefix('p/')).to.include({ deleted: 600, complete: true });
    const sizes = emulator.log.of('DeleteObjects').map(({ bytesIn }) => bytesIn);
    expect(sizes.length).to.be.above(1);
    expect(Math.max(...sizes)).to.be.at.most(2 * 1024 * 1024);
    expect(emulator.log.entries.filter(({ status = 0 }) => status >= 400)).to.deep.equal([]);
  });

  it('promises neither versions, tags nor delimiters other than the slash', async () => {
    const { store } = await oos();
    const versions = async (): Promise<void> => {
      for await (const _ of store.listVersions(''));
    };
    const dashes = async (): Promise<void> => {
      for await (const _ of store.list('', { delimiter: '-' }));
    };
    for (const call of [versions(), dashes(), store.getTags('k')])
      expect((await errorOf(call)).code).to.equal('Unsupported');
  });

  it('says how long it is told to wait when it is slowed down, and repeats writes that came too fast', async () => {
    const emulator = await emulate({ oos: {} });
    const driver = driverOn(emulator, {
      profile: 'ctyun-oos',
      endpoint: emulator.endpoints.oos,
      region: 'cn',
    });
    emulator.setFaults({
      faults: [
        {
          operation: 'DeleteObjects',
          effect: { error: { code: 'SlowDown', status: 503 }, retryAfterSeconds: 90 },
        },
        { operation: 'PutObject', effect: { error: { code: 'PutObjectTooFast', status: 400 } } },
      ],
    });
    const slow = await errorOf(driver.batch?.delete([{ key: 'p/1' }], {}) ?? Promise.resolve());
    expect(slow).to.include({ code: 'Throttled', retryable: true, retryAfterMs: 90_000 });
    const fast = await errorOf(driver.write.put({ key: 'k', body: Buffer.from('x') }, {}));
    expect(fast).to.include({ code: 'Conflict', retryable: true, providerCode: 'PutObjectTooFast' });
  });

  it("takes the region of its signatures from the endpoint's host", async () => {
    const emulator = await emulate({ oos: {} });
    for (const [endpoint, region] of [
      ['https://oos-cn.ctyunapi.cn', 'cn'],
      ['https://oos-hazz.ctyunapi.cn', 'hazz'],
    ]) {
      const store = await storeOn(emulator, {
        profile: 'ctyun-oos',
        endpoint,
        region: undefined,
        quirks: {},
      });
      expect(await store.presign('k')).to.contain(`%2F${region}%2Fs3%2Faws4_request`);
    }
  });
});
