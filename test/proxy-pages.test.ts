// A page of a proxy in the place of an answer passes: the same on every provider over HTTP.
import { openStore, type ObjectStore, type OnRetry } from '@store/core';
import { ctyun } from '@store/ctyun';
import { EMULATED_ENTRIES, startEmulator, type Emulator } from '@store/emulator';
import { oss } from '@store/oss';
import { s3 } from '@store/s3';
import { expect } from 'chai';
import { afterEach, describe, it } from 'mocha';

const PAGE = {
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<html><body>Hello</body></html>',
};

for (const [name, entryOn] of Object.entries(EMULATED_ENTRIES)) {
  describe(`${name}: a page of a proxy`, () => {
    const open: AsyncDisposable[] = [];
    afterEach(async () => {
      for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
    });

    async function start(onRetry?: OnRetry): Promise<{ emulator: Emulator; store: ObjectStore }> {
      const emulator = await startEmulator({ s3: {}, oss: {}, zos: {}, zosS3: {}, buckets: ['demo'] });
      const retry = { maxAttempts: 12, baseDelayMs: 1, maxDelayMs: 2 };
      const options = { adapters: [s3, oss, ctyun], onRetry };
      const store = await openStore({ ...entryOn(emulator), retry }, options);
      open.push(emulator, store);
      return { emulator, store };
    }

    for (const seed of [1, 2, 3]) {
      it(`is no answer, and what was asked is asked again (seed ${seed})`, async () => {
        const retried: string[] = [];
        const { emulator, store } = await start(({ code }) => retried.push(code));
        emulator.setFaults({ seed, faults: [{ probability: 0.3, effect: { answer: PAGE } }] });
        const keys = Array.from({ length: 12 }, (_, i) => `p/${String(i).padStart(2, '0')}`);
        for (const key of keys) await store.put(key, 'body');
        expect(await store.exists('p/00')).to.equal(true);
        expect(await store.exists('p/none')).to.equal(false);
        await store.copy('p/00', 'kept');
        expect((await store.head('kept')).size).to.equal(4);
        const listed: string[] = [];
        for await (const { key } of store.list('p/')) listed.push(key);
        expect(listed).to.deep.equal(keys);
        await store.delete('p/00');
        const report = await store.deletePrefix('p/', { verify: true });
        expect(report).to.deep.include({ deleted: 11, failed: 0, complete: true });
        expect(await emulator.bucket('demo').keys()).to.deep.equal(['kept']);
        expect(new Set(retried)).to.deep.equal(new Set(['Corrupt']));
      });
    }

    it('is said when it stays', async () => {
      const { emulator, store } = await start();
      await emulator.bucket('demo').seed(['p/1']);
      emulator.setFaults({ faults: [{ effect: { answer: PAGE } }] });
      const error: unknown = await store.deletePrefix('p/').catch((thrown: unknown) => thrown);
      expect(error).to.include({ code: 'Corrupt', retryable: true, provider: name });
      expect(emulator.log.entries.length).to.equal(12);
    });
  });
}
