import type {
  DriverCall,
  ListPage,
  ListPageRequest,
  ListPartsPage,
  ListPartsPageRequest,
  ListUploadsPage,
  ListUploadsPageRequest,
  ListVersionsPage,
  ListVersionsPageRequest,
} from '@store/core';
import {
  joinMarkers,
  listedInfo,
  ListingDocument,
  newestFirst,
  partInfo,
  splitMarkers,
  uploadInfo,
  versionInfo,
} from '@store/kit';
import { given, type Requests } from './requests.js';
import { parseAnswer } from './xml.js';

const ENCODED = { 'encoding-type': 'url' };

/** OSS encodes a space as `%20`, so a `+` is a plus (its SDKs' tests). */
function pageOf(data: Buffer, root: string): ListingDocument {
  return new ListingDocument(parseAnswer(data, root), false);
}

/** Objects and common prefixes. */
function objectsOf(page: ListingDocument): Pick<ListPage, 'objects' | 'prefixes' | 'unnameable'> {
  const objects = page.entries(['Contents'], listedInfo);
  const prefixes = page.entries(['CommonPrefixes'], (_entry, prefix) => ({ prefix }));
  return {
    objects: objects.found,
    prefixes: prefixes.found,
    unnameable: [...objects.unnameable, ...prefixes.unnameable],
  };
}

/** Two markers as one token, for listings that go on by both. */
function tokenOf(page: ListingDocument, keyMarker: string, idMarker: string): string | undefined {
  const key = page.truncated ? page.marker(keyMarker) : undefined;
  return key === undefined ? undefined : joinMarkers(key, page.word(idMarker));
}

/** ListObjectsV2: goes on by a token. */
export async function listObjectsV2(
  requests: Requests,
  { prefix, token, startAfter, maxKeys, delimiter }: ListPageRequest,
  call: DriverCall,
): Promise<ListPage> {
  const { data } = await requests.send('list', undefined, call, {
    method: 'GET',
    query: {
      ...ENCODED,
      'max-keys': String(maxKeys),
      ...given({ prefix, delimiter, 'list-type': '2', 'start-after': startAfter }),
    },
    subres: given({ 'continuation-token': token }),
  });
  return requests.read('list', () => {
    const page = pageOf(data, 'ListBucketResult');
    return {
      ...objectsOf(page),
      truncated: page.truncated,
      nextToken: page.word('NextContinuationToken'),
    };
  });
}

/** ListObjects, version 1: goes on behind a key. */
export async function listObjectsV1(
  requests: Requests,
  { prefix, token, startAfter, maxKeys, delimiter }: ListPageRequest,
  call: DriverCall,
): Promise<ListPage> {
  const { data } = await requests.send('list', undefined, call, {
    method: 'GET',
    query: {
      ...ENCODED,
      'max-keys': String(maxKeys),
      ...given({ prefix, delimiter, marker: token ?? startAfter }),
    },
  });
  return requests.read('list', () => {
    const page = pageOf(data, 'ListBucketResult');
    return {
      ...objectsOf(page),
      truncated: page.truncated,
      nextToken: page.truncated ? page.marker('NextMarker') : undefined,
    };
  });
}

/** ListObjectVersions. */
export async function listVersions(
  requests: Requests,
  { prefix, token, startAfter, maxKeys }: ListVersionsPageRequest,
  call: DriverCall,
): Promise<ListVersionsPage> {
  const [key, version] = token === undefined ? [startAfter, undefined] : splitMarkers(token);
  const { data } = await requests.send('listVersions', undefined, call, {
    method: 'GET',
    query: {
      ...ENCODED,
      'max-keys': String(maxKeys),
      ...given({ prefix, 'key-marker': key, 'version-id-marker': version }),
    },
    subres: { versions: '' },
  });
  return requests.read('listVersions', () => {
    const page = pageOf(data, 'ListVersionsResult');
    const { found, unnameable } = page.flatEntries(['Version', 'DeleteMarker'], versionInfo);
    return {
      versions: newestFirst(found),
      unnameable,
      truncated: page.truncated,
      nextToken: tokenOf(page, 'NextKeyMarker', 'NextVersionIdMarker'),
    };
  });
}

/** ListMultipartUploads. */
export async function listUploads(
  requests: Requests,
  { prefix, token, maxUploads }: ListUploadsPageRequest,
  call: DriverCall,
): Promise<ListUploadsPage> {
  const [key, id] = token === undefined ? [] : splitMarkers(token);
  const { data } = await requests.send('listUploads', undefined, call, {
    method: 'GET',
    query: {
      ...ENCODED,
      'max-uploads': String(maxUploads),
      ...given({ prefix, 'key-marker': key, 'upload-id-marker': id }),
    },
    subres: { uploads: '' },
  });
  return requests.read('listUploads', () => {
    const page = pageOf(data, 'ListMultipartUploadsResult');
    const { found, unnameable } = page.flatEntries(['Upload'], uploadInfo);
    return {
      uploads: found,
      unnameable,
      truncated: page.truncated,
      nextToken: tokenOf(page, 'NextKeyMarker', 'NextUploadIdMarker'),
    };
  });
}

/** ListParts. */
export async function listParts(
  requests: Requests,
  { key, uploadId, token, maxParts }: ListPartsPageRequest,
  call: DriverCall,
): Promise<ListPartsPage> {
  const { data } = await requests.send('put', key, call, {
    method: 'GET',
    subres: { uploadId },
    query: { 'max-parts': String(maxParts), ...given({ 'part-number-marker': token }) },
  });
  return requests.read('put', () => {
    const root = parseAnswer(data, 'ListPartsResult');
    const page = new ListingDocument(root, false);
    return {
      parts: root.all('Part').flatMap((part) => partInfo(part) ?? []),
      truncated: page.truncated,
      nextToken: page.word('NextPartNumberMarker'),
    };
  });
}
