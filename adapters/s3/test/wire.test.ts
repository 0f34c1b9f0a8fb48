import { errorOf, numbered } from '@store/conformance';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useS3 } from './harness.js';

const { driverOn, emulate, storeOn } = useS3();

const TARGETS = numbered(1000).map((key) => ({ key }));

describe('s3: on the wire', () => {
  it('sends a thousand keys in one request', async () => {
    const emulator = await emulate();
    await emulator.bucket('demo').seed(numbered(1000));
    const result = await driverOn(emulator).batch?.delete(TARGETS, {});
    expect(result?.deleted).to.have.length(1000);
    expect(emulator.log.entries).to.have.length(1);
    expect(emulator.log.entries[0]).to.include({ operation: 'DeleteObjects', keys: 1000, deleted: 1000 });
  });

  it('signs Content-MD5 where it is asked for, and sends no checksum beside it', async () => {
    const emulator = await emulate({
      s3: { quirks: { requireContentMd5: 'MissingArgument', rejectChecksumHeaders: true } },
    });
    await driverOn(emulator, { profile: 'aws', quirks: { contentMd5: true } }).batch?.delete(TARGETS, {});
    const [entry] = emulator.log.of('DeleteObjects');
    expect(entry?.status).to.equal(200);
    expect(entry?.signedHeaders).to.include('content-md5');
    expect(Object.keys(entry?.headers ?? {}).filter((name) => name.includes('checksum'))).to.deep.equal([]);
  });

  it('sends the checksum of the SDK, signed, where Content-MD5 is not asked for', async () => {
    const emulator = await emulate();
    await driverOn(emulator, { profile: 'aws' }).batch?.delete(TARGETS, {});
    const [entry] = emulator.log.of('DeleteObjects');
    expect(entry?.signedHeaders).to.include('x-amz-checksum-crc32').and.not.include('content-md5');
  });

  it('sends the checksum that is asked for', async () => {
    const emulator = await emulate();
    for (const checksumAlgorithm of ['CRC32C', 'SHA1', 'SHA256'] as const) {
      const driver = driverOn(emulator, { profile: 'ceph', quirks: { checksumAlgorithm } });
      await driver.batch?.delete(TARGETS, {});
      const entry = emulator.log.of('DeleteObjects').at(-1);
      expect(entry?.status).to.equal(200);
      expect(entry?.signedHeaders).to.include(`x-amz-checksum-${checksumAlgorithm.toLowerCase()}`);
    }
  });

  it('is refused without Content-MD5 by a service that wants it, and says what the service said', async () => {
    const emulator = await emulate({ s3: { quirks: { requireContentMd5: 'MissingArgument' } } });
    const driver = driverOn(emulator, { profile: 'aws' });
    const error = await errorOf((async () => driver.batch?.delete(TARGETS, {}))());
    expect(error).to.include({ code: 'InvalidArgument', status: 400, providerCode: 'MissingArgument' });
    expect(error.reason).to.equal('Missing Some Required Arguments.');
  });

  it('hands versions and pass-through options on', async () => {
    const emulator = await emulate({
      s3: { quirks: { mfaDelete: true, requesterPays: true } },
      buckets: [{ name: 'demo', versioning: 'enabled' }],
    });
    const driver = driverOn(emulator);
    const requester = { pass: { requestPayer: true } };
    const first = await emulator.bucket('demo').memory.put({ key: 'k', body: Buffer.from('1') }, {});
    const second = await emulator.bucket('demo').memory.put({ key: 'k', body: Buffer.from('2') }, {});
    const targets = [{ key: 'k', versionId: first.versionId }];
    const denied = await errorOf((async () => driver.batch?.delete(targets, requester))());
    expect(denied.code).to.equal('AccessDenied');
    const pass = {
      mfa: '20899872 301749',
      bypassGovernance: true,
      requestPayer: true,
      expectedBucketOwner: '111122223333',
    };
    expect((await driver.batch?.delete(targets, { pass }))?.deleted).to.deep.include({
      key: 'k',
      versionId: first.versionId,
      deleteMarker: undefined,
      deleteMarkerVersionId: undefined,
    });
    await driver.delete.one({ key: 'k', versionId: second.versionId }, { pass });
    for (const operation of ['DeleteObjects', 'DeleteObject']) {
      const entry = emulator.log.of(operation).at(-1);
      expect(entry?.headers).to.include({
        'x-amz-mfa': '20899872 301749',
        'x-amz-bypass-governance-retention': 'true',
        'x-amz-request-payer': 'requester',
        'x-amz-expected-bucket-owner': '111122223333',
      });
    }
    const foreign = await errorOf(
      driver.list.page(
        { prefix: '', maxKeys: 1 },
        { pass: { requestPayer: true, expectedBucketOwner: '1' } },
      ),
    );
    expect(foreign.code).to.equal('AccessDenied');
  });

  it('reads quiet and verbose answers alike', async () => {
    for (const quietDeletes of [false, true]) {
      const emulator = await emulate();
      await emulator.bucket('demo').seed(numbered(30));
      emulator.setFaults({ deny: [{ key: '[05]$' }] });
      const driver = driverOn(emulator, { quirks: { quietDeletes } });
      const result = await driver.batch?.delete(
        numbered(30).map((key) => ({ key })),
        {},
      );
      expect(result?.deleted.map(({ key }) => key)).to.deep.equal(
        numbered(30).filter((key) => !/[05]$/.test(key)),
      );
      expect(result?.failed).to.have.length(6);
      expect(result?.failed[0]).to.deep.include({
        key: 'p/00000',
        reason: {
          code: 'AccessDenied',
          message: 'Access Denied',
          retryable: false,
          providerCode: 'AccessDenied',
        },
      });
    }
  });

  it('tells of the delete markers that it makes and removes', async () => {
    const emulator = await emulate({ buckets: [{ name: 'demo', versioning: 'enabled' }] });
    await emulator.bucket('demo').seed(['k']);
    const driver = driverOn(emulator);
    const made = await driver.delete.one({ key: 'k' }, {});
    expect(made).to.include({ key: 'k', deleteMarker: true });
    const again = await driver.batch?.delete([{ key: 'k', versionId: made.deleteMarkerVersionId }], {});
    expect(again?.deleted[0]).to.include({ deleteMarker: true, versionId: made.deleteMarkerVersionId });
    expect(await emulator.bucket('demo').keys()).to.deep.equal(['k']);
  });

  it('leaves retries to the layer above: one call is one request', async () => {
    const emulator = await emulate();
    emulator.setFaults({ faults: [{ effect: { error: { code: 'SlowDown' }, retryAfterSeconds: 7 } }] });
    const driver = driverOn(emulator);
    const error = await errorOf(driver.read.head({ key: 'k' }, {}));
    // The answer to a HEAD has no body, and so no code.
    expect(error).to.include({ code: 'Unavailable', status: 503, retryable: true });
    const listing = await errorOf(driver.list.page({ prefix: '', maxKeys: 1 }, {}));
    expect(listing).to.include({ code: 'Throttled', providerCode: 'SlowDown', retryAfterMs: 7000 });
    expect(emulator.log.entries).to.have.length(2);
    const store = await storeOn(emulator, {}, { maxAttempts: 2, baseDelayMs: 1 });
    emulator.setFaults({ faults: [{ effect: { error: { code: 'InternalError', status: 500 } } }] });
    emulator.log.clear();
    await errorOf(store.head('k'));
    expect(emulator.log.entries).to.have.length(2);
  });

  it('goes on by the last key with list version 1, with and without a delimiter', async () => {
    const emulator = await emulate({ s3: { quirks: { listV1Only: true } } });
    await emulator.bucket('demo').seed([...numbered(7), 'p/dir/1', 'p/dir/2', 'p/zz']);
    const store = await storeOn(emulator, { quirks: { listVersion: 1 } });
    const flat = [];
    for await (const { key } of store.list('p/', { pageSize: 2 })) flat.push(key);
    expect(flat).to.have.length(10);
    const grouped = [];
    for await (const entry of store.list('p/', { pageSize: 2, delimiter: '/' })) {
      grouped.push('prefix' in entry ? entry.prefix : entry.key);
    }
    expect(grouped).to.deep.equal([...numbered(7), 'p/dir/', 'p/zz']);
    expect(emulator.log.of('ListObjectsV2')).to.deep.equal([]);
  });

  it('presigns uploads that take any body', async () => {
    const emulator = await emulate();
    const store = await storeOn(emulator, { profile: 'aws', quirks: { forcePathStyle: true } });
    const url = await store.presign('a b/c', { method: 'PUT', expiresIn: 60 });
    const answer = await fetch(url, { method: 'PUT', body: 'from elsewhere' });
    expect(answer.status, await answer.text()).to.equal(200);
    expect(await (await store.get('a b/c')).text()).to.equal('from elsewhere');
    const refused = await fetch(url.replace('/a%20b/c', '/other'), { method: 'PUT', body: 'x' });
    expect(refused.status).to.equal(403);
  });
});
