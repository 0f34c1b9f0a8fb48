import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { StoreError, type FailureReason } from '@store/driver';
import type { FileCalls } from './file-calls.js';

/** What tells what kind of thing it is: of a listing, or of a look at it. */
export type Kind = Pick<
  Stats,
  'isSymbolicLink' | 'isFIFO' | 'isSocket' | 'isBlockDevice' | 'isCharacterDevice' | 'isDirectory'
>;

/**
 * Why something in the store's directory is no object. Only regular files and directories that this library names can be
 * one; nothing else is followed, opened, replaced or deleted: behind a symbolic link lie files of others, and opening a
 * FIFO waits for ever.
 */
export function foreign(found: Kind): FailureReason {
  return {
    code: 'Unsupported',
    message: `${kindOf(found)} is no object of this store: it is neither followed nor deleted`,
    retryable: false,
  };
}

export function foreignError({ code, message, retryable }: FailureReason, path: string): StoreError {
  return new StoreError(code, `${path}: ${message}`, { provider: 'fs', retryable });
}

/** Looks at paths, each once, and refuses those that lead through or to something that is no object's. */
export class PathCheck {
  readonly #calls: FileCalls;
  readonly #objects: string;
  readonly #looked = new Map<string, Promise<void>>();

  /** @param objects the directory below which everything is the store's */
  constructor(calls: FileCalls, objects: string) {
    this.#calls = calls;
    this.#objects = objects;
  }

  /** @throws StoreError `Unsupported` when a directory on the way, or the file, is something else */
  async check(directories: readonly string[], file: string): Promise<void> {
    await this.#look(join(await this.checkDirectories(directories), file), 'file');
  }

  /** @returns the last one's path. @throws as {@link check} */
  async checkDirectories(directories: readonly string[]): Promise<string> {
    let path = this.#objects;
    for (const name of directories) {
      path = join(path, name);
      const looked = this.#looked.get(path) ?? this.#look(path, 'directory');
      this.#looked.set(path, looked);
      await looked;
    }
    return path;
  }

  async #look(path: string, wanted: 'directory' | 'file'): Promise<void> {
    const found = await this.#calls.lookAt(path);
    if (found && (wanted === 'directory' ? !found.isDirectory() : !found.isFile()))
      throw foreignError(foreign(found), path);
  }
}

/** What it is, for people, of something that is no object. */
export function kindOf(found: Kind): string {
  if (found.isSymbolicLink()) return 'a symbolic link';
  if (found.isFIFO()) return 'a FIFO';
  if (found.isSocket()) return 'a socket';
  if (found.isBlockDevice() || found.isCharacterDevice()) return 'a device';
  return found.isDirectory()
    ? 'a directory that the store did not make'
    : 'a file that the store did not make';
}
