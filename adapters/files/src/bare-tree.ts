import { opendir, rmdir } from 'node:fs/promises';
import { errnoOf } from '@store/fs/on-disk';

/** So many directories are looked at; in more than these there may be a file. */
const MAX_DIRECTORIES = 10_000;

/**
 * The directories of a tree in which there is nothing but directories, each behind those that are in it; undefined where there is
 * anything else, or nobody can tell.
 */
async function bareTree(path: string): Promise<readonly string[] | undefined> {
  const all = [path];
  try {
    // Grows while it is gone through.
    for (const directory of all) {
      for await (const entry of await opendir(directory)) {
        if (!entry.isDirectory() || all.length >= MAX_DIRECTORIES) return undefined;
        all.push(`${directory}/${entry.name}`);
      }
    }
  } catch {
    return undefined;
  }
  return all.toReversed();
}

/** Whether there is a directory in which there is nothing but directories. */
export async function isBare(path: string): Promise<boolean> {
  return (await bareTree(path)) !== undefined;
}

/** Removes such a directory; what is written into it meanwhile stays. @returns whether it has gone */
export async function removeBare(path: string): Promise<boolean> {
  const directories = await bareTree(path);
  if (!directories) return false;
  for (const directory of directories) {
    try {
      await rmdir(directory);
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT') return false;
    }
  }
  return true;
}
