import { access, link, open, rename, rmdir, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { StoreError } from '@store/driver';
import { errnoOf } from './errors.js';
import type { FileCalls } from './file-calls.js';
import { PathCheck } from './foreign.js';
import { makeDirectories } from './make-directories.js';
import { pathOfKey } from './path-encoding.js';

export const PROVIDER = 'fs';

/** How often a write makes its directories again because a delete has just removed them. */
const PUBLISH_ATTEMPTS = 100;

/** Where the file of a key is, or would be. */
export interface KeyPath {
  readonly directory: string;
  readonly path: string;
  /** What leads to it below the tree. */
  readonly directories: readonly string[];
  readonly name: string;
}

/** A directory with the files of objects at the places of their keys: the store's own, or a part of the trash. */
export class ObjectTree {
  readonly #calls: FileCalls;
  readonly #path: string;
  readonly #root: string;
  readonly #fsync: boolean;

  /**
   * @param path of the directory
   * @param root of the store; it stays, whatever is removed
   * @param fsync wait until names have reached the disk
   */
  constructor(calls: FileCalls, path: string, root: string, fsync: boolean) {
    this.#calls = calls;
    this.#path = path;
    this.#root = root;
    this.#fsync = fsync;
  }

  pathOf(key: string): KeyPath {
    const { directories, file: name } = pathOfKey(key);
    const directory = join(this.#path, ...directories);
    return { directory, path: join(directory, name), directories, name };
  }

  pathCheck(): PathCheck {
    return new PathCheck(this.#calls, this.#path);
  }

  /**
   * Makes a finished file visible under its key, at once and whole.
   *
   * @param ifAbsent where there is none yet: the file has two names then
   * @param prepareAgain makes the directories of the store again, where it still is one
   * @throws StoreError `PreconditionFailed` when there is one
   */
  async publish(
    file: string,
    key: string,
    ifAbsent: boolean,
    prepareAgain: () => Promise<void>,
  ): Promise<void> {
    const { directory, path } = this.pathOf(key);
    for (let attempt = 1; ; attempt++) {
      try {
        await makeDirectories(this.#path, directory);
        if (ifAbsent) await link(file, path);
        else await rename(file, path);
        break;
      } catch (error) {
        const details = { provider: PROVIDER, operation: 'put', key };
        if (errnoOf(error) === 'EEXIST' && ifAbsent)
          throw new StoreError('PreconditionFailed', 'the object is already there', {
            ...details,
            status: 412,
          });
        if (errnoOf(error) !== 'ENOENT') throw error;
        // A delete in another process found the new directory empty and removed it: once more.
        if (attempt >= PUBLISH_ATTEMPTS || !(await isThere(file))) {
          const message = 'somebody removes the directories that this object needs';
          throw new StoreError('Unavailable', message, { ...details, cause: error });
        }
        // Or the tree itself is gone, which is not made by the way: the store may be another one now.
        await prepareAgain();
      }
    }
    await this.sync(directory);
  }

  /** Directory entries reach the disk only when their directory is synced, up to the one that was there before. */
  async sync(directory: string): Promise<void> {
    if (!this.#fsync) return;
    for (let path = directory; path.startsWith(this.#root); path = dirname(path)) {
      let handle: FileHandle;
      try {
        handle = await open(path, 'r');
      } catch (error) {
        // Gone again already, or (on Windows) not to be opened.
        if (['ENOENT', 'EISDIR', 'EPERM', 'EACCES'].includes(errnoOf(error) ?? '')) continue;
        throw error;
      }
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      if (path === this.#root) return;
    }
  }

  /**
   * Removes directories that have become empty, upwards. `rmdir` refuses those that are not, so nothing can be
   * lost; what is not synced here comes back after a power failure as an empty directory, which nobody sees.
   *
   * @param top it stays; default: that of the tree
   */
  async removeEmpty(directories: ReadonlySet<string>, top = this.#path): Promise<void> {
    const waiting = new Set(directories);
    for (const directory of waiting) {
      if (!directory.startsWith(top) || directory === top) continue;
      try {
        await rmdir(directory);
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT') continue;
      }
      // Walks on upwards: a Set is iterated in the order of insertion, additions included.
      waiting.delete(dirname(directory));
      waiting.add(dirname(directory));
    }
  }
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
