// The checksums of bodies, in both directions: those of the SDK, which does not send the requests.
import { errorOf } from '@store/conformance';
import { checksum } from '@store/kit';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { buffer } from 'node:stream/consumers';
import { useS3 } from './harness.js';
import { useWrongS3 } from './wrong-service.js';

const { driverOn, emulate } = useS3();
const { wrongDriver, closeServices } = useWrongS3();

const BODY = Buffer.from('123456789');
/** Of the body: https://reveng.sourceforge.io/crc-catalogue/all.htm, CRC-32/ISO-HDLC, CRC-32/ISCSI and CRC-64/NVME. */
const RIGHT = { crc32: 'y/Q5Jg==', crc32c: '4waSgw==', crc64nvme: 'rosUhgp5mIg=' };

const answer = (headers: Record<string, string>) => ({
  body: BODY,
  headers: { etag: '"e"', 'content-length': String(BODY.length), ...headers },
});

describe('s3: checksums of bodies', () => {
  afterEach(closeServices);

  it('go with objects and parts, signed, where they are supported', async () => {
    const emulator = await emulate();
    const driver = driverOn(emulator, { profile: 'aws', quirks: { forcePathStyle: true } });
    await driver.write.put({ key: 'k', body: BODY, metadata: { a: 'b' }, tags: { t: 'ü' } }, {});
    const uploadId = await driver.multipart.create({ key: 'p' }, {});
    await driver.multipart.part({ key: 'p', uploadId, partNumber: 1, body: BODY }, {});
    for (const operation of ['PutObject', 'UploadPart']) {
      const [entry] = emulator.log.of(operation);
      expect(entry?.status, operation).to.equal(200);
      expect(entry?.signedHeaders).to.include.members(['x-amz-checksum-crc32', 'content-length']);
      expect(entry?.headers).to.include({ 'x-amz-checksum-crc32': RIGHT.crc32, 'content-length': '9' });
    }
    expect(emulator.log.of('PutObject')[0]?.signedHeaders)
      .to.include('x-amz-meta-a')
      .and.include('x-amz-tagging');
    expect(emulator.log.of('CreateMultipartUpload')[0]?.headers).to.include({
      'x-amz-checksum-algorithm': 'CRC32',
    });
    await driver.read.get({ key: 'k' }, {}).then(({ body }) => body.destroy());
    expect(emulator.log.of('GetObject')[0]?.headers).to.include({ 'x-amz-checksum-mode': 'ENABLED' });
  });

  it('are held against what the service says that it has', async () => {
    const body = Buffer.from(BODY);
    for (const [crc32, isGood] of [
      [RIGHT.crc32, true],
      ['AAAAAA==', false],
    ] as const) {
      const driver = await wrongDriver(() => ({ headers: { etag: '"e"', 'x-amz-checksum-crc32': crc32 } }), {
        profile: 'aws',
        quirks: { forcePathStyle: true },
      });
      for (const write of [
        () => driver.write.put({ key: 'k', body }, {}),
        () => driver.multipart.part({ key: 'k', uploadId: 'u', partNumber: 1, body }, {}),
      ]) {
        if (isGood) await write();
        else {
          const { reason, retryable } = await errorOf(write(), 'Corrupt');
          expect(reason).to.include(`crc32: AAAAAA==, and what was sent has ${RIGHT.crc32}`);
          expect(retryable).to.equal(false);
        }
      }
    }
  });

  it('do not go where they are not', async () => {
    const emulator = await emulate({ s3: { quirks: { rejectChecksumHeaders: true } } });
    const driver = driverOn(emulator, { quirks: { unsignedPayload: true } });
    await driver.write.put({ key: 'k', body: BODY }, {});
    const { body } = await driver.read.get({ key: 'k' }, {});
    expect(await buffer(body)).to.deep.equal(BODY);
    for (const { headers } of emulator.log.entries)
      expect(Object.keys(headers).join()).not.to.match(/checksum/);
    expect(emulator.log.of('PutObject')[0]?.headers).to.include({
      'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
    });
  });

  it('are held against bodies that are read', async () => {
    const right: Record<string, string>[] = [
      { 'x-amz-checksum-crc32': RIGHT.crc32 },
      { 'x-amz-checksum-crc32c': RIGHT.crc32c },
      { 'x-amz-checksum-crc64nvme': RIGHT.crc64nvme },
      { 'x-amz-checksum-sha1': checksum(BODY, 'SHA1') },
      { 'x-amz-checksum-sha256': checksum(BODY, 'SHA256') },
      // Of the checksums of parts.
      { 'x-amz-checksum-crc32': 'AAAAAA==-2' },
      {},
    ];
    for (const headers of right) {
      const driver = await wrongDriver(() => answer(headers), { quirks: { checksums: 'when-supported' } });
      const { body } = await driver.read.get({ key: 'k' }, {});
      expect(await buffer(body), JSON.stringify(headers)).to.deep.equal(BODY);
    }
    for (const name of ['crc32', 'crc32c', 'crc64nvme', 'sha1', 'sha256']) {
      const wrong = answer({ [`x-amz-checksum-${name}`]: 'AAAAAA==' });
      const driver = await wrongDriver(() => wrong, { quirks: { checksums: 'when-supported' } });
      const { body } = await driver.read.get({ key: 'k' }, {});
      const error = await errorOf(buffer(body));
      expect(error).to.include({ code: 'Corrupt', retryable: true, key: 'k', operation: 'get' });
    }
  });
});
