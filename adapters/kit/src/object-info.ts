import type { Encryption, ObjectInfo, RestoreState, Tags } from '@store/driver';
import { sizeFact, timeFact } from './facts.js';
import { decodeMetadata } from './metadata-headers.js';
import { undocumented } from './undocumented.js';

/** Of an answer, as Node has them: lower-case names. */
export type AnswerHeaders = Readonly<Record<string, string | string[] | undefined>>;

export function headerOf(headers: AnswerHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** The entity tag in the document of a write, with its quotes, which Ceph leaves out there (measured with 16.2). */
export function quotedEtag(etag: string): string {
  return /^(?:W\/)?"/.test(etag) ? etag : `"${etag}"`;
}

/** Every answer about an object's bytes has one; a page of a proxy with a good status has none. */
export function etagOf(headers: AnswerHeaders): string {
  const etag = headerOf(headers, 'etag');
  if (etag) return etag;
  throw undocumented('the answer has no ETag');
}

/**
 * What an answer with an object says about it; of the whole object, when it brings a range.
 *
 * @param own what the provider's own headers begin with: `x-amz-`
 */
export function objectInfo(key: string, headers: AnswerHeaders, own: string): ObjectInfo {
  const of = (name: string): string | undefined => headerOf(headers, name);
  const total = /\/(\d+)$/.exec(of('content-range') ?? '')?.[1];
  const meta = `${own}meta-`;
  const metadata = Object.keys(headers)
    .filter((name) => name.startsWith(meta))
    .map((name) => [name.slice(meta.length), of(name) ?? ''] as const);
  return {
    key,
    size: sizeFact(total ?? of('content-length')),
    lastModified: timeFact(of('last-modified')),
    etag: of('etag'),
    versionId: of(`${own}version-id`),
    storageClass: of(`${own}storage-class`),
    restore: restoreState(of(`${own}restore`)),
    encryption: encryptionOf(headers, own),
    tagCount: sizeFact(of(`${own}tagging-count`)),
    contentType: of('content-type'),
    cacheControl: of('cache-control'),
    contentDisposition: of('content-disposition'),
    contentEncoding: of('content-encoding'),
    contentLanguage: of('content-language'),
    expires: timeFact(of('expires')),
    metadata: decodeMetadata(Object.fromEntries(metadata)),
  };
}

/** What encryption is called in the headers of S3, and of OSS. */
const ENCRYPTIONS: ReadonlyMap<string | undefined, Encryption['type']> = new Map([
  ['AES256', 'AES256'],
  ['aws:kms', 'kms'],
  ['KMS', 'kms'],
]);

/** How an answer says that an object is encrypted; undefined when it says nothing, or another way. */
export function encryptionOf(headers: AnswerHeaders, own: string): Encryption | undefined {
  const name = `${own}server-side-encryption`;
  const type = ENCRYPTIONS.get(headerOf(headers, name));
  if (type === undefined) return undefined;
  const keyId = headerOf(headers, `${name}-aws-kms-key-id`) ?? headerOf(headers, `${name}-key-id`);
  return type === 'kms' && keyId !== undefined ? { type, keyId } : { type };
}

/** `ongoing-request="false", expiry-date="Fri, 21 Dec 2012 00:00:00 GMT"` */
export function restoreState(header: string | undefined): RestoreState | undefined {
  if (header === undefined) return undefined;
  const until = timeFact(/expiry-date="([^"]+)"/.exec(header)?.[1]);
  return { ongoing: header.includes('ongoing-request="true"'), ...(until ? { until } : {}) };
}

/** Tags as the header of a write has them. Spaces as `%20`: Ceph takes a `+` for a plus (measured). */
export function tagHeader(tags: Tags): string {
  return Object.entries(tags)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
}
