import {
  compareKeys,
  type ListFacet,
  type UploadsFacet,
  type Unnameable,
  type VersionsFacet,
} from '@store/core';
import { escapedBytes, ignoring, joinMarkers, splitMarkers } from '@store/kit';
import { anything, corrupt, goesOn, listedObjects, listedUploads, listedVersions } from './answers.js';
import { keyOf } from './json-text.js';
import { etagOf } from './object-head.js';
import type { OpenApi } from './openapi.js';
import { versionInfos, versionQuery } from './versions.js';

/** Goes on behind a key: there are no tokens. */
export function listFacet(api: OpenApi): ListFacet {
  return {
    order: 'utf8',
    maxPageSize: 1000,
    delimiter: 'any',
    async page({ prefix, token, startAfter, maxKeys, delimiter }, call) {
      const query = {
        prefix: prefix || undefined,
        delimiter,
        marker: token ?? startAfter,
        maxKeys: String(maxKeys),
      };
      const page = await api.get('list-objects', query, { ...call, operation: 'list' }, listedObjects);
      const unnameable: Unnameable[] = [];
      const contents = named(api, page.contents, unnameable);
      const objects = contents.map(({ ETag, ...one }) => ({ ...one, etag: etagOf(ETag) }));
      const groups = page.commonPrefixes.map(({ prefix: key }) => ({ key }));
      const prefixes = named(api, groups, unnameable).map(({ key }) => ({ prefix: key }));
      const truncated = goesOn(page.isTruncated, 'list');
      if (!truncated) return { objects, prefixes, unnameable, truncated };
      const last = [objects.at(-1)?.key ?? '', prefixes.at(-1)?.prefix ?? ''].sort(compareKeys).at(-1);
      // Behind what cannot be named the listing cannot go on by itself.
      const guess = unnameable.length > 0 ? undefined : last || undefined;
      const nextToken = page.nextMarker === undefined ? guess : markerOf(api, page.nextMarker, 'list');
      return { objects, prefixes, unnameable, truncated, nextToken };
    },
  };
}

export function versionsFacet(api: OpenApi): VersionsFacet {
  const operation = 'listVersions';
  return {
    async page({ prefix, token, startAfter }, call) {
      const query = { ...versionQuery(prefix, token ?? startAfter) };
      const page = await api.get('list-object-versions', query, { ...call, operation }, listedVersions);
      const unnameable: Unnameable[] = [];
      const all = versionInfos(
        named(
          api,
          page.keys.flatMap(({ versions }) => versions),
          unnameable,
        ),
        named(api, page.deleteMarkers, unnameable),
      );
      const next = page.nextKeyMarker === null ? undefined : markerOf(api, page.nextKeyMarker, operation);
      const saysMore = (page.isTruncated ?? undefined) !== undefined && goesOn(page.isTruncated, operation);
      // The page may begin before the prefix (see `versionQuery`) and end behind it.
      const beyond = next !== undefined && !next.startsWith(prefix) && compareKeys(next, prefix) > 0;
      return {
        versions: all.filter(({ key }) => key.startsWith(prefix)),
        unnameable: unnameable.filter(({ name }) => mayBegin(name, prefix)),
        truncated: (saysMore || next !== undefined) && !beyond,
        // What is sent next: markers before the prefix all mean the same, and have to look the same.
        nextToken: beyond || next === undefined ? undefined : versionQuery(prefix, next).keyMarker,
      };
    },
  };
}

export function uploadsFacet(api: OpenApi): UploadsFacet {
  return {
    async page({ prefix, token, maxUploads }, call) {
      const operation = 'listUploads';
      const [keyMarker, uploadIDMarker] = splitMarkers(token);
      const query = {
        prefix: prefix || undefined,
        keyMarker,
        uploadIDMarker,
        // With the marker, of which a page of one would never get away.
        maxUploads: String(keyMarker !== undefined && maxUploads === 1 ? 2 : maxUploads),
      };
      const page = await api.get('list-multipart-uploads', query, { ...call, operation }, listedUploads);
      const unnameable: Unnameable[] = [];
      const uploads = named(api, page.uploads, unnameable)
        .map(({ uploadID, ...one }) => ({ ...one, uploadId: uploadID }))
        // Documented is a listing from the marker on, with the marker.
        .filter(({ key, uploadId }) => key !== keyMarker || uploadId !== uploadIDMarker);
      const truncated = goesOn(page.isTruncated, operation);
      const { nextKeyMarker, nextUploadIDMarker = '' } = page;
      const nextToken =
        truncated && nextKeyMarker !== undefined
          ? joinMarkers(markerOf(api, nextKeyMarker, operation), nextUploadIDMarker)
          : undefined;
      return { uploads, unnameable, truncated, nextToken };
    },
    async abort({ key, uploadId }, call) {
      const purpose = { ...call, operation: 'abortUpload', key };
      await ignoring('NoSuchUpload', () =>
        api.post('abort-multipart-upload', { key, uploadID: uploadId }, purpose, anything),
      );
    },
  };
}

/** The entries whose key a request can name; the others go into `unnameable`. */
function named<T extends { readonly key: string }>(
  { urlEncoded }: OpenApi,
  found: readonly T[],
  unnameable: Unnameable[],
): T[] {
  return found.flatMap((one) => {
    const listed = keyOf(one.key, urlEncoded);
    if (listed.unnameable === undefined) return [{ ...one, key: listed.key }];
    unnameable.push(listed.unnameable);
    return [];
  });
}

/** The key that a listing goes on behind. @throws StoreError `Corrupt` when no request can name it */
function markerOf({ urlEncoded }: OpenApi, text: string, operation: string): string {
  const { key, unnameable } = keyOf(text, urlEncoded);
  if (unnameable === undefined) return key;
  throw corrupt(`the listing cannot go on: ${unnameable.reason.message}; is listEncoding right?`, operation);
}

/** Whether a name that is no key is, or may be, one under the prefix: what is not even encoded rightly may be. */
function mayBegin(name: string, prefix: string): boolean {
  return name.startsWith(escapedBytes(Buffer.from(prefix))) || name.includes('%');
}
