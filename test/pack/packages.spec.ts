// `npm run test:pack`: what `npm publish` would send, installed into empty folders and used there. It needs a registry
// for what the packages depend on.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { after, before, describe, it } from 'mocha';
import { FOR_TESTS, installed } from './installed.js';
import { packAll, ROOT, type Packed } from './packed.js';

const run = promisify(execFile);

interface Manifest {
  readonly exports: Readonly<Record<string, unknown>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** What only those install who use a part of core: `inversify@^8`. */
async function optionalPeers(): Promise<string[]> {
  const text = await readFile(join(ROOT, 'core/package.json'), 'utf8');
  const { peerDependencies = {} } = JSON.parse(text) as Pick<Manifest, 'peerDependencies'>;
  return Object.entries(peerDependencies).map(([name, range]) => `${name}@${range}`);
}

const NODE_TYPES = `@types/node@${process.versions.node.split('.')[0]}`;

describe('packages', () => {
  let directory: string;
  let packed: readonly Packed[];

  before(async function () {
    // What the suite says below is not for hooks.
    this.timeout(300_000);
    directory = await mkdtemp(join(tmpdir(), 'store-pack-'));
    packed = await packAll(directory);
  });
  after(() => rm(directory, { recursive: true, force: true }));

  /** What a program prints that was put into a folder. */
  async function output(folder: string, program: string): Promise<string> {
    await writeFile(join(folder, 'app.js'), program);
    return (await run(process.execPath, ['app.js'], { cwd: folder })).stdout;
  }

  it('hold what is needed and nothing else', () => {
    expect(packed.map(({ name }) => name)).to.include.members(['@store/core', '@store/fs', '@store/cli']);
    for (const { name, files } of packed) {
      expect(files, name).to.include.members([
        'package.json',
        'README.md',
        'LICENSE',
        'dist/index.js',
        'dist/index.d.ts',
      ]);
      const others = files.filter(
        (path) =>
          !/^(package\.json|README\.md|LICENSE|bin\/[a-z-]+\.js|schema\/.+\.json|man\/.+\.1|deploy\/.+|dist\/.+\.(js|d\.ts))$/.test(
            path,
          ),
      );
      expect(others, name).to.deep.equal([]);
    }
  });

  it('have one version', () => {
    expect([...new Set(packed.map(({ version }) => version))]).to.have.length(1);
  });

  it('work when all but those for tests are installed into an empty folder', async () => {
    const folder = await installed(
      join(directory, 'command'),
      packed.filter(({ name }) => !FOR_TESTS.includes(name)),
    );
    const example = await readFile(join(ROOT, 'examples/dist/delete-prefix-fs.js'), 'utf8');
    expect(await output(folder, example)).to.match(/^deleted 3, complete: true\n/);
    const config = { stores: { demo: { provider: 'fs', root: './data' } } };
    await writeFile(join(folder, 'store.config.json'), JSON.stringify(config));
    const listed = await run(join(folder, 'node_modules/.bin/store'), ['ls', '-r', 'demo:'], { cwd: folder });
    expect(listed.stdout).to.equal('logs-archive/2025.txt\n');
  });

  describe('all together', () => {
    let folder: string;
    /** Everything that can be imported. */
    const specifiers: string[] = [];
    const commands: string[] = [];
    const scripts = new Map<string, Manifest['scripts']>();

    before(async function () {
      // What the suite says below is not for hooks.
      this.timeout(300_000);
      folder = await installed(join(directory, 'all'), packed, ...(await optionalPeers()), NODE_TYPES);
      for (const { name } of packed) {
        const text = await readFile(join(folder, 'node_modules', name, 'package.json'), 'utf8');
        const manifest = JSON.parse(text) as Manifest;
        const { exports, bin = {} } = manifest;
        scripts.set(name, manifest.scripts);
        const paths = Object.keys(exports).filter((path) => !path.endsWith('.json'));
        specifiers.push(...paths.map((path) => name + path.slice(1)));
        commands.push(...Object.keys(bin));
      }
    });

    it('have been made by scripts of their own', () => {
      for (const [name, own] of scripts) expect(own, name).to.include.keys('build', 'typecheck', 'test');
    });

    it('can be imported, each of them', async () => {
      expect(specifiers).to.include.members(packed.map(({ name }) => name));
      const lines = specifiers.map((specifier) => `import * as _ from '${specifier}';`);
      for (const [i, line] of lines.entries())
        expect(await output(folder, `${line}console.log(Object.keys(_).length > 0)`), specifiers[i]).to.equal(
          'true\n',
        );
    });

    it('have types that a strict program can use', async () => {
      const lines = specifiers.map((specifier, i) => `import type * as x${i} from '${specifier}';`);
      const used = `export type All = [${specifiers.map((_, i) => `typeof x${i}`).join(', ')}];`;
      const program = join(folder, 'types.ts');
      await writeFile(program, `${[...lines, used].join('\n')}\n`);
      const options = [
        '--strict',
        '--noEmit',
        '--module',
        'nodenext',
        '--target',
        'es2023',
        '--types',
        'node',
      ];
      const { stdout } = await run(join(ROOT, 'node_modules/.bin/tsc'), [...options, program], {
        cwd: folder,
      }).catch((error: { stdout: string }) => error);
      expect(stdout).to.equal('');
    });

    it('have commands that tell about themselves', async () => {
      expect(commands).to.include.members(['store', 'store-emulator']);
      for (const command of commands) {
        const { stdout } = await run(join(folder, 'node_modules/.bin', command), ['--help'], { cwd: folder });
        expect(stdout, command).to.match(new RegExp(`^Usage: ${command} `, 'u'));
      }
    });
  });
}).timeout(300_000);
