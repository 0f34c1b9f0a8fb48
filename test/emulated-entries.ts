import { openStore, type ObjectStore, type StoreEntry } from '@store/core';
import { ctyun } from '@store/ctyun';
import { startEmulator, type Emulator } from '@store/emulator';
import { oss } from '@store/oss';
import { s3 } from '@store/s3';

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

/** An emulator, and its bucket `demo` as a store. */
export interface EmulatedStore extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly store: ObjectStore;
}

export async function openEmulated(
  entry: (emulator: Emulator) => StoreEntry,
  versioning: 'enabled' | 'off',
): Promise<EmulatedStore> {
  const emulator = await startEmulator({
    s3: {},
    oss: {},
    zos: {},
    zosS3: {},
    region: 'cn-beijing',
    buckets: [versioning === 'off' ? 'demo' : { name: 'demo', versioning }],
  });
  const adapters = [s3, oss, ctyun];
  const store = await openStore({ ...entry(emulator), retry: { baseDelayMs: 1 } }, { adapters });
  const close = async (): Promise<void> => {
    await store.close();
    await emulator.close();
  };
  return { emulator, store, [Symbol.asyncDispose]: close };
}
