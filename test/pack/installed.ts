import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Packed } from './packed.js';

/** What a user of the command does not get. */
export const FOR_TESTS = ['@store/conformance', '@store/emulator'];

/** A new folder in which packages have been installed from their archives, all in one go, and others from the registry. */
export async function installed(
  folder: string,
  packages: readonly Packed[],
  ...others: string[]
): Promise<string> {
  await mkdir(folder);
  await writeFile(join(folder, 'package.json'), '{ "type": "module", "private": true }');
  const flags = ['--no-audit', '--no-fund', '--silent', '--prefer-offline'];
  await promisify(execFile)('npm', ['install', ...flags, ...packages.map(({ path }) => path), ...others], {
    cwd: folder,
  });
  return folder;
}
