// A process of its own for the tests, to be killed: `trash-worker.js delete ROOT JOURNAL` deletes everything under `p/` into the
// trash, `trash-worker.js undo ROOT JOURNAL` brings it back. Says `begun` when it begins.
import { openStore } from '@store/core';
import { fs } from '@store/fs';
import { journalFile, undoDeletion } from '@store/journal';

const [, , mode, root = '', path = ''] = process.argv;
const store = await openStore({ provider: 'fs', root, fsync: false }, { adapters: [fs] });
let isBegun = false;
const begun = (): void => {
  if (!isBegun) process.stdout.write('begun\n');
  isBegun = true;
};
await (mode === 'delete'
  ? store.deletePrefix('p/', { trash: true, journal: journalFile(path), concurrency: 2, onMatch: begun })
  : undoDeletion(store, path, { onProgress: begun }));
await store.close();
