import type { StorageClass } from '@aws-sdk/client-s3';
import type { WriteAttributes } from '@store/core';
import { encodeMetadata, tagHeader } from '@store/kit';

/** What a write attaches to its object. */
export function putAttributes(attributes: WriteAttributes) {
  const { contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage } = attributes;
  const { expires, metadata, storageClass, tags } = attributes;
  return {
    // The SDK would send none, and S3 would say binary/octet-stream.
    ContentType: contentType ?? 'application/octet-stream',
    CacheControl: cacheControl,
    ContentDisposition: contentDisposition,
    ContentEncoding: contentEncoding,
    ContentLanguage: contentLanguage,
    Expires: expires,
    Metadata: metadata && encodeMetadata(metadata),
    StorageClass: storageClassOf(storageClass),
    Tagging: tags && tagHeader(tags),
  };
}

export function storageClassOf(name: string | undefined): StorageClass | undefined {
  // Other services have classes that the SDK's type does not name; it sends any text.
  return name as StorageClass | undefined;
}
