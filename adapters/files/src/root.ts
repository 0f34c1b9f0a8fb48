import { mkdir, realpath, stat } from 'node:fs/promises';
import { errnoOf } from '@store/fs/on-disk';
import { invalidConfig } from './refusals.js';
import { storeRootHint, storeRootOf } from './store-root.js';

/** The directory below which all files are. */
export class Root {
  readonly path: string;
  readonly #create: boolean;
  #checked: Promise<void> | undefined;
  #realPath: string | undefined;

  constructor(path: string, create: boolean) {
    this.path = path;
    this.#create = create;
  }

  /**
   * What its path led to, without symbolic links, when it was looked at last; undefined before that. The path may lead elsewhere
   * by now.
   */
  get realPath(): string | undefined {
    return this.#realPath;
  }

  /**
   * Whether it is there. Looked at each time: an empty listing of a disk that is no longer there would be taken for the truth.
   *
   * @param make it, where the configuration allows that
   * @throws StoreError `InvalidConfig` when it is missing, is no directory, or belongs to a store of `fs`
   */
  async isThere(make = false): Promise<boolean> {
    this.#checked ??= this.#check();
    try {
      await this.#checked;
    } catch (error) {
      this.#checked = undefined;
      throw error;
    }
    try {
      if (!(await stat(this.path)).isDirectory()) throw invalidConfig(`${this.path} is not a directory`);
      this.#realPath = (await realpath(this.path)).replace(/\/$/, '');
      return true;
    } catch (error) {
      if (errnoOf(error) === 'ENOTDIR')
        throw invalidConfig(`${this.path} is inside something that is not a directory`);
      if (errnoOf(error) !== 'ENOENT') throw error;
    }
    if (!this.#create)
      throw invalidConfig(`the directory ${this.path} does not exist; create it, or set "create": true`);
    if (make) await mkdir(this.path, { recursive: true });
    return make;
  }

  async #check(): Promise<void> {
    const root = await storeRootOf(this.path);
    if (root !== undefined) throw invalidConfig(storeRootHint(this.path, root));
  }
}
