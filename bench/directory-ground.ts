import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openStore, type ObjectStore } from '@store/core';
import { fs } from '@store/fs';
import type { Ground } from './ground.js';
import { SHAPES, siblingsOf, type ShapeName } from './shapes.js';

const execute = promisify(execFile);

const NO_REQUESTS = { list: 0, delete: 0, throttled: 0, other: 0, lateDeletes: 0, lateThrottled: 0 };
const WRITERS = 16;

/** Keys in a directory. They are written once, and copied for each run. */
export class DirectoryGround implements Ground, AsyncDisposable {
  readonly name: string;
  readonly #prefix: string;
  readonly #keys: number;
  readonly #place: string;

  private constructor(place: string, prefix: string, shape: ShapeName, keys: number) {
    this.name = `${shape}, ${keys} files`;
    this.#place = place;
    this.#prefix = prefix;
    this.#keys = keys;
  }

  static async make(prefix: string, shape: ShapeName, keys: number): Promise<DirectoryGround> {
    const place = await mkdtemp(join(tmpdir(), 'store-bench-'));
    const ground = new DirectoryGround(place, prefix, shape, keys);
    await using store = await open(join(place, 'pattern'));
    const all = [...SHAPES[shape](prefix, keys), ...siblingsOf(prefix)].values();
    const write = async (): Promise<void> => {
      for (const key of all) await store.put(key, '');
    };
    await Promise.all(Array.from({ length: WRITERS }, write));
    return ground;
  }

  async fill(): Promise<number> {
    await rm(this.#root, { recursive: true, force: true });
    await cp(join(this.#place, 'pattern'), this.#root, { recursive: true });
    // What is still to be written would be written while somebody is measured.
    await execute('sync');
    return this.#keys;
  }

  target(): ReturnType<Ground['target']> {
    return { endpoints: {}, bucket: this.#root, prefixes: [this.#prefix] };
  }

  async look(): ReturnType<Ground['look']> {
    await using store = await open(this.#root);
    const left: string[] = [];
    const beside = new Set<string>();
    for await (const { key } of store.list('')) {
      if (key.startsWith(this.#prefix)) left.push(key);
      else beside.add(key);
    }
    const harmed = siblingsOf(this.#prefix).filter((key) => !beside.has(key)).length;
    return { left: left.length, harmed, requests: NO_REQUESTS, cpuSeconds: 0 };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#place, { recursive: true, force: true });
  }

  get #root(): string {
    return join(this.#place, 'run');
  }
}

function open(root: string): Promise<ObjectStore> {
  return openStore({ provider: 'fs', root, create: true, fsync: false }, { adapters: [fs] });
}

/** Where the files of a prefix are, in the directory of a store. */
export async function directoryOf(root: string, prefix: string): Promise<string> {
  const directory = join(root, 'objects', prefix);
  // Not another place than is meant, should the layout change.
  await readdir(directory);
  return directory;
}
