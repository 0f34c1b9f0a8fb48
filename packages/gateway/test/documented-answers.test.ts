import * as sdk from '@aws-sdk/client-s3';
import type { StoreDriver } from '@store/core';
import { startGateway, type Gateway } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { askGateway, KEYS, type RawAnswer, type SignedRequest } from './raw-client.js';
import { sdkOf } from './sdk-client.js';

// Small things that S3 documents of its answers, and that clients and their tests look at.

describe('gateway, in what its answers say beside the object', () => {
  let driver: StoreDriver;
  let gateway: Gateway;
  let client: sdk.S3Client;
  beforeEach(async () => {
    driver = memoryDriver({ versioning: 'enabled' });
    gateway = await startGateway({
      minPartBytes: 0,
      stores: { demo: driver, 'demo-2': memoryDriver(), photos: memoryDriver() },
      credentials: [KEYS],
    });
    client = sdkOf(gateway);
  });
  afterEach(async () => {
    client.destroy();
    await gateway.close();
  });

  const ask = (request: SignedRequest, body?: string): Promise<RawAnswer> =>
    askGateway(gateway, request, body);

  it('lists buckets by pages, and those that begin with something', async () => {
    const first = await client.send(new sdk.ListBucketsCommand({ MaxBuckets: 2 }));
    expect(first.Buckets?.map(({ Name }) => Name)).to.deep.equal(['demo', 'demo-2']);
    const next = { MaxBuckets: 2, ContinuationToken: first.ContinuationToken };
    const second = await client.send(new sdk.ListBucketsCommand(next));
    expect(second.Buckets?.map(({ Name }) => Name)).to.deep.equal(['photos']);
    expect(second.ContinuationToken).to.equal(undefined);
    const some = await client.send(new sdk.ListBucketsCommand({ Prefix: 'demo-' }));
    expect(some).to.deep.include({ Prefix: 'demo-' });
    expect(some.Buckets?.map(({ Name }) => Name)).to.deep.equal(['demo-2']);
    for (const count of ['0', '10001', 'x'])
      expect(await ask({ method: 'GET', path: '/', query: { 'max-buckets': count } })).to.include({
        status: 400,
        code: 'InvalidArgument',
      });
  });

  it('says of rights that the owner has all of them', async () => {
    await client.send(new sdk.PutObjectCommand({ Bucket: 'demo', Key: 'k', Body: 'x' }));
    const ofBucket = await client.send(new sdk.GetBucketAclCommand({ Bucket: 'demo' }));
    const ofObject = await client.send(new sdk.GetObjectAclCommand({ Bucket: 'demo', Key: 'k' }));
    const { Buckets: _, Owner } = await client.send(new sdk.ListBucketsCommand({}));
    for (const acl of [ofBucket, ofObject]) {
      expect(acl.Owner).to.deep.equal(Owner);
      expect(acl.Grants).to.deep.equal([
        { Grantee: { ...Owner, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' },
      ]);
    }
    const none = ask({ method: 'GET', path: '/demo/none', query: { acl: '' } });
    expect(await none).to.include({ status: 404, code: 'NoSuchKey' });
    expect(await ask({ method: 'PUT', path: '/demo/k', query: { acl: '' } })).to.include({ status: 501 });
  });

  it('goes on whatever else a client expects', async () => {
    for (const wish of ['200', 'x'])
      expect(await ask({ method: 'PUT', path: '/demo/k', headers: { expect: wish } }, 'x')).to.include({
        status: 200,
      });
  });

  it('tells a delete marker from an object that never was', async () => {
    const put = await client.send(new sdk.PutObjectCommand({ Bucket: 'demo', Key: 'k', Body: 'x' }));
    const { VersionId: marker = '' } = await client.send(
      new sdk.DeleteObjectCommand({ Bucket: 'demo', Key: 'k' }),
    );
    for (const method of ['GET', 'HEAD']) {
      const gone = await ask({ method, path: '/demo/k' });
      expect(gone.status).to.equal(404);
      expect(gone.headers.get('x-amz-delete-marker')).to.equal('true');
      expect(gone.headers.get('x-amz-version-id')).to.equal(marker);
      const itself = await ask({ method, path: '/demo/k', query: { versionId: marker } });
      expect(itself.status).to.equal(405);
      expect(itself.headers.get('allow')).to.equal('DELETE');
      const before = await ask({ method, path: '/demo/k', query: { versionId: put.VersionId ?? '' } });
      expect(before.status).to.equal(200);
      // Its key begins like that of the marker.
      const never = await ask({ method, path: '/demo/' });
      expect(never.headers.has('x-amz-delete-marker')).to.equal(false);
    }
    const never = await ask({ method: 'GET', path: '/demo/none' });
    expect(never).to.include({ status: 404, code: 'NoSuchKey' });
    expect(never.headers.has('x-amz-delete-marker')).to.equal(false);
    expect(never.body).to.contain('<Key>none</Key>').and.to.contain('<HostId>');
  });

  it('says which version was copied, and which one has tags', async () => {
    const { VersionId } = await client.send(
      new sdk.PutObjectCommand({ Bucket: 'demo', Key: 'k', Body: 'old' }),
    );
    await client.send(new sdk.PutObjectCommand({ Bucket: 'demo', Key: 'k', Body: 'new' }));
    const copy = { Bucket: 'demo', Key: 'copy', CopySource: `demo/k?versionId=${VersionId}` };
    expect((await client.send(new sdk.CopyObjectCommand(copy))).CopySourceVersionId).to.equal(VersionId);
    const at = { Bucket: 'demo', Key: 'k', VersionId };
    const tagging = { Tagging: { TagSet: [{ Key: 'a', Value: '' }] } };
    const set = await client.send(new sdk.PutObjectTaggingCommand({ ...at, ...tagging }));
    expect(set.VersionId).to.equal(VersionId);
    const got = await client.send(new sdk.GetObjectTaggingCommand(at));
    expect(got).to.deep.include({ VersionId, TagSet: [{ Key: 'a', Value: '' }] });
    const removed = await client.send(new sdk.DeleteObjectTaggingCommand(at));
    expect(removed.VersionId).to.equal(VersionId);
  });

  it('refuses tags without a value, and metadata that is too large', async () => {
    await driver.write.put({ key: 'k', body: Buffer.from('x') }, {});
    const body = '<Tagging><TagSet><Tag><Key>a</Key></Tag></TagSet></Tagging>';
    const tags = await ask({ method: 'PUT', path: '/demo/k', query: { tagging: '' } }, body);
    expect(tags).to.include({ status: 400, code: 'MalformedXML' });
    const put = (bytes: number): Promise<RawAnswer> =>
      ask({ method: 'PUT', path: '/demo/m', headers: { 'x-amz-meta-a': 'b'.repeat(bytes) } }, 'x');
    expect((await put(2047)).status).to.equal(200);
    expect(await put(2048)).to.include({ status: 400, code: 'MetadataTooLarge' });
  });

  it('says of a page of parts whose they are, and where it began', async () => {
    const at = { Bucket: 'demo', Key: 'k' };
    const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(at));
    for (const PartNumber of [1, 2])
      await client.send(new sdk.UploadPartCommand({ ...at, UploadId, PartNumber, Body: 'x' }));
    const page = await client.send(
      new sdk.ListPartsCommand({ ...at, UploadId, MaxParts: 1, PartNumberMarker: '1' }),
    );
    expect(page.Parts?.map(({ PartNumber }) => PartNumber)).to.deep.equal([2]);
    expect(page).to.include({ PartNumberMarker: '1', StorageClass: 'STANDARD', IsTruncated: false });
    expect(page.Owner?.ID).to.equal(page.Initiator?.ID);
  });

  it('takes a page size without a value for none', async () => {
    await driver.write.put({ key: 'k', body: Buffer.from('x') }, {});
    const { status, body } = await ask({ method: 'GET', path: '/demo', query: { 'max-keys': '' } });
    expect(status).to.equal(200);
    expect(body).to.contain('<MaxKeys>1000</MaxKeys>').and.to.contain('<Key>k</Key>');
  });

  it('holds an empty signature for none', async () => {
    const { status, text } = await fetch(`${gateway.url}/demo/k`, { headers: { authorization: '' } }).then(
      async (answer) => ({ status: answer.status, text: await answer.text() }),
    );
    expect(status).to.equal(403);
    expect(text).to.contain('<Code>AccessDenied</Code>');
  });
});
