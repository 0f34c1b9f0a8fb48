import { StoreError, type Encryption, type WriteAttributes } from '@store/driver';
import { encodeMetadata, encryptionOf, tagHeader, type AnswerHeaders } from '@store/kit';

/** What a write attaches to its object. */
export function attributeHeaders(attributes: WriteAttributes) {
  const { contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage } = attributes;
  const { expires, metadata, storageClass, encryption, tags } = attributes;
  return {
    // Without one S3 would say binary/octet-stream.
    'content-type': contentType ?? 'application/octet-stream',
    'cache-control': cacheControl,
    'content-disposition': contentDisposition,
    'content-encoding': contentEncoding,
    'content-language': contentLanguage,
    expires: expires?.toUTCString(),
    ...metadataHeaders(metadata),
    'x-amz-storage-class': storageClass,
    ...encryptionHeaders(encryption),
    'x-amz-tagging': tags && (tagHeader(tags) || undefined),
  };
}

function metadataHeaders(metadata: WriteAttributes['metadata'] = {}): Record<string, string> {
  const entries = Object.entries(encodeMetadata(metadata));
  return Object.fromEntries(entries.map(([name, text]) => [`x-amz-meta-${name.toLowerCase()}`, text]));
}

export function encryptionHeaders(encryption: Encryption | undefined) {
  if (!encryption) return {};
  const { type, keyId } = encryption;
  return {
    'x-amz-server-side-encryption': type === 'kms' ? 'aws:kms' : type,
    'x-amz-server-side-encryption-aws-kms-key-id': keyId,
  };
}

/**
 * S3 says how it has encrypted what it was told to; a service that does not know the header passes over it.
 *
 * @throws StoreError `Corrupt` when the answer says nothing of it, or something else
 */
export function checkEncrypted(headers: AnswerHeaders, asked: Encryption | undefined): void {
  if (!asked || encryptionOf(headers, 'x-amz-')?.type === asked.type) return;
  const message = `the answer does not say that the object is encrypted with ${asked.type}: it may lie there as it is`;
  throw new StoreError('Corrupt', message, { retryable: false });
}
