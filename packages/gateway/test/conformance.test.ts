import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeObjectStore } from '@store/conformance';
import { openDriver, openStore, type StoreDriver } from '@store/core';
import { startEmulator } from '@store/emulator';
import { fs } from '@store/fs';
import { startGateway } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { s3, type S3Config } from '@store/s3';
import { after } from 'mocha';

const KEYS = { accessKeyId: 'GATEWAY', secretAccessKey: 'secret' };

const directory = await mkdtemp(join(tmpdir(), 'store-gateway-test-'));
after(() => rm(directory, { recursive: true, force: true }));
const emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
after(() => emulator.close());

/** Each kind of store, and what is to be expected through the gateway. */
const STORES: Readonly<Record<string, { driver: StoreDriver; quirks: S3Config['quirks'] }>> = {
  'a versioned memory store': {
    driver: memoryDriver({ versioning: 'enabled' }),
    quirks: { conditionalDelete: 'batch' },
  },
  'a directory': {
    driver: openDriver({ provider: 'fs', root: directory, create: true, fsync: false }, { adapters: [fs] }),
    quirks: { versions: false, tags: false },
  },
  S3: {
    driver: openDriver(
      {
        provider: 's3',
        bucket: 'demo',
        endpoint: emulator.endpoints.s3,
        region: emulator.region,
        ...emulator.credential,
        quirks: { versions: false },
      },
      { adapters: [s3] },
    ),
    quirks: { versions: false },
  },
};

for (const [name, { driver, quirks }] of Object.entries(STORES)) {
  const gateway = await startGateway({ stores: { demo: driver }, credentials: [KEYS] });
  after(async () => {
    await gateway.close();
    await driver.close();
  });
  const { write } = driver;
  const config = {
    provider: 's3',
    bucket: 'demo',
    endpoint: gateway.url,
    ...KEYS,
    quirks: {
      serverPrefixDelete: true,
      conditionalPut: write.ifAbsent && write.ifMatch,
      ...quirks,
    },
  };
  describeObjectStore(`s3, through the gateway to ${name}`, () => openStore(config, { adapters: [s3] }), {
    isolated: true,
    manyKeys: 1500,
    // Past the gateway.
    seed: async (keys) => {
      for (const key of keys) await driver.write.put({ key, body: Buffer.from(key) }, {});
    },
  });
}
