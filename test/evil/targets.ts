import { openStore, type ObjectStore, type StoreAdapter, type StoreEntry } from '@store/core';
import { ctyun } from '@store/ctyun';
import { oss } from '@store/oss';
import { s3 } from '@store/s3';
import type { Kind } from './ask.js';
import type { Dialect } from './dialect.js';
import { BUCKET, xmlDialect } from './xml-dialect.js';
import { zosDialect } from './zos-dialect.js';

/** A store of a provider as somebody might have configured it. */
export interface StoreUnderTest {
  readonly name: string;
  readonly dialect: Dialect;
  /** The kinds of requests that it sends. */
  readonly kinds: readonly Kind[];
  readonly adapter: StoreAdapter;
  readonly entry: (endpoint: string) => StoreEntry;
}

const ALL: readonly Kind[] = ['list', 'versions', 'deleteOne', 'deleteBatch'];

function s3Store(name: string, quirks: object, kinds = ALL): StoreUnderTest {
  return {
    name,
    dialect: xmlDialect('s3'),
    kinds,
    adapter: s3,
    entry: (endpoint) => ({
      provider: 's3',
      endpoint,
      bucket: BUCKET,
      accessKeyId: 'AK',
      secretAccessKey: 'SK',
      quirks,
    }),
  };
}

function ossStore(name: string, settings: object): StoreUnderTest {
  return {
    name,
    dialect: xmlDialect('oss'),
    kinds: ALL,
    adapter: oss,
    entry: (endpoint) => ({
      provider: 'oss',
      endpoint,
      bucket: BUCKET,
      region: 'oss-cn-beijing',
      pathStyle: true,
      accessKeyId: 'AK',
      accessKeySecret: 'SK',
      ...settings,
    }),
  };
}

export const STORES: readonly StoreUnderTest[] = [
  s3Store('s3', {}),
  s3Store('s3 by markers', { listVersion: 1 }),
  s3Store('s3 with quiet deletes', { quietDeletes: true, contentMd5: true }),
  s3Store('s3 without order', { orderedList: false }),
  s3Store('s3 with prefix deletes', { serverPrefixDelete: true }, [...ALL, 'deletePrefix']),
  ossStore('oss', {}),
  ossStore('oss by markers', { listVersion: 1, authorization: 'v1' }),
  {
    name: 'zos',
    dialect: zosDialect(),
    kinds: ALL,
    adapter: ctyun,
    entry: (endpoint) => ({
      provider: 'ctyun',
      endpoint,
      bucket: BUCKET,
      regionId: 'r',
      accessKey: 'AK',
      secretKey: 'SK',
    }),
  },
];

/** Attempts of a request. */
export const ATTEMPTS = 3;

export interface Patience {
  /** Of one request, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether attempts are counted, or time alone. */
  readonly counted: boolean;
}

export function openTarget(
  { adapter, entry, dialect }: StoreUnderTest,
  port: number,
  { timeoutMs, counted }: Patience,
): Promise<ObjectStore> {
  // The SDK of OSS takes an address of numbers for a domain of one's own.
  const host = dialect.name === 'oss' ? 'localhost' : '127.0.0.1';
  const retry = {
    baseDelayMs: 1,
    maxDelayMs: 5,
    patienceMs: 1000,
    // Nobody asks beside it whether the service is there, on a machine that is busy.
    contactMs: 60_000,
    ...(counted ? { maxAttempts: ATTEMPTS } : {}),
  };
  const split = { serialPages: 1, pagesLeft: 1, pageMs: 0 };
  return openStore({ ...entry(`http://${host}:${port}`), timeoutMs, retry }, { adapters: [adapter], split });
}
