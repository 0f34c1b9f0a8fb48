import {
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
} from '@aws-sdk/client-s3';
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
import { listDecoder } from './list-decoding.js';
import { listedInfo, nextMarker, uploadInfo, versionInfos } from './listed.js';
import { joinMarkers, splitMarkers } from './page-token.js';
import { listParameters } from './pass-through.js';
import type { Requests } from './requests.js';

/** What every listing asks with. */
function shared({ bucket }: Requests, prefix: string, { pass }: DriverCall) {
  return { Bucket: bucket, Prefix: prefix, EncodingType: 'url' as const, ...listParameters(pass) };
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
    const page = await requests.client.send(command, { abortSignal });
    return {
      ...entriesOf(page),
      truncated: page.IsTruncated ?? false,
      nextToken: page.NextContinuationToken,
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
    const page = await requests.client.send(command, { abortSignal });
    const { objects: listed, prefixes } = entriesOf(page);
    // CTYUN OOS has been seen to list the marker itself once more.
    const objects = listed[0]?.key === marker ? listed.slice(1) : listed;
    const { NextMarker, IsTruncated: truncated = false } = page;
    // Without a delimiter the service does not name the next marker: it is the last key.
    const next =
      NextMarker === undefined ? nextMarker(objects, prefixes) : listDecoder(page.EncodingType)(NextMarker);
    return { objects, prefixes, truncated, nextToken: truncated ? next : undefined };
  });
}

function entriesOf({
  EncodingType,
  Contents = [],
  CommonPrefixes = [],
}: {
  readonly EncodingType?: string | undefined;
  readonly Contents?: readonly Parameters<typeof listedInfo>[0][] | undefined;
  readonly CommonPrefixes?: readonly { readonly Prefix?: string | undefined }[] | undefined;
}): Pick<ListPage, 'objects' | 'prefixes'> {
  const decode = listDecoder(EncodingType);
  return {
    objects: Contents.map((object) => listedInfo(object, decode)),
    prefixes: CommonPrefixes.map(({ Prefix }) => ({ prefix: decode(Prefix) })),
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
    const page = await requests.client.send(command, { abortSignal });
    const decode = listDecoder(page.EncodingType);
    return {
      versions: versionInfos(page.Versions ?? [], page.DeleteMarkers ?? [], decode),
      truncated: page.IsTruncated ?? false,
      nextToken: tokenOf(page.NextKeyMarker, page.NextVersionIdMarker, decode),
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
    const page = await requests.client.send(command, { abortSignal });
    const decode = listDecoder(page.EncodingType);
    return {
      uploads: (page.Uploads ?? []).map((upload) => uploadInfo(upload, decode)),
      truncated: page.IsTruncated ?? false,
      nextToken: tokenOf(page.NextKeyMarker, page.NextUploadIdMarker, decode),
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
    const {
      Parts = [],
      IsTruncated,
      NextPartNumberMarker,
    } = await requests.client.send(command, {
      abortSignal,
    });
    return {
      parts: Parts.map(({ PartNumber = 0, Size = 0, ETag = '' }) => ({
        partNumber: PartNumber,
        size: Size,
        etag: ETag,
      })),
      truncated: IsTruncated ?? false,
      nextToken: NextPartNumberMarker,
    };
  });
}

function tokenOf(
  key: string | undefined,
  id: string | undefined,
  decode: (text: string | undefined) => string,
): string | undefined {
  return key === undefined ? undefined : joinMarkers(decode(key), id);
}
