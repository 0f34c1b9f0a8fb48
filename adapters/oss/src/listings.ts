import type { ListFacet, UploadsFacet, VersionsFacet } from '@store/driver';
import {
  ListingDocument,
  objectsPage,
  splitMarkers,
  uploadsPage,
  versioningState,
  versionsPage,
} from '@store/kit';
import { given, type Requests } from './requests.js';
import { parseAnswer } from './xml.js';

/** What every listing asks with. */
function asked(max: 'max-keys' | 'max-uploads', entries: number, query: Parameters<typeof given>[0]) {
  return { 'encoding-type': 'url', [max]: String(entries), ...given(query) };
}

/** OSS encodes a space as `%20`, so a `+` is a plus (its SDKs' tests). */
function pageOf(data: Buffer, root: string): ListingDocument {
  return new ListingDocument(parseAnswer(data, root), false);
}

/** @param listVersion ListObjectsV2 goes on by a token, ListObjects behind a key */
export function listFacet(requests: Requests, listVersion: 1 | 2 = 2): ListFacet {
  return {
    order: 'utf8',
    maxPageSize: 1000,
    delimiter: 'any',
    page({ prefix, token, startAfter, maxKeys, delimiter, brief }, call) {
      const behind =
        listVersion === 1 ? { marker: token ?? startAfter } : { 'list-type': '2', 'start-after': startAfter };
      const sent = {
        method: 'GET',
        query: asked('max-keys', maxKeys, { prefix, delimiter, ...behind }),
        subres: listVersion === 1 ? {} : given({ 'continuation-token': token }),
      } as const;
      return requests.send('list', undefined, call, sent, ({ data }) => {
        const document = pageOf(data, 'ListBucketResult');
        const page = objectsPage(document, brief);
        if (listVersion === 2) return page;
        return { ...page, nextToken: page.truncated ? document.marker('NextMarker') : undefined };
      });
    },
  };
}

/** ListObjectVersions. */
export function versionsFacet(requests: Requests): VersionsFacet {
  return {
    async page({ prefix, token, startAfter, maxKeys }, call) {
      const [key, version] = splitMarkers(token, startAfter);
      const markers = { 'key-marker': key, 'version-id-marker': version };
      const query = asked('max-keys', maxKeys, { prefix, ...markers });
      const sent = { method: 'GET', query, subres: { versions: '' } } as const;
      return requests.send('listVersions', undefined, call, sent, ({ data }) =>
        versionsPage(pageOf(data, 'ListVersionsResult')),
      );
    },
    // https://www.alibabacloud.com/help/en/oss/developer-reference/getbucketversioning
    state(call) {
      const sent = { method: 'GET', subres: { versioning: '' } } as const;
      return requests.send('versioning', undefined, call, sent, ({ data }) =>
        versioningState(parseAnswer(data, 'VersioningConfiguration').textOf('Status')),
      );
    },
  };
}

/** ListMultipartUploads. */
export function uploadsFacet(requests: Requests, abort: UploadsFacet['abort']): UploadsFacet {
  return {
    async page({ prefix, token, maxUploads }, call) {
      const [key, id] = splitMarkers(token);
      const query = asked('max-uploads', maxUploads, { prefix, 'key-marker': key, 'upload-id-marker': id });
      const sent = { method: 'GET', query, subres: { uploads: '' } } as const;
      return requests.send('listUploads', undefined, call, sent, ({ data }) =>
        uploadsPage(pageOf(data, 'ListMultipartUploadsResult')),
      );
    },
    abort,
  };
}
