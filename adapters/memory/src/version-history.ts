import { createHash } from 'node:crypto';
import {
  metadataOf,
  type Encryption,
  type ObjectMetadata,
  type Tags,
  type UploadRecord,
  type WriteAttributes,
} from '@store/driver';

/** One version of one key; a delete marker has no body. */
export interface StoredVersion {
  readonly versionId: string;
  /** Grows with every write; a listing goes on by it when the version it ended at is gone. */
  readonly sequence: number;
  readonly body: Uint8Array | undefined;
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  readonly metadata: ObjectMetadata;
  readonly storageClass?: string | undefined;
  /** As it was asked for, for those who pretend to be a service that encrypts: nothing is. */
  readonly encryption?: Encryption | undefined;
  readonly record?: UploadRecord | undefined;
  tags?: Tags | undefined;
  /** Of an archived object that was asked back; milliseconds since the epoch. */
  restored?: { readonly from: number; readonly until: number } | undefined;
}

/** What a write says about its version. */
export type VersionAttributes = Pick<StoredVersion, 'metadata' | 'storageClass' | 'encryption' | 'tags'>;

/** The id that S3 gives to what is written while versioning is off or suspended. */
export const NULL_VERSION = 'null';

/** The body, tag and attributes that most objects in a test share are stored once: a million keys have to fit. */
export const EMPTY_BODY: Uint8Array = Buffer.alloc(0);
const EMPTY_TAG = `"${createHash('md5').digest('hex')}"`;
const DEFAULT_TYPE = 'application/octet-stream';
const PLAIN: ObjectMetadata = Object.freeze({ contentType: DEFAULT_TYPE, metadata: Object.freeze({}) });

/** The quoted MD5 of a body, as S3 makes it for objects that came in one part. */
export function entityTag(body: Uint8Array): string {
  if (body.length === 0) return EMPTY_TAG;
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

/** S3's tag for objects that came in parts: the MD5 of the parts' MD5s, and how many they were. */
export function multipartEntityTag(parts: readonly Uint8Array[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(createHash('md5').update(part).digest());
  return `"${hash.digest('hex')}-${parts.length}"`;
}

/** The attributes of a write, apart from everything else in its request. */
export function attributesOf(request: WriteAttributes): VersionAttributes {
  const { storageClass, encryption, tags } = request;
  const metadata = keptMetadata(request);
  // Without the fields where they are empty: a million versions have to fit.
  return {
    metadata,
    ...(storageClass && { storageClass }),
    ...(encryption && { encryption: { ...encryption } }),
    ...(tags && { tags: { ...tags } }),
  };
}

function keptMetadata(request: ObjectMetadata): ObjectMetadata {
  const { contentType = DEFAULT_TYPE, metadata, ...others } = metadataOf(request);
  const special = contentType !== DEFAULT_TYPE || Object.values(others).some((value) => value !== undefined);
  if (!special && isEmpty(metadata)) return PLAIN;
  return { ...others, contentType, metadata: { ...metadata } };
}

function isEmpty(metadata: ObjectMetadata['metadata']): boolean {
  return metadata === undefined || Object.keys(metadata).length === 0;
}
