import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import * as sdk from '@aws-sdk/client-s3';
import { createObjectStore, openDriver, type StoreDriver } from '@store/core';
import { fs } from '@store/fs';
import { startGateway, type Gateway } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { crcOf as crc } from './crc-of.js';
import { askGateway, KEYS } from './raw-client.js';
import { sdkOf } from './sdk-client.js';

const sha = (data: Uint8Array): string => createHash('sha256').update(data).digest('base64');

describe('gateway, checksums and parts that are kept', () => {
  let root: string;
  let drivers: Readonly<Record<'directory' | 'memory', StoreDriver>>;
  let gateway: Gateway;
  let client: sdk.S3Client;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
    const place = { provider: 'fs', root: join(root, 'data'), create: true, fsync: false };
    drivers = { directory: openDriver(place, { adapters: [fs] }), memory: memoryDriver() };
    const spoolDirectory = join(root, 'spool');
    gateway = await startGateway({
      minPartBytes: 0,
      stores: { ...drivers },
      credentials: [KEYS],
      spoolDirectory,
    });
    // Clients check what they read by themselves else, and would say so in place of what came.
    client = sdkOf(gateway, { responseChecksumValidation: 'WHEN_REQUIRED' });
  });
  afterEach(async () => {
    client.destroy();
    await gateway.close();
    await drivers.directory.close();
    await rm(root, { recursive: true });
  });

  /** @returns how it ended, and what the client knew of its parts */
  const inParts = async (
    Bucket: string,
    bodies: readonly Buffer[],
    begin: Pick<sdk.CreateMultipartUploadCommandInput, 'ChecksumAlgorithm' | 'ChecksumType'>,
    end: Partial<sdk.CompleteMultipartUploadCommandInput> = {},
  ) => {
    const at = { Bucket, Key: 'joined' };
    const begun = await client.send(new sdk.CreateMultipartUploadCommand({ ...at, ...begin }));
    const upload = { ...at, UploadId: begun.UploadId };
    const Parts: sdk.CompletedPart[] = [];
    for (const [i, Body] of bodies.entries()) {
      const PartNumber = i + 1;
      const { ChecksumAlgorithm } = begin;
      const sent = await client.send(
        new sdk.UploadPartCommand({ ...upload, PartNumber, Body, ChecksumAlgorithm }),
      );
      Parts.push({ PartNumber, ETag: sent.ETag, ChecksumSHA256: sent.ChecksumSHA256 });
    }
    const listed = await client.send(new sdk.ListPartsCommand(upload));
    const MultipartUpload = { Parts };
    const ended = await client.send(
      new sdk.CompleteMultipartUploadCommand({ ...upload, MultipartUpload, ...end }),
    );
    return { begun, listed, ended };
  };

  for (const Bucket of ['directory', 'memory'] as const) {
    const key = { Bucket, Key: 'k' };

    it(`are those of a body, sent in front of it or behind (${Bucket})`, async () => {
      const small = Buffer.from('content');
      const large = randomBytes(700_000);
      for (const [body, Body] of [
        [small, small],
        [large, Readable.from([large.subarray(0, 5), large.subarray(5)], { objectMode: false })],
      ] as const) {
        const sent = { ...key, Body, ContentLength: body.length, ChecksumAlgorithm: 'SHA256' } as const;
        await client.send(new sdk.PutObjectCommand(sent));
        const plain = await client.send(new sdk.HeadObjectCommand(key));
        expect(plain.ChecksumSHA256).to.equal(undefined);
        const asked = { ...key, ChecksumMode: 'ENABLED' } as const;
        const head = await client.send(new sdk.HeadObjectCommand(asked));
        expect(head).to.include({ ChecksumSHA256: sha(body), ChecksumType: 'FULL_OBJECT' });
        const got = await client.send(new sdk.GetObjectCommand(asked));
        expect(got.ChecksumSHA256).to.equal(sha(body));
        expect(await got.Body?.transformToByteArray()).to.deep.equal(new Uint8Array(body));
        // Of a piece they would be wrong.
        const piece = await client.send(new sdk.GetObjectCommand({ ...asked, Range: 'bytes=0-1' }));
        expect(piece.ChecksumSHA256).to.equal(undefined);
        const attributes = await client.send(
          new sdk.GetObjectAttributesCommand({ ...key, ObjectAttributes: ['Checksum', 'ObjectParts'] }),
        );
        expect(attributes.Checksum).to.deep.include({
          ChecksumSHA256: sha(body),
          ChecksumType: 'FULL_OBJECT',
        });
        expect(attributes.ObjectParts).to.equal(undefined);
      }
    });

    it(`are told to who ends an upload again, too (${Bucket})`, async () => {
      const upload = await client.send(
        new sdk.CreateMultipartUploadCommand({ ...key, ChecksumAlgorithm: 'SHA256' }),
      );
      const at = { ...key, UploadId: upload.UploadId };
      const { ETag, ChecksumSHA256 } = await client.send(
        new sdk.UploadPartCommand({ ...at, PartNumber: 1, Body: 'part', ChecksumAlgorithm: 'SHA256' }),
      );
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag, ChecksumSHA256 }] };
      const end = new sdk.CompleteMultipartUploadCommand({ ...at, MultipartUpload });
      const { $metadata: _, ...first } = await client.send(end);
      expect(first.ChecksumSHA256).to.match(/-1$/);
      const { $metadata: _again, ...again } = await client.send(end);
      expect(again).to.deep.equal(first);
    });

    it(`are those of a copy, which is one piece (${Bucket})`, async () => {
      const copyOf = (Key: string, more: Partial<sdk.CopyObjectCommandInput> = {}) =>
        client.send(
          new sdk.CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/${Key}`, ...more }),
        );
      const told = () =>
        client.send(new sdk.HeadObjectCommand({ Bucket, Key: 'copy', ChecksumMode: 'ENABLED' }));
      const body = Buffer.from('content');
      const Metadata = { by: 'me' };
      await client.send(
        new sdk.PutObjectCommand({ ...key, Body: body, Metadata, ChecksumAlgorithm: 'CRC32' }),
      );
      const { CopyObjectResult } = await copyOf('k');
      expect(CopyObjectResult).to.include({ ChecksumCRC32: crc(body), ChecksumType: 'FULL_OBJECT' });
      expect(await told()).to.include({ ChecksumCRC32: crc(body), ChecksumType: 'FULL_OBJECT' });
      expect((await told()).Metadata).to.deep.equal(Metadata);
      // Another one, where that is asked for.
      expect((await copyOf('k', { ChecksumAlgorithm: 'SHA256' })).CopyObjectResult?.ChecksumSHA256).to.equal(
        sha(body),
      );
      expect(await told()).to.include({ ChecksumSHA256: sha(body) });
      // That of checksums is one of the parts, which a copy has not.
      const bodies = [Buffer.from('first'), Buffer.from('end')];
      await inParts(Bucket, bodies, { ChecksumAlgorithm: 'SHA256' });
      await copyOf('joined');
      expect(await told()).to.include({
        ChecksumSHA256: sha(Buffer.concat(bodies)),
        ChecksumType: 'FULL_OBJECT',
      });
    });

    it(`are no part of the object for who reads the store (${Bucket})`, async () => {
      await client.send(new sdk.PutObjectCommand({ ...key, Body: 'content', ChecksumAlgorithm: 'CRC32' }));
      const store = createObjectStore(drivers[Bucket]);
      expect((await store.head('k')).metadata).to.deep.equal({});
      expect(JSON.stringify(await store.head('k'))).to.not.contain(crc(Buffer.from('content')));
      // What is written past the gateway has none of them.
      await store.put('k', 'other');
      const head = await client.send(new sdk.HeadObjectCommand({ ...key, ChecksumMode: 'ENABLED' }));
      expect(head.ChecksumCRC32).to.equal(undefined);
      expect((await buffer((await drivers[Bucket].read.get({ key: 'k' }, {})).body)).toString()).to.equal(
        'other',
      );
    });

    it(`are those of parts, and of all of them (${Bucket})`, async () => {
      const bodies = [Buffer.from('first'), Buffer.from('second one'), Buffer.from('3')];
      const composite = sha(Buffer.concat(bodies.map((body) => createHash('sha256').update(body).digest())));
      const { begun, listed, ended } = await inParts(Bucket, bodies, { ChecksumAlgorithm: 'SHA256' });
      expect(begun).to.include({ ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' });
      expect(listed).to.include({ ChecksumAlgorithm: 'SHA256', ChecksumType: 'COMPOSITE' });
      expect(listed.Parts?.map(({ ChecksumSHA256 }) => ChecksumSHA256)).to.deep.equal(bodies.map(sha));
      expect(ended).to.include({ ChecksumSHA256: `${composite}-3`, ChecksumType: 'COMPOSITE' });
      const at = { Bucket, Key: 'joined' };
      const head = await client.send(new sdk.HeadObjectCommand({ ...at, ChecksumMode: 'ENABLED' }));
      expect(head).to.include({ ChecksumSHA256: `${composite}-3`, ChecksumType: 'COMPOSITE' });
      const { ObjectParts } = await client.send(
        new sdk.GetObjectAttributesCommand({
          ...at,
          ObjectAttributes: ['ObjectParts'],
          MaxParts: 1,
          PartNumberMarker: '1',
        }),
      );
      expect(ObjectParts).to.deep.include({
        TotalPartsCount: 3,
        IsTruncated: true,
        NextPartNumberMarker: '2',
      });
      const [part] = ObjectParts?.Parts ?? [];
      expect(part).to.deep.include({
        PartNumber: 2,
        Size: 10,
        ChecksumSHA256: sha(Buffer.from('second one')),
      });
    });

    it(`are reckoned for an upload that announced them, whoever sent them (${Bucket})`, async () => {
      const bodies = [randomBytes(100_000), randomBytes(3), randomBytes(77)];
      const whole = crc(Buffer.concat(bodies));
      const begin = { ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' } as const;
      const { ended } = await inParts(Bucket, bodies, begin);
      expect(ended).to.include({ ChecksumCRC32: whole, ChecksumType: 'FULL_OBJECT' });
      const asked = { Bucket, Key: 'joined', ChecksumMode: 'ENABLED' } as const;
      expect((await client.send(new sdk.HeadObjectCommand(asked))).ChecksumCRC32).to.equal(whole);
      const bare = sdkOf(gateway, { requestChecksumCalculation: 'WHEN_REQUIRED' });
      const upload = { Bucket, Key: 'bare' };
      const { UploadId } = await bare.send(
        new sdk.CreateMultipartUploadCommand({ ...upload, ChecksumAlgorithm: 'CRC32' }),
      );
      const part = await askGateway(
        gateway,
        { method: 'PUT', path: `/${Bucket}/bare`, query: { uploadId: UploadId ?? '', partNumber: '1' } },
        'x',
      );
      expect(part.headers.get('x-amz-checksum-crc32')).to.equal(crc(Buffer.from('x')));
      bare.destroy();
    });

    it(`are refused at the beginning where there is no such thing (${Bucket})`, async () => {
      for (const headers of [
        { 'x-amz-checksum-algorithm': 'SHA256', 'x-amz-checksum-type': 'FULL_OBJECT' },
        { 'x-amz-checksum-algorithm': 'CRC64NVME', 'x-amz-checksum-type': 'COMPOSITE' },
        { 'x-amz-checksum-algorithm': 'CRC99' },
        { 'x-amz-checksum-type': 'COMPOSITE' },
      ]) {
        const asked = {
          method: 'POST',
          path: `/${Bucket}/k`,
          query: { uploads: '' },
          headers: { ...headers },
        };
        const answer = await askGateway(gateway, asked);
        expect(answer, JSON.stringify(headers)).to.include({ status: 400, code: 'InvalidRequest' });
      }
    });

    it(`show where a part is (${Bucket})`, async () => {
      const bodies = [Buffer.from('first'), Buffer.from('second one'), Buffer.from('3')];
      const { ended } = await inParts(Bucket, bodies, {});
      const at = { Bucket, Key: 'joined' };
      let start = 0;
      for (const [i, body] of bodies.entries()) {
        const part = { ...at, PartNumber: i + 1 };
        const head = await client.send(new sdk.HeadObjectCommand(part));
        expect(head).to.include({ PartsCount: 3, ContentLength: body.length, ETag: ended.ETag });
        expect(head.$metadata.httpStatusCode).to.equal(206);
        const got = await client.send(new sdk.GetObjectCommand(part));
        expect(got.ContentRange).to.equal(`bytes ${start}-${start + body.length - 1}/16`);
        expect(await got.Body?.transformToString()).to.equal(body.toString());
        start += body.length;
      }
      const query = { partNumber: '4' };
      const beyond = await askGateway(gateway, { method: 'GET', path: `/${Bucket}/joined`, query });
      expect(beyond).to.include({ status: 416, code: 'InvalidPartNumber' });
      // A copy is one piece.
      await client.send(new sdk.CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/joined` }));
      const copy = await client.send(new sdk.HeadObjectCommand({ Bucket, Key: 'copy', PartNumber: 1 }));
      expect(copy.ContentLength).to.equal(16);
      expect(copy.PartsCount).to.equal(undefined);
    });
  }
});
