import { startWrongServer, type WrongBehaviour } from '@store/conformance';
import { openStore, type ObjectStore, type RetrySettings } from '@store/core';
import { oss, ossDriver, type OssConfig, type OssDriver } from '@store/oss';
import { afterEach } from 'mocha';

const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

/** A service that signs nothing, checks nothing and answers as it is told; with its configuration. */
export async function wrongService(behaviour: WrongBehaviour): Promise<OssConfig> {
  const server = await startWrongServer(behaviour);
  open.push(server);
  return {
    bucket: 'demo',
    region: 'oss-cn-beijing',
    pathStyle: true,
    endpoint: `http://localhost:${server.port}`,
    accessKeyId: 'AK',
    accessKeySecret: 'SK',
  };
}

export function driverFor(config: OssConfig): OssDriver {
  const driver = ossDriver(config);
  open.push({ [Symbol.asyncDispose]: () => driver.close() });
  return driver;
}

export async function storeFor(config: OssConfig, retry: RetrySettings): Promise<ObjectStore> {
  const store = await openStore({ provider: 'oss', retry, ...config }, { adapters: [oss] });
  open.push(store);
  return store;
}

/** A page of ListObjectsV2, as the bytes that are given. */
export function listing(entries: string | Buffer, rest = '<IsTruncated>false</IsTruncated>'): Buffer {
  return Buffer.concat([
    Buffer.from('<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult>'),
    Buffer.from(entries),
    Buffer.from(`${rest}</ListBucketResult>`),
  ]);
}
