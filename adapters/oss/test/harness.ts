import { openStore, type ObjectStore, type RetrySettings } from '@store/core';
import { startEmulator, type Emulator, type EmulatorOptions } from '@store/emulator';
import { oss, ossDriver, type OssConfig, type OssDriver } from '@store/oss';
import { afterEach } from 'mocha';

const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

/** An emulator for one test, with the bucket `demo`. */
export async function emulate(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({
    oss: {},
    region: 'cn-beijing',
    buckets: ['demo', 'other'],
    ...options,
  });
  open.push(emulator);
  return emulator;
}

export function configFor(emulator: Emulator, config: Partial<OssConfig> = {}): OssConfig {
  const { accessKeyId, secretAccessKey: accessKeySecret } = emulator.credential;
  const endpoint = emulator.endpoints.oss?.replace('127.0.0.1', 'localhost');
  const address = { bucket: 'demo', region: 'oss-cn-beijing', pathStyle: true, endpoint };
  return { ...address, accessKeyId, accessKeySecret, ...config };
}

/** A store on the emulator, closed after the test. Waits between attempts are short. */
export async function storeOn(
  emulator: Emulator,
  config: Partial<OssConfig> = {},
  retry: RetrySettings = { maxAttempts: 8, baseDelayMs: 1, maxDelayMs: 5 },
): Promise<ObjectStore> {
  const store = await openStore(
    { provider: 'oss', retry, ...configFor(emulator, config) },
    { adapters: [oss] },
  );
  open.push(store);
  return store;
}

export function driverOn(emulator: Emulator, config: Partial<OssConfig> = {}): OssDriver {
  const driver = ossDriver(configFor(emulator, config));
  open.push({ [Symbol.asyncDispose]: () => driver.close() });
  return driver;
}
