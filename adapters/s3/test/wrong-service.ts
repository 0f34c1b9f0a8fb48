import { startWrongServer, type WrongAnswer, type WrongBehaviour } from '@store/conformance';
import { openStore, type ObjectStore, type RetrySettings } from '@store/core';
import { s3, s3Driver, type S3Config, type S3Driver } from '@store/s3';
import { afterEach } from 'mocha';

const open: AsyncDisposable[] = [];

afterEach(closeServices);

/** Between the runs of a property, of which each has services of its own. */
export async function closeServices(): Promise<void> {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
}

/** A service that checks nothing and answers as it is told; with its configuration. */
export async function wrongService(
  behaviour: WrongBehaviour,
  config: Partial<S3Config> = {},
): Promise<S3Config> {
  const server = await startWrongServer(behaviour);
  open.push(server);
  return {
    bucket: 'demo',
    profile: 'minio',
    endpoint: `http://127.0.0.1:${server.port}`,
    region: 'us-east-1',
    accessKeyId: 'AK',
    secretAccessKey: 'SK',
    ...config,
  };
}

export function driverFor(config: S3Config): S3Driver {
  const driver = s3Driver(config);
  open.push({ [Symbol.asyncDispose]: () => driver.close() });
  return driver;
}

/** The driver of a service that answers as it is told. */
export async function wrongDriver(
  behaviour: WrongBehaviour,
  config: Partial<S3Config> = {},
): Promise<S3Driver> {
  return driverFor(await wrongService(behaviour, config));
}

/** One driver for many answers, one after the other: making drivers takes longer than calling them. */
export async function answering(config: Partial<S3Config> = {}): Promise<(answer: WrongAnswer) => S3Driver> {
  let next: WrongAnswer = {};
  const driver = await wrongDriver(() => next, config);
  return (answer) => {
    next = answer;
    return driver;
  };
}

/** Few attempts, and no wait that anybody would notice. */
const HASTY: RetrySettings = { maxAttempts: 2, baseDelayMs: 1, maxDelayMs: 1, patienceMs: 50 };

export async function storeFor(config: S3Config, retry: RetrySettings = HASTY): Promise<ObjectStore> {
  const store = await openStore({ provider: 's3', retry, ...config }, { adapters: [s3] });
  open.push(store);
  return store;
}

/** A document of S3, as the bytes that are given. */
export function document(root: string, inside: string | Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.from(
      `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">`,
    ),
    Buffer.from(inside),
    Buffer.from(`</${root}>`),
  ]);
}

export const ENDED = '<IsTruncated>false</IsTruncated>';

/** The last page of a listing. */
export function listing(entries: string | Uint8Array, rest = ENDED): Buffer {
  return document('ListBucketResult', Buffer.concat([Buffer.from(rest), Buffer.from(entries)]));
}

export function contents(key: string, rest = '<Size>1</Size>'): string {
  return `<Contents><Key>${key}</Key>${rest}</Contents>`;
}
