import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { DirectoryStores, fsDriver } from '@store/fs';
import { startGateway, type Gateway, type GatewayOptions } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { RawClient, signed } from './raw-client.js';
import { sdkOf } from './sdk-client.js';

const KEYS = { accessKeyId: 'GATEWAY', secretAccessKey: 'secret' };

describe('gateway, buckets', () => {
  let root: string;
  const open: AsyncDisposable[] = [];
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-buckets-'));
  });
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
    await rm(root, { recursive: true, force: true });
  });

  const serve = async (options: Partial<GatewayOptions> = {}): Promise<Gateway> => {
    const source = await DirectoryStores.open(root, { fsync: false });
    const gateway = await startGateway({ source, credentials: [KEYS], ...options });
    open.push({ [Symbol.asyncDispose]: () => source.close() }, gateway);
    return gateway;
  };
  const clientOf = (gateway: Gateway, region = 'us-east-1'): S3Client => {
    const client = sdkOf(gateway, { region });
    open.push({ [Symbol.asyncDispose]: async () => client.destroy() });
    return client;
  };
  const codeOf = async (sent: Promise<unknown>): Promise<string> =>
    sent.then(
      () => 'done',
      (error: unknown) => (error instanceof Error ? error.name : 'no error'),
    );
  const names = async (client: S3Client) =>
    (await client.send(new ListBucketsCommand({}))).Buckets?.map(({ Name }) => Name);

  it('are made, listed, used and removed', async () => {
    const client = clientOf(await serve());
    expect(await names(client)).to.deep.equal([]);
    const { Location } = await client.send(new CreateBucketCommand({ Bucket: 'one' }));
    expect(Location).to.equal('/one');
    await client.send(new CreateBucketCommand({ Bucket: 'two.parts' }));
    expect(await names(client)).to.deep.equal(['one', 'two.parts']);
    await client.send(new HeadBucketCommand({ Bucket: 'one' }));
    expect(await codeOf(client.send(new HeadBucketCommand({ Bucket: 'none' })))).to.equal('NotFound');
    await client.send(new PutObjectCommand({ Bucket: 'one', Key: 'k', Body: 'x' }));
    expect(await codeOf(client.send(new DeleteBucketCommand({ Bucket: 'one' })))).to.equal('BucketNotEmpty');
    await client.send(new DeleteObjectCommand({ Bucket: 'one', Key: 'k' }));
    await client.send(new DeleteBucketCommand({ Bucket: 'one' }));
    expect(await codeOf(client.send(new DeleteBucketCommand({ Bucket: 'one' })))).to.equal('NoSuchBucket');
    expect(await codeOf(client.send(new GetObjectCommand({ Bucket: 'one', Key: 'k' })))).to.equal(
      'NoSuchBucket',
    );
    expect(await readdir(root)).to.deep.equal(['two.parts']);
    // The same name again is another bucket.
    await client.send(new CreateBucketCommand({ Bucket: 'one' }));
    await client.send(new PutObjectCommand({ Bucket: 'one', Key: 'new', Body: 'y' }));
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'one', Key: 'new' }));
    expect(await Body?.transformToString()).to.equal('y');
  });

  it('have names that S3 has, and lie in one region', async () => {
    const client = clientOf(await serve({ region: 'eu-west-1' }), 'eu-west-1');
    const make = (Bucket: string, LocationConstraint?: 'eu-west-1' | 'us-west-2') =>
      codeOf(
        client.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint } })),
      );
    expect(await make('here', 'eu-west-1')).to.equal('done');
    expect(await make('there', 'us-west-2')).to.equal('IllegalLocationConstraintException');
    const { LocationConstraint } = await client.send(new GetBucketLocationCommand({ Bucket: 'here' }));
    expect(LocationConstraint).to.equal('eu-west-1');
    expect(await make('here')).to.equal('BucketAlreadyOwnedByYou');
    const wrong = [
      'ab',
      'Upper',
      'a..b',
      'a.-b',
      'a-.b',
      '192.168.0.1',
      '-a-',
      'a_b',
      'xn--abc',
      'a'.repeat(64),
    ];
    for (const name of wrong) expect(await make(name), name).to.equal('InvalidBucketName');
    expect(await readdir(root)).to.deep.equal(['here']);
    const locked = new CreateBucketCommand({ Bucket: 'locked', ObjectLockEnabledForBucket: true });
    expect(await codeOf(client.send(locked))).to.equal('NotImplemented');
    const open_ = new CreateBucketCommand({ Bucket: 'open', ACL: 'public-read' });
    expect(await codeOf(client.send(open_))).to.equal('NotImplemented');
  });

  it('are nothing outside of the directory, and nothing of others in it', async () => {
    const outside = await mkdtemp(join(tmpdir(), 'store-outside-'));
    open.push({ [Symbol.asyncDispose]: () => rm(outside, { recursive: true, force: true }) });
    const foreign = fsDriver(outside, { root: outside });
    await foreign.write.put({ key: 'secret', body: Buffer.from('s') }, {});
    await symlink(outside, join(root, 'linked'));
    await mkdir(join(root, 'files'));
    await writeFile(join(root, 'files', 'somebody.txt'), 'x');
    await writeFile(join(root, 'file'), 'x');
    await mkdir(join(root, '.hidden'));
    await mkdir(join(root, 'empty'));
    const gateway = await serve();
    expect(await names(clientOf(gateway))).to.deep.equal(['empty']);
    const strange = [
      'linked',
      'files',
      'file',
      '.hidden',
      '..',
      '%2e%2e',
      '..%2f',
      `..%2f${outside.slice(5)}`,
    ];
    for (const bucket of strange) {
      for (const method of ['HEAD', 'GET', 'DELETE']) {
        const raw = new RawClient(gateway.url);
        raw.send(signed({ method, path: `/${bucket}` }).head);
        const { status } = await raw.answer(method === 'HEAD');
        raw.destroy();
        expect(status, `${method} ${bucket}`).to.be.oneOf([400, 403, 404]);
      }
    }
    const client = clientOf(gateway);
    for (const Bucket of ['linked', 'files', 'file'])
      expect(await codeOf(client.send(new CreateBucketCommand({ Bucket })))).to.equal('BucketAlreadyExists');
    expect((await foreign.list.page({ prefix: '', maxKeys: 9 }, {})).objects).to.have.length(1);
    expect(await readdir(join(root, 'files'))).to.deep.equal(['somebody.txt']);
  });

  it('stay whole while clients make, fill and remove them at once', async () => {
    const client = clientOf(await serve());
    const acknowledged: string[] = [];
    const rounds = Array.from({ length: 20 }, async (_, i) => {
      await codeOf(client.send(new CreateBucketCommand({ Bucket: 'busy' })));
      const Key = `k${i}`;
      const put = await codeOf(client.send(new PutObjectCommand({ Bucket: 'busy', Key, Body: Key })));
      if (put === 'done') acknowledged.push(Key);
      await codeOf(client.send(new DeleteBucketCommand({ Bucket: 'busy' })));
    });
    await Promise.all(rounds);
    for (const Key of acknowledged) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: 'busy', Key }));
      expect(await Body?.transformToString()).to.equal(Key);
    }
    expect(acknowledged).not.to.have.length(0);
    expect(await readdir(root)).to.deep.equal(['busy']);
  });

  it('that were aside when a process died are there again', async () => {
    const before = join(root, '.removed-kept-0123456789ab');
    await fsDriver(before, { root: before, create: true }).write.put(
      { key: 'k', body: Buffer.from('x') },
      {},
    );
    const client = clientOf(await serve());
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'kept', Key: 'k' }));
    expect(await Body?.transformToString()).to.equal('x');
  });

  it('of the configuration stay: no client makes or removes them', async () => {
    const gateway = await startGateway({ stores: { demo: memoryDriver() }, credentials: [KEYS] });
    open.push(gateway);
    const client = clientOf(gateway);
    // In the oldest region, who makes a bucket again is told that it is done.
    expect(await codeOf(client.send(new CreateBucketCommand({ Bucket: 'demo' })))).to.equal('done');
    expect(await codeOf(client.send(new CreateBucketCommand({ Bucket: 'other' })))).to.equal(
      'NotImplemented',
    );
    expect(await codeOf(client.send(new DeleteBucketCommand({ Bucket: 'demo' })))).to.equal('NotImplemented');
    const both = clientOf(await serve({ stores: { demo: memoryDriver() } }));
    expect(await codeOf(both.send(new DeleteBucketCommand({ Bucket: 'demo' })))).to.equal('NotImplemented');
    await both.send(new CreateBucketCommand({ Bucket: 'another' }));
    expect(await names(both)).to.deep.equal(['another', 'demo']);
  });
}).timeout(20_000);
