import { startWrongServer, type WrongBehaviour } from '@store/conformance';
import { openStore, type ObjectStore, type RetrySettings } from '@store/core';
import { ctyun, ctyunDriver, type CtyunConfig, type CtyunDriver } from '@store/ctyun';
import { afterEach } from 'mocha';

const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

/** A service that checks nothing and answers as it is told; with its configuration, which has no data plane. */
export async function wrongService(behaviour: WrongBehaviour): Promise<CtyunConfig> {
  const server = await startWrongServer(behaviour);
  open.push(server);
  return {
    bucket: 'demo',
    regionId: 'r',
    accessKey: 'AK',
    secretKey: 'SK',
    endpoint: `http://127.0.0.1:${server.port}`,
  };
}

export function driverFor(config: CtyunConfig): CtyunDriver {
  const driver = ctyunDriver(config);
  open.push({ [Symbol.asyncDispose]: () => driver.close() });
  return driver;
}

export async function storeFor(config: CtyunConfig, retry: RetrySettings): Promise<ObjectStore> {
  const store = await openStore({ provider: 'ctyun', retry, ...config }, { adapters: [ctyun] });
  open.push(store);
  return store;
}

/** A success with this `returnObj`, as it is written. */
export function success(returnObj?: string | Buffer): Buffer {
  const inside =
    returnObj === undefined ? [] : [Buffer.from('"returnObj":'), Buffer.from(returnObj), Buffer.from(',')];
  return Buffer.concat([Buffer.from('{'), ...inside, Buffer.from('"message":"SUCCESS","statusCode":800}')]);
}
