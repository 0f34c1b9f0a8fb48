import { openStore, type ObjectStore, type StoreEntry } from '@store/core';
import { ctyun } from '@store/ctyun';
import { files } from '@store/files';
import { fs } from '@store/fs';
import { memory } from '@store/memory';
import { oss } from '@store/oss';
import { s3 } from '@store/s3';

/** A store of any provider, with retries that no test waits for. */
export function open(entry: StoreEntry): Promise<ObjectStore> {
  const retry = { baseDelayMs: 1, maxDelayMs: 5, patienceMs: 2000 };
  return openStore({ ...entry, retry }, { adapters: [s3, oss, ctyun, files, fs, memory] });
}
