import {
  compareKeys,
  type ListVersionsPage,
  type ListVersionsPageRequest,
  type StoreDriver,
} from '@store/core';
import { BucketLifecycle } from './lifecycle.js';
import { memoryDriver, MemoryObjects } from '@store/memory';
import type { Bucket as ServedBucket, Buckets as ServedBuckets, Versioning } from '@store/s3-server';

/** A bucket: its objects, in S3's semantics, and what belongs to the bucket itself. */
export class Bucket implements ServedBucket {
  readonly name: string;
  readonly created = new Date();
  readonly memory = new MemoryObjects();
  readonly objects = pretending(memoryDriver({}, this.memory));
  readonly lifecycle = new BucketLifecycle(this.memory);
  #versioning: Versioning = 'off';

  constructor(name: string, versioning: Versioning = 'off') {
    this.name = name;
    this.versioning = versioning;
  }

  get versioning(): Versioning {
    return this.#versioning;
  }

  set versioning(versioning: Versioning) {
    this.#versioning = versioning;
    this.memory.setVersioning(versioning);
  }

  setVersioning(versioning: Versioning): void {
    this.versioning = versioning;
  }

  listVersions(request: ListVersionsPageRequest): Promise<ListVersionsPage> {
    return this.memory.listVersions(request, {});
  }

  /**
   * Fills in small objects without requests, in the order of their keys: what a page names lies side by side in memory
   * then, and a look-up costs less.
   */
  async seed(keys: Iterable<string>, body: string | Uint8Array = ''): Promise<void> {
    const bytes = Buffer.from(body);
    for (const key of [...keys].sort(compareKeys))
      await this.memory.put({ key: inOnePiece(key), body: bytes }, {});
  }

  /** All current keys, in order. */
  async keys(prefix = ''): Promise<string[]> {
    const keys: string[] = [];
    let token: string | undefined;
    do {
      const page = await this.memory.list({ prefix, token, maxKeys: 1000 }, {});
      for (const { key } of page.objects) keys.push(key);
      token = page.nextToken;
    } while (token !== undefined);
    return keys;
  }
}

/**
 * The same key as requests bring them. A string that was put together stays in pieces, and each look-up goes through
 * those. What is no Unicode would be changed on the way, and stays as it is.
 */
function inOnePiece(key: string): string {
  return key.isWellFormed() ? Buffer.from(key).toString() : key;
}

/** What is asked for is told again, as by a service that encrypts. In place, since what a driver has can change. */
function pretending(driver: StoreDriver): StoreDriver {
  return Object.assign(driver, { write: { ...driver.write, encryption: true } });
}

/** The buckets of one emulator, shared by its faces. */
export class Buckets implements ServedBuckets {
  readonly #buckets = new Map<string, Bucket>();

  find(name: string): Bucket | undefined {
    return this.#buckets.get(name);
  }

  create(name: string, versioning?: Versioning): Bucket {
    const bucket = new Bucket(name, versioning);
    this.#buckets.set(name, bucket);
    return bucket;
  }

  remove(name: string): void {
    this.#buckets.delete(name);
  }

  all(): Bucket[] {
    return [...this.#buckets.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}
