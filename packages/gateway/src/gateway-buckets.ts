import { StoreError, type StoreDriver } from '@store/core';
import { bucketNotEmpty, isBucketName, notImplemented, type Buckets } from '@store/s3-server';
import { GatewayBucket, type BucketSettings } from './gateway-bucket.js';
import type { StoreSource } from './store-source.js';

/** The stores of a gateway as buckets: those that it was started with, and those of a source. */
export class GatewayBuckets implements Buckets {
  readonly create: Buckets['create'];
  readonly remove: Buckets['remove'];
  readonly #fixed: ReadonlyMap<string, GatewayBucket>;
  readonly #source: StoreSource | undefined;
  readonly #settings: BucketSettings;
  /** Those of the source that were asked for, by their driver: another driver is another store. */
  readonly #opened = new Map<string, { readonly driver: StoreDriver; readonly bucket: GatewayBucket }>();

  constructor(
    stores: Readonly<Record<string, StoreDriver>>,
    source: StoreSource | undefined,
    settings: BucketSettings,
  ) {
    this.#fixed = new Map(
      Object.entries(stores).map(([name, driver]) => [name, new GatewayBucket(name, driver, settings)]),
    );
    this.#source = source;
    this.#settings = settings;
    if (source?.create) this.create = (name) => source.create?.(name);
    if (source?.remove) this.remove = (name) => this.#remove(name);
  }

  find(name: string): GatewayBucket | undefined {
    const fixed = this.#fixed.get(name);
    if (fixed || !isBucketName(name)) return fixed;
    const driver = this.#source?.find(name);
    const opened = this.#opened.get(name);
    if (driver === opened?.driver) return opened?.bucket;
    this.#forget(name);
    if (!driver) return undefined;
    const bucket = new GatewayBucket(name, driver, this.#settings);
    this.#opened.set(name, { driver, bucket });
    return bucket;
  }

  async all(): Promise<readonly { readonly name: string; readonly created: Date }[]> {
    const found = (await this.#source?.list()) ?? [];
    const others = found.filter(({ name }) => isBucketName(name) && !this.#fixed.has(name));
    return [...this.#fixed.values(), ...others].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Aborts uploads that nobody goes on with. */
  async expireUploads(): Promise<void> {
    await Promise.all(this.#inUse().map((bucket) => bucket.expireUploads()));
  }

  async close(): Promise<void> {
    await Promise.all(this.#inUse().map((bucket) => bucket.close()));
  }

  #inUse(): readonly GatewayBucket[] {
    return [...this.#fixed.values(), ...[...this.#opened.values()].map(({ bucket }) => bucket)];
  }

  async #remove(name: string): Promise<void> {
    // What the configuration names is not a client's to remove.
    if (this.#fixed.has(name)) throw notImplemented();
    try {
      await this.#source?.remove?.(name);
    } catch (error) {
      if (error instanceof StoreError && error.code === 'Conflict') throw bucketNotEmpty(name);
      throw error;
    }
    this.#forget(name);
  }

  /** The parts of uploads to a store that is gone go with it. */
  #forget(name: string): void {
    const opened = this.#opened.get(name);
    this.#opened.delete(name);
    opened?.bucket.close().catch(() => undefined);
  }
}
