// A process of its own for the tests, to be killed: `trash-worker.js delete ROOT JOURNAL` deletes everything under `p/` into the
// trash, `trash-worker.js undo ROOT JOURNAL` brings it back.
import { openStore } from '@store/core';
import { fs } from '@store/fs';
import { journalFile, undoDeletion } from '@store/journal';

const [, , mode, root = '', path = ''] = process.argv;
const store = await openStore({ provider: 'fs', root, fsync: false }, { adapters: [fs] });
await (mode === 'delete'
  ? store.deletePrefix('p/', { trash: true, journal: journalFile(path), concurrency: 2 })
  : undoDeletion(store, path));
await store.close();
