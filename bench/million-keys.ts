// How much memory and time the deletion engine itself takes: a million keys through a driver that makes its
// keys up as they are listed and forgets them as they are deleted.
//
//   npm run bench:memory [-- KEYS]
import { createObjectStore } from '@store/core';
import { keysText, Meter } from './meter.js';
import { objectsOf, PREFIX, syntheticDriver } from './synthetic-driver.js';

/** What it tells who started it. */
export interface EngineRun {
  readonly keys: number;
  /** Of the resident memory, above the start. */
  readonly peakBytes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

const total = Number(process.argv[2] ?? 1_000_000);

let deleted = 0;
const driver = syntheticDriver(
  async ({ token, maxKeys }) => {
    await new Promise(setImmediate);
    const start = Number(token ?? 0);
    const end = Math.min(start + maxKeys, total);
    const truncated = end < total;
    return {
      objects: objectsOf(start, end),
      prefixes: [],
      truncated,
      nextToken: truncated ? String(end) : undefined,
    };
  },
  async (targets) => {
    await new Promise(setImmediate);
    deleted += targets.length;
    return { deleted: targets, failed: [] };
  },
);

const meter = new Meter();
const store = createObjectStore(driver);
const report = await store.deletePrefix(PREFIX);
const measured = meter.stop();
console.log(`keys: ${report.deleted} deleted (driver counted ${deleted}), complete: ${report.complete}`);
console.log(measured.text);
console.log(keysText(report.deleted, measured));
const { peakBytes, seconds, cpuSeconds } = measured;
process.send?.({ keys: report.deleted, peakBytes, seconds, cpuSeconds } satisfies EngineRun);
