// How much memory and time the deletion engine itself takes: a million keys through a driver that makes its
// keys up as they are listed and forgets them as they are deleted.
//
//   npm run bench:memory [-- KEYS]
import {
  createObjectStore,
  DEFAULT_MAX_KEY_BYTES,
  StoreError,
  type ListPage,
  type ListPageRequest,
  type ObjectInfo,
  type StoreDriver,
} from '@store/core';
import { keysText, Meter } from './meter.js';

const total = Number(process.argv[2] ?? 1_000_000);

function keyAt(index: number): string {
  return `bench/${String(Math.floor(index / 1000)).padStart(7, '0')}/object-${String(index % 1000).padStart(4, '0')}.json`;
}

function notHere(): never {
  throw new StoreError('Unsupported', 'this driver only lists and deletes');
}

let deleted = 0;
const driver: StoreDriver = {
  provider: 'synthetic',
  keys: { maxBytes: DEFAULT_MAX_KEY_BYTES },
  list: { order: 'utf8', maxPageSize: 1000, delimiter: 'none', page },
  read: { head: notHere, get: notHere },
  write: {
    streaming: false,
    ifAbsent: false,
    ifMatch: false,
    storageClasses: false,
    put: notHere,
    copy: notHere,
  },
  delete: { ifMatch: false, passThrough: [], one: notHere },
  batch: {
    maxKeys: 1000,
    maxBytes: 2 * 1024 * 1024,
    keys: 'xml',
    async delete(targets) {
      await new Promise(setImmediate);
      deleted += targets.length;
      return { deleted: targets, failed: [] };
    },
  },
  close: async () => undefined,
};

async function page({ token, maxKeys }: ListPageRequest): Promise<ListPage> {
  await new Promise(setImmediate);
  const start = Number(token ?? 0);
  const end = Math.min(start + maxKeys, total);
  const objects: ObjectInfo[] = [];
  for (let i = start; i < end; i++) {
    objects.push({
      key: keyAt(i),
      size: 100,
      lastModified: new Date(0),
      etag: '"d41d8cd98f00b204e9800998ecf8427e"',
    });
  }
  return {
    objects,
    prefixes: [],
    truncated: end < total,
    nextToken: end < total ? String(end) : undefined,
  };
}

const meter = new Meter();
const store = createObjectStore(driver);
const report = await store.deletePrefix('bench/');
const measured = meter.stop();
console.log(`keys: ${report.deleted} deleted (driver counted ${deleted}), complete: ${report.complete}`);
console.log(measured.text);
console.log(keysText(report.deleted, measured));
