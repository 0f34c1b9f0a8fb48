import type { Lifecycle, LifecycleUpdate } from './lifecycle-rules.js';
import type { Tags, WriteResult } from './objects.js';
import type {
  DriverCall,
  PassThrough,
  ListPageRequest,
  ListPage,
  ReadInfo,
  ReadRequest,
  GetRequest,
  GetResult,
  PutRequest,
  CopyRequest,
  DeleteTarget,
  RequestCharge,
  DeletedTarget,
  BatchDeleteResult,
  TrashPutRequest,
  TrashPageRequest,
  TrashPage,
  TrashedTarget,
  TrashResult,
  DeletePrefixPageRequest,
  DeletePrefixPage,
  ListVersionsPageRequest,
  ListVersionsPage,
  ListUploadsPageRequest,
  ListUploadsPage,
  CreateUploadRequest,
  UploadPartRequest,
  UploadKeptPartRequest,
  UploadPartCopyRequest,
  ListPartsPageRequest,
  ListPartsPage,
  TagsRequest,
  SetTagsRequest,
  RestoreRequest,
  CompleteUploadRequest,
  AbortUploadRequest,
  PostForm,
  PostFormRequest,
  PresignRequest,
  UrlRequest,
} from './requests.js';

/**
 * What an adapter implements: the contract between the portable layer and one provider. A plain object, made by a
 * function of the adapter's configuration: the members that every store has, and *facets* for what some have. A facet
 * carries its limits and its calls together, so what a store can do is what is there. A wrapper is `{ ...inner, … }`.
 *
 * Rules for every call:
 *
 * - **One call is one provider request.** No loops over pages, no retries, no batching, no pacing, no
 *   policy; turn the SDK's own retries off. All of that happens once, above.
 * - **Keys arrive valid**: not empty, well-formed, within `keys.maxBytes`. They are sent byte for byte. A driver that
 *   cannot send a key faithfully throws `InvalidArgument`; it never sends another.
 * - **Failures are `StoreError`s**, translated at the adapter's edge, with the provider's own code, HTTP
 *   status and request id where there are any, and with `retryable` and `retryAfterMs` set truthfully.
 *   No secret appears in one.
 * - **`call.signal` ends the request**, the socket included, and rejects with `Aborted`.
 */
export interface StoreDriver {
  /** The provider's name as written in configurations: `s3`, `oss`, `fs`, … */
  readonly provider: string;
  /**
   * Where it is, as a URL without secrets: the same for every driver of one bucket, and for no other. A journal names it, so
   * that no run goes on in another store.
   */
  readonly place: string;
  /**
   * Where its requests go over a network, as people know it and without secrets: `http://127.0.0.1:9000`, `AWS S3 in eu-west-1`.
   * With it, a service that has not answered yet is not waited for as long as one that has. Default: nowhere.
   */
  readonly endpoint?: string | undefined;
  readonly keys: {
    /** Longest key in bytes of UTF-8. */
    readonly maxBytes: number;
    /**
     * Keys are paths of files: none has an empty segment, `.` or `..`, and what is a file cannot be the directory of another.
     * `put` refuses the former with `InvalidArgument`, the latter with `Conflict`. Default false: any key.
     */
    readonly paths?: boolean | undefined;
  };
  readonly list: ListFacet;
  readonly read: ReadFacet;
  readonly write: WriteFacet;
  readonly delete: DeleteFacet;
  /** One request that deletes many keys. */
  readonly batch?: BatchFacet | undefined;
  /** What is deleted can be put aside, and be brought back. */
  readonly trash?: TrashFacet | undefined;
  /** The service deletes by prefix itself. */
  readonly prefixDelete?: PrefixDeleteFacet | undefined;
  /** Uploads in parts. Without them, `write.put` has to take a body of any size in one call. */
  readonly multipart?: MultipartFacet | undefined;
  /** Incomplete uploads in parts, whoever began them. */
  readonly uploads?: UploadsFacet | undefined;
  /** Versions and delete markers; with it every `versionId` of a request means something. */
  readonly versions?: VersionsFacet | undefined;
  /** Objects carry tags, in `write.put` too. */
  readonly tags?: TagsFacet | undefined;
  readonly lifecycle?: LifecycleFacet | undefined;
  /** Asks an archived object back; resolves when the provider has begun, and when it is back already or on its way. */
  readonly restore?: Call<RestoreRequest, void> | undefined;
  /** A URL for one request without credentials. */
  readonly presign?: Call<PresignRequest, string> | undefined;
  /** Forms for browsers. */
  readonly postForms?: PostFormsFacet | undefined;
  /** The URL of an object, unsigned: it works where the object may be read by anybody. */
  readonly url?: Call<UrlRequest, string> | undefined;
  /** Frees sockets, timers and files. Calling it again does nothing. */
  readonly close: () => Promise<void>;
}

/** One request to the provider. */
export type Call<Request, Result> = (request: Request, call: DriverCall) => Promise<Result>;

export interface ListFacet {
  /**
   * `utf8`: keys come in ascending order of their UTF-8 bytes, and a listing can begin after any key. `none`: in no order
   * to rely on.
   */
  readonly order: 'utf8' | 'none';
  /** Most entries that one page can have. */
  readonly maxPageSize: number;
  /** Which delimiters group keys: any string, the slash alone, or none. */
  readonly delimiter: 'any' | 'slash' | 'none';
  /**
   * One page of current objects whose key begins with `prefix`. Reports `truncated` and `nextToken` as the
   * service gave them, even where they contradict each other: judging that is the caller's task.
   */
  readonly page: Call<ListPageRequest, ListPage>;
}

export interface ReadFacet {
  /** @throws StoreError `NotFound` when there is no such object (or its latest version is a delete marker). */
  readonly head: Call<ReadRequest, ReadInfo>;
  /** Resolves when the body begins to arrive. Destroying the body frees its socket. @throws as `head` */
  readonly get: Call<GetRequest, GetResult>;
}

export interface WriteFacet {
  /** `put` takes a body as a stream of unknown length in one call. */
  readonly streaming: boolean;
  /** `put` with `ifAbsent`: write only where there is no object yet, atomically. */
  readonly ifAbsent: boolean;
  /** `put` with `ifMatch`: replace only the object with this ETag, atomically. */
  readonly ifMatch: boolean;
  /** `storageClass` on `put` and `copy`. */
  readonly storageClasses: boolean;
  /** False: nothing of `ObjectMetadata` is kept; a type may follow from the name. Default true. */
  readonly metadata?: boolean | undefined;
  /** `lastModified` on `put`. Default false. */
  readonly lastModified?: boolean | undefined;
  /** `encryption` on `put`, `copy` and uploads. Default false. */
  readonly encryption?: boolean | undefined;
  /** `record` on `put` and `multipart.complete`, and on reads. Default false. */
  readonly records?: boolean | undefined;
  /** Writes the whole object or nothing. The body is a stream only where `streaming` is true. */
  readonly put: Call<PutRequest, WriteResult>;
  /** Copies on the provider's side, metadata included. @throws StoreError `NotFound` when `from` is not there */
  readonly copy: Call<CopyRequest, WriteResult>;
}

export interface DeleteFacet {
  /**
   * `ifMatch` on deletes: inside a batch too, on single deletes alone, or not. Some services ignore the condition
   * and delete anyway, so a driver says yes only where the service has been seen to honour it.
   */
  readonly ifMatch: 'batch' | 'single' | false;
  /** Which of the {@link PassThrough} options the provider has. */
  readonly passThrough: readonly (keyof PassThrough)[];
  /** Deletes one key, or one version. Resolves too when it was not there, as on S3. */
  readonly one: Call<DeleteTarget, DeletedTarget & RequestCharge>;
}

export interface BatchFacet {
  /** Most keys in one request. */
  readonly maxKeys: number;
  /** Longest request body in bytes, reckoned with each key as escaped XML; unlimited when absent. */
  readonly maxBytes?: number | undefined;
  /** `xml`: keys with characters outside XML 1.0 must go in requests of their own. */
  readonly keys: 'any' | 'xml';
  /**
   * The answer names what was deleted and nothing else: why a key was not, only a delete of that key alone tells.
   */
  readonly silentFailures?: boolean | undefined;
  /**
   * The provider's multi-object delete. Names in `deleted` and `failed` what the *answer* says and nothing
   * else: a target that the answer does not account for is in neither list. An answer that is not a delete
   * result (empty body, another document) is an error `Corrupt`, however good its status.
   *
   * @throws StoreError when the request failed as a whole; `Unsupported` when the service does not know the
   * call, `InvalidArgument` when it refused this batch for what is in it.
   */
  readonly delete: Call<readonly DeleteTarget[], BatchDeleteResult>;
}

/**
 * Deleted objects that are kept, in bins, apart from all keys. An object moves as a whole: at every moment, a crash included,
 * it is under its key or in the trash.
 */
export interface TrashFacet {
  /** Most objects in one call. */
  readonly maxKeys: number;
  /** As `batch.delete`, but what is deleted goes into a bin. Of a key that is in it already there are two then. */
  readonly put: Call<TrashPutRequest, BatchDeleteResult>;
  /** One page of what is in the trash, bin by bin; of a key in a bin, what was deleted last comes first. */
  readonly page: Call<TrashPageRequest, TrashPage>;
  /** Moves objects back under their keys. `PreconditionFailed` for one whose key has an object now: that one stays. */
  readonly restore: Call<readonly TrashedTarget[], TrashResult>;
  /** Deletes from the trash for good. Done, too, for what was not there. */
  readonly purge: Call<readonly TrashedTarget[], TrashResult>;
}

export interface PrefixDeleteFacet {
  /** Most keys that one request deletes. */
  readonly maxKeys: number;
  /**
   * Has the service delete up to `maxKeys` current objects under a prefix. Names what the answer names and nothing else.
   *
   * @throws StoreError `Unsupported` when the answer is none of this call: nothing was deleted by it
   */
  readonly page: Call<DeletePrefixPageRequest, DeletePrefixPage>;
}

/** What the parts of an upload may be like. */
export interface PartLimits {
  /** Smallest part in bytes; the last one may be smaller. */
  readonly minPartBytes: number;
  /** Largest part in bytes. */
  readonly maxPartBytes: number;
  readonly maxParts: number;
  /** All parts but the last have to have the same size. Default false. */
  readonly equalParts?: boolean | undefined;
}

export interface MultipartFacet extends PartLimits {
  /** Largest object in bytes that one request copies; larger ones are copied by parts. Unlimited when absent. */
  readonly maxCopyBytes?: number | undefined;
  /** Begins an upload in parts and resolves to its id. */
  readonly create: Call<CreateUploadRequest, string>;
  /** Sends one part and resolves to its ETag. Sending a part number again replaces that part. */
  readonly part: Call<UploadPartRequest, string>;
  /** As `part`, for bytes that are not in memory: little of them is held at a time. */
  readonly keptPart?: Call<UploadKeptPartRequest, string> | undefined;
  /** Copies a range of an object into a part and resolves to its ETag. */
  readonly copyPart: Call<UploadPartCopyRequest, string>;
  /** One page of the parts of an upload that have arrived, in order. */
  readonly parts: Call<ListPartsPageRequest, ListPartsPage>;
  /** Joins the parts; nothing is visible under the key before. */
  readonly complete: Call<CompleteUploadRequest, WriteResult>;
  /** Gives an upload up and frees its parts. Resolves too when it was not there. */
  readonly abort: Call<AbortUploadRequest, void>;
}

export interface UploadsFacet {
  /** One page of incomplete uploads. */
  readonly page: Call<ListUploadsPageRequest, ListUploadsPage>;
  /** As `multipart.abort`. */
  readonly abort: Call<AbortUploadRequest, void>;
}

export interface VersionsFacet {
  /**
   * One page of versions and delete markers: all of a key together, the latest first, the others newest first as
   * far as the service tells.
   */
  readonly page: Call<ListVersionsPageRequest, ListVersionsPage>;
  /** Whether what is written now gets a version of its own; absent where the service does not say. */
  readonly state?: ((call: DriverCall) => Promise<VersioningState>) | undefined;
}

/** `off`: never turned on. `suspended`: what was kept is there, and new writes replace the version `null`. */
export type VersioningState = 'off' | 'enabled' | 'suspended';

export interface TagsFacet {
  /** The tags of an object. @throws StoreError `NotFound` */
  readonly get: Call<TagsRequest, Tags>;
  /** Replaces all tags of an object, by none too. @throws StoreError `NotFound` */
  readonly set: Call<SetTagsRequest, void>;
}

/** Forms by which a browser uploads one object without credentials. */
export interface PostFormsFacet {
  /** A form can say how large its file may be, and which type the object gets. */
  readonly limits: boolean;
  readonly sign: Call<PostFormRequest, PostForm>;
}

/** Lifecycle rules, which the provider carries out by itself. */
export interface LifecycleFacet {
  readonly maxRules: number;
  /** Two rules may expire the same keys. */
  readonly overlap: boolean;
  /**
   * `s3`: the `raw` of a rule is the text of a `Rule` element as S3 has it, and `extra` a `LifecycleDocumentRest`, so
   * that a document in S3's words can be handed on.
   */
  readonly document?: 's3' | undefined;
  /** All rules of the bucket. */
  readonly get: (call: DriverCall) => Promise<Lifecycle>;
  /** Replaces all rules of the bucket, by none too. */
  readonly put: Call<LifecycleUpdate, void>;
}
