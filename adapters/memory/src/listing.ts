import {
  compareKeys,
  type CommonPrefix,
  type ListPage,
  type ListPageRequest,
  type ListPartsPage,
  type ListPartsPageRequest,
  type ListUploadsPage,
  type ListUploadsPageRequest,
  type ListVersionsPage,
  type ListVersionsPageRequest,
  type ObjectInfo,
  type UploadInfo,
  type VersionInfo,
} from '@store/driver';
import type { KeyIndex } from './key-index.js';
import { decodeToken, encodeToken } from './page-token.js';
import type { ArrivedPart } from './uploads.js';
import { entityTag, type StoredVersion } from './version-history.js';

/**
 * One page of current objects, grouped at the delimiter.
 *
 * @param describe the object of a key; undefined when its current version is a delete marker
 */
export function listObjects(
  keys: KeyIndex,
  request: ListPageRequest,
  describe: (key: string) => ObjectInfo | undefined,
): ListPage {
  const { prefix, delimiter, maxKeys } = request;
  const objects: ObjectInfo[] = [];
  const prefixes: CommonPrefix[] = [];
  let last: [kind: 'key' | 'group', name: string] | undefined;
  let rest = startOf(keys, request);
  for (let next = rest.next(); !next.done; next = rest.next()) {
    const key = next.value;
    if (!key.startsWith(prefix)) {
      if (compareKeys(key, prefix) > 0) break;
      continue;
    }
    const object = describe(key);
    if (!object) continue;
    if (objects.length + prefixes.length >= maxKeys) {
      return { objects, prefixes, truncated: true, nextToken: last && encodeToken(...last) };
    }
    const end = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
    if (delimiter === undefined || end < 0) {
      objects.push(object);
      last = ['key', key];
      continue;
    }
    const group = key.slice(0, end + delimiter.length);
    prefixes.push({ prefix: group });
    last = ['group', group];
    rest = keys.behindPrefix(group);
  }
  return { objects, prefixes, truncated: false };
}

function startOf(keys: KeyIndex, { prefix, token, startAfter }: ListPageRequest): Generator<string> {
  if (token === undefined) {
    if (startAfter === undefined || compareKeys(startAfter, prefix) < 0) return keys.fromPrefix(prefix);
    return keys.after(startAfter);
  }
  const [kind, name = ''] = decodeToken(token);
  return kind === 'group' ? keys.behindPrefix(name) : keys.after(name);
}

/** One page of versions, newest first within a key. */
export function listVersions(
  keys: KeyIndex,
  { prefix, token, startAfter = '', maxKeys }: ListVersionsPageRequest,
  versionsOf: (key: string) => readonly StoredVersion[],
): ListVersionsPage {
  const found: VersionInfo[] = [];
  const [afterKey, afterSequence] = token === undefined ? [] : decodeToken(token);
  function* all(): Generator<[string, StoredVersion, boolean]> {
    if (afterKey !== undefined) {
      // The rest of a key whose versions the last page began.
      for (const [i, one] of versionsOf(afterKey).entries()) {
        if (one.sequence < Number(afterSequence)) yield [afterKey, one, i === 0];
      }
    }
    const start = afterKey ?? (compareKeys(startAfter, prefix) < 0 ? undefined : startAfter);
    for (const key of start === undefined ? keys.fromPrefix(prefix) : keys.after(start)) {
      if (!key.startsWith(prefix)) {
        if (compareKeys(key, prefix) > 0) return;
        continue;
      }
      for (const [i, one] of versionsOf(key).entries()) yield [key, one, i === 0];
    }
  }
  let last: string | undefined;
  for (const [key, { versionId, sequence, body, etag, lastModified, storageClass }, isLatest] of all()) {
    if (found.length >= maxKeys) return { versions: found, truncated: true, nextToken: last };
    last = encodeToken(key, String(sequence));
    const shared = {
      key,
      versionId,
      isLatest,
      size: body?.length ?? 0,
      lastModified: new Date(lastModified),
    };
    found.push(
      body ? { ...shared, deleteMarker: false, etag, storageClass } : { ...shared, deleteMarker: true },
    );
  }
  return { versions: found, truncated: false };
}

/** One page of an upload's parts, by number. */
export function listParts(
  arrived: ReadonlyMap<number, ArrivedPart>,
  { token, maxParts }: ListPartsPageRequest,
): ListPartsPage {
  const rest = [...arrived].filter(([number]) => number > Number(token ?? 0)).sort(([a], [b]) => a - b);
  const parts = rest.slice(0, maxParts).map(([partNumber, { body, lastModified }]) => ({
    partNumber,
    size: body.length,
    etag: entityTag(body),
    lastModified: new Date(lastModified),
  }));
  const last = parts.at(-1);
  if (rest.length === parts.length || !last) return { parts, truncated: false };
  return { parts, truncated: true, nextToken: String(last.partNumber) };
}

/** One page of uploads, by key and then by id. */
export function listUploads(
  all: Iterable<UploadInfo & { readonly initiated: Date }>,
  { prefix, token, maxUploads }: ListUploadsPageRequest,
): ListUploadsPage {
  const [afterKey = '', afterId = ''] = token === undefined ? [] : decodeToken(token);
  const order = (a: { key: string; uploadId: string }, b: { key: string; uploadId: string }): number =>
    compareKeys(a.key, b.key) || compareKeys(a.uploadId, b.uploadId);
  const found = [...all]
    .filter(
      (upload) => upload.key.startsWith(prefix) && order(upload, { key: afterKey, uploadId: afterId }) > 0,
    )
    .sort(order)
    .map(({ key, uploadId, initiated }) => ({ key, uploadId, initiated: new Date(initiated) }));
  const uploads = found.slice(0, maxUploads);
  const last = uploads.at(-1);
  if (found.length === uploads.length || !last) return { uploads, truncated: false };
  return { uploads, truncated: true, nextToken: encodeToken(last.key, last.uploadId) };
}
