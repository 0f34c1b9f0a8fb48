import { errorOf } from '@store/conformance';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useS3 } from './harness.js';

const { emulate, storeOn } = useS3();

describe('s3: encryption', () => {
  it('is asked for in the words of S3, and told again', async () => {
    const emulator = await emulate();
    const store = await storeOn(emulator, { profile: 'aws', quirks: { forcePathStyle: true } });
    await store.put('k', 'x', { encryption: { type: 'kms', keyId: 'alias/mine' } });
    expect(emulator.log.entries.at(-1)?.headers).to.include({
      'x-amz-server-side-encryption': 'aws:kms',
      'x-amz-server-side-encryption-aws-kms-key-id': 'alias/mine',
    });
    await store.put('k', 'x', { encryption: { type: 'AES256' } });
    expect(emulator.log.entries.at(-1)?.headers['x-amz-server-side-encryption']).to.equal('AES256');
    await store.put('k', 'x');
    expect(emulator.log.entries.at(-1)?.headers).not.to.have.property('x-amz-server-side-encryption');
    expect((await store.head('k')).encryption).to.equal(undefined);
  });

  it('is no success where the answer does not say so', async () => {
    const emulator = await emulate();
    const store = await storeOn(emulator, { profile: 'minio', quirks: { encryption: true } });
    const partBytes = 5 * 1024 * 1024;
    const encryption = { type: 'AES256' } as const;
    const silent = (operation: string): void =>
      emulator.setFaults({
        faults: [
          {
            operation,
            effect: {
              rewrite: ({ headers = {}, ...answer }) => {
                const { 'x-amz-server-side-encryption': _, ...others } = headers;
                return { ...answer, headers: others };
              },
            },
          },
        ],
      });
    await store.put('from', 'x');
    for (const [operation, write] of Object.entries({
      PutObject: () => store.put('k', 'x', { encryption }),
      CopyObject: () => store.copy('from', 'k', { encryption }),
      CreateMultipartUpload: () => store.put('k', Buffer.alloc(partBytes + 1), { encryption, partBytes }),
    })) {
      silent(operation);
      const { reason } = await errorOf(write(), 'Corrupt');
      expect(reason, operation).to.include('encrypted');
    }
  });

  it('is refused where nobody has shown it', async () => {
    const store = await storeOn(await emulate(), { profile: 'generic' });
    expect(store.capabilities.encryption).to.equal(false);
    await errorOf(store.put('k', 'x', { encryption: { type: 'AES256' } }), 'Unsupported');
  });
});
