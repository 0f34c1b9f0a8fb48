import {
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
} from '@aws-sdk/client-s3';
import type {
  CommonPrefix,
  DriverCall,
  ListPage,
  ListPageRequest,
  ListPartsPage,
  ListPartsPageRequest,
  ListUploadsPage,
  ListUploadsPageRequest,
  ListVersionsPage,
  ListVersionsPageRequest,
  ObjectInfo,
} from '@store/core';
import {
  joinMarkers,
  listedInfo,
  ListingDocument,
  newestFirst,
  nextMarker,
  partInfo,
  sendable,
  splitMarkers,
  uploadInfo,
  versionInfo,
  type Entries,
} from '@store/kit';
import { documentOf } from './answer-check.js';
import { listParameters } from './pass-through.js';
import type { Requests } from './requests.js';

/** What every listing asks with. */
function shared({ bucket }: Requests, prefix: string, { pass }: DriverCall) {
  return { Bucket: bucket, Prefix: prefix, EncodingType: 'url' as const, ...listParameters(pass) };
}

/** S3 encodes keys as forms do, with `+` for a space. */
function pageOf(answer: object): ListingDocument {
  return new ListingDocument(documentOf(answer), true);
}

/** ListObjectsV2: goes on by a token. */
export async function listObjectsV2(
  requests: Requests,
  { prefix, token, startAfter, maxKeys, delimiter }: ListPageRequest,
  call: DriverCall,
): Promise<ListPage> {
  const command = new ListObjectsV2Command({
    ...shared(requests, prefix, call),
    ContinuationToken: token,
    StartAfter: startAfter,
    MaxKeys: maxKeys,
    Delimiter: delimiter,
  });
  return requests.run('list', undefined, call, async (abortSignal) => {
    const page = pageOf(await requests.client.send(command, { abortSignal }));
    const { objects, prefixes } = entriesOf(page);
    return {
      objects: objects.found,
      prefixes: prefixes.found,
      unnameable: [...objects.unnameable, ...prefixes.unnameable],
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
  const marker = token ?? startAfter;
  const command = new ListObjectsCommand({
    ...shared(requests, prefix, call),
    Marker: marker,
    // Room for the marker itself, which some services list once more.
    MaxKeys: marker !== undefined && maxKeys === 1 ? 2 : maxKeys,
    Delimiter: delimiter,
  });
  return requests.run('list', undefined, call, async (abortSignal) => {
    const page = pageOf(await requests.client.send(command, { abortSignal }));
    const { objects, prefixes } = entriesOf(page);
    // CTYUN OOS has been seen to list the marker itself once more.
    const found = objects.found[0]?.key === marker ? objects.found.slice(1) : objects.found;
    return {
      objects: found,
      prefixes: prefixes.found,
      unnameable: [...objects.unnameable, ...prefixes.unnameable],
      truncated: page.truncated,
      nextToken: page.truncated
        ? (page.marker('NextMarker') ?? lastEntry({ ...objects, found }, prefixes))
        : undefined,
    };
  });
}

/** Without a delimiter the service does not name the next marker: it is the last key. */
function lastEntry(objects: Entries<ObjectInfo>, prefixes: Entries<CommonPrefix>): string | undefined {
  for (const { last } of [objects, prefixes]) if (last) sendable(last);
  return nextMarker(objects.found, prefixes.found);
}

function entriesOf(page: ListingDocument) {
  return {
    objects: page.entries(['Contents'], listedInfo),
    prefixes: page.entries(['CommonPrefixes'], (_entry, prefix) => ({ prefix })),
  };
}

/** ListObjectVersions. */
export async function listVersions(
  requests: Requests,
  { prefix, token, startAfter, maxKeys }: ListVersionsPageRequest,
  call: DriverCall,
): Promise<ListVersionsPage> {
  const [keyMarker, versionMarker] = token === undefined ? [startAfter, undefined] : splitMarkers(token);
  const command = new ListObjectVersionsCommand({
    ...shared(requests, prefix, call),
    // Both, or some services (Ceph) list the same page for ever.
    KeyMarker: keyMarker,
    VersionIdMarker: versionMarker,
    MaxKeys: maxKeys,
  });
  return requests.run('listVersions', undefined, call, async (abortSignal) => {
    const page = pageOf(await requests.client.send(command, { abortSignal }));
    const { found, unnameable } = page.flatEntries(['Version', 'DeleteMarker'], versionInfo);
    return {
      versions: newestFirst(found),
      unnameable,
      truncated: page.truncated,
      nextToken: tokenOf(page, 'NextVersionIdMarker'),
    };
  });
}

/** ListMultipartUploads. */
export async function listUploads(
  requests: Requests,
  { prefix, token, maxUploads }: ListUploadsPageRequest,
  call: DriverCall,
): Promise<ListUploadsPage> {
  const [keyMarker, idMarker] = token === undefined ? [] : splitMarkers(token);
  const command = new ListMultipartUploadsCommand({
    ...shared(requests, prefix, call),
    KeyMarker: keyMarker,
    UploadIdMarker: idMarker,
    MaxUploads: maxUploads,
  });
  return requests.run('listUploads', undefined, call, async (abortSignal) => {
    const page = pageOf(await requests.client.send(command, { abortSignal }));
    const { found, unnameable } = page.flatEntries(['Upload'], uploadInfo);
    return {
      uploads: found,
      unnameable,
      truncated: page.truncated,
      nextToken: tokenOf(page, 'NextUploadIdMarker'),
    };
  });
}

/** ListParts. */
export async function listParts(
  requests: Requests,
  { key, uploadId, token, maxParts }: ListPartsPageRequest,
  call: DriverCall,
): Promise<ListPartsPage> {
  const command = new ListPartsCommand({
    Bucket: requests.bucket,
    Key: key,
    UploadId: uploadId,
    PartNumberMarker: token,
    MaxParts: maxParts,
  });
  return requests.run('put', key, call, async (abortSignal) => {
    const answer = await requests.client.send(command, { abortSignal });
    const page = pageOf(answer);
    return {
      parts: documentOf(answer)
        .all('Part')
        .flatMap((part) => partInfo(part) ?? []),
      truncated: page.truncated,
      nextToken: page.word('NextPartNumberMarker'),
    };
  });
}

function tokenOf(page: ListingDocument, idMarker: string): string | undefined {
  // The last page of some services has an old or an empty one.
  const key = page.truncated ? page.marker('NextKeyMarker') : undefined;
  return key === undefined ? undefined : joinMarkers(key, page.word(idMarker));
}
