import type { Encryption, WriteAttributes } from '@store/driver';
import { encodeMetadata, tagHeader } from '@store/kit';

/** What a write attaches to its object. */
export function attributeHeaders(attributes: WriteAttributes): Record<string, string> {
  const { contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage } = attributes;
  const { expires, metadata = {}, storageClass, encryption, tags } = attributes;
  const own = Object.entries(encodeMetadata(metadata)).map(
    ([name, value]) => [`x-oss-meta-${name.toLowerCase()}`, value] as const,
  );
  const headers = {
    // The SDK would guess it from the key.
    'Content-Type': contentType ?? 'application/octet-stream',
    'Cache-Control': cacheControl,
    'Content-Disposition': contentDisposition,
    'Content-Encoding': contentEncoding,
    'Content-Language': contentLanguage,
    Expires: expires?.toUTCString(),
    'x-oss-storage-class': storageClass,
    ...encryptionHeaders(encryption),
    'x-oss-tagging': tags && tagHeader(tags),
    ...Object.fromEntries(own),
  };
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** https://www.alibabacloud.com/help/en/oss/user-guide/server-side-encryption-8 */
export function encryptionHeaders(encryption: Encryption | undefined) {
  return {
    'x-oss-server-side-encryption': encryption?.type === 'kms' ? 'KMS' : encryption?.type,
    'x-oss-server-side-encryption-key-id': encryption?.keyId,
  };
}
