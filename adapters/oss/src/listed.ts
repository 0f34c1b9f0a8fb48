import {
  compareKeys,
  StoreError,
  type ListPage,
  type PartInfo,
  type Tags,
  type UploadInfo,
  type VersionInfo,
} from '@store/core';
import { nodes, nodeIn, textIn, type XmlNode } from './xml.js';

/**
 * Decodes the keys of an answer that was asked for with `encoding-type=url`. OSS writes a space as `%20`, so a `+`
 * is a plus (its SDKs' tests).
 */
export function decodeKey(answer: XmlNode): (text: string | undefined) => string {
  if (textIn(answer, 'EncodingType') !== 'url') return (text) => text ?? '';
  return (text = '') => {
    try {
      return decodeURIComponent(text);
    } catch {
      throw new StoreError(
        'Corrupt',
        `the answer names a key that is not encoded rightly: ${JSON.stringify(text)}`,
      );
    }
  };
}

export function objectEntries(page: XmlNode): Pick<ListPage, 'objects' | 'prefixes'> {
  const decode = decodeKey(page);
  return {
    objects: nodes(page, 'Contents').map((one) => ({
      key: decode(textIn(one, 'Key')),
      size: Number(textIn(one, 'Size') ?? 0),
      lastModified: new Date(textIn(one, 'LastModified') ?? 0),
      etag: textIn(one, 'ETag'),
      storageClass: textIn(one, 'StorageClass'),
    })),
    prefixes: nodes(page, 'CommonPrefixes').map((one) => ({ prefix: decode(textIn(one, 'Prefix')) })),
  };
}

/** Versions and delete markers as one list: of a key the latest first, then by time. */
export function versionEntries(page: XmlNode): VersionInfo[] {
  const decode = decodeKey(page);
  const read = (one: XmlNode, deleteMarker: boolean): VersionInfo => ({
    key: decode(textIn(one, 'Key')),
    versionId: textIn(one, 'VersionId') ?? 'null',
    isLatest: textIn(one, 'IsLatest') === 'true',
    deleteMarker,
    size: deleteMarker ? 0 : Number(textIn(one, 'Size') ?? 0),
    lastModified: new Date(textIn(one, 'LastModified') ?? 0),
    etag: deleteMarker ? undefined : textIn(one, 'ETag'),
    storageClass: textIn(one, 'StorageClass'),
  });
  const all = [
    ...nodes(page, 'Version').map((one) => read(one, false)),
    ...nodes(page, 'DeleteMarker').map((one) => read(one, true)),
  ];
  return all.sort(
    (a, b) =>
      compareKeys(a.key, b.key) ||
      Number(b.isLatest) - Number(a.isLatest) ||
      (b.lastModified?.getTime() ?? 0) - (a.lastModified?.getTime() ?? 0),
  );
}

export function uploadEntries(page: XmlNode): UploadInfo[] {
  const decode = decodeKey(page);
  return nodes(page, 'Upload').map((one) => ({
    key: decode(textIn(one, 'Key')),
    uploadId: textIn(one, 'UploadId') ?? '',
    initiated: new Date(textIn(one, 'Initiated') ?? 0),
  }));
}

export function partEntries(page: XmlNode): PartInfo[] {
  return nodes(page, 'Part').map((one) => ({
    partNumber: Number(textIn(one, 'PartNumber') ?? 0),
    size: Number(textIn(one, 'Size') ?? 0),
    etag: textIn(one, 'ETag') ?? '',
  }));
}

export function tagsOf(tagging: XmlNode): Tags {
  const set = nodeIn(tagging, 'TagSet') ?? {};
  return Object.fromEntries(
    nodes(set, 'Tag').map((one) => [textIn(one, 'Key') ?? '', textIn(one, 'Value') ?? '']),
  );
}

/** Two markers as one token, for listings that go on by both. */
export function joinMarkers(page: XmlNode, keyName: string, idName: string): string | undefined {
  const key = textIn(page, keyName);
  return key === undefined ? undefined : JSON.stringify([decodeKey(page)(key), textIn(page, idName) ?? '']);
}

/** @throws StoreError `InvalidArgument` when the token does not come from {@link joinMarkers} */
export function splitMarkers(token: string): [key: string, id: string] {
  try {
    const parts: unknown = JSON.parse(token);
    if (Array.isArray(parts) && parts.every((part) => typeof part === 'string'))
      return [parts[0] ?? '', parts[1] ?? ''];
  } catch {
    // Said below.
  }
  throw new StoreError('InvalidArgument', 'the continuation token is not one of this store', {
    provider: 'oss',
  });
}
