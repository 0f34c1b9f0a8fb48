/** What a caller can attach to an object when writing it. */
export interface ObjectMetadata {
  /** MIME type; default `application/octet-stream`. */
  readonly contentType?: string | undefined;
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentEncoding?: string | undefined;
  /** User metadata. Names are lower-cased by HTTP services; values should be ASCII. */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** One object, as a listing or a `head` describes it. Listings leave the metadata out. */
export interface ObjectInfo extends ObjectMetadata {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly lastModified: Date;
  /** The entity tag, with its double quotes, as HTTP writes it. */
  readonly etag?: string | undefined;
  readonly versionId?: string | undefined;
  /** The provider's own name for the class, such as `STANDARD_IA`. */
  readonly storageClass?: string | undefined;
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
  /** Bytes; 0 for a delete marker. */
  readonly size: number;
  readonly lastModified: Date;
  readonly etag?: string | undefined;
  readonly storageClass?: string | undefined;
}

/** A multipart upload that was begun and neither completed nor aborted. */
export interface UploadInfo {
  readonly key: string;
  readonly uploadId: string;
  readonly initiated: Date;
}

/** What a write tells about the object it made; services do not report more without another request. */
export interface WriteResult {
  readonly key: string;
  readonly etag?: string | undefined;
  readonly versionId?: string | undefined;
}
