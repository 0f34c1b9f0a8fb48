// A hundred million keys, listed by ranges and deleted by the engine. The driver makes its keys up, each request takes it
// a while, and it checks that each key is deleted exactly once.
//
//   npm run bench:scale [-- KEYS]
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createObjectStore,
  type BatchDeleteResult,
  type DeleteTarget,
  type ListPage,
  type ListPageRequest,
} from '@store/core';
import { keysText, Meter } from './meter.js';
import { Once } from './once.js';
import { firstBehind, keyAt, objectsOf, PAGE, PREFIX, syntheticDriver } from './synthetic-driver.js';

const total = Number(process.argv[2] ?? 100_000_000);

/** How long a request takes; listings of stores that answer at once are not split. */
const REQUEST_MS = 5;

/** The inverse of {@link keyAt}; NaN for another key. */
function indexOf(key: string): number {
  const index = Number(key.slice(6, 13)) * 1000 + Number(key.slice(21, 25));
  return keyAt(index) === key ? index : NaN;
}

const requests = { lists: 0, fromTheMiddle: 0, wasted: 0, batches: 0 };
const listed = new Once(total);
const deleted = new Once(total);
let deletedAgain = 0;
let driverMicroseconds = 0;

const driver = syntheticDriver(
  async (request) => {
    await sleep(REQUEST_MS);
    return timed(() => page(request));
  },
  async (targets) => {
    await sleep(REQUEST_MS);
    return timed(() => deleteBatch(targets));
  },
);

function page({ token, startAfter, maxKeys }: ListPageRequest): ListPage {
  requests.lists++;
  if (token === undefined && startAfter !== undefined) requests.fromTheMiddle++;
  const start = token === undefined ? firstBehind(startAfter ?? '', total) : Number(token);
  const end = Math.min(start + maxKeys, total);
  const before = listed.count;
  for (let i = start; i < end; i++) listed.add(i);
  const objects = objectsOf(start, end);
  if (listed.count === before) requests.wasted++;
  const truncated = end < total;
  return { objects, prefixes: [], truncated, nextToken: truncated ? String(end) : undefined };
}

function deleteBatch(targets: readonly DeleteTarget[]): BatchDeleteResult {
  requests.batches++;
  for (const { key } of targets) if (!deleted.add(indexOf(key))) deletedAgain++;
  return { deleted: targets, failed: [] };
}

/** Counts the CPU time that the driver itself takes. */
function timed<T>(work: () => T): T {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  driverMicroseconds += user + system;
  return result;
}

function count(n: number): string {
  return n.toLocaleString('en-US');
}

const meter = new Meter();
const store = createObjectStore(driver);
const report = await store.deletePrefix(PREFIX);
const measured = meter.stop();

const isRight = deleted.count === total && deletedAgain === 0 && report.complete && report.deleted === total;
const perHundredThousand = (driverMicroseconds / 1e6 / total) * 100_000;
const { lists, fromTheMiddle, wasted, batches } = requests;
console.log(`keys: ${count(total)}, each deleted exactly once: ${isRight ? 'yes' : 'NO'}`);
console.log(
  `${keysText(report.deleted, measured)}, ${perHundredThousand.toFixed(3)} of them the driver's own, with its checks`,
);
console.log(measured.text);
console.log(
  `list requests: ${count(lists)} (${(lists / (total / PAGE)).toFixed(4)} for each ${PAGE} keys), ` +
    `${count(wasted)} of them named nothing new; delete requests: ${count(batches)}`,
);
console.log(`ranges: ${count(fromTheMiddle + 1)}`);
if (!isRight) {
  console.log(`deleted ${count(deleted.count)}, again or unknown ${count(deletedAgain)}`);
  process.exitCode = 1;
}
