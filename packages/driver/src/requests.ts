import type { Readable } from 'node:stream';
import type { FailureReason } from './errors.js';
import type {
  CommonPrefix,
  Encryption,
  ObjectInfo,
  PartInfo,
  Tags,
  UploadInfo,
  VersionInfo,
  WriteAttributes,
} from './objects.js';
import type { UploadRecord } from './upload-record.js';

// What the calls of a driver take and give; the calls themselves are in driver.ts.

/** What accompanies every call. */
export interface DriverCall {
  readonly signal?: AbortSignal | undefined;
  /** Only what `delete.passThrough` names. */
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
  /** Begin after this key (exclusive). Sent with the first page only, and only where keys are in order. */
  readonly startAfter?: string | undefined;
  /** Most entries wanted; the service may give fewer. */
  readonly maxKeys: number;
  /** Group keys that go on after this string behind the prefix. */
  readonly delimiter?: string | undefined;
  /** Nobody looks at more of the objects than their keys and sizes: what else the service says may be left out. */
  readonly brief?: boolean | undefined;
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
  /** As {@link LeftOut.at}. */
  readonly at?: string | undefined;
}

/**
 * Something that stands among the objects of a listing, is none, and is left out on purpose: a symbolic link, a socket. What others
 * have under its name must not be taken for something that is missing here.
 */
export interface LeftOut {
  /** For people, as the name of an {@link Unnameable}. */
  readonly name: string;
  /**
   * Where it stands: the key that an object in its place would have, or, with `/` at the end, how the keys of those begin that would be
   * under it. Nobody knows of keys that are this one, or are under it. Absent where no key can be so.
   */
  readonly at?: string | undefined;
  /** What it is, in one of it: `symbolic link`, `socket`. */
  readonly kind: string;
  /** It leads to a directory, or may: objects may be under it. */
  readonly directory?: boolean | undefined;
  /** It was to be followed, and leads nowhere or in circles. */
  readonly failure?: FailureReason | undefined;
}

export interface ListPage {
  readonly objects: readonly ObjectInfo[];
  /** The groups that `delimiter` made. */
  readonly prefixes: readonly CommonPrefix[];
  readonly unnameable?: readonly Unnameable[] | undefined;
  /** Default: none. */
  readonly leftOut?: readonly LeftOut[] | undefined;
  /** What the service says: there is more. */
  readonly truncated: boolean;
  readonly nextToken?: string | undefined;
}

export interface ReadRequest {
  readonly key: string;
  readonly versionId?: string | undefined;
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  /** Tell the object's {@link UploadRecord}, too; only where `write.records` is true. */
  readonly record?: boolean | undefined;
}

export interface GetRequest extends ReadRequest {
  /** Bytes `start` to `end`, both inclusive; without `end`, to the end of the object. */
  readonly range?: { readonly start: number; readonly end?: number | undefined } | undefined;
  /**
   * Who asks holds a body of up to so many bytes in memory anyway: a driver may read one that is not longer before it answers, and
   * give it as a `WholeBody`. Default: it comes as it flows.
   */
  readonly wholeBytes?: number | undefined;
}

/** What a read tells of its object. */
export interface ReadInfo extends ObjectInfo {
  /** To who asked for it, where there is one. */
  readonly record?: UploadRecord | undefined;
}

export interface GetResult {
  /** Of the whole object, whatever the range. */
  readonly info: ReadInfo;
  /** Of the state that `info` tells of: when the object changes meanwhile, the rest of that state or an error. */
  readonly body: Readable;
}

export interface PutRequest extends WriteAttributes {
  readonly key: string;
  readonly body: Uint8Array | Readable;
  /** Fail with `PreconditionFailed` when the key exists. */
  readonly ifAbsent?: boolean | undefined;
  /** Fail with `PreconditionFailed` unless the key's ETag is this one. */
  readonly ifMatch?: string | undefined;
  /** What the object says of itself; only where `write.lastModified` is true. */
  readonly lastModified?: Date | undefined;
  /** What is kept beside the object, asked for when the body has been taken; only where `write.records` is true. */
  readonly record?: (() => UploadRecord | undefined) | undefined;
}

export interface CopyRequest {
  readonly from: string;
  readonly fromVersionId?: string | undefined;
  readonly to: string;
  /** Of the copy; default: the one that the bucket has for new objects. */
  readonly storageClass?: string | undefined;
  /** Of the copy, as {@link storageClass}. */
  readonly encryption?: Encryption | undefined;
}

export interface DeleteTarget {
  readonly key: string;
  /** Delete this version for good, instead of the current object. */
  readonly versionId?: string | undefined;
  /** Delete only the object with this ETag, else `PreconditionFailed`. As far as `delete.ifMatch` says. */
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

export interface TrashPutRequest {
  /** Letters, digits, `-` and `.`: what is deleted together is in one bin. Made when it is not there. */
  readonly bin: string;
  readonly targets: readonly DeleteTarget[];
}

/** One object in the trash. */
export interface TrashedTarget {
  readonly bin: string;
  readonly key: string;
  /** Tells it from others of its key in the bin. Opaque. */
  readonly id: string;
}

export interface TrashedObject extends TrashedTarget {
  /** When it was deleted. */
  readonly trashedAt: Date;
  /** Bytes. Absent when nobody can say. */
  readonly size?: number | undefined;
}

export interface TrashPageRequest {
  /** Default: all bins. */
  readonly bin?: string | undefined;
  readonly token?: string | undefined;
  readonly maxKeys: number;
}

export interface TrashPage {
  readonly objects: readonly TrashedObject[];
  readonly truncated: boolean;
  readonly nextToken?: string | undefined;
}

export interface TrashResult {
  readonly done: readonly TrashedTarget[];
  readonly failed: readonly (TrashedTarget & { readonly reason: FailureReason })[];
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
  /** Begin after all versions of this key. Sent with the first page only, and only where keys are in order. */
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

export interface UploadKeptPartRequest extends Omit<UploadPartRequest, 'body'> {
  readonly body: KeptBody;
}

/** Bytes that are kept outside of memory, as in a file, and can be read from the start again. */
export interface KeptBody {
  /** In bytes. */
  readonly size: number;
  /** All of them, once more. Whoever opens it reads it to its end, or destroys it. */
  readonly open: () => Readable;
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
  /** What is kept beside the object; only where `write.records` is true. */
  readonly record?: UploadRecord | undefined;
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
  /** Of a `PUT`: what has to be sent; of a `GET`: what the answer says. */
  readonly contentType?: string | undefined;
  /** Of a `GET`: what the answer says. */
  readonly contentDisposition?: string | undefined;
}

export interface PostFormRequest {
  readonly key: string;
  /** How long the form works, in seconds. */
  readonly expiresIn: number;
  /** The type that the object gets, whatever the file is. */
  readonly contentType?: string | undefined;
  /** Fewest and most bytes of the file. */
  readonly minBytes?: number | undefined;
  readonly maxBytes?: number | undefined;
}

/** What a browser sends with a file, as `multipart/form-data`: the fields first, and the file, named `file`, last. */
export interface PostForm {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface UrlRequest {
  readonly key: string;
}
