// The README's first command: take a full store, delete one prefix through the `store` command, show that the
// neighbours are still there. Which store that is, is a matter of configuration alone. The emulator's buckets
// are filled from inside, without a request; everything after that goes over HTTP.
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore, quoteKey, type ObjectStore, type StoreConfig, type StoreEntry } from '@store/core';
import { startEmulator, type Bucket } from '@store/emulator';
import { ctyun } from '@store/ctyun';
import { fs } from '@store/fs';
import { oss } from '@store/oss';
import { s3 } from '@store/s3';

const DOOMED = 6_000;
const NEIGHBOURS = 4_000;
const PREFIX = 'logs/';
const CONTENT = 'content of an object';

/** Legal keys that tools are known to mangle, lose, or take for others. */
const AWKWARD = [
  'a b',
  'a+b',
  '100%',
  '%2F',
  '../up',
  './here',
  'a//b',
  'ünï',
  'u\u0308',
  '😀',
  'tab\there',
  'line\nbreak',
  'ctrl\u0001',
  '<&>',
  '"q"',
  'x\\y',
  'A',
  'a/',
  'a',
];

/** Names that share letters with the prefix and are not under it. */
const SIBLINGS = [
  'logs',
  'logs-old/',
  'logs0',
  'logs.txt',
  'LOGS/',
  'log/',
  '/logs/',
  'x/logs/',
  'logs\u0000/',
];

function* doomedKeys(): Generator<string> {
  yield PREFIX;
  for (const name of AWKWARD) yield PREFIX + name;
  for (let i = AWKWARD.length + 1; i < DOOMED; i++)
    yield `${PREFIX}2026/${String(1 + (i % 12)).padStart(2, '0')}/event-${i}.json`;
}

/** @param takes whether the store takes a key */
function* neighbourKeys(takes: (key: string) => boolean): Generator<string> {
  for (const sibling of SIBLINGS) {
    for (const key of AWKWARD.map((name) => sibling + name)) yield takes(key) ? key : `y${key}`;
  }
  for (let i = SIBLINGS.length * AWKWARD.length; i < NEIGHBOURS; i++) yield `images/${i % 50}/photo-${i}.jpg`;
}

/** Fills a store with one write for each key. */
async function putAll(store: ObjectStore, keys: Iterable<string>): Promise<void> {
  const queue = keys[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = queue.next(); !next.done; next = queue.next()) await store.put(next.value, CONTENT);
  };
  await Promise.all(Array.from({ length: 16 }, worker));
}

/** Runs the `store` command on this terminal; resolves to its exit code. */
function storeCommand(directory: string, ...args: string[]): Promise<number | null> {
  const bin = fileURLToPath(new URL('bin/store.js', import.meta.resolve('@store/cli/package.json')));
  console.log(`\n$ store ${args.join(' ')}`);
  // The journals of these runs are nothing to the user's own, which `store runs` shows.
  const env = { ...process.env, XDG_STATE_HOME: join(directory, 'state') };
  const child = spawn(process.execPath, [bin, ...args], { cwd: directory, stdio: 'inherit', env });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
}

/** @param bucket the emulator's, for a store that is there */
async function run(
  title: string,
  config: StoreConfig,
  directory: string,
  bucket: Bucket | undefined,
): Promise<void> {
  // OSS takes no key that begins with a slash.
  const takes = (key: string): boolean => config.stores['demo']?.provider !== 'oss' || !key.startsWith('/');
  const started = Date.now();
  await writeFile(join(directory, 'store.config.json'), JSON.stringify(config, null, 2));
  console.log(`\n=== ${title}`);
  const store = await openStore(config, { adapters: [fs, s3, oss, ctyun], baseDirectory: directory });
  for (const keys of [doomedKeys(), neighbourKeys(takes)])
    await (bucket === undefined ? putAll(store, keys) : bucket.seed(keys, CONTENT));
  console.log(
    `${DOOMED} objects under ${quoteKey(PREFIX)}, ${NEIGHBOURS} beside it (awkward keys among both)`,
  );

  const code = await storeCommand(directory, 'rm', '-r', '--yes', '--count', '--verify', `demo:${PREFIX}`);
  if (code !== 0) throw new Error(`store rm exited with ${code}`);

  const expected = new Set(neighbourKeys(takes));
  let survivors = 0;
  for await (const { key } of store.list('')) {
    if (key.startsWith(PREFIX)) throw new Error(`${quoteKey(key)} should be gone`);
    if (!expected.delete(key)) throw new Error(`${quoteKey(key)} appeared from nowhere`);
    survivors++;
  }
  const lost = [...expected];
  if (lost.length > 0)
    throw new Error(`${lost.length} neighbours are gone, such as ${quoteKey(lost[0] ?? '')}`);
  await store.close();
  console.log(
    `\nChecked by listing the whole store: nothing is left under ${quoteKey(PREFIX)}, all ${survivors} neighbours are there.`,
  );
  console.log(`${title}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`);
}

const directory = await mkdtemp(join(tmpdir(), 'store-demo-'));
await using emulator = await startEmulator({
  s3: {},
  oss: {},
  zos: {},
  zosS3: {},
  oos: {},
  buckets: ['demo', 'demo-zos', 'demo-oos', 'demo-oss'],
});
const stores: Readonly<Record<string, StoreEntry>> = {
  'a directory on disk (provider fs)': { provider: 'fs', root: 'data', create: true, fsync: false },
  'S3, on the emulator (provider s3)': {
    provider: 's3',
    bucket: 'demo',
    endpoint: emulator.endpoints.s3,
    accessKeyId: '${DEMO_KEY_ID}',
    secretAccessKey: '${DEMO_SECRET}',
  },
  'CTYUN ZOS, on the emulator (provider ctyun)': {
    provider: 'ctyun',
    bucket: 'demo-zos',
    regionId: emulator.regionId,
    endpoint: emulator.endpoints.zos,
    dataPlane: 'auto',
    accessKey: '${DEMO_KEY_ID}',
    secretKey: '${DEMO_SECRET}',
  },
  'CTYUN OOS, on the emulator (provider s3, profile ctyun-oos)': {
    provider: 's3',
    profile: 'ctyun-oos',
    bucket: 'demo-oos',
    region: 'cn',
    endpoint: emulator.endpoints.oos,
    accessKeyId: '${DEMO_KEY_ID}',
    secretAccessKey: '${DEMO_SECRET}',
  },
  'Alibaba Cloud OSS, on the emulator (provider oss)': {
    provider: 'oss',
    bucket: 'demo-oss',
    region: 'oss-us-east-1',
    endpoint: emulator.endpoints.oss?.replace('127.0.0.1', 'localhost'),
    pathStyle: true,
    accessKeyId: '${DEMO_KEY_ID}',
    accessKeySecret: '${DEMO_SECRET}',
  },
};
const bucketOf = ({ bucket }: StoreEntry): Bucket | undefined =>
  typeof bucket === 'string' ? emulator.bucket(bucket) : undefined;
process.env['DEMO_KEY_ID'] = emulator.credential.accessKeyId;
process.env['DEMO_SECRET'] = emulator.credential.secretAccessKey;
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
try {
  for (const [title, entry] of Object.entries(stores))
    await run(title, { stores: { demo: entry } }, directory, bucketOf(entry));
} finally {
  await rm(directory, { recursive: true, force: true });
}
