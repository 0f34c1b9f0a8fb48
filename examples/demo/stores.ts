import type { StoreEntry } from '@store/core';
import type { Emulator } from '@store/emulator';

/** Stores of S3, one for each thing that can go wrong. */
export const TROUBLED = ['throttled', 'denied', 'stopped'] as const;

/** The others: which store it is, is a matter of configuration alone. */
export const OTHERS = {
  disk: 'a directory on disk (provider fs)',
  zos: 'CTYUN ZOS, on the emulator (provider ctyun)',
  oos: 'CTYUN OOS, on the emulator (provider s3, profile ctyun-oos)',
  oss: 'Alibaba Cloud OSS, on the emulator (provider oss)',
} as const;

type Name = (typeof TROUBLED)[number] | keyof typeof OTHERS;

/** The buckets that the emulator has to have. */
export const BUCKETS: readonly string[] = [...TROUBLED, 'zos', 'oos', 'oss'].map((name) => `demo-${name}`);

/** The configuration, with the keys as variables of the environment. */
export function demoStores({ endpoints, regionId }: Emulator): Readonly<Record<Name, StoreEntry>> {
  const keys = { accessKeyId: '${DEMO_KEY_ID}', secretAccessKey: '${DEMO_SECRET}' };
  const onS3 = (name: Name): StoreEntry => ({
    provider: 's3',
    bucket: `demo-${name}`,
    endpoint: endpoints.s3,
    ...keys,
  });
  return {
    throttled: onS3('throttled'),
    denied: onS3('denied'),
    stopped: onS3('stopped'),
    disk: { provider: 'fs', root: 'data', create: true, fsync: false },
    zos: {
      provider: 'ctyun',
      bucket: 'demo-zos',
      regionId,
      endpoint: endpoints.zos,
      dataPlane: 'auto',
      accessKey: '${DEMO_KEY_ID}',
      secretKey: '${DEMO_SECRET}',
    },
    oos: {
      provider: 's3',
      profile: 'ctyun-oos',
      bucket: 'demo-oos',
      region: 'cn',
      endpoint: endpoints.oos,
      ...keys,
    },
    oss: {
      provider: 'oss',
      bucket: 'demo-oss',
      region: 'oss-us-east-1',
      endpoint: endpoints.oss?.replace('127.0.0.1', 'localhost'),
      pathStyle: true,
      accessKeyId: '${DEMO_KEY_ID}',
      accessKeySecret: '${DEMO_SECRET}',
    },
  };
}
