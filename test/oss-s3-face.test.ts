// The S3-compatible face of OSS: what today's AWS SDK does there by itself, and what `@store/s3` does.
import { DeleteObjectsCommand, S3Client } from '@aws-sdk/client-s3';
import { openStore } from '@store/core';
import { startEmulator, type Emulator } from '@store/emulator';
import { s3, type S3Config } from '@store/s3';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';

describe("OSS's S3 face", () => {
  let emulator: Emulator;
  beforeEach(async () => {
    emulator = await startEmulator({ ossS3: {}, buckets: ['demo'] });
    await emulator.bucket('demo').seed(Array.from({ length: 1_500 }, (_, i) => `p/${i}`));
  });
  afterEach(() => emulator.close());

  it('refuses the plain SDK with MissingArgument', async () => {
    const { accessKeyId, secretAccessKey } = emulator.credential;
    const client = new S3Client({
      endpoint: emulator.endpoints.ossS3 ?? '',
      region: 'us-east-1',
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
    });
    const command = new DeleteObjectsCommand({ Bucket: 'demo', Delete: { Objects: [{ Key: 'p/1' }] } });
    const error: unknown = await client.send(command).catch((thrown: unknown) => thrown);
    client.destroy();
    expect(error).to.include({ name: 'MissingArgument', message: 'Missing Some Required Arguments.' });
    expect(await emulator.bucket('demo').keys()).to.have.length(1_500);
  });

  const ways: Readonly<Record<string, Partial<S3Config>>> = {
    'with the profile, which sends Content-MD5': { profile: 'oss', quirks: { forcePathStyle: true } },
    'with single deletes': { profile: 'aws', quirks: { forcePathStyle: true, disableBatchDelete: true } },
    'with a profile that finds it out': { profile: 'generic' },
  };
  for (const [title, config] of Object.entries(ways)) {
    it(`takes @store/s3 ${title}`, async () => {
      const { endpoints, credential, region } = emulator;
      await using store = await openStore(
        { provider: 's3', bucket: 'demo', endpoint: endpoints.ossS3, region, ...credential, ...config },
        { adapters: [s3] },
      );
      expect(await store.deletePrefix('p/')).to.include({ deleted: 1_500, complete: true });
      expect(await emulator.bucket('demo').keys()).to.deep.equal([]);
    });
  }
});
