import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { ObjectStore } from '@store/core';
import type { Transfer } from './contestants/contestant.js';
import { openBenchStore, startEmulatorProcess } from './emulator-process.js';
import type { Ground } from './ground.js';
import { PREFIX } from './parts/part.js';

export const LARGE_FILES = 3;
export const LARGE_MIB = 50;
const FOLDER_SIZE = 100;

const execute = promisify(execFile);

const NO_REQUESTS = { list: 0, delete: 0, throttled: 0, other: 0, lateDeletes: 0, lateThrottled: 0 };

type EmulatorProcess = Awaited<ReturnType<typeof startEmulatorProcess>>;

/** MD5s by the paths of files. */
type Digests = ReadonlyMap<string, string>;

/** A tree of files in a directory, and the same in a bucket of an emulator without a model of a service. */
export class TransferGround implements AsyncDisposable {
  readonly #place: string;
  readonly #server: EmulatorProcess;
  readonly #store: ObjectStore;
  readonly #digests: Digests;

  private constructor(place: string, server: EmulatorProcess, store: ObjectStore, all: Digests) {
    this.#place = place;
    this.#server = server;
    this.#store = store;
    this.#digests = all;
  }

  /** @param small how many files of up to 8 KiB there are beside the large ones */
  static async make(small: number): Promise<TransferGround> {
    const place = await mkdtemp(join(tmpdir(), 'store-bench-'));
    const server = await startEmulatorProcess();
    const store = await openBenchStore('s3', server.endpoints);
    const pattern = join(place, 'pattern');
    for (let i = 0; i < small + LARGE_FILES; i++) {
      const bytes = i < small ? 1 + ((i * 37) % 8192) : LARGE_MIB * 1024 * 1024;
      const path = join(pattern, `folder-${Math.floor(i / FOLDER_SIZE)}`, `file-${i}.bin`);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, Buffer.alloc(bytes, createHash('sha512').update(String(i)).digest()));
    }
    return new TransferGround(place, server, store, await digestsOf(pattern));
  }

  /** The ground of one direction: the other side is empty at first, and then held against this one by checksum. */
  towards(direction: Transfer['direction'], concurrency: number): Ground {
    const up = direction === 'up';
    let directory = join(this.#place, 'pattern');
    let runs = 0;
    let cpuAtStart = 0;
    return {
      name: `${direction}, ${this.#digests.size} files`,
      fill: async () => {
        // One of its own: ext4 looks long for a place of new files where many have just been deleted.
        if (!up) directory = join(this.#place, `run-${runs++}`);
        if (up) await this.#store.deletePrefix(PREFIX);
        else await this.#upload();
        // What is still to be written would be written while somebody is measured.
        await execute('sync');
        cpuAtStart = await this.#cpu();
        return this.#digests.size;
      },
      target: () => ({
        endpoints: this.#server.endpoints,
        bucket: 'demo',
        prefixes: [PREFIX],
        transfer: { direction, directory, concurrency },
      }),
      look: async () => {
        const cpuSeconds = (await this.#cpu()) - cpuAtStart;
        const found = await (up ? this.#uploaded() : digestsOf(directory));
        const left = [...this.#digests].filter(([path, md5]) => found.get(path) === md5).length;
        const harmed = found.size - left;
        return { left, harmed, requests: NO_REQUESTS, cpuSeconds };
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store.close();
    await this.#server.stop();
    await rm(this.#place, { recursive: true, force: true });
  }

  /** Once: downloads leave it as it is. */
  async #upload(): Promise<void> {
    if (await this.#store.exists(PREFIX + [...this.#digests.keys()][0])) return;
    for (const path of this.#digests.keys())
      await this.#store.put(PREFIX + path, await readFile(join(this.#place, 'pattern', path)));
  }

  /** Of what is in the bucket, by ETags where these are MD5s. */
  async #uploaded(): Promise<Digests> {
    const found = new Map<string, string>();
    for await (const { key, etag } of this.#store.list(PREFIX)) {
      const [, md5] = /^"([0-9a-f]{32})"$/.exec(etag ?? '') ?? [];
      found.set(key.slice(PREFIX.length), md5 ?? digestOf(await (await this.#store.get(key)).bytes()));
    }
    return found;
  }

  async #cpu(): Promise<number> {
    return (await this.#server.usage())?.cpuSeconds ?? NaN;
  }
}

async function digestsOf(directory: string): Promise<Digests> {
  const found = new Map<string, string>();
  for (const path of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!path.isFile()) continue;
    const whole = join(path.parentPath, path.name);
    found.set(whole.slice(directory.length + 1), digestOf(await readFile(whole)));
  }
  return found;
}

function digestOf(bytes: Uint8Array): string {
  return createHash('md5').update(bytes).digest('hex');
}
