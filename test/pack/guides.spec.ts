// The README and the how-tos of `docs/guides`, done as a reader would: from packages as they are published, on servers of the emulator that
// stand where the pages name a provider's address.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { parse } from 'jsonc-parser';
import { after, afterEach, before, describe, it } from 'mocha';
import { shows, stepsOf, type Command } from './guide.js';
import { installed } from './installed.js';
import { packAll, ROOT } from './packed.js';

const GUIDES = join(ROOT, 'docs/guides');
const CREDENTIALS = { id: 'AK', secret: 'SK' };
const BUCKET = [
  '--bucket',
  'app-uploads',
  '--seed',
  'app-uploads/logs/2019/=3000',
  '--seed',
  'app-uploads/logs/2020/=10',
];

type Endpoints = Readonly<Record<string, string>>;

/** Where the stores of a page are to be found, and what its reader has in the environment. */
interface Place {
  readonly emulator: readonly string[];
  /** What is put into each store of the configuration; undefined takes a value away. */
  readonly at: (endpoints: Endpoints) => Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string>>;
}

const { id, secret } = CREDENTIALS;
const AWS = { AWS_ACCESS_KEY_ID: id, AWS_SECRET_ACCESS_KEY: secret };

const README = '../../README.md';

/** Undefined: the configuration as it stands there, and no service. */
const PLACES: Readonly<Record<string, Place | undefined>> = {
  [README]: undefined,
  '500-million-keys-on-oss.md': {
    emulator: ['--oss', '0', '--region', 'cn-beijing'],
    at: ({ oss }) => ({ endpoint: oss, pathStyle: true, internal: undefined }),
    environment: { OSS_ACCESS_KEY_ID: id, OSS_ACCESS_KEY_SECRET: secret },
  },
  'oos-without-content-md5.md': {
    emulator: ['--oos', '0', '--region', 'cn'],
    at: ({ oos }) => ({ endpoint: oos }),
    environment: { OOS_ACCESS_KEY: id, OOS_SECRET_KEY: secret },
  },
  'zos.md': {
    emulator: ['--zos', '0', '--zos-s3', '0'],
    at: ({ zos }) => ({ endpoint: zos }),
    environment: { CTYUN_AK: id, CTYUN_SK: secret },
  },
  'minio-and-ceph.md': {
    emulator: ['--s3', '0'],
    at: ({ s3 }) => ({ endpoint: s3 }),
    environment: { S3_KEY: id, S3_SECRET: secret },
  },
  'versioned-buckets.md': {
    emulator: ['--s3', '0', '--versioning', 'enabled', '--region', 'eu-central-1'],
    at: ({ s3 }) => ({ endpoint: s3 }),
    environment: AWS,
  },
};

/** Pages without steps: tables and documents to copy. */
const READ_ONLY = ['bundlers-and-commonjs.md', 'errors.md', 'from-other-tools.md', 'policies.md'];

describe('guides', () => {
  let directory: string;
  let folder: string;
  let emulator: ChildProcess | undefined;

  before(async function () {
    // What the suite says below is not for hooks.
    this.timeout(300_000);
    directory = await mkdtemp(join(tmpdir(), 'store-guides-'));
    folder = await installed(join(directory, 'reader'), await packAll(directory));
  });
  after(() => rm(directory, { recursive: true, force: true }));
  afterEach(() => emulator?.kill());

  async function startEmulator(options: readonly string[]): Promise<Endpoints> {
    emulator = spawn(join(folder, 'node_modules/.bin/store-emulator'), [...options, ...BUCKET]);
    if (!emulator.stdout) throw new Error('the emulator has no output');
    const [line] = (await once(createInterface(emulator.stdout), 'line')) as [string];
    return (JSON.parse(line) as { readonly endpoints: Endpoints }).endpoints;
  }

  /** Runs a command in a reader's shell; resolves to what is seen, and the exit code. */
  async function done(
    { command }: Command,
    desk: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<{ readonly output: string; readonly exitCode: number }> {
    const path = `${join(folder, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`;
    return new Promise((resolve) => {
      const child = execFile(
        'sh',
        ['-c', `exec 2>&1; ${command}`],
        { cwd: desk, env: { ...environment, PATH: path, HOME: desk } },
        (_error, output) => resolve({ output, exitCode: child.exitCode ?? -1 }),
      );
    });
  }

  it('are all known here', async () => {
    expect([...(await readdir(GUIDES)), README]).to.have.members([...Object.keys(PLACES), ...READ_ONLY]);
  });

  for (const [page, place] of Object.entries(PLACES)) {
    it(`can be followed: ${basename(page)}`, async () => {
      const moved = place ? place.at(await startEmulator(place.emulator)) : {};
      const environment = place?.environment ?? {};
      const desk = join(folder, basename(page));
      await mkdir(desk);
      const steps = stepsOf(await readFile(join(GUIDES, page), 'utf8'));
      expect(steps.filter(({ kind }) => kind === 'command')).to.have.length.above(1);
      for (const step of steps) {
        if (step.kind === 'file') {
          const text = step.name === 'store.config.json' ? movedTo(moved, step.text) : step.text;
          await writeFile(join(desk, step.name), text);
          continue;
        }
        const { output, exitCode } = await done(step, desk, environment);
        expect(exitCode, `${step.command}\n${output}`).to.equal(step.exitCode);
        expect(
          shows(step.shown, output),
          `${step.command}\n${output}\nis not\n${step.shown.join('\n')}`,
        ).to.equal(true);
      }
    });
  }

  for (const page of READ_ONLY) {
    it(`has documents that are JSON, and no steps: ${page}`, async () => {
      const text = await readFile(join(GUIDES, page), 'utf8');
      expect(stepsOf(text)).to.deep.equal([]);
      for (const [, document = ''] of text.matchAll(/```json\n(.*?)```/gsu))
        expect(JSON.parse(document)).to.have.property('Statement');
    });
  }
}).timeout(300_000);

/** A configuration whose stores are somewhere else. */
function movedTo(place: Readonly<Record<string, unknown>>, text: string): string {
  const config = parse(text, [], { allowTrailingComma: true }) as { stores: Record<string, object> };
  for (const [name, entry] of Object.entries(config.stores)) config.stores[name] = { ...entry, ...place };
  return JSON.stringify(config);
}
