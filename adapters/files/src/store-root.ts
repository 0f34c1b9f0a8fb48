import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MARKER } from '@store/fs/on-disk';

/** The directory of an `fs` store that this is, or lies in; undefined when there is none. */
export async function storeRootOf(path: string): Promise<string | undefined> {
  for (let directory = path; ; directory = dirname(directory)) {
    if (await isThere(join(directory, MARKER))) return directory;
    if (directory === dirname(directory)) return undefined;
  }
}

/** What to do instead. */
export function storeRootHint(path: string, root: string): string {
  const address = pathToFileURL(root).href.replace(/^file:/, 'fs:');
  return `${path} belongs to an fs store, whose files are not named as its keys; use the address ${address}/KEY, or the provider "fs"`;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
