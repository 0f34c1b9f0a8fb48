import {
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3';
import {
  compareKeys,
  type DriverCall,
  type ListFacet,
  type UploadsFacet,
  type VersionsFacet,
} from '@store/core';
import { ListingDocument, objectsPage, splitMarkers, uploadsPage, versionsPage } from '@store/kit';
import { documentOf } from './answer-check.js';
import { listParameters } from './pass-through.js';
import type { Requests } from './requests.js';

export function listFacet(requests: Requests): ListFacet {
  const { orderedList, delimiter, listVersion } = requests.quirks;
  const page = (listVersion === 1 ? listObjectsV1 : listObjectsV2)(requests);
  return {
    order: orderedList ? 'utf8' : 'none',
    maxPageSize: 1000,
    delimiter,
    page,
  };
}

/** What every listing asks with. */
function shared({ bucket }: Requests, prefix: string, { pass }: DriverCall) {
  return { Bucket: bucket, Prefix: prefix, EncodingType: 'url' as const, ...listParameters(pass) };
}

/** S3 encodes keys as forms do, with `+` for a space. */
function pageOf(answer: object): ListingDocument {
  return new ListingDocument(documentOf(answer), true);
}

/** ListObjectsV2: goes on by a token. */
const listObjectsV2 =
  (requests: Requests): ListFacet['page'] =>
  ({ prefix, token, startAfter, maxKeys, delimiter }, call) => {
    const command = new ListObjectsV2Command({
      ...shared(requests, prefix, call),
      ContinuationToken: token,
      StartAfter: startAfter,
      MaxKeys: maxKeys,
      Delimiter: delimiter,
    });
    return requests.send('list', undefined, call, command, (answer) => objectsPage(pageOf(answer)));
  };

/** ListObjects, version 1: goes on behind a key. */
const listObjectsV1 =
  (requests: Requests): ListFacet['page'] =>
  ({ prefix, token, startAfter, maxKeys, delimiter }, call) => {
    const marker = token ?? startAfter;
    const command = new ListObjectsCommand({
      ...shared(requests, prefix, call),
      Marker: marker,
      // Room for the marker itself, which some services list once more.
      MaxKeys: marker !== undefined && maxKeys === 1 ? 2 : maxKeys,
      Delimiter: delimiter,
    });
    return requests.send('list', undefined, call, command, (answer) => {
      const document = pageOf(answer);
      const page = objectsPage(document);
      // CTYUN OOS has been seen to list the marker itself once more.
      const objects = page.objects[0]?.key === marker ? page.objects.slice(1) : page.objects;
      const nextToken = page.truncated
        ? (document.marker('NextMarker') ?? lastKey(document, marker))
        : undefined;
      return { ...page, objects, nextToken };
    });
  };

/** Without a delimiter the service does not name the next marker: it is the last key. */
function lastKey(document: ListingDocument, marker: string | undefined): string | undefined {
  const last = ['Contents', 'CommonPrefixes'].flatMap((kind) => document.lastKey(kind) ?? []);
  return last
    .filter((key) => key !== marker)
    .sort(compareKeys)
    .at(-1);
}

/** ListObjectVersions. */
export function versionsFacet(requests: Requests): VersionsFacet {
  return {
    async page({ prefix, token, startAfter, maxKeys }, call) {
      const [keyMarker, versionMarker] = splitMarkers(token, startAfter);
      const command = new ListObjectVersionsCommand({
        ...shared(requests, prefix, call),
        // Both, or some services (Ceph) list the same page for ever.
        KeyMarker: keyMarker,
        VersionIdMarker: versionMarker,
        MaxKeys: maxKeys,
      });
      return requests.send('listVersions', undefined, call, command, (answer) =>
        versionsPage(pageOf(answer)),
      );
    },
  };
}

/** ListMultipartUploads. */
export function uploadsFacet(requests: Requests, abort: UploadsFacet['abort']): UploadsFacet {
  return {
    async page({ prefix, token, maxUploads }, call) {
      const [keyMarker, idMarker] = splitMarkers(token);
      const command = new ListMultipartUploadsCommand({
        ...shared(requests, prefix, call),
        KeyMarker: keyMarker,
        UploadIdMarker: idMarker,
        MaxUploads: maxUploads,
      });
      return requests.send('listUploads', undefined, call, command, (answer) => uploadsPage(pageOf(answer)));
    },
    abort,
  };
}
