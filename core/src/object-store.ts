import type { Readable } from 'node:stream';
import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type {
  Capabilities,
  DeleteTarget,
  PassThrough,
  PostForm,
  Unnameable,
  CommonPrefix,
  Encryption,
  ObjectInfo,
  Tags,
  UploadInfo,
  VersionInfo,
  WriteAttributes,
  WriteResult,
} from '@store/driver';
import type { DeleteManyOptions, DeletePrefixOptions, Deletion, DeletionReport } from '@store/deletion';

/**
 * One bucket (or directory), whatever the provider. Every method rejects with a `StoreError`, and refuses options that it
 * does not know, or that are of the wrong type, with `InvalidArgument`, before any request.
 *
 * Failed requests are repeated where that can help, with exponential back-off and full jitter: for a minute while the
 * service cannot be reached or asks for fewer requests; see `RetrySettings`. Every method ends with `Aborted` when its `signal` fires, except `deletePrefix` and
 * `deleteMany`, which then finish what is in flight and resolve to a report with `aborted: true`.
 */
export interface ObjectStore extends AsyncDisposable {
  /** `s3`, `oss`, `ctyun`, `fs`, `files`, `memory`, … */
  readonly provider: string;
  /** What this store can do natively, as data. */
  readonly capabilities: Capabilities;

  /**
   * Writes one object, whole or not at all. Bodies that are large or of unknown length go up in parts, with
   * bounded memory, where the provider has multipart uploads. Without `contentType` it is that of the body (`Blob`, `File`,
   * `Response`), or what `contentTypeOf` says of the key.
   *
   * @throws StoreError `PreconditionFailed` when `ifAbsent` or `ifMatch` does not hold; `InvalidArgument` for attributes that
   * some provider would refuse, change or lose (see `ObjectMetadata`), the same on every store
   */
  put(key: string, body: ObjectBody, options?: PutOptions): Promise<WriteResult>;

  /** Reads one object, or a range of it. Read or destroy the body: it holds a socket. @throws StoreError `NotFound` */
  get(key: string, options?: GetOptions): Promise<StoredObject>;

  /** What is known about one object. @throws StoreError `NotFound` */
  head(key: string, options?: ReadOptions): Promise<ObjectInfo>;

  /** Whether there is such an object. */
  exists(key: string, options?: CallOptions): Promise<boolean>;

  /**
   * Copies inside this store, on the provider's side, with metadata and tags; objects that are too large for one
   * request by parts.
   *
   * @throws StoreError `NotFound`; `PreconditionFailed` when the object changes while it is copied by parts
   */
  copy(from: string, to: string, options?: CopyOptions): Promise<WriteResult>;

  /**
   * Moves an object inside this store: copies it, looks at the copy, and deletes what was copied. Where there are versions, the
   * delete makes a delete marker. What is written under `from` meanwhile stays.
   *
   * @throws StoreError `NotFound`; `PreconditionFailed` when somebody writes to one of the keys meanwhile: both objects stay
   */
  move(from: string, to: string, options?: MoveOptions): Promise<WriteResult>;

  /**
   * Copies into another store, with metadata and tags as far as both stores have them: through this process, with bounded
   * memory, and as `copy` where it is the same store. What breaks off is gone on with, while it is the same object.
   *
   * @throws StoreError `NotFound`; `PreconditionFailed` when the object changes meanwhile; `Corrupt` when not all of it came,
   * or the copy has another size
   */
  copyTo(from: string, target: ObjectStore, to: string, options?: CopyToOptions): Promise<WriteResult>;

  /**
   * The objects under a prefix, page by page as they are consumed. With `delimiter`, keys that go on after
   * it are grouped and come as `CommonPrefix`.
   *
   * @throws StoreError `Corrupt` when the service's listing cannot be finished; it never just ends early. Also at its end,
   * when it shows keys that no request can name and there is no `onUnnameable`
   */
  list(
    prefix: string,
    options: ListOptions & { delimiter: string },
  ): AsyncIterable<ObjectInfo | CommonPrefix>;
  list(prefix: string, options?: ListOptions & { delimiter?: undefined }): AsyncIterable<ObjectInfo>;

  /**
   * One page of a listing, for those who turn pages themselves, such as web pages: its `nextToken` goes on with it, in any
   * process. A page may have fewer entries than asked for, even none, and there may still be more.
   *
   * @throws StoreError `InvalidArgument` for a token of another prefix, delimiter or store; `Corrupt` as `list`
   */
  listPage(prefix: string, options?: ListPageOptions): Promise<ListedPage>;

  /** All versions and delete markers under a prefix. @throws StoreError `Unsupported` without `capabilities.versions` */
  listVersions(prefix: string, options?: ListingOptions): AsyncIterable<VersionInfo>;

  /** The incomplete uploads under a prefix. @throws StoreError `Unsupported` without `capabilities.listUploads` */
  listUploads(prefix: string, options?: ListingOptions): AsyncIterable<UploadInfo>;

  /** The tags of an object. @throws StoreError `NotFound`; `Unsupported` without `capabilities.tags` */
  getTags(key: string, options?: VersionOptions): Promise<Tags>;

  /** Replaces all tags of an object; `{}` removes them. @throws as `getTags` */
  setTags(key: string, tags: Tags, options?: VersionOptions): Promise<void>;

  /**
   * Asks for a readable copy of an archived object. Resolves when the provider has begun, which it may take hours
   * to end; `head` tells how far it is (`restore`). Asking again while it lasts succeeds.
   *
   * @throws StoreError `NotFound`; `PreconditionFailed` when the object is not archived; `Unsupported` without
   * `capabilities.restore`
   */
  restore(key: string, options: RestoreOptions): Promise<void>;

  /**
   * A URL for one request without credentials.
   *
   * @throws StoreError `Unsupported` without `capabilities.presign`; `InvalidArgument` for one that could not work: of
   * a key with the segments `.` or `..`, which every HTTP client resolves to another one, too
   */
  presign(key: string, options?: PresignOptions): Promise<string>;

  /**
   * A form by which a browser uploads one object without credentials: its fields first, the file as `file` last. Unlike a URL
   * for `PUT` it can say how large the file may be.
   *
   * @throws StoreError `Unsupported` without `capabilities.postForms`, and for `contentType`, `minBytes` and `maxBytes` without
   * its `limits`; `InvalidArgument` for a key with a line break or `${filename}`, which forms change
   */
  presignPost(key: string, options?: PresignPostOptions): Promise<PostForm>;

  /**
   * The URL of an object without a signature, for objects that anybody may read. Nobody looks whether it is there.
   *
   * @throws StoreError `Unsupported` without `capabilities.url`; `InvalidArgument` as `presign`
   */
  url(key: string, options?: CallOptions): Promise<string>;

  /** Deletes one object, or one version. Deleting what is not there succeeds, as on S3. */
  delete(key: string, options?: DeleteOptions): Promise<void>;

  /**
   * Deletes the given keys (or versions) in batches. A key that cannot be deleted does not end the run; it
   * is in the report. So is a target with a part that is misspelt, such as `{ key, versionID }`.
   */
  deleteMany(
    targets: Iterable<string | DeleteTarget> | AsyncIterable<string | DeleteTarget>,
    options?: DeleteManyOptions,
  ): Promise<DeletionReport>;

  /**
   * Deletes every object whose key begins with `prefix`, as `rm -rf` does for a directory.
   *
   * The prefix has to end in `/`, unless `partialName` says that a part of a name is meant; the empty prefix
   * is refused unless `entireStore` is set. Keys that could not be deleted are in the report.
   *
   * @throws DeletionError when the run could not be finished: the listing broke off, or the service refused
   * everything. The report so far is in its `report`.
   * @throws StoreError `InvalidArgument` when the call is refused, before anything is deleted
   */
  deletePrefix(prefix: string, options?: DeletePrefixOptions): Promise<DeletionReport>;

  /**
   * `deletePrefix` as a run to watch and to steer: iterate it for what happens, `await` it for its report, pause it, stop it.
   * It has begun when it is returned.
   */
  deletion(prefix: string, options?: DeletePrefixOptions): Deletion;

  /** One key of this store: the methods above that begin with a key, without it. @throws StoreError `InvalidArgument` */
  file(key: string): StoreFile;

  /** Frees sockets and files. The store cannot be used afterwards. Also called by `await using`. */
  close(): Promise<void>;
}

/** The methods whose first argument is the key of an object. */
export type KeyMethod =
  | 'put'
  | 'get'
  | 'head'
  | 'exists'
  | 'copy'
  | 'copyTo'
  | 'move'
  | 'getTags'
  | 'setTags'
  | 'restore'
  | 'presign'
  | 'presignPost'
  | 'url'
  | 'delete';

type WithoutKey<Method> = Method extends (key: string, ...rest: infer Rest) => infer Result
  ? (...rest: Rest) => Result
  : never;

/** One key of a store: the methods of `ObjectStore` without their first argument. Nothing is asked until one is called. */
export type StoreFile = { readonly [Name in KeyMethod]: WithoutKey<ObjectStore[Name]> } & {
  readonly key: string;
};

/**
 * What can be written. A `Response` is read to its end; one that is no success is refused. A web stream may have the type of
 * `node:stream/web`, or of browsers.
 */
export type ObjectBody =
  | string
  | Uint8Array
  | ArrayBuffer
  | Blob
  | Response
  | Readable
  | NodeReadableStream<Uint8Array>
  | ReadableStream<Uint8Array>
  | AsyncIterable<Uint8Array>;

/** How far a body has come. */
export interface PutProgress {
  /** Bytes that have gone so far: grows up to the size of the body. */
  readonly bytes: number;
  /** Bytes of the whole body, where that is known beforehand: not of streams. */
  readonly total?: number | undefined;
}

export interface Abortable {
  /** Ends the call, with `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

export interface CallOptions extends Abortable {
  /**
   * Most milliseconds that the call may take, waits and retries included; then it ends with `Timeout`. Of a listing, each of
   * its pages. Of `get`, until the body begins to arrive. Default: as long as single requests (the configuration's
   * `timeoutMs`) and their retries take.
   */
  readonly timeoutMs?: number | undefined;
}

export interface PutOptions extends WriteAttributes, CallOptions {
  /** Write only when the key does not exist; with `capabilities.conditionalPut.ifAbsent`. */
  readonly ifAbsent?: boolean | undefined;
  /** Replace only the object with this ETag; with `capabilities.conditionalPut.ifMatch`. */
  readonly ifMatch?: string | undefined;
  /** The time that the object says it was last changed; with `capabilities.setsLastModified`. Default: now. */
  readonly lastModified?: Date | undefined;
  /**
   * Size of the parts of a large body in bytes; default 8 MiB. Raised where that would make too many parts of a body whose
   * length is known (a string, a Uint8Array, a Blob). The parts of a stream grow after half of the parts that there may be,
   * up to 1 GiB. With 10,000 parts and the default that begins behind 39 GiB: 64 MiB at 78 GiB, 1 GiB at 1 TiB, and the most
   * is 2.4 TiB; a larger stream needs a larger `partBytes`. Services that want equal parts (`capabilities.multipart`) take
   * 78 GiB of a stream.
   *
   * Memory: three parts in flight and one being filled; of parts that have grown fewer, down to one in flight.
   */
  readonly partBytes?: number | undefined;
  /**
   * Go on with the latest incomplete upload of this key: parts that have arrived and are the same (by MD5) are not
   * sent again. The attributes are then those that it was begun with. Should this put fail too, its parts stay for the
   * next one (`deletePrefix` with `uploads` removes them). A body that fits into one request is sent whole, as it is by
   * stores without multipart uploads.
   */
  readonly resume?: boolean | undefined;
  /**
   * Told when a part has arrived; of a body that goes in one request, when it is written; of a store that takes streams, when
   * a chunk has been taken. Parts that `resume` finds count. What it throws ends the put.
   */
  readonly onProgress?: ((progress: PutProgress) => void) | undefined;
}

/** For calls on one version of an object. */
export interface VersionOptions extends CallOptions {
  readonly versionId?: string | undefined;
}

export interface RestoreOptions extends VersionOptions {
  /** How long the copy stays, in days. */
  readonly days: number;
  /** How fast, by the provider's own name, such as `Standard`, `Bulk` or `Expedited`. Default: the provider's. */
  readonly tier?: string | undefined;
}

export interface ReadOptions extends CallOptions {
  readonly versionId?: string | undefined;
  /** Fail with `PreconditionFailed` unless the ETag is this one. */
  readonly ifMatch?: string | undefined;
  /** Fail with `PreconditionFailed` when the ETag is this one. */
  readonly ifNoneMatch?: string | undefined;
}

export interface GetOptions extends ReadOptions {
  /** Bytes `start` to `end`, both inclusive; without `end`, to the end of the object. */
  readonly range?: { readonly start: number; readonly end?: number | undefined } | undefined;
}

/** An object on its way in. Consume it once: as a stream, or whole. */
export interface StoredObject {
  readonly info: ObjectInfo;
  readonly body: Readable;
  /** The body as a web stream, for a `Response`. Cancelling it frees the socket. */
  stream(): ReadableStream<Uint8Array>;
  bytes(): Promise<Uint8Array>;
  /** Decoded as UTF-8. */
  text(): Promise<string>;
  /**
   * What the body says as JSON. Nobody checks that it is a `T`: give a type for objects that your program writes itself, and
   * a schema what `json()` gives for all others.
   *
   * @throws StoreError `Corrupt` when the body is not JSON
   */
  json<T = unknown>(): Promise<T>;
}

export interface CopyOptions extends CallOptions {
  /** Copy this version instead of the current object. */
  readonly versionId?: string | undefined;
  /** Of the copy; with `capabilities.storageClasses`. Default: the bucket's. */
  readonly storageClass?: string | undefined;
  /** Of the copy; with `capabilities.encryption`. Default: the bucket's. */
  readonly encryption?: Encryption | undefined;
}

export type MoveOptions = Omit<CopyOptions, 'versionId'>;

export interface CopyToOptions extends CopyOptions {
  /** As of `put`, where the copy goes through this process. */
  readonly partBytes?: number | undefined;
  /** As of `put`, where the copy goes through this process. */
  readonly onProgress?: PutOptions['onProgress'];
}

/** For every kind of listing. */
export interface ListingOptions extends CallOptions {
  /**
   * Called for what the listing shows and no request can name, such as a key whose bytes are not UTF-8. Without it such a
   * listing throws `Corrupt` at its end.
   */
  readonly onUnnameable?: ((entry: Unnameable) => void) | undefined;
}

export interface ListOptions extends ListingOptions {
  readonly delimiter?: string | undefined;
  /** Begin after this key; where keys are in order (`capabilities.list.order`). */
  readonly startAfter?: string | undefined;
  /** Entries asked for in one request; default and maximum: `capabilities.list.maxPageSize`. */
  readonly pageSize?: number | undefined;
  /**
   * In the order of their keys. Default true. What needs no order is listed much faster without it: by ranges of keys side
   * by side, where the store lists from any key on and there are many. Goes with neither `delimiter` nor `startAfter`.
   */
  readonly ordered?: boolean | undefined;
  /** Most pages asked for at the same time; in order, that is one. Default 32. */
  readonly concurrency?: number | undefined;
}

export interface ListPageOptions extends CallOptions {
  /** `nextToken` of the page before, of the same prefix and delimiter. Default: the first page. */
  readonly token?: string | undefined;
  /** Most entries; default and maximum: `capabilities.list.maxPageSize`. */
  readonly limit?: number | undefined;
  readonly delimiter?: string | undefined;
}

export interface ListedPage {
  readonly objects: readonly ObjectInfo[];
  /** The groups that `delimiter` made. */
  readonly prefixes: readonly CommonPrefix[];
  /** What the page shows and no request can name. */
  readonly unnameable: readonly Unnameable[];
  /** Absent on the last page. */
  readonly nextToken?: string | undefined;
}

export interface PresignOptions extends CallOptions {
  /** Default `GET`. */
  readonly method?: 'GET' | 'PUT' | 'HEAD' | 'DELETE' | undefined;
  /**
   * Seconds that the URL works; default 900, at most 604800 (seven days). Temporary credentials end it before, when they
   * end.
   */
  readonly expiresIn?: number | undefined;
  /**
   * Of a `PUT`: who uses the URL has to send just this `Content-Type`. Without it, who uses the URL sends none: OSS and ZOS
   * refuse one that was not signed. (`fetch` adds one by itself to a string, a form or a Blob with a type, and none to bytes.)
   * Of a `GET`: the `Content-Type` of the answer, in place of the object's.
   */
  readonly contentType?: string | undefined;
  /** Of a `GET`: the `Content-Disposition` of the answer, such as `attachment; filename="report.pdf"`. */
  readonly contentDisposition?: string | undefined;
}

export interface PresignPostOptions extends CallOptions {
  /** Seconds that the form works; default 900, at most 604800 (seven days). */
  readonly expiresIn?: number | undefined;
  /** The type that the object gets, whatever the file is. */
  readonly contentType?: string | undefined;
  /** Fewest bytes of the file. Default: none. */
  readonly minBytes?: number | undefined;
  /** Most bytes of the file. Default: what the provider takes. */
  readonly maxBytes?: number | undefined;
}

export interface DeleteOptions extends CallOptions, PassThrough {
  /** Delete this version for good. */
  readonly versionId?: string | undefined;
  /**
   * Delete only the object with this ETag, else `PreconditionFailed`; with `capabilities.conditionalDelete`. `Unconfirmed`
   * where an answer was lost and another object is there now.
   */
  readonly ifMatch?: string | undefined;
}
