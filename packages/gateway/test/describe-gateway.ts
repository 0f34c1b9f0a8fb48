import { describeObjectStore } from '@store/conformance';
import { openStore, type StoreDriver } from '@store/core';
import { startGateway } from '@store/gateway';
import { s3, type S3Config } from '@store/s3';
import { after } from 'mocha';

const KEYS = { accessKeyId: 'GATEWAY', secretAccessKey: 'secret' };

/** The suite on a driver, through a gateway. Closes the driver at the end. */
export async function describeGateway(
  name: string,
  driver: StoreDriver,
  quirks: S3Config['quirks'],
): Promise<void> {
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
      for (const key of keys) await write.put({ key, body: Buffer.from(key) }, {});
    },
  });
}
