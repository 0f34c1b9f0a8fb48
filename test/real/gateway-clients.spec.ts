// Clients that this project did not write, on a gateway: what they do on S3 has to work over every kind of store.
// Those that are not installed are skipped by name. `CLIENTS=rclone STORES=fs` runs some of them.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ctyun } from '@store/ctyun';
import { openDriver, type StoreEntry } from '@store/core';
import { EMULATED_ENTRIES, startEmulator } from '@store/emulator';
import { fs } from '@store/fs';
import { startGateway } from '@store/gateway';
import { memory } from '@store/memory';
import { oss } from '@store/oss';
import { after, before, describe, it } from 'mocha';
import { SOAK } from '../evil/soak.js';
import { missingCommand } from './daemons.js';
import { AWS_CLI } from './gateway/aws.js';
import { BOTO3 } from './gateway/boto3.js';
import type { Client, LargeFile, RunOptions, Workplace } from './gateway/client.js';
import { MINIO_JS } from './gateway/minio.js';
import { RCLONE } from './gateway/rclone.js';
import { RESTIC } from './gateway/restic.js';
import { S3CMD } from './gateway/s3cmd.js';
import { S3FS } from './gateway/s3fs.js';
import { AWS_SDK } from './gateway/sdk.js';
import { makeTree, sha256Of, type Tree } from './gateway/tree.js';

const CLIENTS: Readonly<Record<string, Client>> = {
  rclone: RCLONE,
  'aws-cli': AWS_CLI,
  s3cmd: S3CMD,
  boto3: BOTO3,
  '@aws-sdk/client-s3 and lib-storage': AWS_SDK,
  'minio-js': MINIO_JS,
  restic: RESTIC,
  s3fs: S3FS,
};

const KEYS = { accessKeyId: 'GATEWAYKEY', secretAccessKey: 'secret-of-the-gateway' };
const MIB = 1024 * 1024;
/** Of the large file; where objects are kept in memory it takes long, and says little more. `SOAK=1`: the same everywhere. */
const LARGE_BYTES = 300 * MIB;
const LESS_LARGE_BYTES = SOAK > 1 ? LARGE_BYTES : 60 * MIB;
const STEP_TIMEOUT_MS = 300_000;

interface Opened {
  readonly entry: StoreEntry;
  close(): Promise<void>;
}

async function emulated(kind: 'oss' | 'ctyun'): Promise<Opened> {
  const service = kind === 'oss' ? { oss: {} } : { zos: {}, zosS3: {} };
  const emulator = await startEmulator({ ...service, buckets: ['demo'] });
  return { entry: EMULATED_ENTRIES[kind](emulator), close: () => emulator.close() };
}

const STORES: Readonly<Record<string, () => Promise<Opened>>> = {
  fs: async () => {
    const root = await mkdtemp(join(tmpdir(), 'store-gateway-fs-'));
    return { entry: { provider: 'fs', root }, close: () => rm(root, { recursive: true, force: true }) };
  },
  memory: async () => ({ entry: { provider: 'memory' }, close: async () => undefined }),
  oss: () => emulated('oss'),
  zos: () => emulated('ctyun'),
};

/** What was asked for by name, else all. */
function chosen<T>(all: Readonly<Record<string, T>>, names: string | undefined): [string, T][] {
  const wanted = names?.split(',');
  return Object.entries(all).filter(([name]) => !wanted || wanted.some((one) => name.includes(one)));
}

async function missing(needs: readonly string[]): Promise<string | undefined> {
  for (const need of needs) {
    if (!need.startsWith('/') && (await missingCommand(need)) !== undefined) return need;
    if (
      need.startsWith('/') &&
      !(await access(need).then(
        () => true,
        () => false,
      ))
    )
      return need;
  }
  return undefined;
}

describe('foreign clients on a gateway', () => {
  let directory: string;
  let tree: Tree;
  let large: LargeFile;
  let lessLarge: LargeFile;

  before(async function () {
    this.timeout(STEP_TIMEOUT_MS);
    directory = await mkdtemp(join(tmpdir(), 'store-gateway-clients-'));
    tree = await makeTree(join(directory, 'tree'));
    const make = async (size: number): Promise<LargeFile> => {
      const path = join(directory, `large ${size}`);
      await writeFile(path, randomBytes(size));
      return { path, size, sha256: await sha256Of(path) };
    };
    large = await make(LARGE_BYTES);
    lessLarge = await make(LESS_LARGE_BYTES);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  for (const [storeName, open] of chosen(STORES, process.env['STORES'])) {
    for (const [clientName, client] of chosen(CLIENTS, process.env['CLIENTS'])) {
      describe(`${clientName} over ${storeName}`, function () {
        this.timeout(STEP_TIMEOUT_MS);
        // Each step needs what the one before it left.
        let at: Workplace;
        let failed = false;
        const closing: (() => Promise<unknown>)[] = [];

        before(async function () {
          if ((await missing(client.needs)) !== undefined) this.skip();
          const opened = await open();
          closing.push(() => opened.close());
          const driver = openDriver(opened.entry, { adapters: [fs, memory, oss, ctyun] });
          closing.push(() => driver.close());
          const gateway = await startGateway({ stores: { demo: driver }, credentials: [KEYS] });
          closing.push(() => gateway.close());
          const own = join(directory, `${storeName} ${clientName.replaceAll('/', ' ')}`);
          await mkdir(own, { recursive: true });
          closing.push(() => rm(own, { recursive: true, force: true }));
          const file = storeName === 'fs' ? large : lessLarge;
          at = { endpoint: gateway.url, bucket: 'demo', ...KEYS, directory: own, tree, large: file, run };
          await client.prepare?.(at);
        });
        after(async () => {
          if (closing.length > 0) await client.end?.(at);
          for (const close of closing.toReversed()) await close();
        });

        for (const [title, step] of Object.entries(client.steps)) {
          it(title, async function () {
            if (failed) this.skip();
            failed = true;
            await step(at);
            failed = false;
          });
        }
      });
    }
  }
});

function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<string> {
  const { AWS_CA_BUNDLE: _bundle, ...inherited } = process.env;
  const child = spawn(command, args, { env: { ...inherited, ...options.env } });
  const out: Buffer[] = [];
  const all: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => void (out.push(chunk), all.push(chunk)));
  child.stderr.on('data', (chunk: Buffer) => void all.push(chunk));
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString());
      else
        reject(
          new Error(`${command} ${args.join(' ')}: ${code}\n${Buffer.concat(all).toString().slice(-3000)}`),
        );
    });
  });
}
