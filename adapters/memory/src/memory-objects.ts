import { Readable } from 'node:stream';
import {
  StoreError,
  throwIfAborted,
  type AbortUploadRequest,
  type BatchDeleteResult,
  type CompleteUploadRequest,
  type CopyRequest,
  type CreateUploadRequest,
  type DeletedTarget,
  type DeleteTarget,
  type DriverCall,
  type FailedTarget,
  type GetRequest,
  type GetResult,
  type ListPage,
  type ListPageRequest,
  type ListPartsPage,
  type ListPartsPageRequest,
  type ListUploadsPage,
  type ListUploadsPageRequest,
  type ListVersionsPage,
  type ListVersionsPageRequest,
  type ObjectInfo,
  type PutRequest,
  type ReadInfo,
  type ReadRequest,
  type RestoreRequest,
  type SetTagsRequest,
  type Tags,
  type TagsRequest,
  type UploadPartCopyRequest,
  type UploadPartRequest,
  type UploadRecord,
  type WriteAttributes,
  type WriteResult,
} from '@store/driver';
import type { MemoryConfig } from './config.js';
import { checkReadable, restoreState, restoreVersion } from './archive.js';
import { KeyIndex } from './key-index.js';
import { listObjects, listParts, listUploads, listVersions } from './listing.js';
import { Uploads } from './uploads.js';
import {
  EMPTY_BODY,
  attributesOf,
  entityTag,
  multipartEntityTag,
  NULL_VERSION,
  type StoredVersion,
  type VersionAttributes,
} from './version-history.js';

export const PROVIDER = 'memory';

export type Versioning = NonNullable<MemoryConfig['versioning']>;

/** S3's semantics over a Map: what the conformance suite holds the other stores against. */
export class MemoryObjects {
  #versioning: Versioning;
  /** The versions of each key, newest first; never empty. */
  readonly #objects = new Map<string, StoredVersion[]>();
  readonly #keys = new KeyIndex((key) => this.#objects.has(key));
  readonly #uploads = new Uploads();
  /** How long an archived object takes to come back, in milliseconds. */
  restoreMs = 0;
  /** Dates what is written, in milliseconds since the epoch; tests write into the past. Default: this machine's clock. */
  now: () => number = Date.now;
  #writes = 0;

  constructor({ versioning = 'off', objects = {} }: Pick<MemoryConfig, 'versioning' | 'objects'> = {}) {
    this.#versioning = versioning;
    for (const [key, text] of Object.entries(objects)) this.#write(key, copyOf(Buffer.from(text)), {});
  }

  get versioning(): Versioning {
    return this.#versioning;
  }

  /** Turns versioning on, or (once it was on) suspends it. What is there stays as it is. */
  setVersioning(versioning: Versioning): void {
    this.#versioning = versioning;
  }

  async list(request: ListPageRequest, call: DriverCall): Promise<ListPage> {
    throwIfAborted(call.signal, 'list');
    return listObjects(this.#keys, request, (key) => {
      const current = this.#objects.get(key)?.[0];
      return current?.body && listedInfo(key, current, current.body.length);
    });
  }

  /** Without versioning every object is the version `null`, as on S3. */
  async listVersions(request: ListVersionsPageRequest, call: DriverCall): Promise<ListVersionsPage> {
    throwIfAborted(call.signal, 'listVersions');
    return listVersions(this.#keys, request, (key) => this.#objects.get(key) ?? []);
  }

  async listUploads(request: ListUploadsPageRequest, call: DriverCall): Promise<ListUploadsPage> {
    throwIfAborted(call.signal, 'listUploads');
    return listUploads(this.#uploads.all(), request);
  }

  async head(request: ReadRequest, call: DriverCall): Promise<ReadInfo> {
    throwIfAborted(call.signal, 'head');
    return this.#read(request, 'head').info;
  }

  async get(request: GetRequest, call: DriverCall): Promise<GetResult> {
    throwIfAborted(call.signal, 'get');
    const { info, body, version } = this.#read(request, 'get');
    checkReadable(version, request.key, 'get');
    const { range } = request;
    if (range && range.start >= body.length) {
      throw fail(
        'InvalidArgument',
        `the range begins at ${range.start}, the object has ${body.length} bytes`,
        request.key,
        {
          operation: 'get',
          status: 416,
        },
      );
    }
    // A copy, so that what a reader does to its bytes stays with the reader.
    const bytes = Buffer.from(
      range ? body.subarray(range.start, range.end === undefined ? undefined : range.end + 1) : body,
    );
    return { info, body: Readable.from(bytes.length > 0 ? [bytes] : [], { objectMode: false }) };
  }

  async put(request: PutRequest, call: DriverCall): Promise<WriteResult> {
    throwIfAborted(call.signal, 'put');
    if (!(request.body instanceof Uint8Array)) {
      throw fail('InvalidArgument', 'a stream was given, and write.streaming is false', request.key, {
        operation: 'put',
      });
    }
    this.#checkCondition(request, 'put');
    return this.#write(request.key, copyOf(request.body), request, request.record?.());
  }

  async copy(request: CopyRequest, call: DriverCall): Promise<WriteResult> {
    throwIfAborted(call.signal, 'copy');
    const { from, fromVersionId, to, storageClass, encryption } = request;
    const { body, version } = this.#read({ key: from, versionId: fromVersionId }, 'copy');
    checkReadable(version, from, 'copy');
    return this.#write(to, body, { ...version.metadata, tags: version.tags, storageClass, encryption });
  }

  async getTags({ key, versionId }: TagsRequest, call: DriverCall): Promise<Tags> {
    throwIfAborted(call.signal, 'getTags');
    return { ...this.#read({ key, versionId }, 'getTags').version.tags };
  }

  async setTags({ key, versionId, tags }: SetTagsRequest, call: DriverCall): Promise<void> {
    throwIfAborted(call.signal, 'setTags');
    this.#read({ key, versionId }, 'setTags').version.tags = { ...tags };
  }

  async restore({ key, versionId, days }: RestoreRequest, call: DriverCall): Promise<void> {
    throwIfAborted(call.signal, 'restore');
    restoreVersion(this.#read({ key, versionId }, 'restore').version, key, days, this.restoreMs);
  }

  async deleteOne(target: DeleteTarget, call: DriverCall): Promise<DeletedTarget> {
    throwIfAborted(call.signal, 'delete');
    this.#checkDelete(target);
    return this.#delete(target);
  }

  async deleteBatch(targets: readonly DeleteTarget[], call: DriverCall): Promise<BatchDeleteResult> {
    throwIfAborted(call.signal, 'deleteBatch');
    const deleted: DeletedTarget[] = [];
    const failed: FailedTarget[] = [];
    for (const target of targets) {
      try {
        this.#checkDelete(target);
        deleted.push(this.#delete(target));
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        failed.push({ ...target, reason: { code: error.code, message: error.reason, retryable: false } });
      }
    }
    return { deleted, failed };
  }

  async createUpload(request: CreateUploadRequest, call: DriverCall): Promise<string> {
    throwIfAborted(call.signal, 'put');
    return this.#uploads.create(request.key, attributesOf(request), new Date(this.now()));
  }

  async uploadPart(request: UploadPartRequest, call: DriverCall): Promise<string> {
    throwIfAborted(call.signal, 'put');
    const body = Buffer.from(request.body);
    this.#uploads.find(request).parts.set(request.partNumber, { body, lastModified: this.now() });
    return entityTag(body);
  }

  async uploadPartCopy(request: UploadPartCopyRequest, call: DriverCall): Promise<string> {
    throwIfAborted(call.signal, 'copy');
    const { from, fromVersionId, range, ifMatch, ...part } = request;
    const { body, version } = this.#read({ key: from, versionId: fromVersionId, ifMatch }, 'copy');
    checkReadable(version, from, 'copy');
    return this.uploadPart({ ...part, body: body.subarray(range.start, range.end + 1) }, call);
  }

  async listParts(request: ListPartsPageRequest, call: DriverCall): Promise<ListPartsPage> {
    throwIfAborted(call.signal, 'put');
    return listParts(this.#uploads.find(request).parts, request);
  }

  async completeUpload(request: CompleteUploadRequest, call: DriverCall): Promise<WriteResult> {
    throwIfAborted(call.signal, 'put');
    const upload = this.#uploads.find(request);
    const parts = request.parts.map(({ partNumber, etag }) => {
      const part = upload.parts.get(partNumber);
      if (part && entityTag(part.body) === etag) return part.body;
      throw fail('InvalidArgument', `part ${partNumber} is not there with this ETag`, request.key, {
        operation: 'put',
        providerCode: 'InvalidPart',
      });
    });
    this.#checkCondition(request, 'put');
    this.#uploads.remove(request.uploadId);
    const etag = multipartEntityTag(parts);
    const version = { body: Buffer.concat(parts), etag, ...upload.attributes };
    const { key, record } = request;
    return this.#written(key, record ? { ...version, record } : version);
  }

  async abortUpload(request: AbortUploadRequest, call: DriverCall): Promise<void> {
    throwIfAborted(call.signal, 'abortUpload');
    this.#uploads.remove(request.uploadId);
  }

  #read(
    request: ReadRequest,
    operation: string,
  ): { info: ReadInfo; body: Uint8Array; version: StoredVersion } {
    const { key, versionId, ifMatch, ifNoneMatch } = request;
    const versions = this.#objects.get(key) ?? [];
    const version =
      versionId === undefined ? versions[0] : versions.find((one) => one.versionId === versionId);
    if (!version?.body) {
      throw fail(
        'NotFound',
        versionId === undefined ? 'there is no such object' : 'there is no such version',
        key,
        {
          operation,
          status: 404,
          providerCode: versionId === undefined ? 'NoSuchKey' : 'NoSuchVersion',
        },
      );
    }
    if (ifMatch !== undefined && ifMatch !== version.etag) {
      throw fail('PreconditionFailed', `the object's ETag is ${version.etag}, not ${ifMatch}`, key, {
        operation,
        status: 412,
      });
    }
    if (ifNoneMatch !== undefined && ifNoneMatch === version.etag) {
      throw fail('PreconditionFailed', `the object still has the ETag ${ifNoneMatch}`, key, {
        operation,
        status: 304,
      });
    }
    const { metadata, ...attributes } = version.metadata;
    const info = {
      ...listedInfo(key, version, version.body.length),
      ...attributes,
      metadata: { ...metadata },
      encryption: version.encryption,
      restore: restoreState(version),
      tagCount: Object.keys(version.tags ?? {}).length || undefined,
    };
    const shown = this.#versioning === 'off' ? info : { ...info, versionId: version.versionId };
    const told = request.record && version.record ? { ...shown, record: version.record } : shown;
    return { info: told, body: version.body, version };
  }

  #checkCondition(
    { key, ifAbsent, ifMatch }: { key: string; ifAbsent?: boolean | undefined; ifMatch?: string | undefined },
    operation: string,
  ): void {
    const current = this.#objects.get(key)?.[0];
    const details = { operation, status: 412, providerCode: 'PreconditionFailed' };
    if (ifAbsent && current?.body)
      throw fail('PreconditionFailed', 'the object is already there', key, details);
    if (ifMatch === undefined) return;
    if (!current?.body) throw fail('NotFound', 'there is no such object', key, { operation, status: 404 });
    if (current.etag !== ifMatch) {
      throw fail('PreconditionFailed', `the object's ETag is ${current.etag}, not ${ifMatch}`, key, details);
    }
  }

  #checkDelete({ key, ifMatch }: DeleteTarget): void {
    if (ifMatch !== undefined) this.#checkCondition({ key, ifMatch }, 'delete');
  }

  #write(key: string, body: Uint8Array, attributes: WriteAttributes, record?: UploadRecord): WriteResult {
    const version = { body, etag: entityTag(body), ...attributesOf(attributes) };
    return this.#written(key, record ? { ...version, record } : version);
  }

  #written(key: string, version: NewVersion): WriteResult {
    const { etag } = version;
    const versionId = this.#push(key, version);
    return this.#versioning === 'off' ? { key, etag } : { key, etag, versionId };
  }

  #delete({ key, versionId }: DeleteTarget): DeletedTarget {
    if (versionId !== undefined) {
      const removed = this.#remove(key, versionId);
      return removed && !removed.body
        ? { key, versionId, deleteMarker: true, deleteMarkerVersionId: versionId }
        : { key, versionId };
    }
    if (this.#versioning === 'off') {
      this.#remove(key, NULL_VERSION);
      return { key };
    }
    const marker = this.#push(key, { body: undefined, etag: '', metadata: {} });
    return { key, deleteMarker: true, deleteMarkerVersionId: marker };
  }

  /** Makes a version the newest of its key; without versioning it replaces the one that has no id. */
  #push(key: string, version: NewVersion): string {
    const enabled = this.#versioning === 'enabled';
    const sequence = ++this.#writes;
    const versionId = enabled ? `v${String(sequence).padStart(16, '0')}` : NULL_VERSION;
    const kept = this.#objects.get(key);
    if (!kept) this.#keys.add(key);
    const others = enabled ? (kept ?? []) : (kept ?? []).filter((one) => one.versionId !== NULL_VERSION);
    this.#objects.set(key, [{ ...version, versionId, sequence, lastModified: this.now() }, ...others]);
    return versionId;
  }

  #remove(key: string, versionId: string): StoredVersion | undefined {
    const versions = this.#objects.get(key);
    const removed = versions?.find((one) => one.versionId === versionId);
    if (!versions || !removed) return undefined;
    if (versions.length > 1) {
      this.#objects.set(
        key,
        versions.filter((one) => one !== removed),
      );
    } else {
      this.#objects.delete(key);
      this.#keys.removed();
    }
    return removed;
  }
}

type NewVersion = Pick<StoredVersion, 'body' | 'etag' | 'record'> & VersionAttributes;

/** What a caller does to its bytes afterwards stays with the caller. */
function copyOf(body: Uint8Array): Uint8Array {
  return body.length === 0 ? EMPTY_BODY : Buffer.from(body);
}

function listedInfo(key: string, version: StoredVersion, size: number): ObjectInfo {
  const { etag, lastModified, storageClass } = version;
  const info = { key, size, etag, lastModified: new Date(lastModified) };
  return storageClass === undefined ? info : { ...info, storageClass };
}

function fail(
  code: StoreError['code'],
  message: string,
  key: string,
  details: { operation: string; status?: number; providerCode?: string },
): StoreError {
  return new StoreError(code, message, { ...details, provider: PROVIDER, key });
}
