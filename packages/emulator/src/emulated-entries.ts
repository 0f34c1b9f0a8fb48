import type { StoreEntry } from '@store/core';
import type { EmulatorOptions } from './emulator-options.js';
import type { Emulator } from './emulator.js';

/** An emulator with an API of each provider. */
export const EACH_API = {
  s3: {},
  oss: {},
  zos: {},
  zosS3: {},
  region: 'cn-beijing',
} as const satisfies EmulatorOptions;

/** The configuration of a store on a bucket of an emulator (default: `demo`), for each provider that has an API of its own. */
export const EMULATED_ENTRIES = {
  s3: ({ endpoints, credential, region }, bucket = 'demo') => ({
    provider: 's3',
    bucket,
    profile: 'minio',
    endpoint: endpoints.s3,
    region,
    accessKeyId: credential.accessKeyId,
    secretAccessKey: credential.secretAccessKey,
  }),
  oss: ({ endpoints, credential, region }, bucket = 'demo') => ({
    provider: 'oss',
    bucket,
    region: `oss-${region}`,
    // The SDK takes an address of numbers for one without buckets in front.
    endpoint: endpoints.oss?.replace('127.0.0.1', 'localhost'),
    pathStyle: true,
    accessKeyId: credential.accessKeyId,
    accessKeySecret: credential.secretAccessKey,
  }),
  ctyun: ({ endpoints, credential, regionId }, bucket = 'demo') => ({
    provider: 'ctyun',
    bucket,
    regionId,
    endpoint: endpoints.zos,
    accessKey: credential.accessKeyId,
    secretKey: credential.secretAccessKey,
    dataPlane: 'auto',
  }),
} satisfies Readonly<Record<string, (emulator: Emulator, bucket?: string) => StoreEntry>>;
