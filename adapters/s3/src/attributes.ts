import type { GetObjectCommandOutput, HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import type { ObjectInfo, ObjectMetadata } from '@store/core';

/** What a write attaches to its object. */
export function putAttributes(attributes: ObjectMetadata) {
  const { contentType, cacheControl, contentDisposition, contentEncoding, metadata } = attributes;
  return {
    // The SDK would send none, and S3 would say binary/octet-stream.
    ContentType: contentType ?? 'application/octet-stream',
    CacheControl: cacheControl,
    ContentDisposition: contentDisposition,
    ContentEncoding: contentEncoding,
    Metadata: metadata && { ...metadata },
  };
}

/** What an answer with an object says about it; of the whole object, when it brings a range. */
export function bodyInfo(key: string, answer: HeadObjectCommandOutput | GetObjectCommandOutput): ObjectInfo {
  const total = /\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1];
  return {
    key,
    size: total === undefined ? (answer.ContentLength ?? 0) : Number(total),
    lastModified: answer.LastModified ?? new Date(0),
    etag: answer.ETag,
    versionId: answer.VersionId,
    storageClass: answer.StorageClass,
    contentType: answer.ContentType,
    cacheControl: answer.CacheControl,
    contentDisposition: answer.ContentDisposition,
    contentEncoding: answer.ContentEncoding,
    metadata: answer.Metadata ?? {},
  };
}
