import type { StoreEntry } from '@store/core';
import type { Emulator } from '@store/emulator';

/** The bucket `demo` of an emulator, as a store of each provider that has an API of its own. */
export const EMULATED_ENTRIES: Readonly<Record<'s3' | 'oss' | 'ctyun', (emulator: Emulator) => StoreEntry>> =
  {
    s3: ({ endpoints, credential, region }) => ({
      provider: 's3',
      bucket: 'demo',
      profile: 'minio',
      endpoint: endpoints.s3,
      region,
      accessKeyId: credential.accessKeyId,
      secretAccessKey: credential.secretAccessKey,
    }),
    oss: ({ endpoints, credential, region }) => ({
      provider: 'oss',
      bucket: 'demo',
      region: `oss-${region}`,
      endpoint: endpoints.oss?.replace('127.0.0.1', 'localhost'),
      pathStyle: true,
      accessKeyId: credential.accessKeyId,
      accessKeySecret: credential.secretAccessKey,
    }),
    ctyun: ({ endpoints, credential, regionId }) => ({
      provider: 'ctyun',
      bucket: 'demo',
      regionId,
      endpoint: endpoints.zos,
      accessKey: credential.accessKeyId,
      secretKey: credential.secretAccessKey,
      dataPlane: 'auto',
    }),
  };
