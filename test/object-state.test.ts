import { errorOf } from '@store/conformance';
import { openStore, type ObjectStore, type StoreEntry } from '@store/core';
import { startEmulator, type Emulator } from '@store/emulator';
import { oss } from '@store/oss';
import { s3 } from '@store/s3';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';

const MIB = 1024 * 1024;

interface Provider {
  readonly config: (emulator: Emulator) => StoreEntry;
  readonly archive: string;
  readonly tier: string;
}

const PROVIDERS: Readonly<Record<string, Provider>> = {
  s3: {
    config: ({ endpoints, credential, region }) => ({
      provider: 's3',
      profile: 'aws',
      endpoint: endpoints.s3,
      region,
      ...credential,
      quirks: { forcePathStyle: true },
    }),
    archive: 'GLACIER',
    tier: 'Bulk',
  },
  oss: {
    config: ({ endpoints, credential }) => ({
      provider: 'oss',
      endpoint: endpoints.oss?.replace('127.0.0.1', 'localhost'),
      pathStyle: true,
      region: 'oss-us-east-1',
      accessKeyId: credential.accessKeyId,
      accessKeySecret: credential.secretAccessKey,
    }),
    archive: 'ColdArchive',
    tier: 'Expedited',
  },
};

for (const [name, { config, archive, tier }] of Object.entries(PROVIDERS)) {
  describe(`${name}: the state of an object`, () => {
    let emulator: Emulator;
    let store: ObjectStore;
    const open = async (): Promise<void> => {
      emulator = await startEmulator({ s3: {}, oss: {}, buckets: ['demo'] });
      store = await openStore(
        { bucket: 'demo', retry: { maxAttempts: 1 }, ...config(emulator) },
        { adapters: [s3, oss] },
      );
    };
    afterEach(async () => {
      await store.close();
      await emulator.close();
    });

    it('says of an archived object that it has to be restored, and restores it', async () => {
      await open();
      emulator.bucket('demo').memory.restoreMs = 60_000;
      await store.put('cold', 'ice', { storageClass: archive });
      expect(await store.head('cold')).to.include({ storageClass: archive, restore: undefined });
      for await (const { storageClass } of store.list('')) expect(storageClass).to.equal(archive);

      const refused = await errorOf(store.get('cold'));
      expect(refused).to.include({ code: 'PreconditionFailed', key: 'cold' });
      expect(refused.message).to.contain('has to be restored before it can be read');

      await store.restore('cold', { days: 2, tier });
      expect((await store.head('cold')).restore).to.deep.equal({ ongoing: true });
      // Asking again while it lasts is no failure.
      await store.restore('cold', { days: 2 });

      emulator.bucket('demo').memory.restoreMs = 0;
      await store.put('cold', 'ice', { storageClass: archive });
      await store.restore('cold', { days: 2 });
      const { restore } = await store.head('cold');
      expect(restore?.ongoing).to.equal(false);
      const days = ((restore?.until?.getTime() ?? 0) - Date.now()) / 86_400_000;
      expect(days).to.be.within(1.9, 2.1);
      expect(await (await store.get('cold')).text()).to.equal('ice');
    });

    it('moves an object to another storage class by copying it onto itself', async () => {
      await open();
      await store.put('k', 'x', { tags: { a: '1' } });
      await store.copy('k', 'k', { storageClass: 'IA' });
      expect((await store.head('k')).storageClass).to.equal('IA');
      expect(await store.getTags('k')).to.deep.equal({ a: '1' });
    });

    it('sends again only what had not arrived, when a put goes on', async () => {
      await open();
      const partBytes = 5 * MIB;
      const body = Buffer.alloc(partBytes * 3 + 1, 'x');
      emulator.setFaults({
        faults: [
          { operation: 'UploadPart', nth: 3, effect: { error: { code: 'AccessDenied', status: 403 } } },
        ],
      });
      await errorOf(store.put('k', body, { partBytes, resume: true, contentType: 'text/x' }));
      emulator.setFaults({ faults: [] });
      const before = emulator.log.of('UploadPart').length;
      await store.put('k', body, { partBytes, resume: true });
      const sent = emulator.log.of('UploadPart').slice(before);
      expect(sent.length, 'parts sent again').to.be.within(1, 2);
      const { size, contentType } = await store.head('k');
      expect({ size, contentType }).to.deep.equal({ size: body.length, contentType: 'text/x' });
      expect(emulator.log.of('CreateMultipartUpload')).to.have.length(1);
    }).timeout(30_000);

    it('sends all parts of another body, when a put goes on with it', async () => {
      await open();
      const partBytes = 5 * MIB;
      emulator.setFaults({
        faults: [
          { operation: 'CompleteMultipartUpload', effect: { error: { code: 'AccessDenied', status: 403 } } },
        ],
      });
      await errorOf(store.put('k', Buffer.alloc(partBytes * 2, 'x'), { partBytes, resume: true }));
      emulator.setFaults({ faults: [] });
      const other = Buffer.alloc(partBytes * 2 - 1, 'y');
      await store.put('k', other, { partBytes, resume: true });
      expect(Buffer.compare(Buffer.from(await (await store.get('k')).bytes()), other)).to.equal(0);
    }).timeout(30_000);

    it('gives up copying by parts when the source changes on the way', async () => {
      await open();
      if (name === 'oss') return;
      await store.close();
      store = await openStore(
        {
          bucket: 'demo',
          ...config(emulator),
          quirks: { forcePathStyle: true, maxCopyBytes: 5 * MIB },
        },
        { adapters: [s3, oss] },
      );
      await store.put('from', Buffer.alloc(11 * MIB));
      emulator.setFaults({
        faults: [{ operation: 'UploadPartCopy', effect: { delayMs: 200 } }],
      });
      const copying = errorOf(store.copy('from', 'to'));
      setTimeout(() => void store.put('from', 'another'), 50);
      expect((await copying).code).to.equal('PreconditionFailed');
      expect(await store.exists('to')).to.equal(false);
      for await (const upload of store.listUploads('')) expect.fail(`${upload.uploadId} was left behind`);
    }).timeout(30_000);
  });
}
