// A worker of `fleet-scale.ts`: node fleet-scale-worker.js URL KEYS
import { setTimeout as sleep } from 'node:timers/promises';
import { createObjectStore, type BatchDeleteResult, type DeleteTarget, type StoreDriver } from '@store/core';
import { FleetWorker } from '@store/fleet';
import { peakRss } from './contestants/peak-rss.js';
import { firstBehind, objectsOf, syntheticDriver } from './synthetic-driver.js';

/** What a worker has done. */
export interface Tally {
  readonly deleted: number;
  /** The sum of the indexes of what it has deleted, in decimal digits. */
  readonly indexes: string;
  readonly cpuSeconds: number;
  /** Of these, what making up keys takes. */
  readonly driverSeconds: number;
  readonly peakRss: number;
}

/** How long a request takes; listings of stores that answer at once are not split. */
const REQUEST_MS = 5;

const [url = '', keys = ''] = process.argv.slice(2);
const total = Number(keys);
let deleted = 0;
let indexes = 0n;
let driverMicroseconds = 0;

function timed<T>(work: () => T): T {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  driverMicroseconds += user + system;
  return result;
}

function remove(targets: readonly DeleteTarget[]): BatchDeleteResult {
  let sum = 0;
  for (const { key } of targets) sum += Number(key.slice(6, 13)) * 1000 + Number(key.slice(21, 25));
  deleted += targets.length;
  indexes += BigInt(sum);
  return { deleted: targets, failed: [] };
}

const batches = syntheticDriver(
  async ({ token, startAfter, maxKeys }) => {
    await sleep(REQUEST_MS);
    return timed(() => {
      const start = token === undefined ? firstBehind(startAfter ?? '', total) : Number(token);
      const end = Math.min(start + maxKeys, total);
      const truncated = end < total;
      const nextToken = truncated ? String(end) : undefined;
      return { objects: objectsOf(start, end), prefixes: [], truncated, nextToken };
    });
  },
  async (targets) => {
    await sleep(REQUEST_MS);
    return timed(() => remove(targets));
  },
);
const driver: StoreDriver = {
  ...batches,
  // A page that ends with a range can leave one key.
  delete: {
    ...batches.delete,
    one: async (target) => {
      await sleep(REQUEST_MS);
      remove([target]);
      return { key: target.key };
    },
  },
};
const worker = await FleetWorker.start({ connection: { url }, open: async () => createObjectStore(driver) });
const before = process.cpuUsage();
process.once('message', () => {
  const { user, system } = process.cpuUsage(before);
  const tally: Tally = {
    deleted,
    indexes: String(indexes),
    cpuSeconds: (user + system) / 1e6,
    driverSeconds: driverMicroseconds / 1e6,
    peakRss: peakRss(),
  };
  void worker.close().then(() => process.send?.(tally));
});
process.send?.('begun');
