import {
  compareKeys,
  type DriverCall,
  type ListFacet,
  type ListPage,
  type UploadsFacet,
  type VersionsFacet,
} from '@store/driver';
import { ListingDocument } from '../listing-document.js';
import { objectsPage, uploadsPage, versionsPage } from '../listing-pages.js';
import { splitMarkers } from '../page-token.js';
import type { UnsignedRequest } from '../request-target.js';
import { versioningState } from '../versioning-state.js';
import { listHeaders } from './deletes.js';
import type { Service } from './service.js';

/** How a service lists. */
export interface ListForm extends Pick<ListFacet, 'order' | 'delimiter'> {
  /** ListObjectsV2 goes on by a token; ListObjects, version 1, behind a key. */
  readonly version: 1 | 2;
}

/** ListObjects. */
export function listFacet(service: Service, { version, ...facts }: ListForm): ListFacet {
  return {
    ...facts,
    maxPageSize: 1000,
    page({ prefix, token, startAfter, maxKeys, delimiter, brief }, call) {
      const marker = token ?? startAfter;
      // Room for the marker itself, which some services list once more.
      const most = marker !== undefined && maxKeys === 1 ? 2 : maxKeys;
      const byToken = { 'list-type': 2, 'continuation-token': token, 'start-after': startAfter };
      const way = version === 2 ? { ...byToken, 'max-keys': maxKeys } : { marker, 'max-keys': most };
      const query = { prefix, delimiter, ...way };
      return asked(service, 'list', call, 'ListBucketResult', query, (document) => {
        const page = objectsPage(document, brief);
        return version === 2 ? page : pageBehind(marker, page, document);
      });
    },
  };
}

function asked<T>(
  service: Service,
  operation: string,
  call: DriverCall,
  root: string,
  query: UnsignedRequest['query'],
  read: (document: ListingDocument) => T,
): Promise<T> {
  const { dialect } = service;
  const headers = listHeaders(dialect, call.pass);
  const request = { method: 'GET', query: { 'encoding-type': 'url', ...query }, headers } as const;
  return service.ask(operation, call, request, root, (element) =>
    read(new ListingDocument(element, dialect.plusIsSpace)),
  );
}

/** A page that was asked for by its marker. */
function pageBehind(marker: string | undefined, page: ListPage, document: ListingDocument): ListPage {
  // CTYUN OOS has been seen to list the marker itself once more.
  const objects = page.objects[0]?.key === marker ? page.objects.slice(1) : page.objects;
  const nextToken = page.truncated ? (document.marker('NextMarker') ?? lastKey(document, marker)) : undefined;
  return { ...page, objects, nextToken };
}

/** Without a delimiter some services do not name the next marker: it is the last key. */
function lastKey(document: ListingDocument, marker: string | undefined): string | undefined {
  const last = ['Contents', 'CommonPrefixes'].flatMap((kind) => document.lastKey(kind) ?? []);
  return last
    .filter((key) => key !== marker)
    .sort(compareKeys)
    .at(-1);
}

/** ListObjectVersions. */
export function versionsFacet(service: Service): VersionsFacet {
  return {
    async page({ prefix, token, startAfter, maxKeys }, call) {
      const [keyMarker, versionMarker] = splitMarkers(token, startAfter);
      // Both, or some services (Ceph) list the same page for ever.
      const markers = { 'key-marker': keyMarker, 'version-id-marker': versionMarker };
      const query = { versions: '', prefix, ...markers, 'max-keys': maxKeys };
      return asked(service, 'listVersions', call, 'ListVersionsResult', query, versionsPage);
    },
    state(call) {
      const request = { method: 'GET', query: { versioning: '' } } as const;
      return service.ask('versioning', call, request, 'VersioningConfiguration', (root) =>
        versioningState(root.textOf('Status')),
      );
    },
  };
}

/** ListMultipartUploads. */
export function uploadsFacet(service: Service, abort: UploadsFacet['abort']): UploadsFacet {
  return {
    async page({ prefix, token, maxUploads }, call) {
      const [keyMarker, idMarker] = splitMarkers(token);
      const markers = { 'key-marker': keyMarker, 'upload-id-marker': idMarker };
      const query = { uploads: '', prefix, ...markers, 'max-uploads': maxUploads };
      return asked(service, 'listUploads', call, 'ListMultipartUploadsResult', query, uploadsPage);
    },
    abort,
  };
}
