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
  isTruncated,
  joinMarkers,
  markerIn,
  objectEntries,
  partEntries,
  splitMarkers,
  uploadEntries,
  versionEntries,
} from './listed.js';
import { given, type Requests } from './requests.js';
import { parseAnswer, textIn } from './xml.js';

const ENCODED = { 'encoding-type': 'url' };

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
    const page = parseAnswer(data, 'ListBucketResult');
    return {
      ...objectEntries(page),
      truncated: isTruncated(page),
      nextToken: textIn(page, 'NextContinuationToken'),
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
    const page = parseAnswer(data, 'ListBucketResult');
    const truncated = isTruncated(page);
    return {
      ...objectEntries(page),
      truncated,
      nextToken: truncated ? markerIn(page, 'NextMarker') : undefined,
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
    const page = parseAnswer(data, 'ListVersionsResult');
    const truncated = isTruncated(page);
    return {
      ...versionEntries(page),
      truncated,
      nextToken: truncated ? joinMarkers(page, 'NextKeyMarker', 'NextVersionIdMarker') : undefined,
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
    const page = parseAnswer(data, 'ListMultipartUploadsResult');
    const truncated = isTruncated(page);
    return {
      ...uploadEntries(page),
      truncated,
      nextToken: truncated ? joinMarkers(page, 'NextKeyMarker', 'NextUploadIdMarker') : undefined,
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
    const page = parseAnswer(data, 'ListPartsResult');
    return {
      parts: partEntries(page),
      truncated: isTruncated(page),
      nextToken: textIn(page, 'NextPartNumberMarker'),
    };
  });
}
