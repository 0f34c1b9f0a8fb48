import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** A package as `npm publish` would send it. */
export interface Packed {
  readonly name: string;
  readonly version: string;
  /** The archive. */
  readonly path: string;
  /** Paths inside. */
  readonly files: readonly string[];
}

interface Listed {
  readonly name: string;
  readonly version: string;
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

/** The folders of the packages that are published. */
async function publicFolders(): Promise<string[]> {
  const folders = ['core'];
  for (const parent of ['adapters', 'packages', 'integrations'])
    for (const name of await readdir(join(ROOT, parent))) folders.push(join(parent, name));
  const manifests = await Promise.all(
    folders.map(async (folder) => {
      const text = await readFile(join(ROOT, folder, 'package.json'), 'utf8');
      return { folder, manifest: JSON.parse(text) as { readonly private?: boolean } };
    }),
  );
  return manifests.filter(({ manifest }) => manifest.private !== true).map(({ folder }) => folder);
}

/** Packs every package that is published into a directory. */
export async function packAll(directory: string): Promise<Packed[]> {
  const folders = (await publicFolders()).map((folder) => `./${folder}`);
  const { stdout } = await promisify(execFile)(
    'npm',
    ['pack', '--json', '--silent', '--pack-destination', directory, ...folders],
    { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 },
  );
  // npm 11 prints an array, later versions an object by package name.
  return Object.values(JSON.parse(stdout) as Record<string, Listed>).map(
    ({ name, version, filename, files }) => ({
      name,
      version,
      path: join(directory, filename),
      files: files.map(({ path }) => path),
    }),
  );
}
