import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);

interface Packed {
  readonly name: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** The folders of the packages that are published. */
async function publishedPackages(): Promise<string[]> {
  const folders = ['core'];
  for (const parent of ['adapters', 'packages']) {
    for (const name of await readdir(join(ROOT, parent))) folders.push(join(parent, name));
  }
  return folders;
}

describe('packages', () => {
  let directory: string;
  let packed: readonly Packed[];

  before(async function () {
    this.timeout(120_000);
    directory = await mkdtemp(join(tmpdir(), 'store-pack-'));
    const folders = (await publishedPackages()).map((folder) => `./${folder}`);
    const { stdout } = await run(
      'npm',
      ['pack', '--json', '--silent', '--pack-destination', directory, ...folders],
      {
        cwd: ROOT,
      },
    );
    const listed: unknown = JSON.parse(stdout);
    // npm 11 prints an array, later versions an object by package name.
    packed = Object.values(listed as Record<string, Packed>);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it('hold what is needed and nothing else', async () => {
    expect(packed.map(({ name }) => name)).to.include.members(['@store/core', '@store/fs', '@store/cli']);
    for (const { name, files } of packed) {
      const paths = files.map(({ path }) => path);
      expect(paths, name).to.include.members([
        'package.json',
        'README.md',
        'LICENSE',
        'dist/index.js',
        'dist/index.d.ts',
      ]);
      const others = paths.filter(
        (path) => !/^(package\.json|README\.md|LICENSE|bin\/[a-z-]+\.js|dist\/.+\.(js|d\.ts))$/.test(path),
      );
      expect(others, name).to.deep.equal([]);
    }
  });

  it('work when they are installed into an empty folder', async () => {
    const folder = join(directory, 'app');
    await mkdir(folder);
    // What a user of the command gets: all but the packages for tests.
    const forTests = ['@store/conformance', '@store/emulator'];
    const files = packed
      .filter(({ name }) => !forTests.includes(name))
      .map(({ filename }) => join(directory, filename));
    await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
    const flags = ['--no-audit', '--no-fund', '--silent', '--prefer-offline'];
    await run('npm', ['install', ...flags, ...files], { cwd: folder });
    const example = await readFile(join(ROOT, 'examples/dist/delete-prefix-fs.js'), 'utf8');
    await writeFile(join(folder, 'app.js'), example);
    const { stdout } = await run(process.execPath, ['app.js'], { cwd: folder });
    expect(stdout).to.match(/^deleted 3, complete: true\n/);
    const config = { stores: { demo: { provider: 'fs', root: './data' } } };
    await writeFile(join(folder, 'store.config.json'), JSON.stringify(config));
    const listed = await run(join(folder, 'node_modules/.bin/store'), ['ls', '-r', 'demo:'], { cwd: folder });
    expect(listed.stdout).to.equal('logs-archive/2025.txt\n');
  }).timeout(180_000);
});
