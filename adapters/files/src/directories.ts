import { closeSync, constants, existsSync, fsync as fsyncOf, readlinkSync, type BigIntStats } from 'node:fs';
import { mkdir, open, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf, type FileCalls } from '@store/fs/on-disk';
import { fileInTheWay, symlinkRefused, type Doing } from './refusals.js';
import type { Root } from './root.js';

/** Where Linux has the open files of a process: a path through an open directory leads to that one, whatever its path is now. */
const OPEN_FILES = '/proc/self/fd';

const CAN_PIN = process.platform === 'linux' && existsSync(OPEN_FILES);

const fsync = promisify(fsyncOf);

const DIRECTORY = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0);

/** A path that leads to an open file, where the system has such. */
export function pathOfOpen(fd: number): string | undefined {
  return CAN_PIN ? `${OPEN_FILES}/${fd}` : undefined;
}

/** Where an open file is; undefined where the system cannot say it, as of a path that is too long. Not a look at the disk: it knows at once. */
function realPathOfOpen(opened: string): string | undefined {
  try {
    return readlinkSync(opened);
  } catch {
    return undefined;
  }
}

/** A directory of the tree. */
export class Directory {
  readonly #path: string;
  readonly #fd: number | undefined;
  readonly #release: (fd: number) => void;
  #isOpen = true;

  /** @param fd it is open, and closed with this, or given back */
  constructor(path: string, fd?: number, release: (fd: number) => void = closeSync) {
    this.#path = fd === undefined ? path : `${OPEN_FILES}/${fd}`;
    this.#fd = fd;
    this.#release = release;
  }

  at(name: string): string {
    return this.#fd === undefined ? join(this.#path, name) : `${this.#path}/${name}`;
  }

  /** Names reach the disk when their directory does. */
  async sync(): Promise<void> {
    if (this.#fd !== undefined) return fsync(this.#fd);
    // Windows opens no directory.
    const handle = await open(this.#path, 'r').catch(() => undefined);
    try {
      await handle?.sync();
    } finally {
      await handle?.close();
    }
  }

  /** Once. */
  close(): void {
    if (this.#fd !== undefined && this.#isOpen) this.#release(this.#fd);
    this.#isOpen = false;
  }
}

/** A directory that is open for several who work in it at the same time. */
interface Shared {
  readonly fd: number;
  users: number;
}

interface Settings {
  readonly calls: FileCalls;
  readonly followSymlinks: boolean;
  readonly fsync: boolean;
  readonly pinned?: boolean | undefined;
  /** The directory of this prefix stays, and those above it. */
  readonly kept?: string | undefined;
}

/**
 * Opens the directories of keys, one below the other from the root on, so that no symbolic link is followed, one that comes
 * in between included: each directory is opened in the one above by its open file. Where the system has no such
 * paths, each is looked at before.
 */
export class Directories {
  readonly #calls: FileCalls;
  readonly #root: Root;
  readonly #followSymlinks: boolean;
  readonly #fsync: boolean;
  readonly #pinned: boolean;
  readonly #kept: string;
  readonly #shared = new Map<string, Shared>();
  /** Ends when a directory has been made, or could not be. */
  readonly #making = new Map<string, Promise<unknown>>();

  constructor(root: Root, { calls, followSymlinks, fsync: durable, pinned = CAN_PIN, kept = '' }: Settings) {
    this.#calls = calls;
    this.#kept = kept;
    this.#root = root;
    this.#followSymlinks = followSymlinks;
    this.#fsync = durable;
    this.#pinned = pinned;
  }

  /**
   * @returns undefined when it is not there. To be closed
   * @throws StoreError `InvalidArgument` when a symbolic link is on the way
   */
  async find(names: readonly string[], doing: Doing): Promise<Directory | undefined> {
    const straight = await this.#straight(names);
    if (straight) return straight;
    if (!(await this.#root.isThere())) return undefined;
    return this.#descend(names, doing, async () => undefined);
  }

  /**
   * Makes what is missing.
   *
   * @returns undefined when somebody removes what is made
   * @throws StoreError `Conflict` when a file stands where a directory must be, and as {@link find}
   */
  async make(names: readonly string[], doing: Doing): Promise<Directory | undefined> {
    const straight = await this.#straight(names);
    if (straight) return straight;
    const path = names.join('/');
    const byAnother = this.#making.get(path);
    if (byAnother) {
      await byAnother;
      const made = await this.#straight(names);
      if (made) return made;
    }
    const making = this.#make(names, doing);
    const end = making.catch(() => undefined);
    this.#making.set(path, end);
    try {
      return await making;
    } finally {
      if (this.#making.get(path) === end) this.#making.delete(path);
    }
  }

  async #make(names: readonly string[], doing: Doing): Promise<Directory | undefined> {
    await this.#root.isThere(true);
    return this.#descend(names, doing, async (parent, name, path) => {
      try {
        await mkdir(parent.at(name));
        if (this.#fsync) await parent.sync();
      } catch (error) {
        if (errnoOf(error) === 'ENOENT') return undefined;
        if (errnoOf(error) !== 'EEXIST') throw error;
        const found = await this.look(parent.at(name));
        if (found && !found.isDirectory() && !found.isSymbolicLink()) throw fileInTheWay(path, doing);
      }
      return this.#enter(parent, name, doing);
    });
  }

  /**
   * Opens what is at a path below the root in one go, where what has been opened turns out to be at just that path: then no
   * symbolic link was on the way. Whatever else happens is left to the walk from directory to directory.
   *
   * @returns undefined when it has to be walked
   */
  async openStraight(
    names: readonly string[],
    flags: number,
  ): Promise<{ readonly fd: number; readonly path: string } | undefined> {
    const { path, realPath } = this.#root;
    if (!this.#pinned || realPath === undefined) return undefined;
    let fd: number;
    try {
      fd = await this.#calls.open([path, ...names].join('/'), flags | constants.O_NOFOLLOW);
    } catch {
      return undefined;
    }
    const opened = `${OPEN_FILES}/${fd}`;
    if (realPathOfOpen(opened) === [realPath, ...names].join('/')) return { fd, path: opened };
    closeSync(fd);
    return undefined;
  }

  /** One that somebody has open is used again, if it still is where it was. */
  async #straight(names: readonly string[]): Promise<Directory | undefined> {
    const path = [this.#root.realPath, ...names].join('/');
    let shared = this.#shared.get(path);
    if (shared && realPathOfOpen(`${OPEN_FILES}/${shared.fd}`) === path) shared.users++;
    else {
      const opened = await this.openStraight(names, DIRECTORY);
      if (!opened) return undefined;
      shared = { fd: opened.fd, users: 1 };
      this.#shared.set(path, shared);
    }
    const held = shared;
    return new Directory(path, held.fd, () => {
      if (--held.users > 0) return;
      closeSync(held.fd);
      if (this.#shared.get(path) === held) this.#shared.delete(path);
    });
  }

  /** Removes directories that are empty, upwards, but never the root. */
  async removeEmpty(paths: ReadonlySet<string>): Promise<void> {
    const waiting = new Set(paths);
    for (const path of waiting) {
      const names = path === '' ? [] : path.split('/');
      const name = names.pop();
      if (name === undefined || this.#kept.startsWith(`${path}/`)) continue;
      // Whatever it is that keeps a directory, it is no failure of a delete.
      if (!(await this.#removed(names, name).catch(() => false))) continue;
      // Walks on upwards: a Set is iterated in the order of insertion, additions included.
      const above = names.join('/');
      waiting.delete(above);
      waiting.add(above);
    }
  }

  async #removed(above: readonly string[], name: string): Promise<boolean> {
    const parent = await this.find(above, { operation: 'delete' });
    if (!parent) return true;
    try {
      await rmdir(parent.at(name));
      return true;
    } catch (error) {
      return errnoOf(error) === 'ENOENT';
    } finally {
      parent.close();
    }
  }

  async #descend(
    names: readonly string[],
    doing: Doing,
    missing: (parent: Directory, name: string, path: string) => Promise<Directory | undefined>,
  ): Promise<Directory | undefined> {
    const { path } = this.#root;
    let directory = new Directory(path, this.#pinned ? await this.#calls.open(path, DIRECTORY) : undefined);
    for (const [depth, name] of names.entries()) {
      let next: Directory | undefined;
      try {
        next =
          (await this.#enter(directory, name, doing)) ??
          (await missing(directory, name, names.slice(0, depth + 1).join('/')));
      } finally {
        directory.close();
      }
      if (!next) return undefined;
      directory = next;
    }
    return directory;
  }

  /** What is at a path, or behind it where links are followed. */
  async look(path: string): Promise<BigIntStats | undefined> {
    return this.#followSymlinks ? this.#calls.lookThrough(path) : this.#calls.lookAt(path);
  }

  /** @returns undefined where there is no directory */
  async #enter(parent: Directory, name: string, doing: Doing): Promise<Directory | undefined> {
    const path = parent.at(name);
    if (this.#pinned) {
      const noFollow = this.#followSymlinks ? 0 : constants.O_NOFOLLOW;
      try {
        return new Directory(path, await this.#calls.open(path, DIRECTORY | noFollow));
      } catch (error) {
        if (!['ENOENT', 'ENOTDIR', 'ELOOP'].includes(errnoOf(error) ?? '')) throw error;
        return this.#nothing(path, name, doing);
      }
    }
    const found = await this.look(path);
    return found?.isDirectory() ? new Directory(path) : this.#nothing(path, name, doing);
  }

  async #nothing(path: string, name: string, doing: Doing): Promise<undefined> {
    const found = await this.#calls.lookAt(path);
    if (found?.isSymbolicLink() && !(this.#followSymlinks && (await this.#calls.lookThrough(path))))
      throw symlinkRefused(name, this.#followSymlinks, doing);
    return undefined;
  }
}
