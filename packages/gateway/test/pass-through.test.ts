import {
  DeleteBucketLifecycleCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  DeleteObjectTaggingCommand,
  CopyObjectCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  RestoreObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { openDriver, type StoreDriver } from '@store/core';
import { startEmulator } from '@store/emulator';
import { startGateway } from '@store/gateway';
import { memoryDriver, MemoryObjects } from '@store/memory';
import { s3 } from '@store/s3';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';
import { sdkOf } from './sdk-client.js';

const KEYS = { accessKeyId: 'GATEWAY', secretAccessKey: 'secret' };
const Bucket = 'demo';

/** What a store has beyond objects, seen by an SDK that knows nothing of the gateway. */
describe('gateway, what passes through', () => {
  const open: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
  });

  const clientOf = async (driver: StoreDriver): Promise<S3Client> => {
    const gateway = await startGateway({ stores: { [Bucket]: driver }, credentials: [KEYS] });
    const client = sdkOf(gateway);
    open.push(gateway, { [Symbol.asyncDispose]: async () => client.destroy() });
    return client;
  };
  const emulated = async (): Promise<StoreDriver> => {
    const emulator = await startEmulator({ s3: {}, buckets: [{ name: Bucket, versioning: 'enabled' }] });
    const driver = openDriver(
      {
        provider: 's3',
        bucket: Bucket,
        endpoint: emulator.endpoints.s3,
        region: emulator.region,
        ...emulator.credential,
        quirks: { restore: true },
      },
      { adapters: [s3] },
    );
    open.push(emulator, { [Symbol.asyncDispose]: () => driver.close() });
    return driver;
  };
  const codeOf = async (sent: Promise<unknown>): Promise<string> =>
    sent.then(
      () => 'done',
      (error: unknown) => (error instanceof Error ? error.name : 'no error'),
    );

  for (const [name, driverOf] of [
    ['memory', async () => memoryDriver({ versioning: 'enabled' })],
    ['s3', emulated],
  ] as const) {
    it(`versions of ${name}: listed, read, copied, deleted one by one and in batches`, async () => {
      const client = await clientOf(await driverOf());
      const put = async (Body: string) =>
        (await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body }))).VersionId;
      const [first, second] = [await put('one'), await put('second')];
      expect(first).to.be.a('string').and.not.equal(second);
      const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }));
      expect(Status).to.equal('Enabled');
      const read = await client.send(new GetObjectCommand({ Bucket, Key: 'k', VersionId: first }));
      expect(await read.Body?.transformToString()).to.equal('one');
      expect(read.VersionId).to.equal(first);
      const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'k', VersionId: first }));
      expect(head.ContentLength).to.equal(3);
      await client.send(
        new CopyObjectCommand({ Bucket, Key: 'copy', CopySource: `${Bucket}/k?versionId=${first}` }),
      );
      const copy = await client.send(new GetObjectCommand({ Bucket, Key: 'copy' }));
      expect(await copy.Body?.transformToString()).to.equal('one');
      const marker = await client.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
      expect(marker.DeleteMarker).to.equal(true);
      const listed = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: 'k' }));
      expect(listed.Versions?.map(({ VersionId }) => VersionId)).to.have.members([first, second]);
      expect(listed.DeleteMarkers?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest])).to.deep.equal([
        [marker.VersionId, true],
      ]);
      await client.send(new DeleteObjectCommand({ Bucket, Key: 'k', VersionId: marker.VersionId }));
      const batch = await client.send(
        new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: 'k', VersionId: second }] } }),
      );
      expect(batch.Deleted?.map(({ VersionId }) => VersionId)).to.deep.equal([second]);
      const left = await client.send(new GetObjectCommand({ Bucket, Key: 'k' }));
      expect(await left.Body?.transformToString()).to.equal('one');
      expect(
        await codeOf(client.send(new HeadObjectCommand({ Bucket, Key: 'k', VersionId: second }))),
      ).to.not.equal('done');
      expect(
        await codeOf(
          client.send(
            new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
          ),
        ),
        'the gateway changes no bucket',
      ).to.equal('NotImplemented');
    });

    it(`tags of ${name}`, async () => {
      const client = await clientOf(await driverOf());
      await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', Tagging: 'a=1' }));
      const tags = async () =>
        (await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'k' }))).TagSet?.map(
          ({ Key, Value }) => `${Key}=${Value}`,
        );
      expect(await tags()).to.deep.equal(['a=1']);
      const TagSet = [{ Key: 'b', Value: '2' }];
      await client.send(new PutObjectTaggingCommand({ Bucket, Key: 'k', Tagging: { TagSet } }));
      expect(await tags()).to.deep.equal(['b=2']);
      await client.send(new DeleteObjectTaggingCommand({ Bucket, Key: 'k' }));
      expect(await tags()).to.deep.equal([]);
    });

    it(`archived objects of ${name}`, async () => {
      const client = await clientOf(await driverOf());
      await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x', StorageClass: 'GLACIER' }));
      expect(await codeOf(client.send(new GetObjectCommand({ Bucket, Key: 'k' })))).to.equal(
        'InvalidObjectState',
      );
      await client.send(new RestoreObjectCommand({ Bucket, Key: 'k', RestoreRequest: { Days: 1 } }));
      const { Restore } = await client.send(new HeadObjectCommand({ Bucket, Key: 'k' }));
      expect(Restore).to.contain('ongoing-request=');
    });
  }

  it('lifecycle rules of s3, with what the gateway does not know of them', async () => {
    const client = await clientOf(await emulated());
    const get = () => client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
    expect(await codeOf(get())).to.equal('NoSuchLifecycleConfiguration');
    const Rules = [
      { ID: 'old', Status: 'Enabled' as const, Filter: { Prefix: 'logs/' }, Expiration: { Days: 30 } },
      {
        ID: 'cold',
        Status: 'Disabled' as const,
        Filter: { ObjectSizeGreaterThan: 5 },
        Transitions: [{ Days: 3, StorageClass: 'GLACIER' as const }],
      },
    ];
    await client.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket,
        LifecycleConfiguration: { Rules },
        TransitionDefaultMinimumObjectSize: 'varies_by_storage_class',
      }),
    );
    const got = await get();
    expect(got.Rules).to.deep.equal(Rules);
    expect(got.TransitionDefaultMinimumObjectSize).to.equal('varies_by_storage_class');
    await client.send(new DeleteBucketLifecycleCommand({ Bucket }));
    expect(await codeOf(get())).to.equal('NoSuchLifecycleConfiguration');
  });

  it('attributes of an object, and of a version', async () => {
    const client = await clientOf(memoryDriver({ versioning: 'enabled' }));
    const put = new PutObjectCommand({ Bucket, Key: 'k', Body: 'one', StorageClass: 'GLACIER_IR' });
    const { ETag = '', VersionId } = await client.send(put);
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'second' }));
    const of = (ObjectAttributes: ('ETag' | 'ObjectSize' | 'StorageClass')[], version?: string) =>
      client.send(new GetObjectAttributesCommand({ Bucket, Key: 'k', ObjectAttributes, VersionId: version }));
    const first = await of(['ETag', 'ObjectSize', 'StorageClass'], VersionId);
    expect(first).to.include({ ETag: ETag.replaceAll('"', ''), ObjectSize: 3, StorageClass: 'GLACIER_IR' });
    expect(first.VersionId).to.equal(VersionId);
    expect(first.LastModified).to.be.instanceOf(Date);
    const second = await of(['ObjectSize']);
    expect([second.ObjectSize, second.ETag, second.StorageClass]).to.deep.equal([6, undefined, undefined]);
    const wrong = ['Size' as 'ObjectSize'];
    expect(await codeOf(of(wrong))).to.equal('InvalidArgument');
  });

  it('a store without versions is a bucket that never had any', async () => {
    const client = await clientOf(memoryDriver());
    for (const Key of ['a', 'b', 'c']) await client.send(new PutObjectCommand({ Bucket, Key, Body: Key }));
    const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }));
    expect(Status).to.equal(undefined);
    const page = await client.send(new ListObjectVersionsCommand({ Bucket, MaxKeys: 2 }));
    expect(page.Versions?.map(({ Key, VersionId, IsLatest }) => [Key, VersionId, IsLatest])).to.deep.equal([
      ['a', 'null', true],
      ['b', 'null', true],
    ]);
    const rest = await client.send(
      new ListObjectVersionsCommand({
        Bucket,
        KeyMarker: page.NextKeyMarker,
        VersionIdMarker: page.NextVersionIdMarker,
      }),
    );
    expect(rest.Versions?.map(({ Key }) => Key)).to.deep.equal(['c']);
    await client.send(new DeleteObjectCommand({ Bucket, Key: 'a', VersionId: 'null' }));
    expect(await codeOf(client.send(new HeadObjectCommand({ Bucket, Key: 'a' })))).to.equal('NotFound');
  });

  it('refuses by name what the store has not', async () => {
    const { tags: _, restore: __, ...driver } = memoryDriver();
    const client = await clientOf(driver);
    await client.send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
    // What it is asked for before a copy is not refused: there are none.
    const asked = await client.send(new GetObjectTaggingCommand({ Bucket, Key: 'k' }));
    expect(asked.TagSet).to.deep.equal([]);
    expect(await codeOf(client.send(new GetObjectTaggingCommand({ Bucket, Key: 'x' })))).to.equal(
      'NoSuchKey',
    );
    const refused = [
      new DeleteObjectTaggingCommand({ Bucket, Key: 'k' }),
      new RestoreObjectCommand({ Bucket, Key: 'k', RestoreRequest: { Days: 1 } }),
      new GetBucketLifecycleConfigurationCommand({ Bucket }),
      new DeleteBucketLifecycleCommand({ Bucket }),
    ];
    for (const command of refused)
      // One call for all: what each answers is not looked at.
      expect(await codeOf(client.send(command as DeleteObjectTaggingCommand))).to.equal('NotImplemented');
    const unknown = memoryDriver({}, new MemoryObjects({ versioning: 'enabled' }));
    const { state: ___, ...versions } = unknown.versions ?? { page: unknown.list.page };
    const silent = await clientOf({ ...unknown, versions: versions as StoreDriver['versions'] });
    expect(await codeOf(silent.send(new GetBucketVersioningCommand({ Bucket })))).to.equal('NotImplemented');
  });
}).timeout(20_000);
