import { capabilitiesOf, type Capabilities } from '../capabilities.js';
import { deleteMany } from '../deletion/delete-many.js';
import { deletePrefix } from '../deletion/delete-prefix.js';
import type { DeleteManyOptions, DeletePrefixOptions } from '../deletion/options.js';
import type { DeletionReport } from '../deletion/report.js';
import type { DeleteTarget, DriverCall, StoreDriver } from '../driver.js';
import { Engine, ENGINE, type Engined, type EngineSettings, type Purpose } from '../engine/engine.js';
import type { Page } from '../engine/follow-pages.js';
import { StoreError } from '../errors.js';
import { withSoundFacts } from '../facts.js';
import { assertKey, assertPrefix } from '../keys.js';
import { inOrder } from '../listing/in-order.js';
import { objectPages } from '../listing/object-pages.js';
import { UnnameableEntries } from '../listing/unnameable-entries.js';
import { uploadPages } from '../listing/upload-pages.js';
import { versionPages } from '../listing/version-pages.js';
import type {
  CallOptions,
  CopyOptions,
  DeleteOptions,
  GetOptions,
  ListingOptions,
  ListOptions,
  ObjectBody,
  ObjectStore,
  PresignOptions,
  PutOptions,
  ReadOptions,
  RestoreOptions,
  StoredObject,
  VersionOptions,
} from '../object-store.js';
import type {
  CommonPrefix,
  ObjectInfo,
  Tags,
  UploadInfo,
  VersionInfo,
  WriteAttributes,
  WriteResult,
} from '../objects.js';
import { passThrough } from '../pass-through.js';
import { portableAttributes } from './attributes.js';
import { copyObject } from './copy.js';
import { checkOptions, settingsOptions, type StoreMethod } from './option-tables.js';
import { presignRequest } from './presign.js';
import { putObject } from './put.js';
import { OpenObject } from './stored-object.js';
import { checkTags } from './tags.js';

/** How the requests of a store are sent and repeated. */
export type ObjectStoreSettings = EngineSettings;

/**
 * The `ObjectStore` over a driver: everything that is the same for all providers. Programs use `openStore`;
 * this is for drivers that are made by hand, in tests above all.
 *
 * @throws StoreError `InvalidArgument` for settings that are misspelt or of the wrong type
 */
export function createObjectStore(driver: StoreDriver, settings: ObjectStoreSettings = {}): ObjectStore {
  settingsOptions.check(settings);
  return new PortableStore(new Engine(driver, settings));
}

class PortableStore implements ObjectStore, Engined {
  readonly [ENGINE]: Engine;

  constructor(engine: Engine) {
    this[ENGINE] = engine;
  }

  get provider(): string {
    return this[ENGINE].provider;
  }

  get capabilities(): Capabilities {
    return capabilitiesOf(this.#driver);
  }

  async put(key: string, body: ObjectBody, options: PutOptions = {}): Promise<WriteResult> {
    this.#checkCall(key, 'put', options);
    this.#checkAttributes(options, 'put');
    const { write } = this.#driver;
    const given = portableAttributes(options, 'put', key);
    const { partBytes, ifAbsent, ifMatch } = given;
    if (ifAbsent) this.#need(write.ifAbsent, 'put', 'ifAbsent');
    if (ifMatch !== undefined) this.#need(write.ifMatch, 'put', 'ifMatch');
    if (partBytes !== undefined && !(Number.isInteger(partBytes) && partBytes > 0)) {
      const message = `partBytes is a whole number of bytes above 0, not ${partBytes}`;
      throw new StoreError('InvalidArgument', message, { operation: 'put', key });
    }
    return putObject(this[ENGINE], key, body, given);
  }

  async get(key: string, options: GetOptions = {}): Promise<StoredObject> {
    this.#checkVersioned(key, 'get', options);
    const { signal, ...request } = options;
    const { range } = options;
    if (range && !isRange(range)) {
      const message = `a range is { start, end? } in whole bytes with 0 <= start <= end, not ${JSON.stringify(range)}`;
      throw new StoreError('InvalidArgument', message, { operation: 'get', key });
    }
    const { info, body } = await this.#request('get', signal, (call) =>
      this.#driver.read.get({ key, ...request }, call),
    );
    return new OpenObject({ info: withSoundFacts(info), body }, this.provider);
  }

  async head(key: string, options: ReadOptions = {}): Promise<ObjectInfo> {
    this.#checkVersioned(key, 'head', options);
    const { signal, ...request } = options;
    const info = await this.#request('head', signal, (call) =>
      this.#driver.read.head({ key, ...request }, call),
    );
    return withSoundFacts(info);
  }

  async exists(key: string, options: CallOptions = {}): Promise<boolean> {
    this.#checkCall(key, 'exists', options);
    try {
      await this.#request('exists', options.signal, (call) => this.#driver.read.head({ key }, call));
      return true;
    } catch (error) {
      if (error instanceof StoreError && error.code === 'NotFound') return false;
      throw error;
    }
  }

  async copy(from: string, to: string, options: CopyOptions = {}): Promise<WriteResult> {
    this.#checkVersioned(from, 'copy', options);
    assertKey(to, 'copy', this.#driver.keys.maxBytes);
    this.#checkAttributes(options, 'copy');
    return copyObject(this[ENGINE], from, to, options);
  }

  async getTags(key: string, options: VersionOptions = {}): Promise<Tags> {
    this.#checkVersioned(key, 'getTags', options);
    const { signal, versionId } = options;
    const tags = this.#facet('tags', 'getTags', 'tags');
    return this.#request('getTags', signal, (call) => tags.get({ key, versionId }, call));
  }

  async setTags(key: string, tags: Tags, options: VersionOptions = {}): Promise<void> {
    this.#checkVersioned(key, 'setTags', options);
    const { signal, versionId } = options;
    const facet = this.#facet('tags', 'setTags', 'tags');
    checkTags(tags, 'setTags');
    await this.#request('setTags', signal, (call) => facet.set({ key, versionId, tags }, call));
  }

  async restore(key: string, options: RestoreOptions): Promise<void> {
    this.#checkVersioned(key, 'restore', options);
    const restore = this.#facet('restore', 'restore', 'archived objects');
    const { signal, ...request } = options;
    if (!Number.isInteger(request.days) || request.days < 1) {
      const message = `days is a whole number above 0, not ${request.days}`;
      throw new StoreError('InvalidArgument', message, { operation: 'restore', key });
    }
    await this.#request('restore', signal, (call) => restore({ key, ...request }, call));
  }

  list(
    prefix: string,
    options: ListOptions & { delimiter: string },
  ): AsyncIterable<ObjectInfo | CommonPrefix>;
  list(prefix: string, options?: ListOptions & { delimiter?: undefined }): AsyncIterable<ObjectInfo>;
  async *list(prefix: string, options: ListOptions = {}): AsyncIterable<ObjectInfo | CommonPrefix> {
    const purpose = this.#listing(prefix, 'list', options);
    const { list } = this.#driver;
    const { delimiter, startAfter, pageSize } = options;
    if (delimiter === '')
      throw new StoreError('InvalidArgument', 'a delimiter is not empty', { operation: 'list' });
    if (delimiter !== undefined) {
      const grouped = list.delimiter === 'any' || (list.delimiter === 'slash' && delimiter === '/');
      this.#need(grouped, 'list', 'this delimiter');
    }
    if (startAfter !== undefined) this.#need(list.order === 'utf8', 'list', 'startAfter');
    if (pageSize !== undefined && !(Number.isInteger(pageSize) && pageSize > 0)) {
      const message = `pageSize is a whole number above 0, not ${pageSize}`;
      throw new StoreError('InvalidArgument', message, { operation: 'list' });
    }
    const pages = objectPages(this[ENGINE], { prefix, delimiter, startAfter, pageSize }, purpose);
    yield* this.#entries(pages, options, 'list', inOrder);
  }

  async *listVersions(prefix: string, options: ListingOptions = {}): AsyncGenerator<VersionInfo> {
    const purpose = this.#listing(prefix, 'listVersions', options);
    const pages = versionPages(this[ENGINE], prefix, purpose);
    yield* this.#entries(pages, options, 'listVersions', ({ versions }) => versions);
  }

  async *listUploads(prefix: string, options: ListingOptions = {}): AsyncGenerator<UploadInfo> {
    const purpose = this.#listing(prefix, 'listUploads', options);
    const pages = uploadPages(this[ENGINE], prefix, purpose);
    yield* this.#entries(pages, options, 'listUploads', ({ uploads }) => uploads);
  }

  async presign(key: string, options: PresignOptions = {}): Promise<string> {
    this.#checkCall(key, 'presign', options);
    const presign = this.#facet('presign', 'presign', 'presigned URLs');
    const request = presignRequest(key, options);
    return this.#request('presign', options.signal, (call) => presign(request, call));
  }

  async delete(key: string, options: DeleteOptions = {}): Promise<void> {
    this.#checkVersioned(key, 'delete', options);
    const { versionId, ifMatch, signal } = options;
    const { delete: facet } = this.#driver;
    if (ifMatch !== undefined) this.#need(facet.ifMatch !== false, 'delete', 'ifMatch');
    const pass = passThrough(options, this.#driver, 'delete');
    const purpose = { operation: 'delete', signal, pass };
    await this[ENGINE].request(purpose, (call) => facet.one({ key, versionId, ifMatch }, call));
  }

  async deleteMany(
    targets: Iterable<string | DeleteTarget> | AsyncIterable<string | DeleteTarget>,
    options: DeleteManyOptions = {},
  ): Promise<DeletionReport> {
    return deleteMany(this[ENGINE], targets, this.#given('deleteMany', options));
  }

  async deletePrefix(prefix: string, options: DeletePrefixOptions = {}): Promise<DeletionReport> {
    return deletePrefix(this[ENGINE], prefix, this.#given('deletePrefix', options));
  }

  async close(): Promise<void> {
    await this[ENGINE].close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  get #driver(): StoreDriver {
    return this[ENGINE].driver;
  }

  /** The options of an operation, as they are now: a run must not end as another than it began. */
  #given<T extends object>(operation: StoreMethod, options: T): T {
    this[ENGINE].assertOpen(operation);
    return checkOptions(operation, options);
  }

  #request<T>(
    operation: string,
    signal: AbortSignal | undefined,
    send: (call: DriverCall) => Promise<T>,
  ): Promise<T> {
    return this[ENGINE].request({ operation, signal }, send);
  }

  #listing(prefix: string, operation: StoreMethod, options: ListingOptions): Purpose {
    assertPrefix(prefix, operation);
    return { operation, signal: this.#given(operation, options).signal };
  }

  async *#entries<P extends Page, Entry>(
    pages: AsyncIterable<P>,
    { onUnnameable }: ListingOptions,
    operation: string,
    entriesOf: (page: P) => Iterable<Entry>,
  ): AsyncGenerator<Entry> {
    const strange = new UnnameableEntries(onUnnameable);
    for await (const page of pages) {
      strange.take(page);
      yield* entriesOf(page);
    }
    strange.end({ provider: this.provider, operation });
  }

  #checkCall(key: string, operation: StoreMethod, options: object): void {
    this.#given(operation, options);
    assertKey(key, operation, this.#driver.keys.maxBytes);
  }

  #checkVersioned(key: string, operation: StoreMethod, options: VersionOptions): void {
    this.#checkCall(key, operation, options);
    if (options.versionId !== undefined) this.#facet('versions', operation, 'versionId');
  }

  #checkAttributes({ storageClass, tags }: WriteAttributes, operation: string): void {
    if (storageClass !== undefined)
      this.#need(this.#driver.write.storageClasses, operation, 'storage classes');
    if (tags === undefined) return;
    this.#facet('tags', operation, 'tags');
    checkTags(tags, operation);
  }

  /** A facet that the operation needs. @throws StoreError `Unsupported` without it */
  #facet<Name extends 'tags' | 'versions' | 'restore' | 'presign'>(
    name: Name,
    operation: string,
    what: string,
  ): NonNullable<StoreDriver[Name]> {
    const facet = this.#driver[name];
    if (!facet) throw this[ENGINE].unsupported(operation, what);
    return facet;
  }

  #need(has: boolean, operation: string, what: string): void {
    if (!has) throw this[ENGINE].unsupported(operation, what);
  }
}

function isRange({ start, end = start }: NonNullable<GetOptions['range']>): boolean {
  return isOffset(start) && isOffset(end) && end >= start;
}

function isOffset(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
