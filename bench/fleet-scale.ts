// Very many keys and a fleet. Eight workers in processes of their own delete keys that each of them makes up, each request takes
// a while, and the sum of all that was deleted says whether each key was, exactly once.
//
//   npm run bench:fleet [-- KEYS]
import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RedisServer } from '@store/conformance';
import { createObjectStore } from '@store/core';
import { Fleet } from '@store/fleet';
import type { Tally } from './fleet-scale-worker.js';
import { PREFIX, syntheticDriver } from './synthetic-driver.js';

const total = Number(process.argv[2] ?? 10_000_000);
const WORKERS = 8;
const WORKER = fileURLToPath(new URL('fleet-scale-worker.js', import.meta.url));
const MIB = 1024 ** 2;

function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** Of Redis, in bytes. */
async function peakOf(redis: RedisServer): Promise<number> {
  const { stdout } = await promisify(execFile)('redis-cli', ['-p', String(redis.port), 'info', 'memory']);
  return Number(/used_memory_peak:(\d+)/.exec(stdout)?.[1]);
}

async function tallyOf(child: ChildProcess): Promise<Tally> {
  const said = once(child, 'message');
  child.send('end');
  const [tally] = (await said) as [Tally];
  child.disconnect();
  return tally;
}

await using redis = await RedisServer.start();
const workers = await Promise.all(
  Array.from({ length: WORKERS }, async () => {
    const child = fork(WORKER, [redis.url, String(total)]);
    await once(child, 'message');
    return child;
  }),
);
await using fleet = new Fleet({ url: redis.url });
const notHere = (): never => {
  throw new Error('only workers send requests');
};
const store = createObjectStore(syntheticDriver(notHere, notHere));
const startedAt = performance.now();
const run = await fleet.begin([{ address: `synthetic:${PREFIX}`, store, prefix: PREFIX }]);
const report = await fleet.wait(run, {
  everyMs: 10_000,
  onProgress: ({ deleted }) => console.error(`${count(deleted)} deleted`),
});
const seconds = (performance.now() - startedAt) / 1000;
const peak = await peakOf(redis);
const tallies = await Promise.all(workers.map((worker) => tallyOf(worker)));

const deleted = tallies.reduce((sum, tally) => sum + tally.deleted, 0);
const indexes = tallies.reduce((sum, tally) => sum + BigInt(tally.indexes), 0n);
const isRight =
  report.complete &&
  report.deleted === total &&
  deleted === total &&
  indexes === (BigInt(total) * BigInt(total - 1)) / 2n;
const cpu = tallies.reduce((sum, { cpuSeconds }) => sum + cpuSeconds, 0);
const own = tallies.reduce((sum, { driverSeconds }) => sum + driverSeconds, 0);
const [row] = report.rows;
const pieces = row ? Object.values(row.pieces).reduce((sum, n) => sum + n, 0) : 0;

console.log(`keys: ${count(total)}, each deleted exactly once: ${isRight ? 'yes' : 'NO'}`);
console.log(
  `${seconds.toFixed(0)} s, ${WORKERS} workers; CPU ${cpu.toFixed(0)} s, ${((cpu / total) * 1e5).toFixed(3)} s for 100,000 keys, ` +
    `${((own / total) * 1e5).toFixed(3)} of them the driver's own`,
);
console.log(
  `peak RSS of a worker: ${(Math.max(...tallies.map(({ peakRss }) => peakRss)) / MIB).toFixed(0)} MiB`,
);
console.log(`pieces: ${count(pieces)}, of them shared or put back: ${count(row?.pieces.split ?? 0)}`);
console.log(
  `list requests: ${count(report.requests.list)}; delete requests: ${count(report.requests.delete)}`,
);
console.log(`peak memory of Redis: ${(peak / MIB).toFixed(1)} MiB`);
if (!isRight) {
  console.log(JSON.stringify(report));
  process.exitCode = 1;
}
