// One session of a run that somebody will kill: `victim.js ENTRY JOURNAL`. Says "begun" when the first request has been answered.
import { openStore, type StoreEntry } from '@store/core';
import { ctyun } from '@store/ctyun';
import { fs } from '@store/fs';
import { journalFile } from '@store/journal';
import { oss } from '@store/oss';
import { s3 } from '@store/s3';

const [entry = '', path = ''] = process.argv.slice(2);
// Of our own parent.
const store = await openStore(JSON.parse(entry) as StoreEntry, { adapters: [s3, oss, ctyun, fs] });
let isBegun = false;
// Not `maxRSS`, which Linux hands down from the process that began this one.
let mostBytes = 0;
const report = await store.deletePrefix('p/', {
  journal: journalFile(path, { audit: true }),
  verify: true,
  // So that there is a middle to be killed in.
  maxKeysPerSecond: 20_000,
  concurrency: 8,
  onProgress: () => {
    mostBytes = Math.max(mostBytes, process.memoryUsage.rss());
    if (!isBegun) process.send?.('begun');
    isBegun = true;
  },
});
await store.close();
process.send?.({ report, mostBytes });
process.disconnect();
