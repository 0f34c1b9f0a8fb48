import { closeSync, constants, fstatSync, type BigIntStats } from 'node:fs';
import { copyFile, link, opendir, realpath, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  StoreError,
  throwIfAborted,
  type BatchDeleteResult,
  type CopyRequest,
  type DeletedTarget,
  type DeleteTarget,
  type DriverCall,
  type FailedTarget,
  type GetRequest,
  type GetResult,
  type ListPage,
  type ListPageRequest,
  type ObjectInfo,
  type PutRequest,
  type ReadRequest,
  type WriteResult,
} from '@store/driver';
import {
  errnoOf,
  FileCalls,
  fromBinary,
  Listing,
  someAtOnce,
  translate,
  type FoundFile,
} from '@store/fs/on-disk';
import { isBare, removeBare } from './bare-tree.js';
import { bodyOf, checkUnchanged, writeBody, type OpenFile } from './body.js';
import type { FilesConfig } from './config.js';
import { Directories, Directory, pathOfOpen } from './directories.js';
import type { FilesDriverSettings } from './driver-settings.js';
import { etagOf, fullInfoOf, infoOf } from './facts.js';
import { fileNaming } from './file-naming.js';
import { pathToFind, pathToWrite, type FilePath } from './file-path.js';
import { newPart, removeLeftParts } from './part-files.js';
import {
  directoryInTheWay,
  notFound,
  PROVIDER,
  specialRefused,
  symlinkRefused,
  type Doing,
} from './refusals.js';
import { Root } from './root.js';

/** How often a write makes its directories again because a delete has just removed them. */
const MAKE_ATTEMPTS = 100;

/** Of so many directories it is known that no parts of files were left there. */
const MAX_CLEARED = 10_000;

const PERMISSIONS = 0o7777n;

/** A FIFO is not waited for. Windows has neither flag; there an undefined one adds nothing. */
const READ = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
const NO_FOLLOW = constants.O_NOFOLLOW ?? 0;

interface FoundOpen extends OpenFile {
  /** Leads to just this file, where the system has such paths. */
  readonly path: string;
}

/** Where a file is written, and the one that it replaces. */
interface Target {
  readonly directory: Directory;
  readonly name: string;
  readonly before: BigIntStats | undefined;
}

/** The files of a directory as objects. */
export class DirectoryFiles {
  readonly #calls: FileCalls;
  readonly #root: Root;
  readonly #directories: Directories;
  readonly #listing: Listing;
  readonly #followSymlinks: boolean;
  readonly #fsync: boolean;
  readonly #mirror: string | undefined;
  readonly #cleared = new Set<string>();

  constructor(
    path: string,
    { create = false, followSymlinks = false, fsync = true, mirror }: Omit<FilesConfig, 'root'>,
    { windowNames, pinned, onTheSpot }: FilesDriverSettings,
  ) {
    const calls = new FileCalls(path, onTheSpot);
    this.#calls = calls;
    this.#root = new Root(path, create);
    this.#directories = new Directories(this.#root, { calls, followSymlinks, fsync, pinned, kept: mirror });
    this.#followSymlinks = followSymlinks;
    this.#mirror = mirror;
    this.#fsync = fsync;
    this.#listing = new Listing({
      provider: PROVIDER,
      naming: fileNaming(calls, path, followSymlinks),
      describe: (file) => this.#describe(file),
      windowNames,
    });
  }

  async list(request: ListPageRequest, { signal }: DriverCall): Promise<ListPage> {
    return this.#run({ operation: 'list' }, signal, async () => {
      if (!(await this.#root.isThere())) return { objects: [], prefixes: [], truncated: false };
      return this.#listing.page(request, signal);
    });
  }

  head(request: ReadRequest, { signal }: DriverCall): Promise<ObjectInfo> {
    const doing = { operation: 'head', key: request.key };
    return this.#run(doing, signal, async () => {
      const { fd, stats } = await this.#open(request, doing);
      closeSync(fd);
      return fullInfoOf(request.key, stats);
    });
  }

  get(request: GetRequest, { signal }: DriverCall): Promise<GetResult> {
    const { key, range, wholeBytes } = request;
    const doing = { operation: 'get', key };
    return this.#run(doing, signal, async () => {
      const file = await this.#open(request, doing);
      try {
        const size = Number(file.stats.size);
        const { start = 0, end = Infinity } = range ?? {};
        if (range && start >= size) {
          const message = `the range begins at ${start}, the file has ${size} bytes`;
          throw new StoreError('InvalidArgument', message, { ...doing, provider: PROVIDER, status: 416 });
        }
        const info = await fullInfoOf(key, file.stats);
        const bytes = Math.min(end, size - 1) - start + 1;
        return { info, body: await bodyOf(file, start, bytes, doing, { signal, wholeBytes }) };
      } catch (error) {
        closeSync(file.fd);
        throw error;
      }
    });
  }

  put(request: PutRequest, { signal }: DriverCall): Promise<WriteResult> {
    const { key, body } = request;
    const doing = { operation: 'put', key };
    return this.#run(doing, signal, () =>
      this.#write(request, doing, signal, (fd) => writeBody(this.#calls, fd, body, signal)),
    );
  }

  /** A large one is not broken off in the middle: the system copies it by itself, in no time where blocks can be shared. */
  async copy({ from, to }: CopyRequest, { signal }: DriverCall): Promise<WriteResult> {
    const doing = { operation: 'copy', key: from };
    return this.#run(doing, signal, async () => {
      const file = await this.#open({ key: from }, doing);
      try {
        return await this.#write({ key: to }, { operation: 'copy', key: to }, signal, async (_fd, part) => {
          await copyFile(file.path, part, constants.COPYFILE_FICLONE);
          checkUnchanged(file, doing);
        });
      } finally {
        closeSync(file.fd);
      }
    });
  }

  async deleteOne(target: DeleteTarget, { signal }: DriverCall): Promise<DeletedTarget> {
    return this.#run({ operation: 'delete', key: target.key }, signal, async () => {
      const { failed } = await this.#delete([target]);
      const [failure] = failed;
      if (failure) throw failure.reason;
      return target;
    });
  }

  async deleteBatch(targets: readonly DeleteTarget[], { signal }: DriverCall): Promise<BatchDeleteResult> {
    return this.#run({ operation: 'deleteBatch' }, signal, () => this.#delete(targets));
  }

  async close(): Promise<void> {
    await this.#listing.close();
  }

  async #run<T>(doing: Doing, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    try {
      throwIfAborted(signal, doing.operation);
      return await work();
    } catch (error) {
      throw translate(error, doing.operation, doing.key, PROVIDER, join(this.#root.path, doing.key ?? ''));
    }
  }

  /** Undefined when the file has gone meanwhile. */
  async #describe({ key: binary, path }: FoundFile): Promise<ObjectInfo | undefined> {
    const key = fromBinary(binary);
    try {
      const stats = await this.#directories.look(path);
      return stats?.isFile() ? infoOf(key, stats) : undefined;
    } catch (error) {
      // Its directory lets names be read, and nothing else.
      if (errnoOf(error) === 'EACCES') return { key };
      throw error;
    }
  }

  async #open({ key, ifMatch, ifNoneMatch }: ReadRequest, doing: Doing): Promise<FoundOpen> {
    const place = pathToFind(key, doing);
    if (!place) throw notFound(doing);
    const straight = await this.#directories.openStraight([...place.directories, place.name], READ);
    const { fd, path } = straight ?? (await this.#openBelow(place, doing));
    try {
      const stats = fstatSync(fd, { bigint: true });
      if (stats.isDirectory()) throw notFound(doing);
      if (!stats.isFile()) throw specialRefused(stats, doing);
      const etag = etagOf(stats);
      if (ifMatch !== undefined && ifMatch !== etag)
        throw unmet(`the file's ETag is ${etag}, not ${ifMatch}`, 412, doing);
      if (ifNoneMatch !== undefined && ifNoneMatch === etag)
        throw unmet(`the file still has the ETag ${ifNoneMatch}`, 304, doing);
      return { calls: this.#calls, fd, stats, path };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  async #openBelow({ directories, name }: FilePath, doing: Doing): Promise<Pick<FoundOpen, 'fd' | 'path'>> {
    const directory = await this.#directories.find(directories, doing);
    if (!directory) throw notFound(doing);
    try {
      const path = directory.at(name);
      const fd = await this.#openAt(path, name, doing);
      return { fd, path: pathOfOpen(fd) ?? path };
    } finally {
      directory.close();
    }
  }

  async #openAt(path: string, name: string, doing: Doing): Promise<number> {
    try {
      return await this.#calls.open(path, READ | (this.#followSymlinks ? 0 : NO_FOLLOW));
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === 'ELOOP') throw symlinkRefused(name, this.#followSymlinks, doing);
      if (errno === 'ENOENT' || errno === 'ENOTDIR') {
        if ((await this.#calls.lookAt(path))?.isSymbolicLink())
          throw symlinkRefused(name, this.#followSymlinks, doing);
        throw notFound(doing);
      }
      const found = await this.#directories.look(path).catch(() => undefined);
      // A socket, for example, cannot even be opened.
      if (found && !found.isFile() && !found.isDirectory()) throw specialRefused(found, doing);
      throw error;
    }
  }

  /** Has a file filled beside the one that it will be, and puts it in its place. */
  async #write(
    { key, ifAbsent = false, lastModified }: Pick<PutRequest, 'key' | 'ifAbsent' | 'lastModified'>,
    doing: Doing,
    signal: AbortSignal | undefined,
    fill: (fd: number, part: string) => Promise<void>,
  ): Promise<WriteResult> {
    const { fd, part, directory, name, before } = await this.#begin(pathToWrite(key, doing), doing);
    try {
      const path = directory.at(name);
      let isRenamed = false;
      try {
        await fill(fd, part);
        if (before) await this.#calls.fchmod(fd, Number(before.mode & PERMISSIONS));
        if (lastModified) await this.#calls.futimes(fd, new Date(), secondsOf(lastModified));
        if (this.#fsync) await this.#calls.fsync(fd);
        throwIfAborted(signal, doing.operation);
        if (ifAbsent) await link(part, path);
        else await this.#calls.rename(part, path);
        isRenamed = !ifAbsent;
      } catch (error) {
        throw await this.#published(error, path, ifAbsent, doing);
      } finally {
        if (!isRenamed) await rm(part, { force: true });
      }
      if (this.#fsync) await directory.sync();
      const stats = fstatSync(fd, { bigint: true });
      return { key, etag: etagOf(stats), size: Number(stats.size) };
    } finally {
      await this.#calls.close(fd);
      directory.close();
    }
  }

  /** What it means that a file could not be put in its place. */
  async #published(error: unknown, path: string, ifAbsent: boolean, doing: Doing): Promise<unknown> {
    const errno = errnoOf(error) ?? '';
    if (!['EEXIST', 'EISDIR', 'ENOTEMPTY', 'ENOTDIR'].includes(errno)) return error;
    const found = await this.#calls.lookAt(path);
    if (found?.isDirectory()) return inTheWay(path, doing);
    return ifAbsent ? unmet('the file is already there', 412, doing) : error;
  }

  /** Makes the directories of a file and begins it: while there is something in a directory, nobody removes that. */
  async #begin(
    place: FilePath,
    doing: Doing,
  ): Promise<Target & { readonly fd: number; readonly part: string }> {
    for (let attempt = 1; ; attempt++) {
      const directory = await this.#directories.make(place.directories, doing);
      let begun = false;
      try {
        if (directory) {
          const path = place.directories.join('/');
          if (!this.#cleared.has(path)) await this.#clear(path, directory);
          const target = await this.#target(directory, place.name, doing);
          const part = target.directory.at(newPart());
          const fd = await this.#calls.open(part, 'wx');
          begun = true;
          return { ...target, fd, part };
        }
      } catch (error) {
        if (errnoOf(error) !== 'ENOENT') throw error;
      } finally {
        if (!begun) directory?.close();
      }
      // A delete found the new directory empty and removed it: once more.
      if (attempt < MAKE_ATTEMPTS) continue;
      const message = 'somebody removes the directories that this file needs';
      throw new StoreError('Unavailable', message, { ...doing, provider: PROVIDER });
    }
  }

  /** @throws StoreError for what must not be replaced */
  async #target(directory: Directory, name: string, doing: Doing): Promise<Target> {
    const path = directory.at(name);
    const before = await this.#calls.lookAt(path);
    if (!before || before.isFile()) return { directory, name, before };
    if (before.isDirectory()) {
      const isMirrored = this.#mirror !== undefined && doing.key?.startsWith(this.#mirror);
      if (isMirrored && (await removeBare(path))) return { directory, name, before: undefined };
      throw await inTheWay(path, doing);
    }
    if (!before.isSymbolicLink()) throw specialRefused(before, doing);
    const real = this.#followSymlinks ? await realpath(path).catch(() => undefined) : undefined;
    if (real === undefined) throw symlinkRefused(name, this.#followSymlinks, doing);
    // The link stays, and what it leads to is replaced.
    const target = await this.#target(new Directory(dirname(real)), basename(real), doing);
    directory.close();
    return target;
  }

  /** Once for each directory. */
  async #clear(path: string, directory: Directory): Promise<void> {
    if (this.#cleared.size >= MAX_CLEARED) this.#cleared.clear();
    this.#cleared.add(path);
    // A directory that cannot be read can be written to.
    await removeLeftParts((name) => directory.at(name)).catch(() => undefined);
  }

  async #delete(targets: readonly DeleteTarget[]): Promise<{
    readonly deleted: DeletedTarget[];
    readonly failed: (FailedTarget & { reason: StoreError })[];
  }> {
    const deleted: DeletedTarget[] = [];
    const failed: (FailedTarget & { reason: StoreError })[] = [];
    const emptied = new Set<string>();
    const failures = (some: readonly DeleteTarget[], error: unknown): void => {
      for (const target of some)
        failed.push({ ...target, reason: translate(error, 'delete', target.key, PROVIDER) });
    };
    await someAtOnce(byDirectory(targets).entries(), async ([path, some]) => {
      try {
        const doing = { operation: 'delete', key: some[0]?.key };
        const names = pathToFind(`${path}x`, doing)?.directories;
        const directory = names && (await this.#directories.find(names, doing));
        if (!directory) {
          deleted.push(...some);
          return;
        }
        try {
          await someAtOnce(some, async (target) => {
            try {
              if (await this.#unlink(directory, target.key)) emptied.add(path.slice(0, -1));
              deleted.push(target);
            } catch (error) {
              failures([target], error);
            }
          });
        } finally {
          directory.close();
        }
      } catch (error) {
        failures(some, error);
      }
    });
    await this.#directories.removeEmpty(emptied);
    return { deleted, failed };
  }

  /** @returns whether there was a file */
  async #unlink(directory: Directory, key: string): Promise<boolean> {
    const doing = { operation: 'delete', key };
    const name = pathToFind(key, doing)?.name;
    if (name === undefined) return false;
    const path = directory.at(name);
    const found = await this.#calls.lookAt(path);
    if (!found || found.isDirectory()) return false;
    if (found.isSymbolicLink() && !this.#followSymlinks) throw symlinkRefused(name, false, doing);
    if (!found.isFile() && !found.isSymbolicLink()) throw specialRefused(found, doing);
    try {
      await this.#calls.unlink(path);
      return true;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return false;
      throw error;
    }
  }
}

/** The targets of each directory, by its path with a `/` at its end; that of the root is empty. */
function byDirectory(targets: readonly DeleteTarget[]): ReadonlyMap<string, DeleteTarget[]> {
  const groups = new Map<string, DeleteTarget[]>();
  for (const target of targets) {
    const path = target.key.slice(0, target.key.lastIndexOf('/') + 1);
    const group = groups.get(path);
    if (group) group.push(target);
    else groups.set(path, [target]);
  }
  return groups;
}

/** A name in a directory; undefined when there is none, or none that can be read. */
async function nameIn(path: string): Promise<string | undefined> {
  try {
    for await (const { name } of await opendir(path)) return name;
  } catch {
    // It has gone, or keeps its names to itself.
  }
  return undefined;
}

async function inTheWay(path: string, doing: Doing): Promise<StoreError> {
  const within = await nameIn(path);
  return directoryInTheWay(within, within !== undefined && (await isBare(path)), doing);
}

/** Node cuts seconds off to microseconds, and a whole millisecond may be a little less than itself: half a microsecond more is in it. */
function secondsOf(time: Date): number {
  return (time.getTime() + 0.0005) / 1000;
}

function unmet(message: string, status: number, doing: Doing): StoreError {
  return new StoreError('PreconditionFailed', message, { ...doing, provider: PROVIDER, status });
}
