import { openStore, type ObjectStore, type StoreEntry } from '@store/core';
import { ctyun } from '@store/ctyun';
import { EACH_API, startEmulator, type Emulator } from '@store/emulator';
import { oss } from '@store/oss';
import { s3 } from '@store/s3';

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
    ...EACH_API,
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
