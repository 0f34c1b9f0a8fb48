import type { StoreEntry } from '@store/core';
import type { Emulator } from '@store/emulator';

/** A bucket of an emulator, as a store of the configuration. */
export function s3Store(emulator: Emulator, settings: object = {}): StoreEntry {
  const { accessKeyId, secretAccessKey } = emulator.credential;
  const endpoint = emulator.endpoints.s3;
  return { provider: 's3', bucket: 'demo', endpoint, accessKeyId, secretAccessKey, ...settings };
}

/** As {@link s3Store}; the emulator's region is `cn-beijing`. */
export function ossStore(emulator: Emulator, settings: object = {}): StoreEntry {
  const { accessKeyId, secretAccessKey: accessKeySecret } = emulator.credential;
  // OSS puts the bucket before the host, and an address of numbers has no such.
  const endpoint = emulator.endpoints.oss?.replace('127.0.0.1', 'localhost');
  const address = { bucket: 'demo', region: 'oss-cn-beijing', endpoint, pathStyle: true };
  return { provider: 'oss', ...address, accessKeyId, accessKeySecret, ...settings };
}
