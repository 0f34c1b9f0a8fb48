// Memory of the client while 1 GiB goes up in parts, from a stream of unknown length, and comes down again.
//
//   npm run bench:s3, npm run bench:oss, or node --expose-gc bench/dist/large-object.js s3|oss [MIB]
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { openBenchStore, startEmulatorProcess } from './emulator-process.js';
import { Meter } from './meter.js';

const provider = process.argv[2] ?? 's3';
const mib = Number(process.argv[3] ?? 1024);
const CHUNK = Buffer.alloc(1024 * 1024, 'abcdefgh');

const emulator = await startEmulatorProcess();
const store = await openBenchStore(provider, emulator.endpoints);
await store.put('warm-up', CHUNK);

function* body(): Generator<Buffer> {
  for (let i = 0; i < mib; i++) yield CHUNK;
}

const sent = createHash('md5');
for (const chunk of body()) sent.update(chunk);
const expected = sent.digest('hex');

const putting = new Meter();
await store.put('large', Readable.from(body(), { objectMode: false }));
const put = putting.stop();
console.log(`\nput ${mib} MiB in ${put.seconds.toFixed(1)} s\n${put.text}`);

const getting = new Meter();
const received = createHash('md5');
for await (const chunk of (await store.get('large')).body as AsyncIterable<Buffer>) received.update(chunk);
const got = getting.stop();
console.log(`get ${mib} MiB in ${got.seconds.toFixed(1)} s\n${got.text}`);
console.log(`the same bytes: ${received.digest('hex') === expected}`);
await store.close();
await emulator.stop();
