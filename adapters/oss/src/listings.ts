import type {
  DriverCall,
  ListFacet,
  ListPage,
  ListPageRequest,
  UploadsFacet,
  VersionsFacet,
} from '@store/core';
import { ListingDocument, objectsPage, splitMarkers, uploadsPage, versionsPage } from '@store/kit';
import { given, type Requests } from './requests.js';
import { parseAnswer } from './xml.js';

const ENCODED = { 'encoding-type': 'url' };

/** OSS encodes a space as `%20`, so a `+` is a plus (its SDKs' tests). */
function pageOf(data: Buffer, root: string): ListingDocument {
  return new ListingDocument(parseAnswer(data, root), false);
}

export function listFacet(requests: Requests, listVersion: 1 | 2 = 2): ListFacet {
  const list = listVersion === 1 ? listObjectsV1 : listObjectsV2;
  return {
    order: 'utf8',
    maxPageSize: 1000,
    delimiter: 'any',
    page: (request, call) => list(requests, request, call),
  };
}

/** ListObjectsV2: goes on by a token. */
function listObjectsV2(
  requests: Requests,
  { prefix, token, startAfter, maxKeys, delimiter }: ListPageRequest,
  call: DriverCall,
): Promise<ListPage> {
  const sent = {
    method: 'GET',
    query: {
      ...ENCODED,
      'max-keys': String(maxKeys),
      ...given({ prefix, delimiter, 'list-type': '2', 'start-after': startAfter }),
    },
    subres: given({ 'continuation-token': token }),
  } as const;
  return requests.send('list', undefined, call, sent, ({ data }) =>
    objectsPage(pageOf(data, 'ListBucketResult')),
  );
}

/** ListObjects, version 1: goes on behind a key. */
function listObjectsV1(
  requests: Requests,
  { prefix, token, startAfter, maxKeys, delimiter }: ListPageRequest,
  call: DriverCall,
): Promise<ListPage> {
  const sent = {
    method: 'GET',
    query: {
      ...ENCODED,
      'max-keys': String(maxKeys),
      ...given({ prefix, delimiter, marker: token ?? startAfter }),
    },
  } as const;
  return requests.send('list', undefined, call, sent, ({ data }) => {
    const document = pageOf(data, 'ListBucketResult');
    const page = objectsPage(document);
    return { ...page, nextToken: page.truncated ? document.marker('NextMarker') : undefined };
  });
}

/** ListObjectVersions. */
export function versionsFacet(requests: Requests): VersionsFacet {
  return {
    async page({ prefix, token, startAfter, maxKeys }, call) {
      const [key, version] = token === undefined ? [startAfter, undefined] : splitMarkers(token);
      const sent = {
        method: 'GET',
        query: {
          ...ENCODED,
          'max-keys': String(maxKeys),
          ...given({ prefix, 'key-marker': key, 'version-id-marker': version }),
        },
        subres: { versions: '' },
      } as const;
      return requests.send('listVersions', undefined, call, sent, ({ data }) =>
        versionsPage(pageOf(data, 'ListVersionsResult')),
      );
    },
  };
}

/** ListMultipartUploads. */
export function uploadsFacet(requests: Requests, abort: UploadsFacet['abort']): UploadsFacet {
  return {
    async page({ prefix, token, maxUploads }, call) {
      const [key, id] = token === undefined ? [] : splitMarkers(token);
      const sent = {
        method: 'GET',
        query: {
          ...ENCODED,
          'max-uploads': String(maxUploads),
          ...given({ prefix, 'key-marker': key, 'upload-id-marker': id }),
        },
        subres: { uploads: '' },
      } as const;
      return requests.send('listUploads', undefined, call, sent, ({ data }) =>
        uploadsPage(pageOf(data, 'ListMultipartUploadsResult')),
      );
    },
    abort,
  };
}
