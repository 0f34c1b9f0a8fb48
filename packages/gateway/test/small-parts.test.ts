import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { openDriver, type StoreDriver } from '@store/core';
import { fs } from '@store/fs';
import { startGateway, type Gateway, type GatewayOptions } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { askGateway, KEYS, type RawAnswer } from './raw-client.js';

const MIN_BYTES = 5 * 1024 * 1024;
const LARGE = 'x'.repeat(MIN_BYTES);

const md5 = (data: string): string => createHash('md5').update(data).digest('hex');
const crc = (data: string): string => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(data));
  return bytes.toString('base64');
};

describe('gateway, what the end of an upload lists', () => {
  let root: string;
  let drivers: Readonly<Record<'directory' | 'memory', StoreDriver>>;
  const open: Gateway[] = [];
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
    const place = { provider: 'fs', root: join(root, 'data'), create: true, fsync: false };
    drivers = { directory: openDriver(place, { adapters: [fs] }), memory: memoryDriver() };
  });
  afterEach(async () => {
    for (const gateway of open.splice(0)) await gateway.close();
    await drivers.directory.close();
    await rm(root, { recursive: true });
  });

  const serve = async (options: Partial<GatewayOptions> = {}): Promise<Gateway> => {
    const spoolDirectory = join(root, 'spool');
    const gateway = await startGateway({
      stores: { ...drivers },
      credentials: [KEYS],
      spoolDirectory,
      ...options,
    });
    open.push(gateway);
    return gateway;
  };
  const begin = async (gateway: Gateway, bucket: string): Promise<string> => {
    const { body } = await askGateway(gateway, {
      method: 'POST',
      path: `/${bucket}/k`,
      query: { uploads: '' },
    });
    return /<UploadId>(.*)<\/UploadId>/.exec(body)?.[1] ?? '';
  };
  const send = async (gateway: Gateway, bucket: string, uploadId: string, bodies: readonly string[]) => {
    for (const [i, body] of bodies.entries()) {
      const query = { uploadId, partNumber: String(i + 1) };
      await askGateway(gateway, { method: 'PUT', path: `/${bucket}/k`, query }, body);
    }
  };
  /** @param more elements beside the number and the ETag */
  const end = (
    gateway: Gateway,
    bucket: string,
    uploadId: string,
    bodies: readonly string[],
    more = (_body: string): string => '',
  ): Promise<RawAnswer> => {
    const parts = bodies.map(
      (body, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>"${md5(body)}"</ETag>${more(body)}</Part>`,
    );
    const document = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
    return askGateway(gateway, { method: 'POST', path: `/${bucket}/k`, query: { uploadId } }, document);
  };
  const isThere = (driver: StoreDriver): Promise<boolean> =>
    driver.read.head({ key: 'k' }, {}).then(
      () => true,
      () => false,
    );

  for (const bucket of ['directory', 'memory'] as const) {
    it(`has parts of 5 MiB or more but for the last one (${bucket})`, async () => {
      const gateway = await serve();
      const uploadId = await begin(gateway, bucket);
      const bodies = [LARGE, LARGE.slice(1), 'end'];
      await send(gateway, bucket, uploadId, bodies);
      const refused = await end(gateway, bucket, uploadId, bodies);
      expect(refused).to.include({ status: 400, code: 'EntityTooSmall' });
      expect(refused.body)
        .to.contain(
          `<ProposedSize>${MIN_BYTES - 1}</ProposedSize><MinSizeAllowed>${MIN_BYTES}</MinSizeAllowed>`,
        )
        .and.to.contain(`<PartNumber>2</PartNumber><ETag>${md5(LARGE.slice(1))}</ETag>`);
      expect(await isThere(drivers[bucket])).to.equal(false);
      // The upload is still there, and is completed when the part was sent again.
      const right = [LARGE, LARGE, 'end'];
      await send(gateway, bucket, uploadId, right);
      const ended = await end(gateway, bucket, uploadId, right);
      expect(ended.status, ended.body).to.equal(200);
    });

    it(`has parts as small as the gateway is told (${bucket})`, async () => {
      const gateway = await serve({ minPartBytes: 4 });
      for (const [bodies, status] of [
        [['1234', '5'], 200],
        [['123', '45'], 400],
      ] as const) {
        const uploadId = await begin(gateway, bucket);
        await send(gateway, bucket, uploadId, bodies);
        const ended = await end(gateway, bucket, uploadId, bodies);
        expect(ended.status, ended.body).to.equal(status);
      }
    });
  }

  it('has sizes also where the parts went through another gateway', async () => {
    const [one, other] = [await serve(), await serve()];
    const uploadId = await begin(one, 'memory');
    const bodies = ['small', 'end'];
    await send(one, 'memory', uploadId, bodies);
    expect(await end(other, 'memory', uploadId, bodies)).to.include({ status: 400, code: 'EntityTooSmall' });
    expect(await isThere(drivers.memory)).to.equal(false);
  });

  it('has checksums that are held against the parts, or refused by name', async () => {
    const [one, other] = [await serve({ minPartBytes: 0 }), await serve({ minPartBytes: 0 })];
    const bodies = ['first', 'end'];
    const claim = (body: string): string => `<ChecksumCRC32>${crc(body)}</ChecksumCRC32>`;
    const uploadId = await begin(one, 'memory');
    await send(one, 'memory', uploadId, bodies);
    // Nobody here has seen what they are of; and the one that has seen it was told no checksum.
    for (const gateway of [one, other]) {
      for (const said of [claim, () => claim('made up')]) {
        const refused = await end(gateway, 'memory', uploadId, bodies, said);
        expect(refused).to.include({ status: 501, code: 'NotImplemented' });
        expect(refused.body).to.contain('<Element>ChecksumCRC32</Element><PartNumber>1</PartNumber>');
      }
    }
    expect(await isThere(drivers.memory)).to.equal(false);
    // Where the gateway joins the parts it sees them.
    const spooled = await begin(one, 'directory');
    await send(one, 'directory', spooled, bodies);
    const wrong = await end(one, 'directory', spooled, bodies, () => claim('made up'));
    expect(wrong).to.include({ status: 400, code: 'InvalidPart' });
    expect((await end(one, 'directory', spooled, bodies, claim)).status).to.equal(200);
    // Without them it ends anywhere.
    expect((await end(other, 'memory', uploadId, bodies)).status).to.equal(200);
  });

  it('has checksums of parts that another gateway began the upload of', async () => {
    const [one, other] = [await serve({ minPartBytes: 0 }), await serve({ minPartBytes: 0 })];
    const uploadId = await begin(one, 'memory');
    const query = { uploadId, partNumber: '1' };
    const headers = { 'x-amz-checksum-crc32': crc('part') };
    await askGateway(other, { method: 'PUT', path: '/memory/k', query, headers }, 'part');
    const claim = (body: string): string => `<ChecksumCRC32>${crc(body)}</ChecksumCRC32>`;
    const wrong = await end(other, 'memory', uploadId, ['part'], () => claim('made up'));
    expect(wrong).to.include({ status: 400, code: 'InvalidPart' });
    expect((await end(other, 'memory', uploadId, ['part'], claim)).status).to.equal(200);
  });

  it('is a size that can be one', async () => {
    for (const minPartBytes of [-1, 1.5, NaN]) {
      const error: unknown = await serve({ minPartBytes }).catch((thrown: unknown) => thrown);
      expect(error).to.include({ code: 'InvalidArgument' });
    }
  });
}).timeout(60_000);
