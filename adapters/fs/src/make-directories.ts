import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from './errors.js';

/**
 * Makes a directory and those on the way to it, where they are not there yet. Not the root: somebody may have removed the
 * store meanwhile, and half of one would be in the way of the next.
 *
 * @throws `ENOENT` without the root
 */
export async function makeDirectories(root: string, directory: string): Promise<void> {
  const missing: string[] = [];
  for (let path = directory; path !== root; path = dirname(path)) {
    if (await made(path)) break;
    missing.push(path);
  }
  for (const path of missing.toReversed()) await mkdirOnce(path);
}

/** Whether it is there now; false when the one that it lies in is missing. */
async function made(path: string): Promise<boolean> {
  try {
    await mkdirOnce(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function mkdirOnce(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}
