import {
  compareKeys,
  type DriverCall,
  type ListFacet,
  type ListPage,
  type UploadsFacet,
  type VersionsFacet,
} from '@store/driver';
import {
  ListingDocument,
  objectsPage,
  splitMarkers,
  uploadsPage,
  versioningState,
  versionsPage,
  type UnsignedRequest,
  type XmlElement,
} from '@store/kit';
import { listHeaders } from './pass-through.js';
import type { Requests } from './requests.js';

/** ListObjectsV2 goes on by a token; ListObjects, version 1, behind a key. */
export function listFacet(requests: Requests): ListFacet {
  const { orderedList, delimiter: delimiters, listVersion } = requests.quirks;
  return {
    order: orderedList ? 'utf8' : 'none',
    maxPageSize: 1000,
    delimiter: delimiters,
    page({ prefix, token, startAfter, maxKeys, delimiter, brief }, call) {
      const shared = { prefix, delimiter };
      if (listVersion === 2) {
        const query = { ...shared, 'list-type': 2, 'continuation-token': token, 'start-after': startAfter };
        const request = listing(call, { ...query, 'max-keys': maxKeys });
        return requests.ask('list', call, request, 'ListBucketResult', (root) =>
          objectsPage(pageOf(root), brief),
        );
      }
      const marker = token ?? startAfter;
      // Room for the marker itself, which some services list once more.
      const most = marker !== undefined && maxKeys === 1 ? 2 : maxKeys;
      const request = listing(call, { ...shared, marker, 'max-keys': most });
      return requests.ask('list', call, request, 'ListBucketResult', (root) =>
        pageBehind(marker, pageOf(root), brief),
      );
    },
  };
}

function listing({ pass }: DriverCall, query: UnsignedRequest['query']): UnsignedRequest {
  return { method: 'GET', query: { 'encoding-type': 'url', ...query }, headers: listHeaders(pass) };
}

/** S3 encodes keys as forms do, with `+` for a space. */
function pageOf(root: XmlElement): ListingDocument {
  return new ListingDocument(root, true);
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
      const request = listing(call, {
        versions: '',
        prefix,
        // Both, or some services (Ceph) list the same page for ever.
        'key-marker': keyMarker,
        'version-id-marker': versionMarker,
        'max-keys': maxKeys,
      });
      return requests.ask('listVersions', call, request, 'ListVersionsResult', (root) =>
        versionsPage(pageOf(root)),
      );
    },
    state(call) {
      const request = { method: 'GET', query: { versioning: '' } } as const;
      return requests.ask('versioning', call, request, 'VersioningConfiguration', (root) =>
        versioningState(root.textOf('Status')),
      );
    },
  };
}

/** ListMultipartUploads. */
export function uploadsFacet(requests: Requests, abort: UploadsFacet['abort']): UploadsFacet {
  return {
    async page({ prefix, token, maxUploads }, call) {
      const [keyMarker, idMarker] = splitMarkers(token);
      const markers = { 'key-marker': keyMarker, 'upload-id-marker': idMarker };
      const request = listing(call, { uploads: '', prefix, ...markers, 'max-uploads': maxUploads });
      return requests.ask('listUploads', call, request, 'ListMultipartUploadsResult', (root) =>
        uploadsPage(pageOf(root)),
      );
    },
    abort,
  };
}
