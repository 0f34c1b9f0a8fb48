// A run whose journal comes to a limit: says how it ended, as JSON.
import { numbered } from '@store/conformance';
import { createObjectStore, DeletionError } from '@store/core';
import { journalFile } from '@store/journal';
import { memoryDriver } from '@store/memory';

const driver = memoryDriver();
const store = createObjectStore({
  ...driver,
  versions: driver.versions,
  batch: { ...driver.batch, maxKeys: 50, keys: 'any', delete: driver.batch?.delete ?? fail },
});
for (const key of numbered(2000)) await store.put(key, 'x');
const path = process.argv[2] ?? '';
const error: unknown = await store
  .deletePrefix('p/', { journal: journalFile(path), concurrency: 4 })
  .catch((thrown: unknown) => thrown);
let left = 0;
for await (const _object of store.list('')) left++;
if (!(error instanceof DeletionError)) throw new Error('it did not fail', { cause: error });
const { deleted, failed, skipped, matched } = error.report;
console.log(
  JSON.stringify({ code: error.code, message: error.message, deleted, failed, skipped, matched, left }),
);

function fail(): never {
  throw new Error('a memory store has batches');
}
