import { randomBytes } from 'node:crypto';
import { link, lstat, mkdir, open, opendir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError } from '@store/driver';
import { isGone, processMark } from '@store/driver/extend';
import { errnoOf } from './errors.js';
import type { FsConfig } from './config.js';
import { FileCalls } from './file-calls.js';
import { makeDirectories } from './make-directories.js';
import { openObject } from './object-file.js';

/** Says that a directory is a store, and of which format. */
export const MARKER = '.store-fs.json';
const FORMAT = 1;

/** The directory of what was put aside. */
export const TRASH = 'trash';

/** A temporary file: the mark of the process that writes it, and something that no other has. */
const TEMPORARY = /^(\d+-\d+-[0-9a-f]{16})-[0-9a-f]+$/;

/** Temporary files that are older were left by a process that died, also one of another machine; milliseconds. */
const STALE_AFTER_MS = 24 * 3_600_000;

/** How many temporary files are looked at when a store is opened for writing. */
const MAX_STALE_LOOKED_AT = 10_000;

/**
 * The directory of a store: `objects/` with the objects, `tmp/` with what is being written, `trash/` with
 * what was put aside, and the marker.
 * A directory that holds anything else is not touched, so that nobody's files are taken for objects.
 */
export class Root {
  readonly path: string;
  readonly objects: string;
  readonly trash: string;
  readonly calls: FileCalls;
  readonly #tmp: string;
  readonly #config: FsConfig;
  #checked: Promise<boolean> | undefined;
  #prepared: Promise<void> | undefined;

  constructor(path: string, config: FsConfig) {
    this.path = path;
    this.objects = join(path, 'objects');
    this.#tmp = join(path, 'tmp');
    this.trash = join(path, TRASH);
    this.calls = new FileCalls(path);
    this.#config = config;
  }

  /**
   * Whether there is a store to read from: false for a directory that is still empty.
   *
   * @throws StoreError `InvalidConfig` when the directory is missing or is not a store
   */
  async readable(): Promise<boolean> {
    const before = this.#checked;
    this.#checked ??= this.#check();
    try {
      let initialised = await this.#checked;
      // Removed, or a disk that is no longer there: an empty listing of it would be taken for the truth.
      if (before && initialised && !(await this.#hasMarker())) {
        this.#checked = this.#check();
        initialised = await this.#checked;
      }
      // Another process may make the empty directory a store at any time.
      if (!initialised) this.#checked = undefined;
      return initialised;
    } catch (error) {
      this.#checked = undefined;
      throw error;
    }
  }

  /** Makes the directory a store, when it is not one yet. @throws as {@link readable} */
  async prepare(): Promise<void> {
    this.#prepared ??= this.#initialise();
    try {
      await this.#prepared;
    } catch (error) {
      this.#prepared = undefined;
      throw error;
    }
  }

  /** Makes what has been removed since {@link prepare}. @throws as {@link readable} */
  async prepareAgain(): Promise<void> {
    this.#prepared = undefined;
    await this.prepare();
  }

  /** A new path for a file that is being written. */
  temporaryPath(): string {
    return join(this.#tmp, `${processMark()}-${randomBytes(9).toString('hex')}`);
  }

  async #check(): Promise<boolean> {
    const kind = await stat(this.path).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return undefined;
      if (errnoOf(error) === 'ENOTDIR')
        throw this.#invalid(`${this.path} is inside something that is not a directory`);
      throw error;
    });
    if (!kind) {
      if (this.#config.create) return false;
      throw this.#invalid(`the directory ${this.path} does not exist; create it, or set "create": true`);
    }
    if (!kind.isDirectory()) throw this.#invalid(`${this.path} is not a directory`);
    if (await this.#hasMarker()) return true;
    if (await this.#isEmpty()) return false;
    // Another process may have initialised the directory between the two looks.
    if (await this.#hasMarker()) return true;
    throw this.#invalid(
      `${this.path} holds files that are not a store's; choose an empty directory, or one that a store has made`,
    );
  }

  async #hasMarker(): Promise<boolean> {
    let marker: string;
    const path = join(this.path, MARKER);
    try {
      const file = await openObject(path);
      try {
        marker = await file.readFile('utf8');
      } finally {
        await file.close();
      }
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return false;
      throw error;
    }
    let format: unknown;
    try {
      const parsed: unknown = JSON.parse(marker);
      format =
        typeof parsed === 'object' && parsed !== null && 'format' in parsed ? parsed.format : undefined;
    } catch {
      // Said below.
    }
    if (format === FORMAT) return true;
    throw this.#invalid(
      `${path} says format ${JSON.stringify(format)}; this version of @store/fs knows format ${FORMAT}`,
    );
  }

  /** Whether there is nothing, except for markers that are being written. */
  async #isEmpty(): Promise<boolean> {
    for await (const { name } of await opendir(this.path)) if (!name.startsWith(MARKER)) return false;
    return true;
  }

  async #initialise(): Promise<void> {
    if (!(await this.readable())) {
      if (this.#config.create) await mkdir(this.path, { recursive: true });
      await this.#writeMarker();
    }
    await makeDirectories(this.path, this.#tmp);
    await makeDirectories(this.path, this.objects);
    // Somebody may have put another, empty directory in its place meanwhile.
    if (!(await this.#hasMarker())) await this.#writeMarker();
    await this.#removeStale();
  }

  /** Written aside and linked into place, so that nobody reads half of it and of two writers one is first. */
  async #writeMarker(): Promise<void> {
    // Its name begins as the marker's, so that a look in between does not take this for a foreign directory.
    const aside = join(this.path, `${MARKER}.${process.pid}-${randomBytes(6).toString('hex')}`);
    const file = await open(aside, 'wx');
    try {
      try {
        await file.writeFile(`${JSON.stringify({ format: FORMAT })}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await link(aside, join(this.path, MARKER));
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw error;
    } finally {
      await rm(aside, { force: true });
    }
  }

  async #removeStale(): Promise<void> {
    await removeOld(this.#tmp, () => true);
    // Markers of processes that died while they made the store.
    await removeOld(this.path, (name) => name.startsWith(`${MARKER}.`));
  }

  #invalid(message: string): StoreError {
    return new StoreError('InvalidConfig', message, { provider: 'fs' });
  }
}

async function removeOld(directory: string, isMeant: (name: string) => boolean): Promise<void> {
  let looked = 0;
  for await (const { name } of await opendir(directory)) {
    if (!isMeant(name)) continue;
    if (++looked > MAX_STALE_LOOKED_AT) break;
    const path = join(directory, name);
    const found = await lstat(path).catch(() => undefined);
    if (found?.isFile() && (isOrphan(name) || Date.now() - found.mtimeMs > STALE_AFTER_MS))
      await rm(path, { force: true });
  }
}

/** Of a process that has ended, as far as can be seen from here. */
function isOrphan(name: string): boolean {
  const [, mark] = TEMPORARY.exec(name) ?? [];
  return mark !== undefined && isGone(mark) === true;
}
