import {
  compareKeys,
  type ListFacet,
  type UploadsFacet,
  type Unnameable,
  type VersionsFacet,
} from '@store/driver';
import {
  escapedBytes,
  ignoring,
  joinMarkers,
  keyOfJsonText,
  newestFirst,
  splitMarkers,
  versioningState,
} from '@store/kit';
import { corrupt, goesOn } from './answers.js';
import { abortUpload, getVersioning, listObjects, listUploads, listVersions } from './calls.js';
import type { OpenApi } from './openapi.js';
import { versionQuery } from './version-query.js';

/** Goes on behind a key: there are no tokens. */
export function listFacet(api: OpenApi): ListFacet {
  return {
    order: 'utf8',
    maxPageSize: 1000,
    delimiter: 'any',
    async page({ prefix, token, startAfter, maxKeys, delimiter }, call) {
      const query = { prefix: prefix || undefined, delimiter, marker: token ?? startAfter, maxKeys };
      const page = await api.ask(listObjects, query, call);
      const unnameable: Unnameable[] = [];
      const objects = named(api, page.contents, unnameable);
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
  const { operation } = listVersions;
  return {
    async page({ prefix, token, startAfter }, call) {
      const page = await api.ask(listVersions, { ...versionQuery(prefix, token ?? startAfter) }, call);
      const unnameable: Unnameable[] = [];
      const versions = page.keys.flatMap((one) => one.versions);
      const all = newestFirst(named(api, [...versions, ...page.deleteMarkers], unnameable));
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
    state: async (call) => versioningState((await api.ask(getVersioning, {}, call)).status),
  };
}

export function uploadsFacet(api: OpenApi): UploadsFacet {
  return {
    async page({ prefix, token, maxUploads }, call) {
      const { operation } = listUploads;
      const [keyMarker, uploadIDMarker] = splitMarkers(token);
      // With the marker, of which a page of one would never get away.
      const most = keyMarker !== undefined && maxUploads === 1 ? 2 : maxUploads;
      const query = { prefix: prefix || undefined, keyMarker, uploadIDMarker, maxUploads: most };
      const page = await api.ask(listUploads, query, call);
      const unnameable: Unnameable[] = [];
      const uploads = named(api, page.uploads, unnameable)
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
      await ignoring('NoSuchUpload', () => api.ask(abortUpload, { key, uploadID: uploadId }, call));
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
    const listed = keyOfJsonText(one.key, urlEncoded);
    if (listed.unnameable === undefined) return [{ ...one, key: listed.key }];
    unnameable.push(listed.unnameable);
    return [];
  });
}

/** The key that a listing goes on behind. @throws StoreError `Corrupt` when no request can name it */
function markerOf({ urlEncoded }: OpenApi, text: string, operation: string): string {
  const { key, unnameable } = keyOfJsonText(text, urlEncoded);
  if (unnameable === undefined) return key;
  throw corrupt(`the listing cannot go on: ${unnameable.reason.message}; is listEncoding right?`, operation);
}

/** Whether a name that is no key is, or may be, one under the prefix: what is not even encoded rightly may be. */
function mayBegin(name: string, prefix: string): boolean {
  return name.startsWith(escapedBytes(Buffer.from(prefix))) || name.includes('%');
}
