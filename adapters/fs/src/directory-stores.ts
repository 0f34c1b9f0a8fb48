import { randomBytes } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { mkdir, opendir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { StoreError, type StoreDriver } from '@store/driver';
import type { FsConfig } from './config.js';
import { fsDriver } from './driver.js';
import { errnoOf, translate } from './errors.js';
import { MARKER } from './root.js';

/** No path: neither a separator, nor a dot at either end, nor two of them. Hidden directories are none. */
const NAME = /^[a-z0-9](?:[a-z0-9-]|\.(?!\.)){1,61}[a-z0-9]$/;

/** Where a store goes that is being removed. */
const REMOVED = '.removed-';

/**
 * The stores in one directory: each directory right below it that a store made, or that is still empty. What is
 * anything else (a symbolic link, a directory with files of others, a name that no bucket has) is not seen and not touched.
 */
export class DirectoryStores {
  readonly #root: string;
  readonly #config: Pick<FsConfig, 'fsync'>;
  readonly #drivers = new Map<string, StoreDriver>();

  private constructor(root: string, config: Pick<FsConfig, 'fsync'>) {
    this.#root = root;
    this.#config = config;
  }

  /**
   * @param root absolute; has to be there
   * @throws StoreError `InvalidConfig` when it is no directory that can be read
   */
  static async open(root: string, config: Pick<FsConfig, 'fsync'> = {}): Promise<DirectoryStores> {
    const stores = new DirectoryStores(root, config);
    try {
      await stores.#bringBack();
    } catch (error) {
      throw new StoreError(
        'InvalidConfig',
        `${root} is no directory of stores: ${error instanceof Error ? error.message : String(error)}`,
        {
          provider: 'fs',
          cause: error,
        },
      );
    }
    return stores;
  }

  /** In the order of their names. @throws StoreError `Unavailable` while the directory is not there */
  async list(): Promise<readonly { readonly name: string; readonly created: Date }[]> {
    this.#checkRoot();
    const names = await readdir(this.#root);
    return names.sort().flatMap((name) => {
      const created = this.#createdAt(name);
      return created ? [{ name, created }] : [];
    });
  }

  /**
   * The driver of a store: the same one as long as it is there. Looks at the directory each time.
   *
   * @throws StoreError `Unavailable` while the directory of all stores is not there: nobody knows which ones it has
   */
  find(name: string): StoreDriver | undefined {
    if (!this.#createdAt(name)) {
      this.#checkRoot();
      this.#drivers.delete(name);
      return undefined;
    }
    const driver = this.#drivers.get(name) ?? this.#driver(join(this.#root, name));
    this.#drivers.set(name, driver);
    return driver;
  }

  /** @throws StoreError `InvalidArgument` for a name that is none; `Conflict` when there is such a directory already */
  async create(name: string): Promise<void> {
    if (!NAME.test(name))
      throw new StoreError('InvalidArgument', `${JSON.stringify(name)} is no name of a store`);
    this.#checkRoot();
    try {
      await mkdir(join(this.#root, name));
    } catch (error) {
      if (errnoOf(error) !== 'EEXIST') throw translate(error, 'create');
      throw new StoreError('Conflict', `there is something called ${name} already`, { provider: 'fs' });
    }
  }

  /**
   * Removes a store that is empty, its trash too. It goes out of sight first, so that nothing is written to it while it is
   * looked at.
   *
   * @throws StoreError `Conflict` when it holds something; `NotFound` when there is none
   */
  async remove(name: string): Promise<void> {
    const driver = this.find(name);
    if (!driver) throw noSuchStore(name);
    await this.#checkEmpty(name, driver);
    const path = join(this.#root, name);
    const aside = join(this.#root, `${REMOVED}${name}-${randomBytes(6).toString('hex')}`);
    try {
      await rename(path, aside);
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') throw noSuchStore(name);
      throw translate(error, 'remove');
    }
    this.#drivers.delete(name);
    try {
      await this.#checkEmpty(name, this.#driver(aside));
    } catch (error) {
      throw await this.#putBack(aside, path, error);
    }
    await rm(aside, { recursive: true, force: true });
  }

  async close(): Promise<void> {
    for (const driver of this.#drivers.values()) await driver.close();
    this.#drivers.clear();
  }

  /** @returns what to say of it */
  async #putBack(aside: string, path: string, why: unknown): Promise<unknown> {
    try {
      await rename(aside, path);
      return why;
    } catch (cause) {
      const message =
        'another store of this name was made in the same moment; what this one holds is kept aside';
      return new StoreError('Conflict', message, { provider: 'fs', cause });
    }
  }

  /** A disk that is not mounted is no disk without stores. */
  #checkRoot(): void {
    if (statSync(this.#root, { throwIfNoEntry: false })) return;
    throw new StoreError('Unavailable', 'the directory of the stores is not there', { provider: 'fs' });
  }

  async #checkEmpty(name: string, driver: StoreDriver): Promise<void> {
    const { objects, unnameable = [] } = await driver.list.page({ prefix: '', maxKeys: 1 }, {});
    const trash = await driver.trash?.page({ maxKeys: 1 }, {});
    if (objects.length + unnameable.length + (trash?.objects.length ?? 0) === 0) return;
    throw new StoreError('Conflict', `the store ${name} is not empty, or its trash is not`, {
      provider: 'fs',
      providerCode: 'BucketNotEmpty',
    });
  }

  /** What was aside when a process died: it may have been written to in the last moment. */
  async #bringBack(): Promise<void> {
    for await (const { name } of await opendir(this.#root)) {
      const [, before] = /^\.removed-(.+)-[0-9a-f]{12}$/.exec(name) ?? [];
      if (before === undefined || !NAME.test(before)) continue;
      const path = join(this.#root, before);
      // Made here, so that nothing is replaced but this.
      const made = await mkdir(path).then(
        () => true,
        () => false,
      );
      if (made) await rename(join(this.#root, name), path).catch(() => rmdir(path));
    }
  }

  #driver(root: string): StoreDriver {
    return fsDriver(root, { ...this.#config, root });
  }

  /** Undefined for what is no store. */
  #createdAt(name: string): Date | undefined {
    if (!NAME.test(name)) return undefined;
    const path = join(this.#root, name);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found?.isDirectory()) return undefined;
    return isStore(path) ? (found.birthtimeMs > 0 ? found.birthtime : found.mtime) : undefined;
  }
}

/** As {@link Root} sees it: a store, or an empty directory. */
function isStore(path: string): boolean {
  const marker = join(path, MARKER);
  if (existsSync(marker)) return true;
  try {
    // Another process may make it a store between the two looks.
    return readdirSync(path).every((name) => name.startsWith(MARKER)) || existsSync(marker);
  } catch {
    return false;
  }
}

function noSuchStore(name: string): StoreError {
  return new StoreError('NotFound', `there is no store called ${name}`, {
    provider: 'fs',
    providerCode: 'NoSuchBucket',
  });
}
