import type { GetObjectCommandOutput, HeadObjectCommandOutput, StorageClass } from '@aws-sdk/client-s3';
import type { ObjectInfo, RestoreState, Tags, WriteAttributes } from '@store/core';
import { decodeMetadata, encodeMetadata, sizeFact, timeFact } from '@store/kit';

/** What a write attaches to its object. */
export function putAttributes(attributes: WriteAttributes) {
  const { contentType, cacheControl, contentDisposition, contentEncoding, metadata } = attributes;
  const { storageClass, tags } = attributes;
  return {
    // The SDK would send none, and S3 would say binary/octet-stream.
    ContentType: contentType ?? 'application/octet-stream',
    CacheControl: cacheControl,
    ContentDisposition: contentDisposition,
    ContentEncoding: contentEncoding,
    Metadata: metadata && encodeMetadata(metadata),
    StorageClass: storageClassOf(storageClass),
    Tagging: tags && tagHeader(tags),
  };
}

export function storageClassOf(name: string | undefined): StorageClass | undefined {
  // Other services have classes that the SDK's type does not name; it sends any text.
  return name as StorageClass | undefined;
}

/** Spaces as `%20`: Ceph takes a `+` for a plus (measured). */
function tagHeader(tags: Tags): string {
  return Object.entries(tags)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
}

/** `ongoing-request="false", expiry-date="Fri, 21 Dec 2012 00:00:00 GMT"` */
function restoreState(header: string | undefined): RestoreState | undefined {
  if (header === undefined) return undefined;
  const expiry = /expiry-date="([^"]+)"/.exec(header)?.[1];
  const until = timeFact(expiry);
  return { ongoing: header.includes('ongoing-request="true"'), ...(until ? { until } : {}) };
}

/** What an answer with an object says about it; of the whole object, when it brings a range. */
export function bodyInfo(key: string, answer: HeadObjectCommandOutput | GetObjectCommandOutput): ObjectInfo {
  const total = /\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1];
  return {
    key,
    size: sizeFact(total ?? answer.ContentLength),
    lastModified: timeFact(answer.LastModified),
    etag: answer.ETag,
    versionId: answer.VersionId,
    storageClass: answer.StorageClass,
    restore: restoreState(answer.Restore),
    contentType: answer.ContentType,
    cacheControl: answer.CacheControl,
    contentDisposition: answer.ContentDisposition,
    contentEncoding: answer.ContentEncoding,
    metadata: decodeMetadata(answer.Metadata ?? {}),
  };
}
