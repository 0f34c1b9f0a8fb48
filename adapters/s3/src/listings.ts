import {
  GetBucketVersioningCommand,
  ListMultipartUploadsCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
} from '@aws-sdk/client-s3';
import {
  compareKeys,
  type DriverCall,
  type ListFacet,
  type ListPage,
  type UploadsFacet,
  type VersionsFacet,
} from '@store/core';
import {
  ListingDocument,
  objectsPage,
  splitMarkers,
  uploadsPage,
  versioningState,
  versionsPage,
} from '@store/kit';
import { documentOf } from './answer-check.js';
import { listParameters } from './pass-through.js';
import type { Requests } from './requests.js';

/** ListObjectsV2 goes on by a token; ListObjects, version 1, behind a key. */
export function listFacet(requests: Requests): ListFacet {
  const { orderedList, delimiter: delimiters, listVersion } = requests.quirks;
  return {
    order: orderedList ? 'utf8' : 'none',
    maxPageSize: 1000,
    delimiter: delimiters,
    page({ prefix, token, startAfter, maxKeys, delimiter, brief }, call) {
      const asked = { ...shared(requests, prefix, call), MaxKeys: maxKeys, Delimiter: delimiter };
      if (listVersion === 2) {
        const command = new ListObjectsV2Command({
          ...asked,
          ContinuationToken: token,
          StartAfter: startAfter,
        });
        return requests.send('list', undefined, call, command, (answer) =>
          objectsPage(pageOf(answer), brief),
        );
      }
      const marker = token ?? startAfter;
      // Room for the marker itself, which some services list once more.
      const MaxKeys = marker !== undefined && maxKeys === 1 ? 2 : maxKeys;
      const command = new ListObjectsCommand({ ...asked, Marker: marker, MaxKeys });
      return requests.send('list', undefined, call, command, (answer) =>
        pageBehind(marker, pageOf(answer), brief),
      );
    },
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

function pageBehind(marker: string | undefined, document: ListingDocument, brief?: boolean): ListPage {
  const page = objectsPage(document, brief);
  // CTYUN OOS has been seen to list the marker itself once more.
  const objects = page.objects[0]?.key === marker ? page.objects.slice(1) : page.objects;
  const nextToken = page.truncated ? (document.marker('NextMarker') ?? lastKey(document, marker)) : undefined;
  return { ...page, objects, nextToken };
}

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
    state(call) {
      const command = new GetBucketVersioningCommand({ Bucket: requests.bucket });
      return requests.send('versioning', undefined, call, command, (answer) =>
        versioningState(documentOf(answer).textOf('Status')),
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
