import { behindGroup, encodeRfc3986 } from '@store/s3-server';
import { compareKeys, type VersionInfo } from '@store/core';
import type { ZosCall } from './call.js';
import type { ZosQuirks } from './quirks.js';

const MAX_KEYS = 1000;
const OWNER = { displayName: 'owner', ID: 'owner' };

/** Whole seconds: `2022-10-18T02:24:40Z`. */
export function timeOf(date: Date | undefined): string | undefined {
  if (date === undefined) return undefined;
  return `${date.toISOString().slice(0, 19)}Z`;
}

function encoder({ encodedKeys }: ZosQuirks): (text: string) => string {
  return encodedKeys ? (text) => encodeRfc3986(text, true) : (text) => text;
}

function listOf<T>(entries: readonly T[], { omitsEmptyLists = true }: ZosQuirks): readonly T[] | undefined {
  return entries.length === 0 && omitsEmptyLists ? undefined : entries;
}

/** Goes on behind a key; there are no tokens. */
export async function listObjects({ bucket, given, service: { quirks } }: ZosCall): Promise<unknown> {
  const prefix = given.text('prefix') ?? '';
  const delimiter = given.text('delimiter');
  const marker = given.text('marker') ?? '';
  const maxKeys = given.integer('maxKeys', MAX_KEYS, MAX_KEYS);
  const startAfter = behindGroup(marker, { prefix, delimiter }) || undefined;
  const page = await bucket.memory.list({ prefix, delimiter, maxKeys, startAfter }, {});
  const last = [page.objects.at(-1)?.key ?? '', page.prefixes.at(-1)?.prefix ?? ''].sort(compareKeys).at(-1);
  const told = quirks.nextMarker !== false || delimiter !== undefined;
  const encode = encoder(quirks);
  const contents = page.objects.map(({ key, etag, lastModified, size, storageClass = 'STANDARD' }) => ({
    ETag: etag,
    key: encode(key),
    lastModified: timeOf(lastModified),
    owner: OWNER,
    size,
    type: 'Normal',
    storageClass,
  }));
  return {
    name: bucket.name,
    maxKeys,
    prefix: encode(prefix),
    marker: encode(marker),
    delimiter,
    encodingType: 'url',
    isTruncated: page.truncated,
    contents: listOf(contents, quirks),
    commonPrefixes: listOf(
      page.prefixes.map((one) => ({ prefix: encode(one.prefix) })),
      quirks,
    ),
    nextMarker: page.truncated && told && last ? encode(last) : undefined,
  };
}

/** By key, and the delete markers apart. Pages end with a key: there is no marker for versions. */
export async function listVersions({ bucket, given, service: { quirks } }: ZosCall): Promise<unknown> {
  const prefix = given.text('prefix') ?? '';
  const startAfter = given.text('keyMarker');
  const wanted = quirks.versionsPage ?? MAX_KEYS;
  const encode = encoder(quirks);
  const all: VersionInfo[] = [];
  let token: string | undefined;
  let more = true;
  let full = false;
  while (more && !full) {
    const page = await bucket.memory.listVersions(
      { prefix, maxKeys: wanted, ...(token === undefined ? { startAfter } : { token }) },
      {},
    );
    all.push(...page.versions);
    token = page.nextToken;
    more = page.truncated;
    // The last key may go on in the next page of the store, so it is left to the next page here.
    full = (more || all.length > wanted) && all.length >= wanted && all[0]?.key !== all.at(-1)?.key;
  }
  const lastKey = all.at(-1)?.key;
  const whole = full ? all.filter(({ key }) => key !== lastKey) : all;
  const shown = quirks.omitsPrefixVersions === false ? whole : whole.filter(({ key }) => key !== prefix);
  const byKey = new Map<string, unknown[]>();
  for (const one of shown) {
    if (one.deleteMarker) continue;
    const { key, versionId, isLatest, size, etag, lastModified, storageClass = 'STANDARD' } = one;
    const listed = byKey.get(key) ?? [];
    byKey.set(key, listed);
    listed.push({
      lastModified: timeOf(lastModified),
      versionID: versionId,
      ETag: etag,
      storageClass,
      key: encode(key),
      owner: OWNER,
      isLatest,
      size,
    });
  }
  const markers = shown
    .filter((one) => one.deleteMarker)
    .map(({ key, versionId, isLatest, lastModified }) => ({
      lastModified: timeOf(lastModified),
      versionID: versionId,
      key: encode(key),
      owner: OWNER,
      isLatest,
    }));
  return {
    keys: listOf(
      [...byKey].map(([key, versions]) => ({ key: encode(key), versions })),
      quirks,
    ),
    deleteMarkers: listOf(markers, quirks),
    keyMarker: encode(startAfter ?? ''),
    nextKeyMarker: full ? encode(whole.at(-1)?.key ?? '') : null,
  };
}

export async function listUploads({ bucket, given, service: { quirks } }: ZosCall): Promise<unknown> {
  const prefix = given.text('prefix') ?? '';
  const keyMarker = given.text('keyMarker') ?? '';
  const idMarker = given.text('uploadIDMarker') ?? '';
  const maxUploads = given.integer('maxUploads', MAX_KEYS, MAX_KEYS);
  const encode = encoder(quirks);
  const all = await bucket.memory.listUploads({ prefix, maxUploads: Number.MAX_SAFE_INTEGER }, {});
  const rest = all.uploads.filter(({ key, uploadId }) => {
    const order = compareKeys(key, keyMarker) || compareKeys(uploadId, idMarker);
    return quirks.inclusiveUploadMarker ? order >= 0 : order > 0;
  });
  const uploads = rest.slice(0, maxUploads);
  const truncated = rest.length > uploads.length;
  return {
    bucket: bucket.name,
    keyMarker: encode(keyMarker),
    uploadIDMarker: idMarker,
    nextKeyMarker: truncated ? encode(uploads.at(-1)?.key ?? '') : undefined,
    nextUploadIDMarker: truncated ? uploads.at(-1)?.uploadId : undefined,
    maxUploads,
    isTruncated: truncated,
    uploads: listOf(
      uploads.map(({ key, uploadId, initiated }) => ({
        uploadID: uploadId,
        key: encode(key),
        initiated: timeOf(initiated),
        storageClass: 'STANDARD',
        owner: OWNER,
        initiator: OWNER,
      })),
      quirks,
    ),
  };
}
