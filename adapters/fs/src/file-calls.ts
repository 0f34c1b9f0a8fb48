import * as fs from 'node:fs';
import { promisify } from 'node:util';
import { errnoOf } from './errors.js';
import { OnTheSpot } from './on-the-spot.js';

/** The calls of `node:fs/promises` do the same for two to four times the CPU time. */
const inThread = {
  open: promisify(fs.open),
  close: promisify(fs.close),
  lstat: promisify(fs.lstat),
  stat: promisify(fs.stat),
  read: promisify(fs.read),
  write: promisify(fs.write),
  futimes: promisify(fs.futimes),
  fchmod: promisify(fs.fchmod),
  fsync: promisify(fs.fsync),
  rename: promisify(fs.rename),
  unlink: promisify(fs.unlink),
};

/** A thread may read or write while the process does something else: worth it for more than so many bytes. */
const MOST_BYTES = 64 * 1024;

const BIG = { bigint: true } as const;
const BIG_OR_NONE = { bigint: true, throwIfNoEntry: false } as const;

/** What is called for every file of a tree, on one disk, on the spot where that is one of this machine. */
export class FileCalls {
  readonly #spot: OnTheSpot;

  /**
   * @param path on the disk, such as the root of the tree
   * @param onTheSpot not to be asked what disk it is; for tests
   */
  constructor(path: string, onTheSpot?: boolean) {
    this.#spot = new OnTheSpot(path, onTheSpot);
  }

  open(path: string, flags: string | number): Promise<number> {
    return this.#spot.make(
      () => fs.openSync(path, flags),
      () => inThread.open(path, flags),
    );
  }

  close(fd: number): Promise<void> {
    return this.#spot.make(
      () => fs.closeSync(fd),
      () => inThread.close(fd),
    );
  }

  /** What is at a path, if anything; a symbolic link is what it is. */
  lookAt(path: string): Promise<fs.BigIntStats | undefined> {
    return orNothing(
      this.#spot.make(
        () => fs.lstatSync(path, BIG_OR_NONE),
        () => inThread.lstat(path, BIG),
      ),
    );
  }

  /** What a path leads to, if anything. */
  lookThrough(path: string): Promise<fs.BigIntStats | undefined> {
    return orNothing(
      this.#spot.make(
        () => fs.statSync(path, BIG_OR_NONE),
        () => inThread.stat(path, BIG),
      ),
    );
  }

  /** @returns how many bytes were read */
  read(fd: number, into: Uint8Array, offset: number, length: number, at: number): Promise<number> {
    const read = async (): Promise<number> => (await inThread.read(fd, into, offset, length, at)).bytesRead;
    if (length > MOST_BYTES) return read();
    return this.#spot.make(() => fs.readSync(fd, into, offset, length, at), read);
  }

  /** @returns how many bytes were written */
  write(fd: number, bytes: Uint8Array, offset: number, length: number): Promise<number> {
    const write = async (): Promise<number> => (await inThread.write(fd, bytes, offset, length)).bytesWritten;
    if (length > MOST_BYTES) return write();
    return this.#spot.make(() => fs.writeSync(fd, bytes, offset, length), write);
  }

  futimes(fd: number, accessed: fs.TimeLike, modified: fs.TimeLike): Promise<void> {
    return this.#spot.make(
      () => fs.futimesSync(fd, accessed, modified),
      () => inThread.futimes(fd, accessed, modified),
    );
  }

  fchmod(fd: number, mode: number): Promise<void> {
    return this.#spot.make(
      () => fs.fchmodSync(fd, mode),
      () => inThread.fchmod(fd, mode),
    );
  }

  /** Waits for the disk, so never on the spot. */
  fsync(fd: number): Promise<void> {
    return inThread.fsync(fd);
  }

  rename(from: string, to: string): Promise<void> {
    return this.#spot.make(
      () => fs.renameSync(from, to),
      () => inThread.rename(from, to),
    );
  }

  unlink(path: string): Promise<void> {
    return this.#spot.make(
      () => fs.unlinkSync(path),
      () => inThread.unlink(path),
    );
  }
}

async function orNothing<T>(looked: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await looked;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}
