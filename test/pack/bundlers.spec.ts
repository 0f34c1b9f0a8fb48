// The published packages where a user's program is not run as it stands: in CommonJS, through bundlers, in Jest, past the
// compiler's module modes. `docs/guides/bundlers-and-commonjs.md` says what is found here.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { installed } from './installed.js';
import { packAll } from './packed.js';

const run = promisify(execFile);

const TOOLS = [
  'esbuild@0.28.2',
  'webpack@5.113.0',
  'vite@8.4.0',
  'jest@30.5.2',
  'typescript@7.0.2',
  '@types/node@20',
];
const NEEDED = [
  '@store/core',
  '@store/deletion',
  '@store/driver',
  '@store/engine',
  '@store/kit',
  '@store/memory',
  '@store/s3',
];

/** Deletes a prefix in memory, and has the SDK of a provider find nobody at an address. */
const WORK = `
  const store = await openStore({ provider: 'memory' }, { adapters: [memory] });
  await store.put('tmp/a', 'x');
  const report = await store.deletePrefix('tmp/');
  const bucket = { provider: 's3', bucket: 'app-uploads', region: 'us-east-1', endpoint: 'http://127.0.0.1:1',
    accessKeyId: 'a', secretAccessKey: 'b', retry: { maxAttempts: 1, patienceMs: 1 } };
  const remote = await openStore(bucket, { adapters: [s3] });
  const found = await remote.head('x').then(() => 'there', (error) => error.code);
  console.log(report.deleted, report.complete, found);
`;
const SEEN = '1 true Unavailable\n';

const ESM = `import { openStore } from '@store/core';
import { memory } from '@store/memory';
import { s3 } from '@store/s3';
${WORK}`;

const COMMONJS = `const { openStore } = require('@store/core');
const { memory } = require('@store/memory');
const { s3 } = require('@store/s3');
(async () => {${WORK}})();`;

const BANNER = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";

/** Bundles `argv[2]` into `out`, as a module or as CommonJS. */
const WEBPACK = `import webpack from 'webpack';
const esm = process.argv[2].endsWith('.mjs');
const output = esm ? { filename: 'webpack.mjs', module: true, chunkFormat: 'module' } : { filename: 'webpack.cjs' };
const stats = await new Promise((resolve, reject) =>
  webpack({ mode: 'production', target: 'node20', context: process.cwd(), entry: process.argv[2],
    output: { ...output, path: process.cwd() + '/out' }, experiments: { outputModule: esm } },
    (error, done) => (error ? reject(error) : resolve(done))));
if (stats.hasErrors()) throw new Error(stats.toString({ all: false, errors: true }));
`;

const VITE = `export default { build: { ssr: 'app.mjs', outDir: 'out/vite' }, ssr: { noExternal: true } };`;

const JEST = `import { openStore } from '@store/core';
import { memory } from '@store/memory';
test('deletes', async () => {
  const store = await openStore({ provider: 'memory' }, { adapters: [memory] });
  await store.put('tmp/a', 'x');
  expect((await store.deletePrefix('tmp/')).deleted).toBe(1);
});`;

const TYPED_COMMONJS = `import { openStore } from '@store/core';
import { memory } from '@store/memory';
export const store = openStore({ provider: 'memory' }, { adapters: [memory] });`;

const FILES: Readonly<Record<string, string>> = {
  'app.mjs': ESM,
  'app.cjs': COMMONJS,
  'webpack.build.mjs': WEBPACK,
  'vite.config.mjs': VITE,
  'store.test.mjs': JEST,
  'typed.cts': TYPED_COMMONJS,
};

describe('the packages in other surroundings', () => {
  let directory: string;
  let folder: string;

  before(async function () {
    // What the suite says below is not for hooks.
    this.timeout(300_000);
    directory = await mkdtemp(join(tmpdir(), 'store-bundlers-'));
    const packed = (await packAll(directory)).filter(({ name }) => NEEDED.includes(name));
    folder = await installed(join(directory, 'app'), packed, ...TOOLS);
    for (const [name, text] of Object.entries(FILES)) await writeFile(join(folder, name), text);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  /** Runs a program that was installed, and resolves to what it prints. */
  async function ran(program: string, ...args: string[]): Promise<string> {
    const node = program === 'node';
    const path = node ? process.execPath : join(folder, 'node_modules/.bin', program);
    return (await run(path, args, { cwd: folder })).stdout;
  }

  it('run as a module', async () => {
    expect(await ran('node', 'app.mjs')).to.equal(SEEN);
  });

  it('run from CommonJS, by require', async () => {
    expect(await ran('node', 'app.cjs')).to.equal(SEEN);
  });

  for (const [format, entry, ...extra] of [
    ['cjs', 'app.cjs'],
    ['esm', 'app.mjs', `--banner:js=${BANNER}`],
  ] as const)
    it(`run bundled by esbuild as ${format}`, async () => {
      const out = `out/esbuild.${format === 'esm' ? 'mjs' : 'cjs'}`;
      const options = [
        '--bundle',
        '--platform=node',
        `--format=${format}`,
        `--outfile=${out}`,
        '--log-level=error',
      ];
      await ran('esbuild', entry, ...options, ...extra);
      expect(await ran('node', out)).to.equal(SEEN);
    });

  for (const extension of ['cjs', 'mjs'])
    it(`run bundled by webpack as ${extension}`, async () => {
      await ran('node', 'webpack.build.mjs', `./app.${extension}`);
      expect(await ran('node', `out/webpack.${extension}`)).to.equal(SEEN);
    });

  it('run bundled by Vite for the server', async () => {
    await ran('vite', 'build', '--config', 'vite.config.mjs');
    expect(await ran('node', 'out/vite/app.js')).to.equal(SEEN);
  });

  it('run in Jest, as modules', async () => {
    const { stderr } = await run(
      process.execPath,
      ['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--testMatch', '**/*.test.mjs'],
      { cwd: folder },
    );
    expect(stderr).to.include('Tests:       1 passed');
  });

  for (const mode of ['node20', 'nodenext'])
    it(`have types for CommonJS with module ${mode}`, async () => {
      expect(
        await ran('tsc', '--noEmit', '--strict', '--module', mode, '--types', 'node', 'typed.cts'),
      ).to.equal('');
    });

  it('are refused by the compiler for CommonJS with module node16, which has to import()', async () => {
    const refusal = await ran('tsc', '--noEmit', '--module', 'node16', '--types', 'node', 'typed.cts').catch(
      (error: { readonly stdout: string }) => error.stdout,
    );
    expect(refusal).to.include('TS1479');
  });
}).timeout(600_000);
