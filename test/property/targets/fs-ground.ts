import { open, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NULL_ID, type Entry } from '../bucket-model.js';
import type { Ground } from '../histories.js';
import type { Write } from './memory-ground.js';

/** What ends every file of an object: attributes as JSON, their length, a mark. */
const MARK = Buffer.from('\u0000store-fs1');
const LENGTH_BYTES = 4;

interface Found {
  readonly path: string;
  readonly entry: Entry;
}

/** The directory of a store of `fs`, read as files. */
export class FsGround implements Ground {
  readonly #root: string;
  readonly #write: Write;
  readonly #delete: (key: string) => Promise<unknown>;
  /** When objects are to have been written, as far as their files do not say so yet. */
  readonly #times = new Map<string, number>();

  constructor(root: string, write: Write, remove: (key: string) => Promise<unknown>) {
    this.#root = root;
    this.#write = write;
    this.#delete = remove;
  }

  async put(key: string, size: number, time: number): Promise<string> {
    await this.#write(key, Buffer.alloc(size));
    this.#times.set(key, time);
    return NULL_ID;
  }

  async delete(key: string): Promise<string> {
    await this.#delete(key);
    return NULL_ID;
  }

  async remove(key: string): Promise<void> {
    await this.#delete(key);
  }

  async beginUpload(): Promise<undefined> {
    // It has none: what comes in parts is written as it comes.
  }

  async uploads(): Promise<[]> {
    return [];
  }

  setVersioning(): void {
    // It has none.
  }

  async entries(): Promise<Entry[]> {
    const found = await this.#files();
    for (const { path, entry } of found) {
      const time = this.#times.get(entry.key);
      if (time !== undefined) await dateBack(path, entry.time, time);
    }
    this.#times.clear();
    const all = found.map(({ entry }) => entry);
    return all.sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
  }

  async empty(): Promise<void> {
    const objects = join(this.#root, 'objects');
    const names = await readdir(objects).catch(() => []);
    for (const name of names) await rm(join(objects, name), { recursive: true });
  }

  async #files(): Promise<Found[]> {
    const names = await readdir(join(this.#root, 'objects'), { recursive: true, withFileTypes: true }).catch(
      () => [],
    );
    const files = names.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
    return Promise.all(files.map(async (path) => ({ path, entry: readEntry(await readFile(path)) })));
  }
}

function readEntry(file: Buffer): Entry {
  const end = file.length - MARK.length - LENGTH_BYTES;
  const length = file.readUInt32BE(end);
  if (!file.subarray(-MARK.length).equals(MARK)) throw new Error('there is a file that is no object');
  const said = JSON.parse(file.subarray(end - length, end).toString()) as {
    readonly key: string;
    readonly lastModified: number;
  };
  return { key: said.key, id: NULL_ID, marker: false, size: end - length, time: said.lastModified };
}

/** The store dates objects by this machine's clock; a test needs old ones. */
async function dateBack(path: string, from: number, to: number): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const bytes = await file.readFile();
    const at = bytes.lastIndexOf(`"lastModified":${from}`);
    if (at < 0 || String(from).length !== String(to).length) throw new Error('the date cannot be changed');
    await file.write(Buffer.from(`"lastModified":${to}`), 0, undefined, at);
  } finally {
    await file.close();
  }
}
