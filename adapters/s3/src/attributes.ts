import type { StorageClass } from '@aws-sdk/client-s3';
import { StoreError, type Encryption, type WriteAttributes } from '@store/core';
import { encodeMetadata, encryptionOf, tagHeader } from '@store/kit';
import { responseOf } from './answer-check.js';

/** What a write attaches to its object. */
export function putAttributes(attributes: WriteAttributes) {
  const { contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage } = attributes;
  const { expires, metadata, storageClass, encryption, tags } = attributes;
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
    ...encryptionInput(encryption),
    Tagging: tags && tagHeader(tags),
  };
}

export function encryptionInput(encryption: Encryption | undefined) {
  if (!encryption) return {};
  const { type, keyId } = encryption;
  return { ServerSideEncryption: type === 'kms' ? 'aws:kms' : type, SSEKMSKeyId: keyId } as const;
}

/**
 * S3 says how it has encrypted what it was told to; a service that does not know the header passes over it.
 *
 * @throws StoreError `Corrupt` when the answer says nothing of it, or something else
 */
export function checkEncrypted(answer: object, asked: Encryption | undefined): void {
  if (!asked || encryptionOf(responseOf(answer).headers, 'x-amz-')?.type === asked.type) return;
  const message = `the answer does not say that the object is encrypted with ${asked.type}: it may lie there as it is`;
  throw new StoreError('Corrupt', message, { retryable: false });
}

export function storageClassOf(name: string | undefined): StorageClass | undefined {
  // Other services have classes that the SDK's type does not name; it sends any text.
  return name as StorageClass | undefined;
}
