import { openStore, type ObjectStore, type RetrySettings } from '@store/core';
import { startEmulator, type Emulator, type EmulatorOptions, type S3Quirks } from '@store/emulator';
import { s3Driver, s3, type S3Config, type S3Driver } from '@store/s3';
import { afterEach } from 'mocha';

const open: AsyncDisposable[] = [];

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

/** An emulator for one test, with the bucket `demo`. */
export async function emulate(quirks: S3Quirks = {}, options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({ s3: { quirks }, buckets: ['demo'], ...options });
  open.push(emulator);
  return emulator;
}

export function configFor(emulator: Emulator, config: Partial<S3Config> = {}): S3Config {
  const { credential, endpoints, region } = emulator;
  const { accessKeyId, secretAccessKey, sessionToken } = credential;
  return {
    bucket: 'demo',
    profile: 'generic',
    endpoint: endpoints.s3,
    region,
    accessKeyId,
    secretAccessKey,
    sessionToken,
    ...config,
  };
}

/** A store on the emulator, closed after the test. Waits between attempts are short. */
export async function storeOn(
  emulator: Emulator,
  config: Partial<S3Config> = {},
  retry: RetrySettings = { maxAttempts: 8, baseDelayMs: 1, maxDelayMs: 5 },
): Promise<ObjectStore> {
  const store = await openStore(
    { provider: 's3', retry, ...configFor(emulator, config) },
    { adapters: [s3] },
  );
  open.push(store);
  return store;
}

/** The driver alone: what one request makes of an answer. */
export function driverOn(emulator: Emulator, config: Partial<S3Config> = {}): S3Driver {
  const driver = s3Driver(configFor(emulator, config));
  open.push({ [Symbol.asyncDispose]: () => driver.close() });
  return driver;
}

/** An answer as text. */
export function textOf(body: string | Uint8Array | undefined): string {
  return typeof body === 'string' ? body : Buffer.from(body ?? []).toString();
}
