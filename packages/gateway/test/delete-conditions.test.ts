import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as sdk from '@aws-sdk/client-s3';
import { openDriver, type StoreDriver } from '@store/core';
import { fs } from '@store/fs';
import { startGateway, type Gateway } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { askGateway, KEYS, type RawAnswer } from './raw-client.js';
import { sdkOf } from './sdk-client.js';

// Conditions of size and time: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html

const SIZE = 'x-amz-if-match-size';
const TIME = 'x-amz-if-match-last-modified-time';

describe('gateway, deletes on condition of a size and a time', () => {
  let root: string;
  let plain: StoreDriver;
  let directory: StoreDriver;
  const versioned = memoryDriver({ versioning: 'enabled' });
  let gateway: Gateway;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
    plain = memoryDriver();
    const place = { provider: 'fs', root: join(root, 'data'), create: true, fsync: false };
    directory = openDriver(place, { adapters: [fs] });
    gateway = await startGateway({ stores: { plain, versioned, directory }, credentials: [KEYS] });
  });
  afterEach(async () => {
    await gateway.close();
    await directory.close();
    await rm(root, { recursive: true });
  });

  const put = (driver: StoreDriver, key: string, text = 'content') =>
    driver.write.put({ key, body: Buffer.from(text) }, {});
  const keysOf = async (driver: StoreDriver): Promise<string[]> =>
    (await driver.list.page({ prefix: '', maxKeys: 10 }, {})).objects.map(({ key }) => key);
  const remove = (path: string, headers: Record<string, string>, query = {}): Promise<RawAnswer> =>
    askGateway(gateway, { method: 'DELETE', path, headers, query });
  const removeMany = (bucket: string, objects: string): Promise<RawAnswer> => {
    const body = `<Delete>${objects}</Delete>`;
    const md5 = createHash('md5').update(body).digest('base64');
    const headers = { 'content-md5': md5 };
    return askGateway(gateway, { method: 'POST', path: `/${bucket}`, query: { delete: '' }, headers }, body);
  };

  it('delete what has this size, one by one and in a batch', async () => {
    await put(plain, 'k');
    expect(await remove('/plain/k', { [SIZE]: '8' })).to.include({ status: 412, code: 'PreconditionFailed' });
    expect(await remove('/plain/k', { [SIZE]: 'x' })).to.include({ status: 400, code: 'InvalidArgument' });
    expect(await remove('/plain/none', { [SIZE]: '7' })).to.include({ status: 404, code: 'NoSuchKey' });
    expect(await keysOf(plain)).to.deep.equal(['k']);
    expect((await remove('/plain/k', { [SIZE]: '7' })).status).to.equal(204);
    expect(await keysOf(plain)).to.deep.equal([]);
    for (const key of ['a', 'b', 'c']) await put(plain, key);
    const { body } = await removeMany(
      'plain',
      '<Object><Key>a</Key><Size>7</Size></Object><Object><Key>b</Key><Size>8</Size></Object>' +
        '<Object><Key>c</Key></Object><Object><Key>none</Key><Size>7</Size></Object>',
    );
    expect(body).to.contain('<Deleted><Key>a</Key>').and.to.contain('<Deleted><Key>c</Key>');
    expect(body).to.contain('<Error><Key>b</Key><Code>PreconditionFailed</Code>');
    expect(body).to.contain('<Error><Key>none</Key>');
    expect(await keysOf(plain)).to.deep.equal(['b']);
  });

  it('delete nothing that was written after it was looked at', async () => {
    const restless: StoreDriver = {
      ...plain,
      read: {
        ...plain.read,
        head: async (request, call) => {
          const seen = await plain.read.head(request, call);
          await put(plain, request.key, 'another');
          return seen;
        },
      },
    };
    await using other = await startGateway({ stores: { plain: restless }, credentials: [KEYS] });
    await put(plain, 'k');
    const asked = { method: 'DELETE', path: '/plain/k', headers: { [SIZE]: '7' } };
    expect(await askGateway(other, asked)).to.include({ status: 412, code: 'PreconditionFailed' });
    expect(await keysOf(plain)).to.deep.equal(['k']);
  });

  it('are refused by name where nobody could hold to them', async () => {
    await put(plain, 'k');
    await put(directory, 'k');
    const time = (await plain.read.head({ key: 'k' }, {})).lastModified?.toUTCString() ?? '';
    for (const [path, name, value] of [
      // The same bytes, written again, have the same ETag and another time.
      ['/plain/k', TIME, time],
      ['/directory/k', TIME, time],
    ] as const) {
      const answer = await remove(path, { [name]: value });
      expect(answer, `${path} ${name}`).to.include({ status: 501, code: 'NotImplemented' });
      expect(answer.body).to.contain(name);
    }
    const batch = await removeMany(
      'plain',
      `<Object><Key>k</Key><LastModifiedTime>${time}</LastModifiedTime></Object>`,
    );
    expect(batch.status).to.equal(501);
    expect(batch.body).to.contain('LastModifiedTime');
    expect(await keysOf(plain)).to.deep.equal(['k']);
    expect(await keysOf(directory)).to.deep.equal(['k']);
  });

  it('are held to of a version, which stays as it is', async () => {
    const client = sdkOf(gateway);
    const { versionId: VersionId } = await put(versioned, 'k');
    await put(versioned, 'k', 'newer one');
    const at = { Bucket: 'versioned', Key: 'k', VersionId };
    const { LastModified } = await client.send(new sdk.HeadObjectCommand(at));
    const one = { Key: 'k', VersionId };
    const removeOne = (more: Partial<sdk.ObjectIdentifier>) =>
      client.send(
        new sdk.DeleteObjectsCommand({ Bucket: 'versioned', Delete: { Objects: [{ ...one, ...more }] } }),
      );
    const wrong = await removeOne({ LastModifiedTime: new Date('2020-01-01T00:00:00Z') });
    expect(wrong.Errors?.map(({ Code }) => Code)).to.deep.equal(['PreconditionFailed']);
    expect((await removeOne({ Size: 8 })).Errors?.length).to.equal(1);
    const past = remove(
      '/versioned/k',
      { [TIME]: 'Wed, 01 Jan 2020 00:00:00 GMT' },
      { versionId: VersionId ?? '' },
    );
    expect(await past).to.include({ status: 412 });
    const right = await removeOne({ LastModifiedTime: LastModified, Size: 7 });
    expect(right.Deleted?.map((deleted) => deleted.VersionId)).to.deep.equal([VersionId]);
    client.destroy();
  });
});
