import { createHash } from 'node:crypto';
import type { ObjectMetadata } from '@store/core';

/** One version of one key; a delete marker has no body. */
export interface StoredVersion {
  readonly versionId: string;
  /** Grows with every write; a listing goes on by it when the version it ended at is gone. */
  readonly sequence: number;
  readonly body: Uint8Array | undefined;
  readonly etag: string;
  readonly lastModified: Date;
  readonly metadata: ObjectMetadata;
}

/** The id that S3 gives to what is written while versioning is off or suspended. */
export const NULL_VERSION = 'null';

/** The quoted MD5 of a body, as S3 makes it for objects that came in one part. */
export function entityTag(body: Uint8Array): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

/** S3's tag for objects that came in parts: the MD5 of the parts' MD5s, and how many they were. */
export function multipartEntityTag(parts: readonly Uint8Array[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(createHash('md5').update(part).digest());
  return `"${hash.digest('hex')}-${parts.length}"`;
}

/** The attributes of a write, apart from everything else in its request. */
export function metadataOf(request: ObjectMetadata): ObjectMetadata {
  const { contentType, cacheControl, contentDisposition, contentEncoding, metadata } = request;
  return {
    contentType: contentType ?? 'application/octet-stream',
    cacheControl,
    contentDisposition,
    contentEncoding,
    metadata: { ...metadata },
  };
}
