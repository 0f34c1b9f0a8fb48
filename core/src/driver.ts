import type { Readable } from 'node:stream';
import type { Capabilities } from './capabilities.js';
import type { FailureReason } from './errors.js';
import type { Lifecycle, LifecycleUpdate } from './lifecycle/rules.js';
import type {
  CommonPrefix,
  ObjectInfo,
  PartInfo,
  Tags,
  UploadInfo,
  VersionInfo,
  WriteAttributes,
  WriteResult,
} from './objects.js';

/**
 * What an adapter implements: the contract between the portable layer and one provider.
 *
 * Rules for every method:
 *
 * - **One call is one provider request.** No loops over pages, no retries, no batching, no pacing, no
 *   policy; turn the SDK's own retries off. All of that happens once, above.
 * - **Keys arrive valid**: not empty, well-formed, within `capabilities.keys.maxBytes`. They are sent byte
 *   for byte. A driver that cannot send a key faithfully throws `InvalidArgument`; it never sends another.
 * - **Failures are `StoreError`s**, translated at the adapter's edge, with the provider's own code, HTTP
 *   status and request id where there are any, and with `retryable` and `retryAfterMs` set truthfully.
 *   No secret appears in one.
 * - **`call.signal` ends the request**, the socket included, and rejects with `Aborted`.
 * - Optional methods are there exactly when `capabilities` says so.
 */
export interface StoreDriver {
  /** The provider's name as written in configurations: `s3`, `oss`, `fs`, … */
  readonly provider: string;
  readonly capabilities: Capabilities;

  /**
   * One page of current objects whose key begins with `prefix`. Reports `truncated` and `nextToken` as the
   * service gave them, even where they contradict each other: judging that is the caller's task.
   */
  listPage(request: ListPageRequest, call: DriverCall): Promise<ListPage>;

  /** @throws StoreError `NotFound` when there is no such object (or its latest version is a delete marker). */
  head(request: ReadRequest, call: DriverCall): Promise<ObjectInfo>;

  /** Resolves when the body begins to arrive. Destroying the body frees its socket. @throws as `head` */
  get(request: GetRequest, call: DriverCall): Promise<GetResult>;

  /** Writes the whole object or nothing. The body is a stream only where `capabilities.streamingPut` is true. */
  put(request: PutRequest, call: DriverCall): Promise<WriteResult>;

  /** Copies on the provider's side, metadata included. @throws StoreError `NotFound` when `from` is not there */
  copy(request: CopyRequest, call: DriverCall): Promise<WriteResult>;

  /** Deletes one key, or one version. Resolves too when it was not there, as on S3. */
  deleteOne(target: DeleteTarget, call: DriverCall): Promise<DeletedTarget & RequestCharge>;

  /**
   * The provider's multi-object delete. Names in `deleted` and `failed` what the *answer* says and nothing
   * else: a target that the answer does not account for is in neither list. An answer that is not a delete
   * result (empty body, another document) is an error `Corrupt`, however good its status.
   *
   * @throws StoreError when the request failed as a whole; `Unsupported` when the service does not know the
   * call, `InvalidArgument` when it refused this batch for what is in it.
   */
  deleteBatch?:
    ((targets: readonly DeleteTarget[], call: DriverCall) => Promise<BatchDeleteResult>) | undefined;

  /**
   * Has the service delete up to `maxKeys` current objects under a prefix. Names what the answer names and nothing
   * else. With `capabilities.prefixDelete`.
   *
   * @throws StoreError `Unsupported` when the answer is none of this call: nothing was deleted by it
   */
  deletePrefixPage?:
    ((request: DeletePrefixPageRequest, call: DriverCall) => Promise<DeletePrefixPage>) | undefined;

  /**
   * One page of versions and delete markers: all of a key together, the latest first, the others newest first as
   * far as the service tells. With `capabilities.versions`.
   */
  listVersionsPage?:
    ((request: ListVersionsPageRequest, call: DriverCall) => Promise<ListVersionsPage>) | undefined;

  /** One page of incomplete multipart uploads. With `capabilities.listUploads`. */
  listUploadsPage?:
    ((request: ListUploadsPageRequest, call: DriverCall) => Promise<ListUploadsPage>) | undefined;

  /** Begins an upload in parts and resolves to its id. These five come with `capabilities.multipart`. */
  createUpload?: ((request: CreateUploadRequest, call: DriverCall) => Promise<string>) | undefined;
  /** Sends one part and resolves to its ETag. Sending a part number again replaces that part. */
  uploadPart?: ((request: UploadPartRequest, call: DriverCall) => Promise<string>) | undefined;
  /** Joins the parts; nothing is visible under the key before. */
  completeUpload?: ((request: CompleteUploadRequest, call: DriverCall) => Promise<WriteResult>) | undefined;
  /**
   * Gives an upload up and frees its parts. Resolves too when it was not there. With `capabilities.multipart`, and
   * with `capabilities.listUploads`.
   */
  abortUpload?: ((request: AbortUploadRequest, call: DriverCall) => Promise<void>) | undefined;

  /** One page of the parts of an upload that have arrived, in order. */
  listPartsPage?: ((request: ListPartsPageRequest, call: DriverCall) => Promise<ListPartsPage>) | undefined;
  /** Copies a range of an object into a part and resolves to its ETag. */
  uploadPartCopy?: ((request: UploadPartCopyRequest, call: DriverCall) => Promise<string>) | undefined;

  /** The tags of an object. These two come with `capabilities.tags`. @throws StoreError `NotFound` */
  getTags?: ((request: TagsRequest, call: DriverCall) => Promise<Tags>) | undefined;
  /** Replaces all tags of an object, none included. @throws StoreError `NotFound` */
  setTags?: ((request: SetTagsRequest, call: DriverCall) => Promise<void>) | undefined;

  /**
   * Asks an archived object back; resolves when the provider has begun, and when it is back already or on its way.
   * With `capabilities.restore`.
   */
  restore?: ((request: RestoreRequest, call: DriverCall) => Promise<void>) | undefined;

  /** All lifecycle rules of the bucket. These two come with `capabilities.lifecycle`. */
  getLifecycle?: ((call: DriverCall) => Promise<Lifecycle>) | undefined;
  /** Replaces all lifecycle rules of the bucket, by none too. */
  putLifecycle?: ((update: LifecycleUpdate, call: DriverCall) => Promise<void>) | undefined;

  /** A URL for one request without credentials. With `capabilities.presign`. */
  presign?: ((request: PresignRequest, call: DriverCall) => Promise<string>) | undefined;

  /** Frees sockets, timers and files. Calling it again does nothing. */
  close(): Promise<void>;
}

/** What accompanies every call. */
export interface DriverCall {
  readonly signal?: AbortSignal | undefined;
  /** Only what `capabilities.passThrough` names. */
  readonly pass?: PassThrough | undefined;
}

/**
 * Requests to the provider that this library hands on without understanding them, with deletes and the
 * listings that belong to them.
 */
export interface PassThrough {
  /** Serial number and code of an MFA device, separated by a space; for buckets with MFA delete. */
  readonly mfa?: string | undefined;
  /** Delete what a governance-mode object lock holds, where the credentials permit that. */
  readonly bypassGovernance?: boolean | undefined;
  /** Agree to pay for the requests on a requester-pays bucket. */
  readonly requestPayer?: boolean | undefined;
  /** Account that has to own the bucket, else the provider refuses. */
  readonly expectedBucketOwner?: string | undefined;
}

export interface ListPageRequest {
  readonly prefix: string;
  /** Continue where the page that gave this token ended. Opaque. */
  readonly token?: string | undefined;
  /** Begin after this key (exclusive). Sent with the first page only, and only where the capability is there. */
  readonly startAfter?: string | undefined;
  /** Most entries wanted; the service may give fewer. */
  readonly maxKeys: number;
  /** Group keys that go on after this string behind the prefix. */
  readonly delimiter?: string | undefined;
}

/**
 * Something that a listing shows and no request can name: a key whose bytes are not UTF-8, a symbolic link or an
 * unreadable directory of `fs`. It is never sent anywhere; whoever lists says that it is there.
 */
export interface Unnameable {
  /** For people: its bytes, those that are no text escaped as in `logs/\xFF.txt`. Not a key. */
  readonly name: string;
  /** Why it cannot be named. */
  readonly reason: FailureReason;
}

export interface ListPage {
  readonly objects: readonly ObjectInfo[];
  /** The groups that `delimiter` made. */
  readonly prefixes: readonly CommonPrefix[];
  readonly unnameable?: readonly Unnameable[] | undefined;
  /** What the service says: there is more. */
  readonly truncated: boolean;
  readonly nextToken?: string | undefined;
}

export interface ReadRequest {
  readonly key: string;
  readonly versionId?: string | undefined;
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}

export interface GetRequest extends ReadRequest {
  /** Bytes `start` to `end`, both inclusive; without `end`, to the end of the object. */
  readonly range?: { readonly start: number; readonly end?: number | undefined } | undefined;
}

export interface GetResult {
  /** Of the whole object, whatever the range. */
  readonly info: ObjectInfo;
  readonly body: Readable;
}

export interface PutRequest extends WriteAttributes {
  readonly key: string;
  readonly body: Uint8Array | Readable;
  /** Fail with `PreconditionFailed` when the key exists. */
  readonly ifAbsent?: boolean | undefined;
  /** Fail with `PreconditionFailed` unless the key's ETag is this one. */
  readonly ifMatch?: string | undefined;
}

export interface CopyRequest {
  readonly from: string;
  readonly fromVersionId?: string | undefined;
  readonly to: string;
  /** Of the copy; default: the one that the bucket has for new objects. */
  readonly storageClass?: string | undefined;
}

export interface DeleteTarget {
  readonly key: string;
  /** Delete this version for good, instead of the current object. */
  readonly versionId?: string | undefined;
  /** Delete only the object with this ETag, else `PreconditionFailed`. With `capabilities.conditionalDelete`. */
  readonly ifMatch?: string | undefined;
}

/** Who pays for a request, as far as its answer says. */
export interface RequestCharge {
  /** The service charged the requester, and not the owner of the bucket. */
  readonly requestCharged?: boolean | undefined;
}

export interface DeletedTarget extends DeleteTarget {
  /** The delete made a delete marker, or removed one. */
  readonly deleteMarker?: boolean | undefined;
  readonly deleteMarkerVersionId?: string | undefined;
}

export interface FailedTarget extends DeleteTarget {
  readonly reason: FailureReason;
}

export interface BatchDeleteResult extends RequestCharge {
  readonly deleted: readonly DeletedTarget[];
  readonly failed: readonly FailedTarget[];
}

export interface DeletePrefixPageRequest {
  readonly prefix: string;
  /** Go on where the answer that gave this token ended. */
  readonly token?: string | undefined;
  readonly maxKeys: number;
}

export interface DeletePrefixPage extends RequestCharge {
  readonly deleted: readonly (DeletedTarget & {
    /** Bytes. */
    readonly size?: number | undefined;
  })[];
  /** Keys that the service came to and could not delete. */
  readonly failed: readonly FailedTarget[];
  /** What the service says: there is more under the prefix. */
  readonly truncated: boolean;
  readonly nextToken?: string | undefined;
}

export interface ListVersionsPageRequest {
  readonly prefix: string;
  readonly token?: string | undefined;
  /** Begin after all versions of this key. Sent with the first page only, where `list.startAfter` is there. */
  readonly startAfter?: string | undefined;
  readonly maxKeys: number;
}

export interface ListVersionsPage {
  readonly versions: readonly VersionInfo[];
  readonly unnameable?: readonly Unnameable[] | undefined;
  readonly truncated: boolean;
  readonly nextToken?: string | undefined;
}

export interface ListUploadsPageRequest {
  readonly prefix: string;
  readonly token?: string | undefined;
  readonly maxUploads: number;
}

export interface ListUploadsPage {
  readonly uploads: readonly UploadInfo[];
  readonly unnameable?: readonly Unnameable[] | undefined;
  readonly truncated: boolean;
  readonly nextToken?: string | undefined;
}

export interface CreateUploadRequest extends WriteAttributes {
  readonly key: string;
}

export interface UploadPartRequest {
  readonly key: string;
  readonly uploadId: string;
  /** From 1, ascending, without gaps. */
  readonly partNumber: number;
  readonly body: Uint8Array;
}

export interface UploadPartCopyRequest {
  readonly key: string;
  readonly uploadId: string;
  readonly partNumber: number;
  readonly from: string;
  readonly fromVersionId?: string | undefined;
  /** Bytes, both inclusive. */
  readonly range: { readonly start: number; readonly end: number };
  /** Fail with `PreconditionFailed` unless the source's ETag is this one. */
  readonly ifMatch?: string | undefined;
}

export interface ListPartsPageRequest {
  readonly key: string;
  readonly uploadId: string;
  readonly token?: string | undefined;
  readonly maxParts: number;
}

export interface ListPartsPage {
  readonly parts: readonly PartInfo[];
  readonly truncated: boolean;
  readonly nextToken?: string | undefined;
}

export interface TagsRequest {
  readonly key: string;
  readonly versionId?: string | undefined;
}

export interface SetTagsRequest extends TagsRequest {
  readonly tags: Tags;
}

export interface RestoreRequest {
  readonly key: string;
  readonly versionId?: string | undefined;
  /** How long the restored copy stays, in days. */
  readonly days: number;
  /** How fast, by the provider's own name: `Standard`, `Bulk`, `Expedited`. */
  readonly tier?: string | undefined;
}

export interface CompleteUploadRequest {
  readonly key: string;
  readonly uploadId: string;
  /** In ascending order of part number. */
  readonly parts: readonly { readonly partNumber: number; readonly etag: string }[];
  readonly ifAbsent?: boolean | undefined;
  readonly ifMatch?: string | undefined;
}

export interface AbortUploadRequest {
  readonly key: string;
  readonly uploadId: string;
}

export interface PresignRequest {
  readonly key: string;
  readonly method: 'GET' | 'PUT' | 'HEAD' | 'DELETE';
  /** How long the URL works, in seconds. */
  readonly expiresIn: number;
  readonly contentType?: string | undefined;
}
