import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import {
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type CompletedPart,
} from '@aws-sdk/client-s3';
import { openStore } from '@store/core';
import { s3 } from '@store/s3';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { finish, Place } from './run-store.js';

describe('store serve', () => {
  let place: Place;
  const running = new Set<ChildProcessWithoutNullStreams>();
  afterEach(async () => {
    for (const child of running) child.kill('SIGKILL');
    running.clear();
    await place[Symbol.asyncDispose]();
  });

  const serve = async (args: readonly string[], env: Record<string, string> = {}) => {
    const child = place.start(['serve', '--port', '0', ...args], env);
    running.add(child);
    const finished = finish(child);
    const [line] = (await Promise.race([
      once(child.stdout, 'data'),
      finished.then(({ stderr }) => Promise.reject(new Error(stderr))),
    ])) as [string];
    const [, url = ''] = /: (https?:\/\/\S+)$/m.exec(line) ?? [];
    return { child, finished, url, line };
  };
  const clientOf = (endpoint: string, accessKeyId: string, secretAccessKey: string) =>
    new S3Client({
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
      maxAttempts: 1,
    });
  const codeOf = async (sent: Promise<unknown>): Promise<string> =>
    sent.then(
      () => 'done',
      (error: unknown) => (error instanceof Error ? error.name : 'no error'),
    );

  it('puts S3 with delete by prefix in front of a directory, until it is interrupted', async () => {
    place = await Place.create({
      stores: { uploads: { provider: 'fs', root: 'data', create: true, fsync: false } },
      gateway: { accessKeyId: 'AK', secretAccessKey: '${SECRET}' },
    });
    const { child, finished, url, line } = await serve(['uploads', '--log-format', 'json'], {
      SECRET: 'very-secret',
    });
    expect(line).to.match(/^uploads: http:\/\/127\.0\.0\.1:\d+$/m);
    const store = await openStore(
      {
        provider: 's3',
        bucket: 'uploads',
        endpoint: url,
        accessKeyId: 'AK',
        secretAccessKey: 'very-secret',
        quirks: { serverPrefixDelete: true },
      },
      { adapters: [s3] },
    );
    for (const key of ['logs/1', 'logs/a b', 'logs-old/1']) await store.put(key, key);
    expect(await store.deletePrefix('logs/', { strategy: 'server-prefix' })).to.include({
      deleted: 2,
      complete: true,
    });
    await store.close();
    child.kill('SIGINT');
    const { code, stderr } = await finished;
    expect(code).to.equal(0);
    expect(stderr).to.contain('"operation":"DeletePrefix"').and.not.contain('very-secret');
    const left = await place.run(['ls', '-r', 'uploads:'], '', { SECRET: 'very-secret' });
    expect(left.stdout).to.contain('logs-old/1').and.not.contain('logs/1');
  });

  it('names pages of browsers, and another minimum for parts', async () => {
    place = await Place.create({
      stores: { uploads: { provider: 'memory' } },
      gateway: { accessKeyId: 'AK', secretAccessKey: 'very-secret' },
    });
    const origin = 'https://app.example.com';
    const { url } = await serve(['uploads', '--cors', origin, '--min-part-size', '0']);
    const headers = { origin, 'access-control-request-method': 'PUT' };
    const asked = await fetch(`${url}/uploads/k`, { method: 'OPTIONS', headers });
    expect(asked.headers.get('access-control-allow-origin')).to.equal(origin);
    const client = clientOf(url, 'AK', 'very-secret');
    const at = { Bucket: 'uploads', Key: 'k' };
    const { UploadId } = await client.send(new CreateMultipartUploadCommand(at));
    const Parts: CompletedPart[] = [];
    for (const PartNumber of [1, 2]) {
      const part = { ...at, UploadId, PartNumber, Body: 'small' };
      const { ETag, ChecksumCRC32 } = await client.send(new UploadPartCommand(part));
      Parts.push({ PartNumber, ETag, ChecksumCRC32 });
    }
    const end = new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } });
    expect(await codeOf(client.send(end))).to.equal('done');
    client.destroy();
    const wrong = await place.run(['serve', 'uploads', '--port', '0', '--cors', 'app.example.com']);
    expect(wrong.code).to.equal(2);
    expect(wrong.stderr).to.contain('"app.example.com" is no origin of a page');
  });

  it('says what it needs', async () => {
    place = await Place.create({ stores: { uploads: { provider: 'memory' } } });
    const { code, stderr } = await place.run(['serve', 'uploads']);
    expect(code).to.equal(2);
    expect(stderr).to.match(/^store: .*config\.gateway is missing: clients need keys to sign with/);
    const refused = async (gateway: unknown, what: string, args: readonly string[] = ['uploads']) => {
      await place.configure(JSON.stringify({ stores: { uploads: { provider: 'memory' } }, gateway }));
      const run = await place.run(['serve', ...args]);
      expect(run.code, run.stderr).to.equal(2);
      expect(run.stderr).to.contain(what).and.not.contain('very-secret');
    };
    const key = { accessKeyId: 'AK', secretAccessKey: 'very-secret' };
    await refused({ ...key, regin: 'x' }, 'config.gateway.regin');
    await refused({ accessKeyId: 'AK' }, 'needs both');
    await refused({ keys: [] }, 'has no keys');
    await refused({ keys: [{ ...key, secretFile: 'x' }] }, 'one of secretAccessKey and secretFile');
    await refused({ keys: [{ accessKeyId: 'AK', secretFile: 'missing' }] }, 'cannot be read');
    await refused({ keys: [key, key] }, 'is there twice');
    await refused(key, 'name stores of the configuration', []);
    await refused(key, '--cert and --key go together', ['uploads', '--cert', 'x']);
    const config = 'store.config.json';
    const none = ['uploads', '--cert', config, '--key', config];
    await refused(key, '--cert and --key are no certificate and its key', none);
    await writeFile(place.path('list.json'), JSON.stringify([key]));
    await refused(key, 'and should hold { "keys": [ … ] }', ['uploads', '--keys', 'list.json']);
    await refused(key, 'is no directory of stores', ['--root', 'no-such-directory']);
    await refused(key, 'cannot be read', ['uploads', '--keys', 'no-such-file']);
    await writeFile(place.path('keys.json'), '{ "keys": [{ "secretAccessKey": "very-secret" ');
    await refused(key, 'it is no JSON', ['uploads', '--keys', 'keys.json']);
  });

  it('serves a directory of stores without any configuration, to keys of a file, each with its rights', async () => {
    place = await Place.create();
    await mkdir(place.path('stores'));
    await writeFile(place.path('reader.secret'), 'reader-secret\n');
    const keys = [
      { accessKeyId: 'ADMIN', secretAccessKey: '${ADMIN_SECRET}' },
      { accessKeyId: 'READER', secretFile: 'reader.secret', readOnly: true },
      { accessKeyId: 'TEAM', secretAccessKey: 'team-secret', within: ['photos/team/'] },
    ];
    await writeFile(place.path('keys.json'), JSON.stringify({ keys }));
    const { child, finished, url } = await serve(
      ['--root', 'stores', '--keys', 'keys.json', '--metrics-port', '0', '--grace', '5s'],
      { ADMIN_SECRET: 'admin-secret' },
    );
    const admin = clientOf(url, 'ADMIN', 'admin-secret');
    const reader = clientOf(url, 'READER', 'reader-secret');
    const team = clientOf(url, 'TEAM', 'team-secret');
    const Bucket = 'photos';
    await admin.send(new CreateBucketCommand({ Bucket }));
    for (const Key of ['team/1', 'own/1']) await admin.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    const { Buckets } = await reader.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).to.deep.equal([Bucket]);
    const put = new PutObjectCommand({ Bucket, Key: 'team/2', Body: 'x' });
    expect(await codeOf(reader.send(put))).to.equal('AccessDenied');
    expect(await codeOf(team.send(put))).to.equal('done');
    expect(await codeOf(team.send(new GetObjectCommand({ Bucket, Key: 'own/1' })))).to.equal('AccessDenied');
    expect(await codeOf(team.send(new ListObjectsV2Command({ Bucket })))).to.equal('AccessDenied');
    expect(await codeOf(team.send(new ListObjectsV2Command({ Bucket, Prefix: 'team/' })))).to.equal('done');
    for (const client of [admin, reader, team]) client.destroy();
    child.kill('SIGTERM');
    const { code, stderr } = await finished;
    expect(code, stderr).to.equal(0);
    expect(await readdir(place.path('stores'))).to.deep.equal([Bucket]);
    expect(stderr).to.match(/^metrics: http:\/\/127\.0\.0\.1:\d+\/metrics$/m);
    expect(stderr).to.match(/ 403 AccessDenied PUT PutObject "\/photos\/team\/2" .* key=READER /);
    for (const secret of ['admin-secret', 'reader-secret', 'team-secret'])
      expect(stderr).not.to.contain(secret);
  });
}).timeout(60_000);
