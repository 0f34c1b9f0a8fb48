// One session that somebody will kill: `victim.js FROM TO PART_BYTES`. Says what it has copied as it goes.
import type { StoreEntry } from '@store/core';
import { syncPrefix } from '@store/transfer';
import { open } from './open.js';

const [from = '', to = '', partBytes = ''] = process.argv.slice(2);
// Of our own parent.
const [source, target] = await Promise.all([
  open(JSON.parse(from) as StoreEntry),
  open(JSON.parse(to) as StoreEntry),
]);
let isBegun = false;
// Not `maxRSS`, which Linux hands down from the process that began this one.
let mostBytes = 0;
const report = await syncPrefix(
  { store: source, prefix: '' },
  { store: target, prefix: 'mirror/' },
  {
    delete: true,
    partBytes: Number(partBytes),
    concurrency: 8,
    onProgress: ({ bytes }) => {
      mostBytes = Math.max(mostBytes, process.memoryUsage.rss());
      if (bytes > 0 && !isBegun) process.send?.('begun');
      isBegun ||= bytes > 0;
    },
  },
);
await Promise.all([source.close(), target.close()]);
process.send?.({ report, mostBytes });
process.disconnect();
