import type { ObjectInfo, RestoreState, Tags, WriteAttributes } from '@store/core';
import { decodeMetadata, encodeMetadata, sizeFact, timeFact, undocumented } from '@store/kit';

const META = 'x-oss-meta-';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

export function headerOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Every answer about an object's bytes has one; a page of a proxy with a good status has none. */
export function etagOf(headers: Headers): string {
  const etag = headerOf(headers, 'etag');
  if (etag) return etag;
  throw undocumented('the answer has no ETag');
}

/** What a write attaches to its object. */
export function attributeHeaders(attributes: WriteAttributes): Record<string, string> {
  const { contentType, cacheControl, contentDisposition, contentEncoding, metadata = {} } = attributes;
  const { storageClass, tags } = attributes;
  const headers = {
    // The SDK would guess it from the key.
    'Content-Type': contentType ?? 'application/octet-stream',
    'Cache-Control': cacheControl,
    'Content-Disposition': contentDisposition,
    'Content-Encoding': contentEncoding,
    'x-oss-storage-class': storageClass,
    'x-oss-tagging': tags && tagHeader(tags),
    ...Object.fromEntries(
      Object.entries(encodeMetadata(metadata)).map(([name, value]) => [META + name.toLowerCase(), value]),
    ),
  };
  return Object.fromEntries(
    Object.entries(headers).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Spaces as `%20`: Ceph takes a `+` for a plus (measured). */
function tagHeader(tags: Tags): string {
  return Object.entries(tags)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&');
}

/** `ongoing-request="false", expiry-date="Sun, 16 Apr 2017 08:12:33 GMT"` */
function restoreState(header: string | undefined): RestoreState | undefined {
  if (header === undefined) return undefined;
  const expiry = /expiry-date="([^"]+)"/.exec(header)?.[1];
  const until = timeFact(expiry);
  return { ongoing: header.includes('ongoing-request="true"'), ...(until ? { until } : {}) };
}

/** What an answer with an object says about it; of the whole object, when it brings a range. */
export function infoOf(key: string, headers: Headers): ObjectInfo {
  const total = /\/(\d+)$/.exec(headerOf(headers, 'content-range') ?? '')?.[1];
  const metadata: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    if (name.startsWith(META)) metadata[name.slice(META.length)] = headerOf(headers, name) ?? '';
  }
  return {
    key,
    size: sizeFact(total ?? headerOf(headers, 'content-length')),
    lastModified: timeFact(headerOf(headers, 'last-modified')),
    etag: headerOf(headers, 'etag'),
    versionId: headerOf(headers, 'x-oss-version-id'),
    storageClass: headerOf(headers, 'x-oss-storage-class'),
    restore: restoreState(headerOf(headers, 'x-oss-restore')),
    contentType: headerOf(headers, 'content-type'),
    cacheControl: headerOf(headers, 'cache-control'),
    contentDisposition: headerOf(headers, 'content-disposition'),
    contentEncoding: headerOf(headers, 'content-encoding'),
    metadata: decodeMetadata(metadata),
  };
}
