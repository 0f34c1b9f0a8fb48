import { Readable } from 'node:stream';
import type { Capabilities } from '../capabilities.js';
import { systemClock, type Clock } from '../clock.js';
import { checkOptions } from '../config/check-options.js';
import type { OptionedMethod } from '../config/option-shapes.js';
import { deleteMany } from '../deletion/delete-many.js';
import { deletePrefix } from '../deletion/delete-prefix.js';
import type { DeleteManyOptions, DeletePrefixOptions } from '../deletion/options.js';
import type { DeletionReport } from '../deletion/report.js';
import type { DeleteTarget, DriverCall, ListPage, StoreDriver } from '../driver.js';
import { abortedError, restate, StoreError, throwIfAborted, toStoreError } from '../errors.js';
import { soundSize, withSoundFacts } from '../facts.js';
import { assertKey, assertPrefix, compareKeys, quoteKey } from '../keys.js';
import {
  cancelExpiration,
  expiration,
  expirePrefix,
  type ExpirationOptions,
  type ExpirationReport,
  type ExpireOptions,
} from '../lifecycle/expiration.js';
import { objectPages } from '../listing/object-pages.js';
import type { PagesContext } from '../listing/pages.js';
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
import { estimatePrefix, type EstimateOptions, type PrefixEstimate } from '../planning/estimate.js';
import { retrying, retryPolicy, type OnRetry, type RetryPolicy, type RetrySettings } from '../retry.js';
import { untilAborted } from '../until-aborted.js';
import { portableAttributes } from './attributes.js';
import { normaliseBody, sizeOfBody } from './body.js';
import { checkDriver } from './driver-check.js';
import { OpenObject } from './stored-object.js';
import { copyParts } from './copy-parts.js';
import { partSizes } from './part-sizes.js';
import { findResumption } from './resumption.js';
import { putStream, type Attempt } from './upload.js';

export interface ObjectStoreSettings {
  readonly retry?: RetrySettings | undefined;
  /** Called before each wait for another attempt, by every operation. What it throws ends the operation. */
  readonly onRetry?: OnRetry | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * The `ObjectStore` over a driver: everything that is the same for all providers. Programs use `openStore`;
 * this is for drivers that are made by hand, in tests above all.
 *
 * @throws StoreError `InvalidArgument` for settings that are misspelt or of the wrong type
 */
export function createObjectStore(driver: StoreDriver, settings: ObjectStoreSettings = {}): ObjectStore {
  checkOptions('createObjectStore', settings);
  checkDriver(driver);
  return new PortableStore(driver, settings);
}

/** Longest life of a presigned URL in seconds: SigV4's limit (X-Amz-Expires), which OSS shares. */
const MAX_PRESIGN_SECONDS = 604_800;

class PortableStore implements ObjectStore {
  readonly #driver: StoreDriver;
  readonly #retry: RetryPolicy;
  readonly #clock: Clock;
  readonly #onRetry: OnRetry | undefined;
  #closed = false;

  constructor(driver: StoreDriver, settings: ObjectStoreSettings) {
    this.#driver = driver;
    this.#retry = retryPolicy(settings.retry);
    this.#clock = settings.clock ?? systemClock;
    const { onRetry } = settings;
    this.#onRetry =
      onRetry &&
      ((event) => {
        try {
          onRetry(event);
        } catch (error) {
          throw toStoreError(error, { operation: event.operation, provider: this.provider });
        }
      });
  }

  get provider(): string {
    return this.#driver.provider;
  }

  get capabilities(): Capabilities {
    return this.#driver.capabilities;
  }

  async put(key: string, body: ObjectBody, options: PutOptions = {}): Promise<WriteResult> {
    this.#checkCall(key, 'put', options);
    this.#checkAttributes(options, 'put');
    const { signal, partBytes, resume, ...attributes } = portableAttributes(options, 'put', key);
    if (options.ifAbsent) this.#need(this.capabilities.conditionalPut.ifAbsent, 'put', 'ifAbsent');
    if (options.ifMatch !== undefined) this.#need(this.capabilities.conditionalPut.ifMatch, 'put', 'ifMatch');
    if (partBytes !== undefined && !(Number.isInteger(partBytes) && partBytes > 0)) {
      throw new StoreError(
        'InvalidArgument',
        `partBytes is a whole number of bytes above 0, not ${partBytes}`,
        {
          operation: 'put',
          key,
        },
      );
    }
    const attempt = this.#attempt('put', signal);
    const { multipart, streamingPut } = this.capabilities;
    let content = normaliseBody(body);
    if (
      content instanceof Uint8Array &&
      multipart &&
      content.length > (partBytes ?? multipart.maxPartBytes)
    ) {
      content = Readable.from([content], { objectMode: false });
    }
    if (content instanceof Uint8Array) {
      const bytes = content;
      return attempt((call) => this.#driver.put({ key, ...attributes, body: bytes }, call));
    }
    const request = { key, ...attributes, body: content };
    try {
      if (streamingPut) {
        // A stream can be read once, so there is no second attempt.
        throwIfAborted(signal, 'put');
        return await this.#driver.put(request, { signal });
      }
      if (multipart) {
        const context = { driver: this.#driver, multipart, attempt, signal };
        const findUpload = resume
          ? () => findResumption(this.#driver, key, this.#pages('put', signal))
          : undefined;
        const sizes = partSizes(multipart, partBytes, sizeOfBody(body));
        return await putStream(context, request, sizes, findUpload);
      }
      const pieces = Readable.from(untilAborted<Uint8Array>(content, signal, 'put'), { objectMode: false });
      const whole = await new OpenObject({ info: { key }, body: pieces }, this.provider).bytes();
      return await attempt((call) => this.#driver.put({ ...request, body: whole }, call));
    } catch (error) {
      if (signal?.aborted) throw abortedError(signal, 'put');
      throw error;
    } finally {
      content.destroy();
    }
  }

  async get(key: string, options: GetOptions = {}): Promise<StoredObject> {
    this.#checkRead(key, options, 'get');
    const { signal, ...request } = options;
    const { range } = options;
    if (
      range &&
      !(
        isOffset(range.start) &&
        (range.end === undefined || (isOffset(range.end) && range.end >= range.start))
      )
    ) {
      throw new StoreError(
        'InvalidArgument',
        `a range is { start, end? } in whole bytes with 0 <= start <= end, not ${JSON.stringify(range)}`,
        { operation: 'get', key },
      );
    }
    const { info, body } = await this.#attempt(
      'get',
      signal,
    )((call) => this.#driver.get({ key, ...request }, call));
    return new OpenObject({ info: withSoundFacts(info), body }, this.provider);
  }

  async head(key: string, options: ReadOptions = {}): Promise<ObjectInfo> {
    this.#checkRead(key, options, 'head');
    const { signal, ...request } = options;
    return withSoundFacts(
      await this.#attempt('head', signal)((call) => this.#driver.head({ key, ...request }, call)),
    );
  }

  async exists(key: string, options: CallOptions = {}): Promise<boolean> {
    this.#checkCall(key, 'exists', options);
    try {
      await this.#attempt('exists', options.signal)((call) => this.#driver.head({ key }, call));
      return true;
    } catch (error) {
      if (error instanceof StoreError && error.code === 'NotFound') return false;
      throw error;
    }
  }

  async copy(from: string, to: string, options: CopyOptions = {}): Promise<WriteResult> {
    this.#checkCall(from, 'copy', options);
    assertKey(to, 'copy', this.capabilities.keys.maxBytes);
    this.#needVersions(options.versionId, 'copy');
    this.#checkAttributes(options, 'copy');
    const { signal, versionId, storageClass } = options;
    const request = { from, fromVersionId: versionId, to, storageClass };
    const attempt = this.#attempt('copy', signal);
    const { multipart } = this.capabilities;
    if (multipart && multipart.maxCopyBytes !== undefined) {
      const info = await attempt((call) => this.#driver.head({ key: from, versionId }, call)).catch(
        (error: unknown) => {
          throw error instanceof StoreError ? restate(error, { operation: 'copy' }) : error;
        },
      );
      const size = soundSize(info.size);
      if (size !== undefined && size > multipart.maxCopyBytes) {
        return copyParts({ driver: this.#driver, multipart, attempt, signal }, request, { ...info, size });
      }
    }
    return attempt((call) => this.#driver.copy(request, call));
  }

  async getTags(key: string, options: VersionOptions = {}): Promise<Tags> {
    this.#checkCall(key, 'getTags', options);
    this.#needVersions(options.versionId, 'getTags');
    const getTags = this.#driver.getTags?.bind(this.#driver);
    if (!getTags) throw this.#unsupported('getTags', 'tags');
    const { signal, versionId } = options;
    return this.#attempt('getTags', signal)((call) => getTags({ key, versionId }, call));
  }

  async setTags(key: string, tags: Tags, options: VersionOptions = {}): Promise<void> {
    this.#checkCall(key, 'setTags', options);
    this.#needVersions(options.versionId, 'setTags');
    const setTags = this.#driver.setTags?.bind(this.#driver);
    if (!setTags) throw this.#unsupported('setTags', 'tags');
    checkTags(tags, 'setTags');
    const { signal, versionId } = options;
    await this.#attempt('setTags', signal)((call) => setTags({ key, versionId, tags }, call));
  }

  async restore(key: string, options: RestoreOptions): Promise<void> {
    this.#checkCall(key, 'restore', options);
    this.#needVersions(options.versionId, 'restore');
    const restore = this.#driver.restore?.bind(this.#driver);
    if (!restore) throw this.#unsupported('restore', 'archived objects');
    const { signal, ...request } = options;
    if (!Number.isInteger(request.days) || request.days < 1) {
      throw new StoreError('InvalidArgument', `days is a whole number above 0, not ${request.days}`, {
        operation: 'restore',
        key,
      });
    }
    await this.#attempt('restore', signal)((call) => restore({ key, ...request }, call));
  }

  list(
    prefix: string,
    options: ListOptions & { delimiter: string },
  ): AsyncIterable<ObjectInfo | CommonPrefix>;
  list(prefix: string, options?: ListOptions & { delimiter?: undefined }): AsyncIterable<ObjectInfo>;
  async *list(prefix: string, options: ListOptions = {}): AsyncIterable<ObjectInfo | CommonPrefix> {
    assertPrefix(prefix, 'list');
    this.#checkOpen('list');
    checkOptions('list', options);
    const { list } = this.capabilities;
    const { delimiter, startAfter, pageSize, signal, onUnnameable } = options;
    if (delimiter === '')
      throw new StoreError('InvalidArgument', 'a delimiter is not empty', { operation: 'list' });
    if (delimiter !== undefined) {
      this.#need(
        list.delimiter === 'any' || (list.delimiter === 'slash' && delimiter === '/'),
        'list',
        'this delimiter',
      );
    }
    if (startAfter !== undefined) this.#need(list.startAfter, 'list', 'startAfter');
    if (pageSize !== undefined && !(Number.isInteger(pageSize) && pageSize > 0)) {
      throw new StoreError('InvalidArgument', `pageSize is a whole number above 0, not ${pageSize}`, {
        operation: 'list',
      });
    }
    const request = { prefix, delimiter, startAfter, pageSize };
    const strange = new UnnameableEntries(onUnnameable);
    for await (const page of objectPages(this.#driver, request, this.#pages('list', signal))) {
      strange.take(page);
      yield* inOrder(page);
    }
    strange.end({ provider: this.provider, operation: 'list' });
  }

  async *listVersions(prefix: string, options: ListingOptions = {}): AsyncGenerator<VersionInfo> {
    assertPrefix(prefix, 'listVersions');
    this.#checkOpen('listVersions');
    checkOptions('listVersions', options);
    const pages = versionPages(this.#driver, prefix, this.#pages('listVersions', options.signal));
    const strange = new UnnameableEntries(options.onUnnameable);
    for await (const page of pages) {
      strange.take(page);
      yield* page.versions;
    }
    strange.end({ provider: this.provider, operation: 'listVersions' });
  }

  async *listUploads(prefix: string, options: ListingOptions = {}): AsyncGenerator<UploadInfo> {
    assertPrefix(prefix, 'listUploads');
    this.#checkOpen('listUploads');
    checkOptions('listUploads', options);
    const pages = uploadPages(this.#driver, prefix, this.#pages('listUploads', options.signal));
    const strange = new UnnameableEntries(options.onUnnameable);
    for await (const page of pages) {
      strange.take(page);
      yield* page.uploads;
    }
    strange.end({ provider: this.provider, operation: 'listUploads' });
  }

  async presign(key: string, options: PresignOptions = {}): Promise<string> {
    this.#checkCall(key, 'presign', options);
    const presign = this.#driver.presign?.bind(this.#driver);
    if (!presign) throw this.#unsupported('presign', 'presigned URLs');
    const { method = 'GET', expiresIn = 900, signal } = options;
    if (/(?:^|\/)\.{1,2}(?:\/|$)/.test(key)) {
      // Also when they are encoded: the URL would be one for another object.
      const message = 'no URL can name a key with the segments "." or "..": whoever uses it resolves them';
      throw new StoreError('InvalidArgument', message, { operation: 'presign', key });
    }
    const { contentType } = portableAttributes({ contentType: options.contentType }, 'presign', key);
    if (contentType !== undefined && method !== 'PUT') {
      const message = `contentType goes with a URL for PUT, not for ${method}: nobody sends one there`;
      throw new StoreError('InvalidArgument', message, { operation: 'presign', key });
    }
    if (!Number.isInteger(expiresIn) || expiresIn < 1 || expiresIn > MAX_PRESIGN_SECONDS) {
      throw new StoreError(
        'InvalidArgument',
        `expiresIn is a whole number of seconds from 1 to ${MAX_PRESIGN_SECONDS}, not ${expiresIn}`,
        { operation: 'presign', key },
      );
    }
    return this.#attempt('presign', signal)((call) => presign({ key, method, expiresIn, contentType }, call));
  }

  async delete(key: string, options: DeleteOptions = {}): Promise<void> {
    this.#checkCall(key, 'delete', options);
    this.#needVersions(options.versionId, 'delete');
    if (options.ifMatch !== undefined)
      this.#need(this.capabilities.conditionalDelete !== false, 'delete', 'ifMatch');
    const target: DeleteTarget = { key, versionId: options.versionId, ifMatch: options.ifMatch };
    const pass = passThrough(options, this.capabilities, 'delete');
    await this.#attempt(
      'delete',
      options.signal,
    )((call) => this.#driver.deleteOne(target, { ...call, pass }));
  }

  async deleteMany(
    targets: Iterable<string | DeleteTarget> | AsyncIterable<string | DeleteTarget>,
    options: DeleteManyOptions = {},
  ): Promise<DeletionReport> {
    return deleteMany(this.#engine, targets, this.#given('deleteMany', options));
  }

  async deletePrefix(prefix: string, options: DeletePrefixOptions = {}): Promise<DeletionReport> {
    return deletePrefix(this.#engine, prefix, this.#given('deletePrefix', options));
  }

  async estimate(prefix: string, options: EstimateOptions = {}): Promise<PrefixEstimate> {
    return estimatePrefix(this.#engine, prefix, this.#given('estimate', options));
  }

  async expirePrefix(prefix: string, options: ExpireOptions = {}): Promise<ExpirationReport> {
    return expirePrefix(this.#engine, prefix, this.#given('expirePrefix', options));
  }

  async expiration(prefix: string, options: ExpirationOptions = {}): Promise<ExpirationReport> {
    return expiration(this.#engine, prefix, this.#given('expiration', options));
  }

  async cancelExpiration(prefix: string, options: CallOptions = {}): Promise<boolean> {
    const { signal } = this.#given('cancelExpiration', options);
    return cancelExpiration(this.#engine, prefix, signal);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#driver.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The options of an operation, as they are now: a run must not end as another than it began. */
  #given<T extends object>(operation: OptionedMethod, options: T): T {
    this.#checkOpen(operation);
    return checkOptions(operation, options);
  }

  /** What the operations on many keys work with. */
  get #engine() {
    return { driver: this.#driver, retry: this.#retry, clock: this.#clock, onRetry: this.#onRetry };
  }

  #attempt(operation: string, signal: AbortSignal | undefined): Attempt {
    const context = { ...this.#retries(operation), signal };
    return (request) => retrying(context, () => request({ signal } satisfies DriverCall));
  }

  #pages(operation: string, signal: AbortSignal | undefined): PagesContext {
    return { ...this.#retries(operation), call: { signal } };
  }

  #retries(operation: string) {
    const { provider } = this;
    return { provider, operation, policy: this.#retry, clock: this.#clock, onRetry: this.#onRetry };
  }

  #checkOpen(operation: string): void {
    if (this.#closed) {
      throw new StoreError('InvalidArgument', `${operation} was called on a store that is closed`, {
        operation,
        provider: this.provider,
      });
    }
  }

  #checkCall(key: string, operation: OptionedMethod, options: object): void {
    this.#checkOpen(operation);
    checkOptions(operation, options);
    assertKey(key, operation, this.capabilities.keys.maxBytes);
  }

  #checkRead(key: string, options: ReadOptions, operation: OptionedMethod): void {
    this.#checkCall(key, operation, options);
    this.#needVersions(options.versionId, operation);
    if (options.ifMatch !== undefined || options.ifNoneMatch !== undefined) {
      this.#need(this.capabilities.conditionalRead, operation, 'ifMatch and ifNoneMatch');
    }
  }

  #checkAttributes({ storageClass, tags }: WriteAttributes, operation: string): void {
    if (storageClass !== undefined)
      this.#need(this.capabilities.storageClasses, operation, 'storage classes');
    if (tags === undefined) return;
    this.#need(this.capabilities.tags, operation, 'tags');
    checkTags(tags, operation);
  }

  #needVersions(versionId: string | undefined, operation: string): void {
    if (versionId !== undefined) this.#need(this.capabilities.versions, operation, 'versionId');
  }

  #need(has: boolean, operation: string, what: string): void {
    if (!has) throw this.#unsupported(operation, what);
  }

  #unsupported(operation: string, what: string): StoreError {
    return new StoreError(
      'Unsupported',
      `${operation}: this ${this.provider} store does not support ${what}`,
      {
        operation,
        provider: this.provider,
      },
    );
  }
}

/** Checked here because a service's answer to a tag without a name is hard to understand. */
function checkTags(tags: Tags, operation: string): void {
  const prototype: unknown =
    typeof tags === 'object' && tags !== null ? Object.getPrototypeOf(tags) : undefined;
  if (prototype === undefined || (prototype !== null && Object.getPrototypeOf(prototype) !== null))
    throw new StoreError('InvalidArgument', 'tags are a plain object: { name: text }', { operation });
  for (const [name, value] of Object.entries(tags)) {
    if (name !== '' && isTagText(name) && isTagText(value)) continue;
    const found = typeof value === 'string' ? JSON.stringify({ [name]: value }) : typeof value;
    throw new StoreError(
      'InvalidArgument',
      `a tag is a name and a text without control characters, not ${found} (tag ${quoteKey(name)})`,
      { operation },
    );
  }
}

function isTagText(text: unknown): boolean {
  return typeof text === 'string' && text.isWellFormed() && !/\p{Cc}/u.test(text);
}

function isOffset(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** The objects and groups of a page as one sequence; services send them as two, each in order. */
function* inOrder({ objects, prefixes }: ListPage): Generator<ObjectInfo | CommonPrefix> {
  let next = 0;
  for (const object of objects) {
    for (; next < prefixes.length; next++) {
      const group = prefixes[next];
      if (!group || compareKeys(group.prefix, object.key) > 0) break;
      yield group;
    }
    yield object;
  }
  yield* prefixes.slice(next);
}
