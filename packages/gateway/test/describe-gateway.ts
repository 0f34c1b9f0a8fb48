import { describeObjectStore, describeStoreDriver } from '@store/conformance';
import { openDriver, openStore, type StoreDriver } from '@store/core';
import { startGateway } from '@store/gateway';
import { s3, type S3Config } from '@store/s3';
import { after } from 'mocha';

const KEYS = { accessKeyId: 'GATEWAY', secretAccessKey: 'secret' };

/**
 * The suite on a driver, through a gateway. Closes the driver at the end.
 *
 * @param driverSkip tests of the suite of drivers that cannot pass: title → why; without it that suite is left out
 */
export async function describeGateway(
  name: string,
  driver: StoreDriver,
  quirks: S3Config['quirks'],
  driverSkip?: Readonly<Record<string, string>>,
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
      // A gateway has none.
      lifecycle: false,
      conditionalPut: write.ifAbsent && write.ifMatch,
      ...quirks,
    },
  };
  const title = `s3, through the gateway to ${name}`;
  if (driverSkip) {
    describeStoreDriver(title, async () => openDriver(config, { adapters: [s3] }), { skip: driverSkip });
  }
  describeObjectStore(title, () => openStore(config, { adapters: [s3] }), {
    isolated: true,
    manyKeys: 1500,
    // Past the gateway.
    seed: async (keys) => {
      for (const key of keys) await write.put({ key, body: Buffer.from(key) }, {});
    },
  });
}
