import { StoreError } from '@store/core';
import { readlink, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** As systems have it. */
const MOST_LINKS = 40;

/** What is deleted from. */
export interface DeletedFrom {
  readonly place: string;
  readonly prefix?: string | undefined;
}

/**
 * Refuses to write a file of a run into the directory of an `fs` store: there it would be no object, and may take the place
 * of one. In a directory of plain files, into what the run deletes: there it would be an object. Links are followed first.
 *
 * @param from the store's place (see `StoreDriver.place`), and the prefix of the run where it has one
 * @param what the file is, for the message
 * @throws StoreError `InvalidArgument`
 */
export async function checkOutsideStore(from: DeletedFrom, path: string, what: string): Promise<void> {
  const root = rootOf(from);
  if (root === undefined) return;
  const [inside, directory] = await Promise.all([realPath(resolve(path)), realPath(root)]);
  if (inside !== directory && !inside.startsWith(directory.endsWith(sep) ? directory : directory + sep))
    return;
  const message = `${what} ${path} lies inside the store ${directory}, from which the run deletes; name a file elsewhere`;
  throw new StoreError('InvalidArgument', message);
}

/** The directory in which no file of a run may be. */
function rootOf({ place, prefix }: DeletedFrom): string | undefined {
  if (place.startsWith('fs:')) return fileURLToPath(new URL(place.replace(/^fs:/, 'file:')));
  if (!place.startsWith('file:') || prefix === undefined) return undefined;
  const url = new URL(place);
  // A store within another one says so behind the `#`.
  const whole = decodeURIComponent(url.hash.slice(1)) + prefix;
  return join(fileURLToPath(url), whole.slice(0, whole.lastIndexOf('/') + 1));
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
