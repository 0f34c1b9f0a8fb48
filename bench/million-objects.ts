// What deleting a prefix on S3 or OSS costs the client: a million keys on the emulator, which runs in a process of its
// own. Both share this machine's cores, so the rate is a floor.
//
//   npm run bench:s3, npm run bench:oss, or node --expose-gc bench/dist/million-objects.js s3|oss [KEYS]
import { openBenchStore, startEmulatorProcess } from './emulator-process.js';
import { keysText, mebibytes, Meter } from './meter.js';

const provider = process.argv[2] ?? 's3';
const total = Number(process.argv[3] ?? 1_000_000);

const emulator = await startEmulatorProcess('--seed', `demo/bench/=${total}`);
const filled = await emulator.usage();
const store = await openBenchStore(provider, emulator.endpoints);
// Connections and code are there before the measurement begins.
await store.exists('nothing');

const listing = new Meter();
let listed = 0;
for await (const _ of store.list('bench/')) if (++listed === 100_000) break;
console.log(`\nlisting ${listed} keys\n${keysText(listed, listing.stop())}`);

const before = await emulator.usage();
const meter = new Meter();
const report = await store.deletePrefix('bench/');
const measured = meter.stop();
const after = await emulator.usage();
console.log(`\ndeleting ${report.deleted} keys, complete: ${report.complete}`);
console.log(measured.text);
console.log(keysText(report.deleted, measured));
if (filled && before && after) {
  const server = after.cpuSeconds - before.cpuSeconds;
  console.log(
    `emulator: ${mebibytes(filled.rss)} MiB with ${total} keys; ${server.toFixed(1)} s of CPU for listing and deleting, ` +
      `${Math.round(total / server)} keys per CPU second`,
  );
}
await store.close();
await emulator.stop();
