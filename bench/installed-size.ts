// What an application installs with core and one adapter: packages, and the bytes of their files. Each is packed as it
// would be published, and installed into an empty directory.
//
//   npm run bench:size [-- CHECKOUT, built]
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mebibytes } from './meter.js';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

const checkout = resolve(process.argv[2] ?? fileURLToPath(new URL('../..', import.meta.url)));
const place = mkdtempSync(join(tmpdir(), 'store-size-'));

/** The directories of our packages, by their names. */
const directories = new Map(
  ['.', 'adapters', 'packages']
    .flatMap((parent) => readdirSync(join(checkout, parent)).map((name) => join(checkout, parent, name)))
    .filter((directory) => readdirSyncIfThere(directory).includes('package.json'))
    .map((directory) => [manifestOf(directory).name, directory]),
);

function readdirSyncIfThere(directory: string): readonly string[] {
  return lstatSync(directory).isDirectory() ? readdirSync(directory) : [];
}

function manifestOf(directory: string): Manifest {
  // Our own files.
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest;
}

/** Ours among what a package needs, and itself. */
function closure(name: string, found = new Set<string>()): Set<string> {
  const directory = directories.get(name);
  if (directory === undefined || found.has(name)) return found;
  found.add(name);
  for (const needed of Object.keys(manifestOf(directory).dependencies ?? {})) closure(needed, found);
  return found;
}

function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function pack(name: string): string {
  const directory = directories.get(name) ?? checkout;
  return join(place, npm(['pack', '--silent', '--pack-destination', place], directory).trim());
}

/** Of all files below. */
function bytesOf(path: string): number {
  const stats = lstatSync(path);
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0);
}

function countPackages(modules: string): number {
  const lock = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8')) as { packages: object };
  return Object.keys(lock.packages).length;
}

try {
  console.log(checkout);
  for (const adapter of ['memory', 'fs', 's3', 'oss', 'ctyun']) {
    const directory = join(place, adapter);
    mkdirSync(directory);
    writeFileSync(join(directory, 'package.json'), '{ "private": true }');
    const tarballs = [...closure('@store/core'), ...closure(`@store/${adapter}`)].map(pack);
    npm(['install', '--no-audit', '--no-fund', '--prefer-offline', ...new Set(tarballs)], directory);
    const modules = join(directory, 'node_modules');
    console.log(
      `  @store/core and @store/${adapter.padEnd(7)} ${String(countPackages(modules)).padStart(4)} packages ${mebibytes(bytesOf(modules)).padStart(7)} MiB`,
    );
  }
} finally {
  rmSync(place, { recursive: true });
}
