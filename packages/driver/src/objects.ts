/**
 * What a caller can attach to an object when writing it; with `capabilities.metadata`. The headers that are texts take printable
 * ASCII without a space at either
 * end; an empty one is as good as none.
 */
export interface ObjectMetadata {
  /** MIME type; default `application/octet-stream`. */
  readonly contentType?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentEncoding?: string | undefined;
  /** Languages of its readers: `de, en`. */
  readonly contentLanguage?: string | undefined;
  /** The header `Expires`: until when caches may keep it. In whole seconds: what is beyond them is cut off. */
  readonly expires?: Date | undefined;
  /**
   * User metadata. Names are those of headers (letters, digits and ``!#$%&'*+-.^_`|~``), kept in lower case; two that differ
   * by case alone are refused. Values are any text without control characters, and without white space at either end. All
   * of them together take 2 KiB at most, as they are sent: a value outside of printable ASCII travels as encoded words (RFC
   * 2047), longer than its UTF-8 by two thirds.
   */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** How the provider encrypts an object that it keeps. */
export interface Encryption {
  /** `AES256`: with keys of the provider's own; `kms`: with a key of its key service. */
  readonly type: 'AES256' | 'kms';
  /** With `kms`: which key, by the provider's own name. Default: the one that the bucket or the provider has for that. */
  readonly keyId?: string | undefined;
}

/** What a write can say about its object besides {@link ObjectMetadata}. */
export interface WriteAttributes extends ObjectMetadata {
  /** The provider's own name for the class, such as `STANDARD_IA`; with `capabilities.storageClasses`. */
  readonly storageClass?: string | undefined;
  /** Names and values; with `capabilities.tags`. */
  readonly tags?: Tags | undefined;
  /** With `capabilities.encryption`; default: what the bucket says. */
  readonly encryption?: Encryption | undefined;
}

/** Labels that rules of the provider (lifecycle, access) can name; unlike metadata they can change later. */
export type Tags = Readonly<Record<string, string>>;

/** How far an archived object is on its way back. */
export interface RestoreState {
  /** The restore was begun and is not done: the object cannot be read yet. */
  readonly ongoing: boolean;
  /** Until when the restored copy can be read. */
  readonly until?: Date | undefined;
}

/** One object, as a listing or a `head` describes it. Listings leave the metadata out. */
export interface ObjectInfo extends ObjectMetadata {
  readonly key: string;
  /** Bytes. Absent when the service did not say, or said what is no size. */
  readonly size?: number | undefined;
  /** Absent when the service did not say, or said what is no time. */
  readonly lastModified?: Date | undefined;
  /** The entity tag, with its double quotes, as HTTP writes it. */
  readonly etag?: string | undefined;
  readonly versionId?: string | undefined;
  /** The provider's own name for the class, such as `STANDARD_IA`. */
  readonly storageClass?: string | undefined;
  /** Of an archived object that was asked back; from `head` and `get`. */
  readonly restore?: RestoreState | undefined;
  /** How many tags it has; from `head` and `get`, where the service says so. */
  readonly tagCount?: number | undefined;
  /** From `head` and `get`, where the service says so. */
  readonly encryption?: Encryption | undefined;
}

/** A group of keys that a listing with a delimiter does not enter. */
export interface CommonPrefix {
  readonly prefix: string;
}

/** One version of an object, or a delete marker. */
export interface VersionInfo {
  readonly key: string;
  readonly versionId: string;
  readonly isLatest: boolean;
  readonly deleteMarker: boolean;
  /** Bytes; 0 for a delete marker. Absent when the service did not say. */
  readonly size?: number | undefined;
  /** Absent when the service did not say. */
  readonly lastModified?: Date | undefined;
  readonly etag?: string | undefined;
  readonly storageClass?: string | undefined;
}

/** A multipart upload that was begun and neither completed nor aborted. */
export interface UploadInfo {
  readonly key: string;
  readonly uploadId: string;
  /** Absent when the service did not say. */
  readonly initiated?: Date | undefined;
}

/** A part of an upload that has arrived. */
export interface PartInfo {
  readonly partNumber: number;
  /** Bytes. */
  readonly size: number;
  readonly etag: string;
  /** Absent when the service did not say. */
  readonly lastModified?: Date | undefined;
}

/** What a write tells about the object it made; services do not report more without another request. */
export interface WriteResult {
  readonly key: string;
  readonly etag?: string | undefined;
  readonly versionId?: string | undefined;
  /** Bytes that are stored now, where the store counts them as it writes. */
  readonly size?: number | undefined;
}
