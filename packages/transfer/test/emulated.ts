import { openStore, type ObjectStore, type StoreEntry } from '@store/core';
import { ctyun } from '@store/ctyun';
import type { Emulator } from '@store/emulator';
import { files } from '@store/files';
import { fs } from '@store/fs';
import { memory } from '@store/memory';
import { oss } from '@store/oss';
import { s3 } from '@store/s3';

/** A bucket of an emulator, as a store of each provider. */
export const ENTRIES = {
  s3: ({ endpoints, credential, region }, bucket) => ({
    provider: 's3',
    bucket,
    endpoint: endpoints.s3,
    region,
    accessKeyId: credential.accessKeyId,
    secretAccessKey: credential.secretAccessKey,
  }),
  oss: ({ endpoints, credential, region }, bucket) => ({
    provider: 'oss',
    bucket,
    region: `oss-${region}`,
    endpoint: endpoints.oss?.replace('127.0.0.1', 'localhost'),
    pathStyle: true,
    accessKeyId: credential.accessKeyId,
    accessKeySecret: credential.secretAccessKey,
  }),
  zos: ({ endpoints, credential, regionId }, bucket) => ({
    provider: 'ctyun',
    bucket,
    regionId,
    endpoint: endpoints.zos,
    accessKey: credential.accessKeyId,
    secretKey: credential.secretAccessKey,
    dataPlane: 'auto',
  }),
} satisfies Record<string, (emulator: Emulator, bucket: string) => StoreEntry>;

/** A store of any provider, with retries that no test waits for. */
export function open(entry: StoreEntry): Promise<ObjectStore> {
  const retry = { baseDelayMs: 1, maxDelayMs: 5, patienceMs: 2000 };
  return openStore({ ...entry, retry }, { adapters: [s3, oss, ctyun, files, fs, memory] });
}
