import {
  assertKey,
  assertPrefix,
  capabilitiesOf,
  checkTags,
  holdErrors,
  metadataOf,
  passThrough,
  portableAttributes,
  StoreError,
  toStoreError,
  withSoundFacts,
  type Capabilities,
  type StoreDriver,
  type DeleteTarget,
  type DriverCall,
  type ListPage,
  type ListUploadsPage,
  type ListVersionsPage,
  type PostForm,
  type CommonPrefix,
  type ObjectInfo,
  type Tags,
  type UploadInfo,
  type VersionInfo,
  type WriteAttributes,
  type WriteResult,
  type DefinedOptions,
} from '@store/driver';
import {
  DeletionHandle,
  type Deletion,
  type DeleteManyOptions,
  type DeletePrefixOptions,
  type DeletionFailure,
  type DeletionProgress,
  type DeletionReport,
} from '@store/deletion';
import {
  Engine,
  ENGINE,
  IN_FLIGHT,
  within,
  type Engined,
  type EngineSettings,
  type Purpose,
  type Page,
} from '@store/engine';
import type {
  CallOptions,
  CopyOptions,
  CopyToOptions,
  DeleteOptions,
  GetOptions,
  ListedPage,
  ListingOptions,
  ListOptions,
  ListPageOptions,
  MoveOptions,
  ObjectBody,
  ObjectStore,
  PresignOptions,
  PresignPostOptions,
  PutOptions,
  ReadOptions,
  RestoreOptions,
  StoredObject,
  StoreFile,
  VersionOptions,
} from '../object-store.js';
import { typeOfBody } from './body.js';
import { fileOf } from './file.js';
import { createOptions, STORE_OPTIONS as METHODS } from './option-tables.js';
import { putObject } from './put.js';
import { OpenObject } from './stored-object.js';

/** How the requests of a store are sent and repeated. */
export type ObjectStoreSettings = EngineSettings;

/**
 * The `ObjectStore` over a driver: everything that is the same for all providers. Programs use `openStore`;
 * this is for drivers that are made by hand, in tests above all.
 *
 * @throws StoreError `InvalidArgument` for settings that are misspelt or of the wrong type
 */
export function createObjectStore(driver: StoreDriver, settings: ObjectStoreSettings = {}): ObjectStore {
  return new PortableStore(new Engine(driver, createOptions.check(settings)));
}

/** What is defined of a method's options. */
interface Checker<Options extends object, Given> extends Pick<DefinedOptions<Options>, 'method'> {
  check(options: Options): Given;
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
    const checked = this.#checked(key, METHODS.put, options);
    this.#checkAttributes(checked, 'put');
    const { write } = this.#driver;
    const { contentTypeOf } = this[ENGINE];
    // Of itself nothing is said to a store that keeps no types.
    const implied = write.metadata === false ? undefined : typeOfBody(body) || contentTypeOf?.(key);
    const contentType = checked.contentType || implied || undefined;
    const given = portableAttributes({ ...checked, contentType }, 'put', key);
    const { metadata, ...headers } = metadataOf(given);
    if (Object.values(headers).some((value) => value !== undefined) || !isEmpty(metadata))
      this.#need(write.metadata ?? true, 'put', 'content types, headers and metadata');
    if (given.lastModified) this.#need(write.lastModified ?? false, 'put', 'lastModified');
    if (given.ifAbsent) this.#need(write.ifAbsent, 'put', 'ifAbsent');
    if (given.ifMatch !== undefined) this.#need(write.ifMatch, 'put', 'ifMatch');
    return await within({ ...checked, operation: 'put' }, (signal) =>
      putObject(this[ENGINE], key, body, { ...given, signal }),
    );
  }

  async get(key: string, options: GetOptions = {}): Promise<StoredObject> {
    const { signal, timeoutMs, ...request } = this.#checked(key, METHODS.get, options);
    const { info, body } = await this.#request('get', { signal, timeoutMs }, (call) =>
      this.#driver.read.get({ key, ...request }, call),
    );
    return new OpenObject({ info: withSoundFacts(info), body }, this.provider);
  }

  async head(key: string, options: ReadOptions = {}): Promise<ObjectInfo> {
    const { signal, timeoutMs, ...request } = this.#checked(key, METHODS.head, options);
    const info = await this.#request('head', { signal, timeoutMs }, (call) =>
      this.#driver.read.head({ key, ...request }, call),
    );
    return withSoundFacts(info);
  }

  async exists(key: string, options: CallOptions = {}): Promise<boolean> {
    const checked = this.#checked(key, METHODS.exists, options);
    try {
      await this.#request('exists', checked, (call) => this.#driver.read.head({ key }, call));
      return true;
    } catch (error) {
      if (error instanceof StoreError && error.code === 'NotFound') return false;
      throw error;
    }
  }

  async copy(from: string, to: string, options: CopyOptions = {}): Promise<WriteResult> {
    const checked = this.#checked(from, METHODS.copy, options);
    assertKey(to, 'copy', this.#driver.keys.maxBytes);
    this.#checkAttributes(checked, 'copy');
    const { copyObject } = await import('./copy.js');
    return within({ ...checked, operation: 'copy' }, (signal) =>
      copyObject(this[ENGINE], from, to, { ...checked, signal }),
    );
  }

  async move(from: string, to: string, options: MoveOptions = {}): Promise<WriteResult> {
    const checked = this.#checked(from, METHODS.move, options);
    assertKey(to, 'move', this.#driver.keys.maxBytes);
    if (from === to) throw this.#refused('move', 'an object is not moved onto itself');
    this.#checkAttributes(checked, 'move');
    const { moveObject } = await import('./move.js');
    return within({ ...checked, operation: 'move' }, (signal) =>
      moveObject(this[ENGINE], from, to, { ...checked, signal }),
    );
  }

  async copyTo(
    from: string,
    target: ObjectStore,
    to: string,
    options: CopyToOptions = {},
  ): Promise<WriteResult> {
    const checked = this.#checked(from, METHODS.copyTo, options);
    if (typeof target?.put !== 'function') throw this.#refused('copyTo', 'copyTo takes a store to copy to');
    if (ENGINE in target && target[ENGINE] === this[ENGINE]) {
      const { partBytes: _, onProgress: __, ...rest } = checked;
      return this.copy(from, to, rest);
    }
    const { copyToStore } = await import('./copy-to.js');
    return within({ ...checked, operation: 'copyTo' }, (signal) =>
      copyToStore(this[ENGINE], from, target, to, { ...checked, signal }),
    );
  }

  async getTags(key: string, options: VersionOptions = {}): Promise<Tags> {
    const { versionId, ...limits } = this.#checked(key, METHODS.getTags, options);
    const tags = this.#facet('tags', 'getTags', 'tags');
    return this.#request('getTags', limits, (call) => tags.get({ key, versionId }, call));
  }

  async setTags(key: string, tags: Tags, options: VersionOptions = {}): Promise<void> {
    const { versionId, ...limits } = this.#checked(key, METHODS.setTags, options);
    const facet = this.#facet('tags', 'setTags', 'tags');
    checkTags(tags, 'setTags');
    await this.#request('setTags', limits, (call) => facet.set({ key, versionId, tags }, call));
  }

  async restore(key: string, options: RestoreOptions): Promise<void> {
    const { signal, timeoutMs, ...request } = this.#checked(key, METHODS.restore, options);
    const restore = this.#facet('restore', 'restore', 'archived objects');
    await this.#request('restore', { signal, timeoutMs }, (call) => restore({ key, ...request }, call));
  }

  list(
    prefix: string,
    options: ListOptions & { delimiter: string },
  ): AsyncIterable<ObjectInfo | CommonPrefix>;
  list(prefix: string, options?: ListOptions & { delimiter?: undefined }): AsyncIterable<ObjectInfo>;
  list(prefix: string, options: ListOptions = {}): AsyncIterable<ObjectInfo | CommonPrefix> {
    return this.#entries('list', () => this.#begin(prefix, this.#listing(prefix, METHODS.list, options)));
  }

  async #begin(prefix: string, given: ListOptions): Promise<Begun<ListPage, ObjectInfo | CommonPrefix>> {
    const { delimiter, startAfter, pageSize, ordered = true, concurrency = IN_FLIGHT } = given;
    const purpose = purposeOf('list', given);
    const { inOrder, objectPages } = await import('@store/engine/pages');
    if (!ordered) {
      if (delimiter !== undefined || startAfter !== undefined)
        throw this.#refused('list', 'ordered: false goes with neither delimiter nor startAfter');
      const { rangedObjectPages } = await import('@store/engine/ranges');
      const ranged = rangedObjectPages(this[ENGINE], { prefix, pageSize }, purpose, { concurrency });
      return { pages: pagesOf(ranged), entriesOf: inOrder, given };
    }
    this.#checkDelimiter(delimiter, 'list');
    if (startAfter !== undefined) this.#need(this.#driver.list.order === 'utf8', 'list', 'startAfter');
    const pages = objectPages(this[ENGINE], { prefix, delimiter, startAfter, pageSize }, purpose);
    return { pages, entriesOf: inOrder, given };
  }

  async listPage(prefix: string, options: ListPageOptions = {}): Promise<ListedPage> {
    const given = this.#listing(prefix, METHODS.listPage, options);
    this.#checkDelimiter(given.delimiter, 'listPage');
    const { onePage } = await import('./one-page.js');
    return onePage(this[ENGINE], prefix, given, purposeOf('listPage', given));
  }

  listVersions(prefix: string, options: ListingOptions = {}): AsyncGenerator<VersionInfo> {
    const begin = async (): Promise<Begun<ListVersionsPage, VersionInfo>> => {
      const given = this.#listing(prefix, METHODS.listVersions, options);
      const { versionPages } = await import('@store/engine/pages');
      const pages = versionPages(this[ENGINE], prefix, purposeOf('listVersions', given));
      return { pages, entriesOf: ({ versions }) => versions, given };
    };
    return this.#entries('listVersions', begin);
  }

  listUploads(prefix: string, options: ListingOptions = {}): AsyncGenerator<UploadInfo> {
    const begin = async (): Promise<Begun<ListUploadsPage, UploadInfo>> => {
      const given = this.#listing(prefix, METHODS.listUploads, options);
      const { uploadPages } = await import('@store/engine/pages');
      const pages = uploadPages(this[ENGINE], prefix, purposeOf('listUploads', given));
      return { pages, entriesOf: ({ uploads }) => uploads, given };
    };
    return this.#entries('listUploads', begin);
  }

  async presign(key: string, options: PresignOptions = {}): Promise<string> {
    const checked = this.#checked(key, METHODS.presign, options);
    const presign = this.#facet('presign', 'presign', 'presigned URLs');
    const { presignRequest } = await import('./presign.js');
    const request = presignRequest(key, checked);
    return this.#request('presign', checked, (call) => presign(request, call));
  }

  async presignPost(key: string, options: PresignPostOptions = {}): Promise<PostForm> {
    const checked = this.#checked(key, METHODS.presignPost, options);
    const { limits, sign } = this.#facet('postForms', 'presignPost', 'forms for uploads');
    const { postFormRequest } = await import('./presign.js');
    const request = postFormRequest(key, checked);
    const limited = request.contentType ?? request.minBytes ?? request.maxBytes;
    if (limited !== undefined) this.#need(limits, 'presignPost', 'forms with a type or a size');
    return this.#request('presignPost', checked, (call) => sign(request, call));
  }

  async url(key: string, options: CallOptions = {}): Promise<string> {
    const checked = this.#checked(key, METHODS.url, options);
    const url = this.#facet('url', 'url', 'URLs without a signature');
    const { checkUrlKey } = await import('./presign.js');
    checkUrlKey(key, 'url');
    return this.#request('url', checked, (call) => url({ key }, call));
  }

  async delete(key: string, options: DeleteOptions = {}): Promise<void> {
    const { versionId, ifMatch, signal, timeoutMs, ...others } = this.#checked(key, METHODS.delete, options);
    const { delete: facet } = this.#driver;
    if (ifMatch !== undefined) this.#need(facet.ifMatch !== false, 'delete', 'ifMatch');
    const pass = passThrough(others, this.#driver, 'delete');
    const target = { key, versionId, ifMatch };
    let mayHaveActed = false;
    const onError = ({ code }: StoreError): void => {
      mayHaveActed ||= code !== 'Throttled';
    };
    const purpose = { operation: 'delete', signal, timeoutMs, pass };
    try {
      await this[ENGINE].request({ ...purpose, onError }, (call) => facet.one(target, call));
    } catch (thrown) {
      const error = toStoreError(thrown, { operation: 'delete', provider: this.provider });
      const { refusedAgain } = await import('@store/deletion/runs');
      const found = mayHaveActed ? await refusedAgain(this[ENGINE], purpose, target, error) : error;
      if (found !== 'gone') throw found;
    }
  }

  async deleteMany(
    targets: Iterable<string | DeleteTarget> | AsyncIterable<string | DeleteTarget>,
    options: DeleteManyOptions = {},
  ): Promise<DeletionReport> {
    const given = this.#given(METHODS.deleteMany, options);
    if (typeof targets === 'object') holdErrors(targets);
    const { deleteMany } = await import('@store/deletion/runs');
    return deleteMany(this[ENGINE], targets, given);
  }

  async deletePrefix(prefix: string, options: DeletePrefixOptions = {}): Promise<DeletionReport> {
    const given = this.#given(METHODS.deletePrefix, options);
    const { deletePrefix, copy } = await deletionCode();
    return deletePrefix(this[ENGINE], prefix, given, { copy });
  }

  deletion(prefix: string, options: DeletePrefixOptions = {}): Deletion {
    return new DeletionHandle(async (handle, controls) => {
      const given = this.#given(METHODS.deletion, options);
      const { signal, onProgress, onFailure } = given;
      const both = {
        signal: signal ? AbortSignal.any([signal, handle.signal]) : handle.signal,
        onProgress(progress: DeletionProgress) {
          handle.onProgress(progress);
          return onProgress?.(progress);
        },
        async onFailure(failure: DeletionFailure) {
          await handle.onFailure(failure);
          await onFailure?.(failure);
        },
      };
      const { deletePrefix, copy } = await deletionCode();
      return deletePrefix(this[ENGINE], prefix, { ...given, ...both }, { copy, controls });
    });
  }

  file(key: string): StoreFile {
    assertKey(key, 'file', this.#driver.keys.maxBytes);
    return fileOf(this, key);
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
  #given<Options extends object, Given>(method: Checker<Options, Given>, options: Options): Given {
    this[ENGINE].assertOpen(method.method);
    return method.check(options);
  }

  /** The options of an operation on a key. */
  #checked<Options extends object, Given extends CallOptions>(
    key: string,
    method: Checker<Options, Given>,
    options: Options,
  ): Given {
    const given = this.#given(method, options);
    assertKey(key, method.method, this.#driver.keys.maxBytes);
    if ('versionId' in given && given.versionId !== undefined)
      this.#facet('versions', method.method, 'versionId');
    return given;
  }

  #request<T>(
    operation: string,
    { signal, timeoutMs }: CallOptions,
    send: (call: DriverCall) => Promise<T>,
  ): Promise<T> {
    return this[ENGINE].request({ operation, signal, timeoutMs }, send);
  }

  #listing<Options extends object, Given>(
    prefix: string,
    method: Checker<Options, Given>,
    options: Options,
  ): Given {
    assertPrefix(prefix, method.method);
    return this.#given(method, options);
  }

  /** Begun when somebody asks for the first one. One generator for all: each more costs as much as listing does. */
  async *#entries<P extends Page, Entry>(
    operation: string,
    begin: () => Promise<Begun<P, Entry>>,
  ): AsyncGenerator<Entry> {
    const { pages, entriesOf, given } = await begin();
    const { UnnameableEntries } = await import('@store/engine/pages');
    const strange = new UnnameableEntries(given.onUnnameable);
    for await (const page of pages) {
      strange.take(page);
      // Not `yield*`, which waits twice for each of them.
      for (const entry of entriesOf(page)) yield entry;
    }
    strange.end({ provider: this.provider, operation });
  }

  #checkDelimiter(delimiter: string | undefined, operation: string): void {
    const { delimiter: taken } = this.#driver.list;
    const has = delimiter === undefined || taken === 'any' || (taken === 'slash' && delimiter === '/');
    this.#need(has, operation, 'this delimiter');
  }

  #checkAttributes({ storageClass, encryption, tags }: WriteAttributes, operation: string): void {
    if (storageClass !== undefined)
      this.#need(this.#driver.write.storageClasses, operation, 'storage classes');
    if (encryption !== undefined)
      this.#need(this.#driver.write.encryption === true, operation, 'encryption as it is told');
    if (tags === undefined) return;
    this.#facet('tags', operation, 'tags');
    checkTags(tags, operation);
  }

  /** A facet that the operation needs. @throws StoreError `Unsupported` without it */
  #facet<Name extends 'tags' | 'versions' | 'restore' | 'presign' | 'url' | 'postForms'>(
    name: Name,
    operation: string,
    what: string,
  ): NonNullable<StoreDriver[Name]> {
    const facet = this.#driver[name];
    if (!facet) throw this[ENGINE].unsupported(operation, what);
    return facet;
  }

  #refused(operation: string, message: string): StoreError {
    return new StoreError('InvalidArgument', message, { operation, provider: this.provider });
  }

  #need(has: boolean, operation: string, what: string): void {
    if (!has) throw this[ENGINE].unsupported(operation, what);
  }
}

/** A listing that begins. */
interface Begun<P, Entry> {
  readonly pages: AsyncIterable<P>;
  readonly entriesOf: (page: P) => Iterable<Entry>;
  readonly given: ListingOptions;
}

function isEmpty(metadata: object = {}): boolean {
  return Object.keys(metadata).length === 0;
}

function purposeOf(operation: string, { signal, timeoutMs }: CallOptions): Purpose {
  return { operation, signal, timeoutMs };
}

async function* pagesOf<P>(ranged: AsyncIterable<{ readonly page: P }>): AsyncGenerator<P> {
  for await (const { page } of ranged) yield page;
}

/** Loaded with the first run, as is what else not every program needs with its first call: most of the modules. */
async function deletionCode() {
  const [{ deletePrefix }, { copyWith: copy }] = await Promise.all([
    import('@store/deletion/runs'),
    // A run knows nothing of how a store copies.
    import('./copy.js'),
  ]);
  return { deletePrefix, copy };
}
