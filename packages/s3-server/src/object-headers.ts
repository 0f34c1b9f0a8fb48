import type { Encryption, ObjectInfo, RestoreState } from '@store/driver';
import { encodeWords } from './http/encoded-words.js';
import type { Query } from './http/query.js';
import { RESPONSE_HEADERS } from './response-headers.js';

export const META = 'x-amz-meta-';
export const ENCRYPTION = 'x-amz-server-side-encryption';
export const KMS_KEY = 'x-amz-server-side-encryption-aws-kms-key-id';

/** What a name in HTTP may be: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;

export function versionHeader(versionId: string | undefined): Record<string, string> {
  return versionId === undefined ? {} : { 'x-amz-version-id': versionId };
}

/** Of those that came with a body and were found right, as S3 says them again. */
export function checksumHeaders(digests: ReadonlyMap<string, string>): Record<string, string> {
  return Object.fromEntries([...digests].filter(([name]) => name.startsWith('x-amz-checksum-')));
}

/** By algorithm, as headers. */
export function headersOfChecksums(checksums: Readonly<Record<string, string>>): Record<string, string> {
  const named = Object.entries(checksums).map(([name, value]) => [`x-amz-checksum-${name}`, value] as const);
  return Object.fromEntries(named);
}

/** Those that came with a body, by algorithm. */
export function checksumsIn(digests: ReadonlyMap<string, string>): Record<string, string> {
  const prefix = 'x-amz-checksum-';
  const sums = [...digests].filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(sums.map(([name, value]) => [name.slice(prefix.length), value]));
}

export function encryptionHeaders(encryption: Encryption | undefined): Record<string, string> {
  if (!encryption) return {};
  const { type, keyId } = encryption;
  return {
    [ENCRYPTION]: type === 'kms' ? 'aws:kms' : type,
    ...(keyId === undefined ? {} : { [KMS_KEY]: keyId }),
  };
}

export function restoreHeader({ ongoing, until }: RestoreState): string {
  if (ongoing) return 'ongoing-request="true"';
  return `ongoing-request="false", expiry-date="${until?.toUTCString()}"`;
}

/** What an answer says about an object, but for its length. */
export function infoHeaders(info: ObjectInfo): Record<string, string> {
  const metadata = Object.entries(info.metadata ?? {});
  const sayable = metadata.filter(([name]) => TOKEN.test(name));
  const missing = metadata.length - sayable.length;
  const optional = {
    'content-type': headerText(info.contentType),
    'cache-control': headerText(info.cacheControl),
    'content-disposition': headerText(info.contentDisposition),
    'content-encoding': headerText(info.contentEncoding),
    'content-language': headerText(info.contentLanguage),
    expires: info.expires?.toUTCString(),
    etag: info.etag,
    'x-amz-storage-class': info.storageClass,
    'x-amz-restore': info.restore && restoreHeader(info.restore),
    'x-amz-tagging-count': info.tagCount ? String(info.tagCount) : undefined,
    ...versionHeader(info.versionId),
    ...encryptionHeaders(info.encryption),
    ...Object.fromEntries(sayable.map(([name, value]) => [META + name, encodeWords(value)])),
    // As S3 says that an object has metadata which HTTP cannot carry.
    'x-amz-missing-meta': missing > 0 ? String(missing) : undefined,
    'last-modified': info.lastModified?.toUTCString(),
  };
  const present = Object.entries(optional).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return { ...Object.fromEntries(present), 'accept-ranges': 'bytes' };
}

/** What the query asks for in place of the object's headers. */
export function wishedHeaders(query: Query): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of RESPONSE_HEADERS) {
    const text = headerText(query.get(`response-${name}`));
    if (text !== undefined) headers[name] = text;
  }
  return headers;
}

/**
 * Other headers of an object in HTTP: byte for byte as they came, and as UTF-8 where they never were a header. No control
 * characters, which would be other headers.
 */
function headerText(text: string | undefined): string | undefined {
  const line = text?.replaceAll(/\p{Cc}/gu, ' ');
  return line === undefined || /^[\0-\xff]*$/.test(line) ? line : Buffer.from(line).toString('latin1');
}
