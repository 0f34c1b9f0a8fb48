import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { startEmulator, type Emulator, type S3Quirks } from '@store/emulator';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';

let emulator: Emulator;
let client: S3Client;

function clientWith(requestChecksumCalculation: 'WHEN_REQUIRED' | 'WHEN_SUPPORTED'): S3Client {
  return new S3Client({
    endpoint: emulator.endpoints.s3 ?? '',
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'AK', secretAccessKey: 'SK' },
    maxAttempts: 1,
    requestChecksumCalculation,
  });
}

async function start(quirks: S3Quirks = {}): Promise<void> {
  emulator = await startEmulator({ s3: { quirks }, buckets: ['demo'] });
  client = clientWith('WHEN_REQUIRED');
}

/** A batch delete with any body, signed in the query. */
async function batch(
  body: string | Buffer,
  headers: Record<string, string> = md5(body),
): Promise<{ status: number; body: string }> {
  const command = new DeleteObjectsCommand({ Bucket: 'demo', Delete: { Objects: [] } });
  command.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string>; body?: unknown };
      request.headers = Object.fromEntries(
        Object.entries(request.headers).filter(([name]) => !/checksum|content-/.test(name)),
      );
      return next(args);
    },
    { step: 'build', priority: 'low' },
  );
  const url = await getSignedUrl(client, command, { unsignableHeaders: new Set(['content-type']) });
  const answer = await fetch(url, { method: 'POST', body: new Uint8Array(Buffer.from(body)), headers });
  return { status: answer.status, body: await answer.text() };
}

function md5(body: string | Buffer): Record<string, string> {
  return { 'content-md5': createHash('md5').update(body).digest('base64') };
}

function deleteXml(keys: readonly string[]): string {
  return `<Delete>${keys.map((key) => `<Object><Key>${key}</Key></Object>`).join('')}</Delete>`;
}

const many = (count: number): string[] => Array.from({ length: count }, (_, i) => `k${i}`);

describe('emulator: S3', () => {
  afterEach(async () => {
    client.destroy();
    await emulator.close();
  });

  const refused: Readonly<Record<string, readonly [body: string, code: string]>> = {
    'more than 1000 keys': [deleteXml(many(1001)), 'MalformedXML'],
    'no keys': [deleteXml([]), 'MalformedXML'],
    'an empty body': ['', 'MalformedXML'],
    'a key that is empty': [deleteXml(['']), 'MalformedXML'],
    'another document': ['<Deletes/>', 'MalformedXML'],
    'an element that does not belong': [
      '<Delete><Object><Key>a</Key><Name>b</Name></Object></Delete>',
      'MalformedXML',
    ],
    'a control character': [deleteXml(['a', 'b\u0001']), 'MalformedXML'],
    'a reference to a control character': [deleteXml(['a', 'b&#1;']), 'MalformedXML'],
    'a document that does not end': ['<Delete><Object><Key>a</Key>', 'MalformedXML'],
    'more than 2 MiB': [
      deleteXml(many(999).map((key) => key + 'x'.repeat(2200))),
      'MaxMessageLengthExceeded',
    ],
  };
  for (const [what, [body, code]] of Object.entries(refused)) {
    it(`refuses a batch delete with ${what}, and deletes nothing`, async () => {
      await start();
      await emulator.bucket('demo').seed(['a', 'k0']);
      const answer = await batch(body);
      expect(answer.status).to.equal(400);
      expect(answer.body).to.contain(`<Code>${code}</Code>`);
      expect(await emulator.bucket('demo').keys()).to.deep.equal(['a', 'k0']);
    });
  }

  it('wants a digest with a batch delete, and a right one', async () => {
    await start();
    await emulator.bucket('demo').seed(['a']);
    const body = deleteXml(['a']);
    expect((await batch(body, {})).body).to.contain('Content-MD5 OR x-amz-checksum');
    expect((await batch(body, md5('other'))).body).to.contain('<Code>BadDigest</Code>');
    expect((await batch(body, { 'content-md5': 'short' })).body).to.contain('<Code>InvalidDigest</Code>');
    expect(await emulator.bucket('demo').keys()).to.deep.equal(['a']);
    expect((await batch(body)).body).to.contain('<Deleted><Key>a</Key></Deleted>');
  });

  it('answers about the version that a batch delete names, also about "null" where there are no versions', async () => {
    await start();
    await emulator.bucket('demo').seed(['a', 'b']);
    emulator.setFaults({ deny: [{ key: '^b$' }] });
    const Objects = ['a', 'b'].map((Key) => ({ Key, VersionId: 'null' }));
    const { Deleted, Errors } = await client.send(
      new DeleteObjectsCommand({ Bucket: 'demo', Delete: { Objects } }),
    );
    expect(Deleted).to.deep.equal([{ Key: 'a', VersionId: 'null' }]);
    expect(Errors?.map(({ Key, VersionId }) => ({ Key, VersionId }))).to.deep.equal([
      { Key: 'b', VersionId: 'null' },
    ]);
    expect(await emulator.bucket('demo').keys()).to.deep.equal(['b']);
  });

  it('holds checksums against the body, in headers and in trailers', async () => {
    await start();
    const put = (checksum: string): Promise<unknown> =>
      client.send(new PutObjectCommand({ Bucket: 'demo', Key: 'k', Body: 'hello', ChecksumCRC32: checksum }));
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(crc32('hello'));
    await put(bytes.toString('base64'));
    await put('AAAAAA==').then(
      () => expect.fail('was taken'),
      (error: Error) => expect(error.name).to.equal('BadDigest'),
    );
    const streaming = clientWith('WHEN_SUPPORTED');
    for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const) {
      await streaming.send(
        new PutObjectCommand({
          Bucket: 'demo',
          Key: ChecksumAlgorithm,
          Body: Readable.from([Buffer.from('in '), Buffer.from('a stream')], { objectMode: false }),
          ContentLength: 11,
          ChecksumAlgorithm,
        }),
      );
      const { Body } = await client.send(new GetObjectCommand({ Bucket: 'demo', Key: ChecksumAlgorithm }));
      expect(await Body?.transformToString()).to.equal('in a stream');
    }
    streaming.destroy();
    expect(emulator.log.of('PutObject').at(-1)?.headers['x-amz-content-sha256']).to.match(
      /^STREAMING-.*TRAILER$/,
    );
  });

  it('takes paths byte for byte: dots and slashes are parts of a key', async () => {
    await start();
    const keys = ['b', 'a/../b', '/b', './b', 'a//b'];
    for (const key of keys) await client.send(new PutObjectCommand({ Bucket: 'demo', Key: key, Body: key }));
    expect(await emulator.bucket('demo').keys()).to.have.members(keys);
    await client.send(new DeleteObjectCommand({ Bucket: 'demo', Key: 'a/../b' }));
    expect(await emulator.bucket('demo').keys()).to.have.members(keys.filter((key) => key !== 'a/../b'));
  });

  it('refuses what is not signed', async () => {
    await start();
    await emulator.bucket('demo').seed(['k']);
    const url = await getSignedUrl(client, new GetObjectCommand({ Bucket: 'demo', Key: 'k' }));
    expect((await fetch(url)).status).to.equal(200);
    expect((await fetch(url.replace('/k?', '/other?'))).status).to.equal(403);
    expect((await fetch(`${emulator.endpoints.s3}/demo/k`)).status).to.equal(403);
    expect((await fetch(`${emulator.endpoints.s3}/demo/k`, { method: 'DELETE' })).status).to.equal(403);
    expect(await emulator.bucket('demo').keys()).to.deep.equal(['k']);
  });

  it('answers a path that is no encoding with 400 and goes on', async () => {
    await start();
    const { port } = new URL(emulator.endpoints.s3 ?? '');
    const answer = await new Promise<string>((resolve, reject) => {
      const request = httpRequest({ port, host: '127.0.0.1', path: '/demo/%zz' }, (response) => {
        text(response).then(resolve, reject);
      });
      request.on('error', reject).end();
    });
    expect(answer).to.contain('<Code>InvalidURI</Code>');
  });

  it('does not act on an object when a sub-resource is asked for that it has not', async () => {
    await start();
    await emulator.bucket('demo').seed(['k'], 'x');
    const url = await getSignedUrl(client, new DeleteObjectCommand({ Bucket: 'demo', Key: 'k' }));
    const answer = await fetch(url.replace('/k?', '/k?acl&'), { method: 'DELETE' });
    expect(answer.status).to.equal(501);
    expect(await emulator.bucket('demo').keys()).to.deep.equal(['k']);
  });

  it('keeps no credentials in its log', async () => {
    await start();
    await client.send(new PutObjectCommand({ Bucket: 'demo', Key: 'k', Body: 'x' }));
    await fetch(await getSignedUrl(client, new GetObjectCommand({ Bucket: 'demo', Key: 'k' })));
    const log = JSON.stringify(emulator.log.entries);
    expect(log).not.to.match(/Signature=|X-Amz-Signature|Credential/);
    expect(emulator.log.entries).to.have.length(2);
  });

  it('repeats its faults for the same seed', async () => {
    const outcomes: string[] = [];
    for (const seed of [5, 5, 6]) {
      await start();
      await emulator.bucket('demo').seed(['k']);
      emulator.setFaults({ seed, faults: [{ probability: 0.5, effect: { error: { code: 'SlowDown' } } }] });
      const url = await getSignedUrl(client, new GetObjectCommand({ Bucket: 'demo', Key: 'k' }));
      let statuses = '';
      for (let i = 0; i < 20; i++) statuses += (await fetch(url)).status === 200 ? '.' : 'x';
      outcomes.push(statuses);
      client.destroy();
      await emulator.close();
    }
    expect(outcomes[0]).to.equal(outcomes[1]).and.not.equal(outcomes[2]);
    expect(outcomes[0]).to.contain('.').and.contain('x');
    await start();
  });
});
