import { openStore, type ObjectStore, type RetrySettings } from '@store/core';
import { ctyun, ctyunDriver, type CtyunConfig, type CtyunDriver } from '@store/ctyun';
import { startEmulator, type Emulator, type EmulatorOptions } from '@store/emulator';
import { afterEach } from 'mocha';

const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

/** An emulated ZOS for one test, with the buckets `demo` and `other`. */
export async function emulate(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({ zos: {}, zosS3: {}, buckets: ['demo', 'other'], ...options });
  open.push(emulator);
  return emulator;
}

export function configFor(emulator: Emulator, config: Partial<CtyunConfig> = {}): CtyunConfig {
  const { credential, endpoints, regionId } = emulator;
  const { accessKeyId: accessKey, secretAccessKey: secretKey } = credential;
  return {
    bucket: 'demo',
    regionId,
    accessKey,
    secretKey,
    endpoint: endpoints.zos,
    dataPlane: 'auto',
    ...config,
  };
}

/** A store on the emulator, closed after the test. Waits between attempts are short. */
export async function storeOn(
  emulator: Emulator,
  config: Partial<CtyunConfig> = {},
  retry: RetrySettings = { maxAttempts: 8, baseDelayMs: 1, maxDelayMs: 5 },
): Promise<ObjectStore> {
  const store = await openStore(
    { provider: 'ctyun', retry, ...configFor(emulator, config) },
    { adapters: [ctyun] },
  );
  open.push(store);
  return store;
}

export function driverOn(emulator: Emulator, config: Partial<CtyunConfig> = {}): CtyunDriver {
  const driver = ctyunDriver(configFor(emulator, config));
  open.push({ [Symbol.asyncDispose]: () => driver.close() });
  return driver;
}
