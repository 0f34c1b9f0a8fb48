import { StoreError } from '@store/core';
import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** As systems have it. */
const MOST_LINKS = 40;

/**
 * Refuses to write a file of a run into the directory of a store of files: there it would be no object, and may take the place
 * of one. Links are followed first.
 *
 * @param place of the store; see `StoreDriver.place`
 * @param what the file is, for the message
 * @throws StoreError `InvalidArgument`
 */
export async function checkOutsideStore(place: string, path: string, what: string): Promise<void> {
  const root = rootOf(place);
  if (root === undefined) return;
  const [inside, directory] = await Promise.all([realPath(resolve(path)), realPath(root)]);
  if (inside !== directory && !inside.startsWith(directory.endsWith(sep) ? directory : directory + sep))
    return;
  const message = `${what} ${path} lies inside the store ${directory}, from which the run deletes; name a file elsewhere`;
  throw new StoreError('InvalidArgument', message);
}

/** The directory of a store of files. */
function rootOf(place: string): string | undefined {
  if (!place.startsWith('file:')) return undefined;
  return fileURLToPath(new URL(place));
}

/** Of what is not there yet, that of the nearest directory which is, and the rest. A link to nothing is followed, too. */
async function realPath(path: string, links = MOST_LINKS): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const target = links > 0 ? await readlink(path).catch(() => undefined) : undefined;
    if (target !== undefined) return realPath(resolve(dirname(path), target), links - 1);
    return dirname(path) === path ? path : join(await realPath(dirname(path), links), basename(path));
  }
}
