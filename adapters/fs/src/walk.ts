import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dirent } from 'node:fs';
import type { FailureReason, LeftOut, StoreError } from '@store/driver';
import { errnoOf, translate } from './errors.js';
import { toBinary } from './binary.js';

/** Names of one directory that are held in memory at a time; a larger directory is read again for the next ones. */
const WINDOW_NAMES = 65_536;

/** Names as they are: in UTF-8 one that is none could not be told from another. Node takes it, and its types do not know. */
const BYTES = 'buffer' as BufferEncoding;

/** What is to be said of something that is left out, beside where it is. */
export type Passed = Omit<LeftOut, 'name' | 'at'>;

/** A file of an object, and its key as a binary string; or what is no object, and where it stands among the keys. */
export interface FoundFile {
  readonly key: string;
  readonly path: string;
  /** Why this is no object: a symbolic link, a file of others, a directory that cannot be read. */
  readonly foreign?: FailureReason | undefined;
  /** It is no object, and left out on purpose. */
  readonly passed?: Passed | undefined;
}

/** What something in a directory is to a walk. */
export interface Entry {
  readonly name: string;
  /** What it adds to the key, as a binary string; of a directory all of it, as every key below begins so. */
  readonly bytes: string;
  readonly kind: 'object' | 'directory' | 'foreign';
  /** Why it is no object: one of both. */
  readonly foreign?: FailureReason | undefined;
  readonly passed?: Passed | undefined;
}

/** How the names in directories stand for keys. */
export interface Naming {
  /**
   * Where the keys are that begin with this, which is empty or ends in `/`; undefined where none can be, and why, where that is
   * something that is left out.
   */
  directoryOf(base: string): Promise<string | Passed | undefined> | string;
  /**
   * @param name its bytes, as a binary string
   * @param directory the path where it is
   * @returns undefined for what no listing shows
   */
  entryOf(found: Dirent, name: string, directory: string): Promise<Entry | undefined> | Entry | undefined;
}

/**
 * Finds the objects under a prefix in the order of their keys' bytes, from a given point on. Subtrees that lie
 * before that point, or outside the prefix, are not read. Memory is bounded by `windowNames` for each level.
 *
 * Sorting the entries of a directory by what they add to a key sorts the keys below them too: the object `a`
 * adds `a`, the directory `a` adds `a/`, and everything below it begins so.
 */
export class Walk {
  readonly #naming: Naming;
  readonly #prefix: string;
  readonly #windowNames: number;
  readonly #files: AsyncGenerator<FoundFile>;
  /** Only keys above this are found; moves on when a group is skipped. */
  #after: string;

  /** @param prefix and @param after are binary strings */
  constructor(naming: Naming, prefix: string, after: string, windowNames = WINDOW_NAMES) {
    this.#naming = naming;
    this.#prefix = prefix;
    this.#windowNames = windowNames;
    this.#after = after;
    this.#files = this.#begin();
  }

  /** The next file, or undefined at the end. */
  async next(): Promise<FoundFile | undefined> {
    const result = await this.#files.next();
    return result.done ? undefined : result.value;
  }

  /** Goes on behind all keys that begin with this group. */
  skipGroup(group: string): void {
    // Above every continuation of the group: bytes of UTF-8 never reach 0xff.
    this.#after = `${group}\u00ff`;
  }

  async close(): Promise<void> {
    await this.#files.return(undefined);
  }

  /** Goes straight to the deepest directory that the prefix determines. */
  async *#begin(): AsyncGenerator<FoundFile> {
    const slash = this.#prefix.lastIndexOf('/');
    const base = this.#prefix.slice(0, slash + 1);
    const directory = await this.#naming.directoryOf(base);
    if (typeof directory === 'string') yield* this.#walk(directory, base);
    else if (directory) yield { key: base, path: base, passed: directory };
  }

  async *#walk(directory: string, base: string): AsyncGenerator<FoundFile> {
    let last: string | undefined;
    for (;;) {
      const window = await this.#readWindow(directory, base, last);
      if (window.unreadable) {
        // All of the listing is in it: nobody could say what was not listed.
        if (base === '' || base.length < this.#prefix.length) throw window.unreadable;
        if (this.#mayHold(base, 'foreign')) yield { key: base, path: directory, foreign: window.unreadable };
      }
      for (const { name, bytes, kind, foreign, passed } of window.entries) {
        const key = base + bytes;
        if (!this.#mayHold(key, kind)) continue;
        if (kind === 'directory') yield* this.#walk(join(directory, name), key);
        else yield { key, path: join(directory, name), foreign, passed };
      }
      if (!window.more) return;
      last = window.entries.at(-1)?.bytes;
    }
  }

  /** The entries with the smallest bytes above `last`, in order. */
  async #readWindow(
    directory: string,
    base: string,
    last: string | undefined,
  ): Promise<{ entries: Entry[]; more: boolean; unreadable?: StoreError }> {
    const entries: Entry[] = [];
    let more = false;
    // Sorting and cutting only now and then keeps this at O(n log n) for a directory of any size.
    const cut = (): void => {
      entries.sort((a, b) => (a.bytes < b.bytes ? -1 : 1));
      if (entries.length <= this.#windowNames) return;
      entries.length = this.#windowNames;
      more = true;
    };
    try {
      for await (const found of await opendir(directory, { bufferSize: 512, encoding: BYTES })) {
        const entry = await this.#naming.entryOf(found, bytesOfName(found), directory);
        if (!entry || (last !== undefined && entry.bytes <= last)) continue;
        if (!this.#mayHold(base + entry.bytes, entry.kind)) continue;
        entries.push(entry);
        if (entries.length >= this.#windowNames * 2) cut();
      }
    } catch (error) {
      const errno = errnoOf(error);
      // One that cannot be read is named, and the listing goes on behind it.
      if (errno === 'EACCES' || errno === 'EPERM' || errno === 'ENAMETOOLONG')
        return { entries: [], more: false, unreadable: translate(error, 'list') };
      // Somebody removed the directory, because it had become empty, or there never was one.
      if (errno !== 'ENOENT' && errno !== 'ENOTDIR') throw error;
    }
    cut();
    return { entries, more };
  }

  /** Whether a key, or any key below a directory, is wanted. */
  #mayHold(key: string, kind: Entry['kind']): boolean {
    const after = this.#after;
    if (kind !== 'directory') return key > after && key.startsWith(this.#prefix);
    if (key <= after && !after.startsWith(key)) return false;
    return key.startsWith(this.#prefix) || this.#prefix.startsWith(key);
  }
}

function bytesOfName(found: Dirent): string {
  const name: unknown = found.name;
  return name instanceof Uint8Array ? Buffer.from(name).toString('latin1') : toBinary(String(name));
}
