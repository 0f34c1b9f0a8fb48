import {
  compareKeys,
  defineCapabilities,
  StoreError,
  type AbortUploadRequest,
  type BatchDeleteResult,
  type Capabilities,
  type CopyRequest,
  type DeletedTarget,
  type DeleteTarget,
  type DriverCall,
  type GetRequest,
  type GetResult,
  type Lifecycle,
  type LifecycleUpdate,
  type ListPage,
  type ListPageRequest,
  type ListUploadsPage,
  type ListUploadsPageRequest,
  type ListVersionsPage,
  type ListVersionsPageRequest,
  type ObjectInfo,
  type PresignRequest,
  type PutRequest,
  type ReadRequest,
  type RestoreRequest,
  type SetTagsRequest,
  type StoreDriver,
  type Tags,
  type TagsRequest,
  type Unnameable,
  type WriteResult,
} from '@store/core';
import { escapedBytes, undocumented, versionReader, type ListedKey } from '@store/kit';
import {
  corrupt,
  deletedObject,
  deletedObjects,
  goesOn,
  listedObjects,
  listedUploads,
  listedVersions,
  objectHead,
  readAnswer,
  tagging,
} from './answers.js';
import type { CtyunConfig } from './config.js';
import { DataPlane } from './data-plane.js';
import { keyFailure } from './errors.js';
import { keyOf } from './json-text.js';
import { getLifecycle, putLifecycle } from './lifecycle.js';
import { OpenApi } from './openapi.js';
import { checkConditions, etagOf, restoreStateOf } from './object-head.js';
import { versionInfos, versionQuery } from './versions.js';

const MIB = 1024 * 1024;

/** CTYUN ZOS: its JSON OpenAPI for all that moves no bytes, its S3 endpoint for the rest. Each method is one request. */
export class CtyunDriver implements StoreDriver {
  readonly provider = 'ctyun';
  readonly capabilities: Capabilities;
  readonly createUpload: StoreDriver['createUpload'];
  readonly uploadPart: StoreDriver['uploadPart'];
  readonly uploadPartCopy: StoreDriver['uploadPartCopy'];
  readonly listPartsPage: StoreDriver['listPartsPage'];
  readonly completeUpload: StoreDriver['completeUpload'];
  readonly #config: CtyunConfig;
  readonly #api: OpenApi;
  readonly #data: DataPlane;
  readonly #urlEncoded: boolean;

  constructor(config: CtyunConfig) {
    this.#config = config;
    this.#api = new OpenApi(config);
    this.#data = new DataPlane(config, this.#api);
    this.#urlEncoded = config.listEncoding === 'url';
    const bytes = config.dataPlane !== undefined;
    this.capabilities = defineCapabilities({
      list: { order: 'utf8', startAfter: true, maxPageSize: 1000, delimiter: 'any' },
      // The most keys are not documented for the JSON call; for its S3 one they are 1000.
      batchDelete: { maxKeys: 1000, keys: 'any' },
      multipart: bytes && {
        minPartBytes: 5 * MIB,
        maxPartBytes: 5 * 1024 * MIB,
        maxParts: 10_000,
        // Of RADOS Gateway; the limit of copy-object is not documented.
        maxCopyBytes: 5 * 1024 * MIB,
      },
      // Without a data plane no body is read before it is refused.
      streamingPut: !bytes,
      conditionalRead: true,
      versions: true,
      listUploads: true,
      tags: true,
      storageClasses: bytes,
      restore: true,
      // As in S3, whose call stands behind it; not documented.
      lifecycle: { maxRules: 1000, overlap: true },
      presign: true,
    });
    if (!bytes) return;
    const data = this.#data;
    this.createUpload = (request, call) =>
      data.use('put', request.key, call, (s3) => s3.createUpload(request, call));
    this.uploadPart = (request, call) =>
      data.use('put', request.key, call, (s3) => s3.uploadPart(request, call));
    this.uploadPartCopy = (request, call) =>
      data.use('copy', request.from, call, (s3) => s3.uploadPartCopy(request, call));
    this.listPartsPage = (request, call) =>
      data.use('put', request.key, call, (s3) => s3.listPartsPage(request, call));
    this.completeUpload = (request, call) =>
      data.use('put', request.key, call, (s3) => s3.completeUpload(request, call));
  }

  /** Goes on behind a key: there are no tokens. */
  async listPage(
    { prefix, token, startAfter, maxKeys, delimiter }: ListPageRequest,
    call: DriverCall,
  ): Promise<ListPage> {
    const query = {
      prefix: prefix || undefined,
      delimiter,
      marker: token ?? startAfter,
      maxKeys: String(maxKeys),
    };
    const page = readAnswer(
      listedObjects,
      await this.#api.get('list-objects', query, { ...call, operation: 'list' }),
      'list',
    );
    const unnameable: Unnameable[] = [];
    const objects = this.#named(
      page.contents,
      (one) => one.key,
      (key, { size, lastModified, ETag, storageClass }) => ({
        key,
        size,
        lastModified,
        etag: etagOf(ETag),
        storageClass,
      }),
      unnameable,
    );
    const prefixes = this.#named(
      page.commonPrefixes,
      (one) => one.prefix,
      (prefix) => ({ prefix }),
      unnameable,
    );
    const truncated = goesOn(page.isTruncated, 'list');
    if (!truncated) return { objects, prefixes, unnameable, truncated };
    const last = [objects.at(-1)?.key ?? '', prefixes.at(-1)?.prefix ?? ''].sort(compareKeys).at(-1);
    // Behind what cannot be named the listing cannot go on by itself.
    const guess = unnameable.length > 0 ? undefined : last || undefined;
    const nextToken = page.nextMarker === undefined ? guess : this.#markerOf(page.nextMarker, 'list');
    return { objects, prefixes, unnameable, truncated, nextToken };
  }

  async listVersionsPage(
    { prefix, token, startAfter }: ListVersionsPageRequest,
    call: DriverCall,
  ): Promise<ListVersionsPage> {
    const page = readAnswer(
      listedVersions,
      await this.#api.get(
        'list-object-versions',
        { ...versionQuery(prefix, token ?? startAfter) },
        { ...call, operation: 'listVersions' },
      ),
      'listVersions',
    );
    const unnameable: Unnameable[] = [];
    const named = <T extends { readonly key: string }>(found: readonly T[]): T[] =>
      this.#named(
        found,
        (one) => one.key,
        (key, one) => ({ ...one, key }),
        unnameable,
      );
    const all = versionInfos(
      page.keys.flatMap(({ versions }) => named(versions)),
      named(page.deleteMarkers),
    );
    const next = page.nextKeyMarker === null ? undefined : this.#markerOf(page.nextKeyMarker, 'listVersions');
    const saysMore =
      (page.isTruncated ?? undefined) !== undefined && goesOn(page.isTruncated, 'listVersions');
    // The page may begin before the prefix (see `versionQuery`) and end behind it.
    const beyond = next !== undefined && !next.startsWith(prefix) && compareKeys(next, prefix) > 0;
    return {
      versions: all.filter(({ key }) => key.startsWith(prefix)),
      unnameable: unnameable.filter(({ name }) => mayBegin(name, prefix)),
      truncated: (saysMore || next !== undefined) && !beyond,
      // What is sent next: markers before the prefix all mean the same, and have to look the same.
      nextToken: beyond || next === undefined ? undefined : versionQuery(prefix, next).keyMarker,
    };
  }

  async listUploadsPage(
    { prefix, token, maxUploads }: ListUploadsPageRequest,
    call: DriverCall,
  ): Promise<ListUploadsPage> {
    const [keyMarker, uploadIDMarker] = token === undefined ? [] : splitToken(token);
    const page = readAnswer(
      listedUploads,
      await this.#api.get(
        'list-multipart-uploads',
        { prefix: prefix || undefined, keyMarker, uploadIDMarker, maxUploads: String(maxUploads) },
        { ...call, operation: 'listUploads' },
      ),
      'listUploads',
    );
    const unnameable: Unnameable[] = [];
    const uploads = this.#named(
      page.uploads,
      (one) => one.key,
      (key, { uploadID, initiated }) => ({ key, uploadId: uploadID, initiated }),
      unnameable,
    )
      // Documented is a listing from the marker on, with the marker.
      .filter(({ key, uploadId }) => key !== keyMarker || uploadId !== uploadIDMarker);
    const truncated = goesOn(page.isTruncated, 'listUploads');
    const { nextKeyMarker, nextUploadIDMarker = '' } = page;
    const nextToken =
      truncated && nextKeyMarker !== undefined
        ? JSON.stringify([this.#markerOf(nextKeyMarker, 'listUploads'), nextUploadIDMarker])
        : undefined;
    return { uploads, unnameable, truncated, nextToken };
  }

  async head(request: ReadRequest, call: DriverCall): Promise<ObjectInfo> {
    const { key, versionId } = request;
    const purpose = { ...call, operation: 'head', key };
    const head = readAnswer(
      objectHead,
      await this.#api.get('head-object', { key, versionID: versionId }, purpose),
      'head',
    );
    const { contentLength, ETag, versionID, restore, ...attributes } = head;
    const etag = etagOf(ETag);
    // The OpenAPI has no conditions; of a read, this side can tell as well.
    checkConditions(request, etag);
    return {
      ...attributes,
      key,
      size: contentLength,
      etag,
      versionId: versionID,
      restore: restoreStateOf(restore),
    };
  }

  get(request: GetRequest, call: DriverCall): Promise<GetResult> {
    return this.#data.use('get', request.key, call, (s3) => s3.get(request, call));
  }

  put(request: PutRequest, call: DriverCall): Promise<WriteResult> {
    return this.#data.use('put', request.key, call, (s3) => s3.put(request, call));
  }

  async copy(request: CopyRequest, call: DriverCall): Promise<WriteResult> {
    const { from, fromVersionId, to, storageClass } = request;
    // The OpenAPI's copy knows no storage class.
    if (storageClass !== undefined) return this.#data.use('copy', from, call, (s3) => s3.copy(request, call));
    const copySource = { bucket: this.#config.bucket, key: from, versionID: fromVersionId };
    await this.#api.post('copy-object', { key: to, copySource }, { ...call, operation: 'copy', key: from });
    return { key: to };
  }

  async deleteOne({ key, versionId }: DeleteTarget, call: DriverCall): Promise<DeletedTarget> {
    const purpose = { ...call, operation: 'delete', key };
    readAnswer(
      deletedObject,
      await this.#api.post('delete-object', { key, versionID: versionId }, purpose),
      'delete',
    );
    // The answer says nothing of delete markers.
    return { key, versionId };
  }

  /** Up to 1000 keys. A success (800) may have failures of single keys in it. */
  async deleteBatch(targets: readonly DeleteTarget[], call: DriverCall): Promise<BatchDeleteResult> {
    const objects = targets.map(({ key, versionId }) => ({ key, versionID: versionId }));
    const answer = readAnswer(
      deletedObjects,
      await this.#api.post(
        'delete-objects',
        { delete: { objects, quiet: false } },
        { ...call, operation: 'deleteBatch' },
      ),
      'deleteBatch',
    );
    const versionOf = versionReader(targets);
    // What names no key accounts for none: whichever it is about, it stays without an outcome.
    return {
      // Documented: it is there when the requester was charged.
      requestCharged: Boolean(answer.requestCharged),
      deleted: answer.deleted.flatMap(({ key, versionID, deleteMarker, deleteMarkerVersionID }) =>
        key === undefined
          ? []
          : {
              key,
              versionId: versionOf(key, versionID),
              deleteMarker,
              deleteMarkerVersionId: deleteMarkerVersionID,
            },
      ),
      failed: answer.errors.flatMap(({ key, versionID, code, message }) =>
        key === undefined
          ? []
          : { key, versionId: versionOf(key, versionID), reason: keyFailure(code, message) },
      ),
    };
  }

  async abortUpload({ key, uploadId }: AbortUploadRequest, call: DriverCall): Promise<void> {
    const purpose = { ...call, operation: 'abortUpload', key };
    await ignoring('NoSuchUpload', () =>
      this.#api.post('abort-multipart-upload', { key, uploadID: uploadId }, purpose),
    );
  }

  async getTags({ key, versionId }: TagsRequest, call: DriverCall): Promise<Tags> {
    const purpose = { ...call, operation: 'getTags', key };
    const returnObj = await ignoring(
      'NoSuchTagSetError',
      () => this.#api.get('get-object-tagging', { key, versionID: versionId }, purpose),
      { tagSet: [] },
    );
    const { tagSet } = readAnswer(tagging, returnObj, 'getTags');
    return Object.fromEntries(tagSet.map((tag) => [tag.key, tag.value]));
  }

  async setTags({ key, versionId, tags }: SetTagsRequest, call: DriverCall): Promise<void> {
    const purpose = { ...call, operation: 'setTags', key };
    const target = { key, versionID: versionId };
    const tagSet = Object.entries(tags).map(([name, value]) => ({ key: name, value }));
    if (tagSet.length === 0) await this.#api.post('delete-object-tagging', target, purpose);
    else await this.#api.post('put-object-tagging', { ...target, tagging: { tagSet } }, purpose);
  }

  async restore({ key, versionId, days, tier }: RestoreRequest, call: DriverCall): Promise<void> {
    if (tier !== undefined && tier !== 'Standard') {
      throw new StoreError('InvalidArgument', `ZOS restores at one speed, "Standard", not at ${tier}`, {
        provider: 'ctyun',
        operation: 'restore',
        key,
      });
    }
    const purpose = { ...call, operation: 'restore', key };
    await ignoring('RestoreAlreadyInProgress', () =>
      this.#api.post('unfreeze-object', { key, versionID: versionId, days }, purpose),
    );
  }

  getLifecycle(call: DriverCall): Promise<Lifecycle> {
    return getLifecycle(this.#api, call);
  }

  putLifecycle(update: LifecycleUpdate, call: DriverCall): Promise<void> {
    return putLifecycle(this.#api, update, call);
  }

  /** With a data plane signed here; a GET without one by the OpenAPI. */
  async presign(request: PresignRequest, call: DriverCall): Promise<string> {
    const { key, method, expiresIn } = request;
    if (this.#config.dataPlane !== undefined || method !== 'GET')
      return this.#data.use('presign', key, call, (s3) => s3.presign(request, call));
    const purpose = { ...call, operation: 'presign', key };
    const link = await this.#api.post('generate-object-download-link', { key, expiresIn }, purpose);
    if (typeof link === 'string' && link !== '') return link;
    throw undocumented('the service made no link', { provider: 'ctyun', operation: 'presign', key });
  }

  async close(): Promise<void> {
    this.#api.close();
    await this.#data.close();
  }

  /** The entries whose key a request can name; the others go into `unnameable`. */
  #named<T, E>(
    found: readonly T[],
    textOf: (one: T) => string,
    entry: (key: string, one: T) => E,
    unnameable: Unnameable[],
  ): E[] {
    return found.flatMap((one) => {
      const listed: ListedKey = keyOf(textOf(one), this.#urlEncoded);
      if (listed.unnameable === undefined) return [entry(listed.key, one)];
      unnameable.push(listed.unnameable);
      return [];
    });
  }

  /** The key that a listing goes on behind. @throws StoreError `Corrupt` when no request can name it */
  #markerOf(text: string, operation: string): string {
    const { key, unnameable } = keyOf(text, this.#urlEncoded);
    if (unnameable === undefined) return key;
    throw corrupt(
      `the listing cannot go on: ${unnameable.reason.message}; is listEncoding right?`,
      operation,
    );
  }
}

/** @param instead what there is when the service refuses with this code */
async function ignoring(
  providerCode: string,
  work: () => Promise<unknown>,
  instead?: unknown,
): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError && error.providerCode === providerCode) return instead;
    throw error;
  }
}

/** Whether a name that is no key is, or may be, one under the prefix: what is not even encoded rightly may be. */
function mayBegin(name: string, prefix: string): boolean {
  return name.startsWith(escapedBytes(Buffer.from(prefix))) || name.includes('%');
}

/** @throws StoreError `InvalidArgument` when the token is none of this store's */
function splitToken(token: string): [key: string, uploadId: string] {
  try {
    const parts: unknown = JSON.parse(token);
    if (Array.isArray(parts) && parts.every((part) => typeof part === 'string'))
      return [parts[0] ?? '', parts[1] ?? ''];
  } catch {
    // Said below.
  }
  throw new StoreError('InvalidArgument', 'the continuation token is not one of this store', {
    provider: 'ctyun',
  });
}
