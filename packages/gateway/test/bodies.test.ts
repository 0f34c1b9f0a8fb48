import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDriver, type StoreDriver } from '@store/core';
import { startEmulator } from '@store/emulator';
import { fs } from '@store/fs';
import { startGateway, type Gateway } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { oss } from '@store/oss';
import { s3 } from '@store/s3';
import { beginChecksum } from '@store/s3-server';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { inChunks, type ChunkForm } from './chunked-body.js';
import {
  askGateway,
  exchange,
  KEYS,
  type RawAnswer,
  RawClient,
  sha256,
  signed,
  type SignedRequest,
} from './raw-client.js';

const MIB = 1024 * 1024;

/** Larger than what is held of it anywhere. */
const BODY = Buffer.alloc(20 * MIB + 17);
for (let at = 0; at < BODY.length; at += 4096) BODY.writeUInt32LE(at, Math.min(at, BODY.length - 4));

const FORMS: readonly ChunkForm[] = [
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
];

const WRONG = 'AAAAAAAAAAA=';

interface Opened {
  readonly driver: StoreDriver;
  readonly close: () => Promise<void>;
}

/** Their names, without those of directories. */
async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

const STORES: Readonly<Record<string, () => Promise<Opened>>> = {
  'a directory': async () => {
    const root = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
    const driver = openDriver({ provider: 'fs', root, fsync: false }, { adapters: [fs] });
    return { driver, close: () => rm(root, { recursive: true }) };
  },
  memory: async () => ({ driver: memoryDriver(), close: async () => undefined }),
  S3: async () => {
    const emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
    const place = { bucket: 'demo', endpoint: emulator.endpoints.s3, region: emulator.region };
    const config = { provider: 's3', ...place, ...emulator.credential, quirks: { versions: false } };
    const driver = openDriver(config, { adapters: [s3] });
    return { driver, close: () => driver.close().then(() => emulator.close()) };
  },
  OSS: async () => {
    const emulator = await startEmulator({ oss: {}, buckets: ['demo'] });
    const { accessKeyId, secretAccessKey: accessKeySecret } = emulator.credential;
    const place = { bucket: 'demo', endpoint: emulator.endpoints.oss, region: `oss-${emulator.region}` };
    const config = { provider: 'oss', ...place, accessKeyId, accessKeySecret, pathStyle: true };
    const driver = openDriver(config, { adapters: [oss] });
    return { driver, close: () => driver.close().then(() => emulator.close()) };
  },
};

for (const [name, open] of Object.entries(STORES)) {
  describe(`gateway, large bodies over ${name}`, () => {
    let opened: Opened;
    let driver: StoreDriver;
    let gateway: Gateway;
    let spoolDirectory: string;
    beforeEach(async () => {
      opened = await open();
      spoolDirectory = await mkdtemp(join(tmpdir(), 'store-gateway-spool-'));
      ({ driver } = opened);
      gateway = await startGateway({
        minPartBytes: 0,
        stores: { demo: driver, other: driver },
        credentials: [KEYS],
        // What holds no body of these tests.
        maxBytesInFlight: 9 * MIB,
        spoolDirectory,
      });
    });
    afterEach(async () => {
      await gateway.close();
      await opened.close();
      await rm(spoolDirectory, { recursive: true });
    });

    const send = (head: string, body: Buffer): Promise<RawAnswer> => exchange(gateway.url, head, body);
    const ask = (request: SignedRequest, body?: Buffer): Promise<RawAnswer> =>
      askGateway(gateway, request, body);
    const put = { method: 'PUT', path: '/demo/k' };
    const contentOf = async (key: string): Promise<Buffer> =>
      buffer((await driver.read.get({ key }, {})).body);
    const expectContent = async (key: string, expected: Buffer): Promise<void> => {
      const found = await contentOf(key);
      expect(found.length).to.equal(expected.length);
      expect(found.equals(expected)).to.equal(true);
    };
    const uploads = async (): Promise<number> =>
      (await driver.uploads?.page({ prefix: '', maxUploads: 10 }, {}))?.uploads.length ?? 0;

    it('writes them byte for byte, in every form', async () => {
      for (const payload of ['UNSIGNED-PAYLOAD', sha256(BODY)]) {
        const headers = { 'content-md5': digest('md5', BODY), 'x-amz-meta-a': '1' };
        const answer = await ask({ ...put, payload, headers }, BODY);
        expect(answer.status, answer.body).to.equal(200);
        await expectContent('k', BODY);
        expect((await driver.read.head({ key: 'k' }, {})).metadata).to.deep.equal({ a: '1' });
        await driver.delete.one({ key: 'k' }, {});
      }
      for (const form of FORMS) {
        const trailer = ['x-amz-checksum-crc64nvme', digest('crc64nvme', BODY)] as const;
        const { head, body } = inChunks(form, put, BODY, trailer);
        const answer = await send(head, body);
        expect(answer.status, answer.body).to.equal(200);
        await expectContent('k', BODY);
        await driver.delete.one({ key: 'k' }, {});
      }
      // Of no announced length.
      const { head } = signed({ ...put, headers: { 'transfer-encoding': 'chunked' } });
      const size = Buffer.from(`${BODY.length.toString(16)}\r\n`);
      const framed = Buffer.concat([size, BODY, Buffer.from('\r\n0\r\n\r\n')]);
      expect((await send(head, framed)).status).to.equal(200);
      await expectContent('k', BODY);
      expect(await uploads()).to.equal(0);
    }).timeout(120_000);

    it('writes nothing of one that is not what its headers say, and leaves what was there', async () => {
      const old = Buffer.from('old');
      await driver.write.put({ key: 'k', body: old }, {});
      for (const body of [BODY, BODY.subarray(0, 5 * MIB), BODY.subarray(0, 300_000), BODY.subarray(0, 9)]) {
        const refused: [string, RawAnswer][] = [
          ['XAmzContentSHA256Mismatch', await ask({ ...put, payload: sha256('another') }, body)],
          ['BadDigest', await ask({ ...put, headers: { 'content-md5': digest('md5', old) } }, body)],
          ['BadDigest', await ask({ ...put, headers: { 'x-amz-checksum-crc64nvme': WRONG } }, body)],
        ];
        for (const form of FORMS) {
          const right = ['x-amz-checksum-crc64nvme', digest('crc64nvme', body)] as const;
          const wrong = ['x-amz-checksum-crc64nvme', WRONG] as const;
          if (form.endsWith('-TRAILER')) {
            const sent = inChunks(form, put, body, wrong);
            refused.push(['BadDigest', await send(sent.head, sent.body)]);
          }
          const sent = inChunks(form, put, body, right);
          // A byte in the last chunk, which is behind all others.
          const at = sent.body.lastIndexOf('\r\n0') - 1;
          sent.body[at] = (sent.body[at] ?? 0) ^ 1;
          const code = form.includes('UNSIGNED') ? 'BadDigest' : 'SignatureDoesNotMatch';
          refused.push([code, await send(sent.head, sent.body)]);
        }
        for (const [code, answer] of refused) {
          expect(answer.status, answer.body).to.be.within(400, 403);
          expect(answer.code).to.equal(code);
        }
        await expectContent('k', old);
        expect(await uploads()).to.equal(0);
      }
    }).timeout(120_000);

    it('writes nothing for a client that goes away in the middle', async () => {
      const old = Buffer.from('old');
      await driver.write.put({ key: 'k', body: old }, {});
      for (const sent of [100, 300_000, BODY.length - 1]) {
        const client = new RawClient(gateway.url);
        client.send(signed({ ...put, headers: { 'content-length': String(BODY.length) } }).head);
        await client.flood(BODY.subarray(0, sent), sent);
        client.destroy();
      }
      // All that they had is given back.
      let answer = await ask({ ...put, path: '/demo/next' }, BODY);
      while (answer.code === 'SlowDown') answer = await ask({ ...put, path: '/demo/next' }, BODY);
      expect(answer.status).to.equal(200);
      while ((await uploads()) > 0) await sleep(10);
      await expectContent('k', old);
    }).timeout(60_000);

    it('copies them between buckets and with other attributes, without holding them', async () => {
      expect((await ask({ ...put, headers: { 'x-amz-meta-a': '1' } }, BODY)).status).to.equal(200);
      const copy = (path: string, headers: Readonly<Record<string, string>> = {}): Promise<RawAnswer> =>
        ask({ method: 'PUT', path, headers: { 'x-amz-copy-source': '/demo/k', ...headers } });
      expect((await copy('/other/copy')).body).to.contain('<CopyObjectResult');
      await expectContent('copy', BODY);
      expect((await driver.read.head({ key: 'copy' }, {})).metadata).to.deep.equal({ a: '1' });
      const replace = { 'x-amz-metadata-directive': 'REPLACE', 'x-amz-meta-b': '2' };
      expect((await copy('/demo/k', replace)).body).to.contain('<CopyObjectResult');
      await expectContent('k', BODY);
      expect((await driver.read.head({ key: 'k' }, {})).metadata).to.deep.equal({ b: '2' });
      expect(await uploads()).to.equal(0);
    }).timeout(60_000);

    it('copies ranges into parts, within a bucket and between two, and no range that there is not', async () => {
      const content = BODY.subarray(0, 11 * MIB);
      expect((await ask(put, content)).status).to.equal(200);
      const begun = await ask({ method: 'POST', path: '/other/joined', query: { uploads: '' } });
      const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.body)?.[1] ?? '';
      const copyPart = (partNumber: string, range: string, source: string, more = {}): Promise<RawAnswer> =>
        ask({
          method: 'PUT',
          path: '/other/joined',
          query: { uploadId, partNumber },
          headers: { 'x-amz-copy-source': source, 'x-amz-copy-source-range': range, ...more },
        });
      for (const range of ['bytes=hello', 'bytes=3-1', 'bytes=0-', 'bytes=-5', '0-5', 'bytes=0-1,3-4', '']) {
        const answer = await copyPart('1', range, '/demo/k');
        expect(answer, range).to.include({ status: 400, code: 'InvalidArgument' });
      }
      const beyond = await copyPart('1', `bytes=0-${content.length}`, '/demo/k');
      expect(beyond).to.include({ status: 416, code: 'InvalidRange' });
      for (const number of ['1e3', '0', '10001', '', '-1', '1.0']) {
        const answer = await copyPart(number, 'bytes=0-1', '/demo/k');
        expect(answer, number).to.include({ status: 400, code: 'InvalidArgument' });
      }
      const unmet = await copyPart('1', 'bytes=0-1', '/demo/k', { 'x-amz-copy-source-if-match': '"x"' });
      expect(unmet).to.include({ status: 412, code: 'PreconditionFailed' });
      const first = 6 * MIB;
      const etags: string[] = [];
      for (const [number, range, source] of [
        ['1', `bytes=0-${first - 1}`, '/demo/k'],
        ['2', `bytes=${first}-${content.length - 1}`, '/other/k'],
      ] as const) {
        const { body } = await copyPart(number, range, source);
        etags.push(/<ETag>(.*)<\/ETag>/.exec(body)?.[1] ?? '');
      }
      const parts = etags.map(
        (etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
      );
      const document = `<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`;
      const done = await ask(
        { method: 'POST', path: '/other/joined', query: { uploadId } },
        Buffer.from(document),
      );
      expect(done.status, done.body).to.equal(200);
      // Clients of some languages do without it badly.
      expect(done.body).to.contain('<Location>http://gateway/other/joined</Location>');
      await expectContent('joined', content);
    }).timeout(60_000);

    it('hands parts on without holding them, where a store takes such', async () => {
      const begun = await ask({ method: 'POST', path: '/demo/k', query: { uploads: '' } });
      const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.body)?.[1] ?? '';
      const part = (partNumber: string, headers = {}): SignedRequest => ({
        ...put,
        query: { uploadId, partNumber },
        headers,
      });
      if (name === 'memory') {
        expect(await ask(part('1'), BODY)).to.include({ status: 400, code: 'EntityTooLarge' });
        return;
      }
      const wrong = await ask(part('1', { 'x-amz-checksum-crc64nvme': WRONG }), BODY);
      expect(wrong).to.include({ status: 400, code: 'BadDigest' });
      const right = ['x-amz-checksum-crc64nvme', digest('crc64nvme', BODY)] as const;
      const chunked = inChunks('STREAMING-UNSIGNED-PAYLOAD-TRAILER', part('1'), BODY, right);
      const sent = [await send(chunked.head, chunked.body), await ask(part('2'), BODY)];
      // Of no announced length.
      const { head } = signed({ ...part('3'), headers: { 'transfer-encoding': 'chunked' } });
      const size = Buffer.from(`${BODY.length.toString(16)}\r\n`);
      sent.push(await send(head, Buffer.concat([size, BODY, Buffer.from('\r\n0\r\n\r\n')])));
      const listed = sent.map(({ status, body, headers }, i) => {
        expect(status, body).to.equal(200);
        return `<Part><PartNumber>${i + 1}</PartNumber><ETag>${headers.get('etag')}</ETag></Part>`;
      });
      if (driver.multipart) expect(await filesIn(spoolDirectory)).to.deep.equal([]);
      const document = `<CompleteMultipartUpload>${listed.join('')}</CompleteMultipartUpload>`;
      const done = await ask({ method: 'POST', path: '/demo/k', query: { uploadId } }, Buffer.from(document));
      expect(done.status, done.body).to.equal(200);
      await expectContent('k', Buffer.concat([BODY, BODY, BODY]));
      expect(await filesIn(spoolDirectory)).to.deep.equal([]);
    }).timeout(60_000);

    it('hands no part on for which the spool has no room, and frees what it took', async () => {
      if (!driver.multipart?.keptPart) return;
      const small = await startGateway({
        minPartBytes: 0,
        stores: { demo: driver },
        credentials: [KEYS],
        spoolDirectory,
        maxSpoolBytes: BODY.length,
      });
      try {
        const begun = await askGateway(small, { method: 'POST', path: '/demo/k', query: { uploads: '' } });
        const query = { uploadId: /<UploadId>(.*)<\/UploadId>/.exec(begun.body)?.[1] ?? '', partNumber: '1' };
        const larger = Buffer.concat([BODY, Buffer.from('x')]);
        for (let i = 0; i < 2; i++) {
          const refused = await askGateway(small, { ...put, query }, larger);
          expect(refused).to.include({ status: 507, code: 'InsufficientStorage' });
          expect((await askGateway(small, { ...put, query }, BODY)).status).to.equal(200);
        }
        expect(await filesIn(spoolDirectory)).to.deep.equal([]);
      } finally {
        await small.close();
      }
    }).timeout(60_000);

    it('refuses a body that is too large before it comes, and one that has no room', async () => {
      const small = await startGateway({
        minPartBytes: 0,
        stores: { demo: driver },
        credentials: [KEYS],
        maxBodyBytes: MIB,
        maxBytesInFlight: 1000,
      });
      const first = gateway;
      gateway = small;
      try {
        const waiting = async (bytes: number): Promise<RawAnswer> =>
          send(signed({ ...put, headers: { 'content-length': String(bytes) } }).head, Buffer.alloc(0));
        expect(await waiting(MIB + 1)).to.include({ status: 400, code: 'EntityTooLarge' });
        // Memory takes parts of any size, and so there is room.
        if (name !== 'memory') expect(await waiting(MIB)).to.include({ status: 503, code: 'SlowDown' });
        expect((await ask(put, BODY.subarray(0, 1000))).status).to.equal(200);
        // Whoever says nothing of the length is stopped on the way.
        const { head } = signed({ ...put, headers: { 'transfer-encoding': 'chunked' } });
        const client = new RawClient(gateway.url);
        client.send(head);
        client.send(`${(2 * MIB).toString(16)}\r\n`);
        await client.flood(Buffer.alloc(64 * 1024), 2 * MIB);
        expect((await client.answer()).status).to.be.within(400, 503);
        await client.closed();
        await expectContent('k', BODY.subarray(0, 1000));
      } finally {
        gateway = first;
        await small.close();
      }
    });
  });
}

describe('gateway, a store that does not wait for the end', () => {
  it('never has the last bytes of a body that is wrong', async () => {
    const inner = memoryDriver();
    const got: number[] = [];
    const streaming: StoreDriver = {
      ...inner,
      write: {
        ...inner.write,
        streaming: true,
        // Whoever knows the length in advance has an object with the last byte, whatever comes then.
        put: async ({ key, body }) => {
          const at = got.push(0) - 1;
          if (body instanceof Uint8Array) got[at] = body.length;
          else
            for await (const chunk of body as AsyncIterable<Buffer>) got[at] = (got[at] ?? 0) + chunk.length;
          return { key, etag: '"x"' };
        },
      },
    };
    await using gateway = await startGateway({
      minPartBytes: 0,
      stores: { demo: streaming },
      credentials: [KEYS],
    });
    const put = { method: 'PUT', path: '/demo/k' };
    const send = (head: string, body: Buffer): Promise<RawAnswer> => exchange(gateway.url, head, body);
    const body = BODY.subarray(0, MIB);
    const length = { 'content-length': String(body.length) };
    const wrong = { ...length, 'x-amz-checksum-crc64nvme': WRONG };
    expect(await send(signed({ ...put, headers: wrong }).head, body)).to.include({ code: 'BadDigest' });
    const trailer = ['x-amz-checksum-crc64nvme', WRONG] as const;
    const framed = inChunks('STREAMING-UNSIGNED-PAYLOAD-TRAILER', put, body, trailer);
    expect(await send(framed.head, framed.body)).to.include({ code: 'BadDigest' });
    expect((await send(signed({ ...put, headers: length }).head, body)).status).to.equal(200);
    expect(got).to.have.length(3);
    expect(got[0]).to.be.below(body.length);
    expect(got[1]).to.be.below(body.length);
    expect(got[2]).to.equal(body.length);
  });
});

describe('gateway, a store and a client that are slow', () => {
  const inner = memoryDriver();
  const put = { method: 'PUT', path: '/demo/k', headers: { 'content-length': String(MIB) } };

  it('waits for the client without holding it against the store', async () => {
    await using gateway = await startGateway({
      minPartBytes: 0,
      stores: { demo: inner },
      credentials: [KEYS],
      timeouts: { storeMs: 200 },
    });
    const client = new RawClient(gateway.url);
    client.send(signed(put).head);
    for (let i = 0; i < 4; i++) {
      client.send(BODY.subarray(0, MIB / 4));
      await sleep(250);
    }
    expect((await client.answer()).status).to.equal(200);
    client.destroy();
  });

  it('does not wait for a store that stops taking', async () => {
    const stuck: StoreDriver = {
      ...inner,
      write: { ...inner.write, streaming: true, put: () => new Promise(() => undefined) },
    };
    await using gateway = await startGateway({
      minPartBytes: 0,
      stores: { demo: stuck },
      credentials: [KEYS],
      timeouts: { storeMs: 200 },
    });
    const client = new RawClient(gateway.url);
    client.send(signed(put).head);
    client.send(BODY.subarray(0, MIB / 2));
    expect(await client.answer()).to.include({ status: 503, code: 'ServiceUnavailable' });
    await client.closed();
  });
});

function digest(algorithm: string, body: Buffer): string {
  if (algorithm === 'md5') return createHash('md5').update(body).digest('base64');
  const sum = beginChecksum(algorithm);
  sum?.update(body);
  return sum?.base64() ?? '';
}
