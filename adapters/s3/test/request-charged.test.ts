import type { Emulator } from '@store/emulator';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { useS3 } from './harness.js';

const { emulate, storeOn } = useS3();

const CHARGED = 'the service charged you for deletes, and not the owner of the bucket';

/** A service that charges although nobody agreed to it. */
async function charging(): Promise<Emulator> {
  const emulator = await emulate({ s3: { quirks: { serverPrefixDelete: true } } });
  emulator.setFaults({
    faults: [
      {
        effect: {
          rewrite: (answer) => ({
            ...answer,
            headers: { ...answer.headers, 'x-amz-request-charged': 'requester' },
          }),
        },
      },
    ],
  });
  return emulator;
}

describe('s3: requests that the requester pays', () => {
  for (const strategy of ['batch', 'single', 'server-prefix'] as const) {
    it(`are told of where nobody agreed to that, once a run (${strategy})`, async () => {
      const emulator = await charging();
      await emulator.bucket('demo').seed(Array.from({ length: 30 }, (_, i) => `p/${i}`));
      const store = await storeOn(emulator, { quirks: { serverPrefixDelete: true } });
      const report = await store.deletePrefix('p/', { strategy });
      expect(report).to.deep.include({ deleted: 30, complete: true, warnings: [CHARGED] });
    });

    it(`are no news to who agreed to pay (${strategy})`, async () => {
      const emulator = await emulate({ s3: { quirks: { serverPrefixDelete: true, requesterPays: true } } });
      await emulator.bucket('demo').seed(['p/1', 'p/2']);
      const store = await storeOn(emulator, { quirks: { serverPrefixDelete: true } });
      const report = await store.deletePrefix('p/', { strategy, requestPayer: true });
      expect(report).to.deep.include({ deleted: 2, complete: true, warnings: [] });
    });
  }
});
