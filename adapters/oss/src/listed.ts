import {
  compareKeys,
  StoreError,
  type ListPage,
  type ListUploadsPage,
  type ListVersionsPage,
  type PartInfo,
  type Tags,
  type Unnameable,
  type VersionInfo,
} from '@store/core';
import { saysTruncated, sizeFact, timeFact } from '@store/kit';
import { corrupt, isUrlEncoded, keyIn, nodes, nodeIn, textIn, type XmlNode } from './xml.js';

/** The entries whose key a request can name, and what stands in place of the others. */
class Entries {
  readonly unnameable: Unnameable[] = [];
  readonly #urlEncoded: boolean;

  constructor(page: XmlNode) {
    this.#urlEncoded = isUrlEncoded(page);
  }

  read<T>(found: readonly XmlNode[], name: string, entry: (key: string, one: XmlNode) => T): T[] {
    return found.flatMap((one) => {
      const { key, unnameable } = keyIn(one, name, this.#urlEncoded);
      if (unnameable) {
        this.unnameable.push(unnameable);
        return [];
      }
      return [entry(key, one)];
    });
  }
}

export function objectEntries(page: XmlNode): Pick<ListPage, 'objects' | 'prefixes' | 'unnameable'> {
  const entries = new Entries(page);
  const objects = entries.read(nodes(page, 'Contents'), 'Key', (key, one) => ({
    key,
    size: sizeFact(textIn(one, 'Size')),
    lastModified: timeFact(textIn(one, 'LastModified')),
    etag: textIn(one, 'ETag'),
    storageClass: textIn(one, 'StorageClass'),
  }));
  const prefixes = entries.read(nodes(page, 'CommonPrefixes'), 'Prefix', (prefix) => ({ prefix }));
  return { objects, prefixes, unnameable: entries.unnameable };
}

/** Versions and delete markers as one list: of a key the latest first, then by time. */
export function versionEntries(page: XmlNode): Pick<ListVersionsPage, 'versions' | 'unnameable'> {
  const entries = new Entries(page);
  const read =
    (deleteMarker: boolean) =>
    (key: string, one: XmlNode): VersionInfo => ({
      key,
      // Not to be guessed: by these, versions are chosen and deleted.
      versionId: needed(one, 'VersionId'),
      isLatest: flag(one, 'IsLatest'),
      deleteMarker,
      size: deleteMarker ? 0 : sizeFact(textIn(one, 'Size')),
      lastModified: timeFact(textIn(one, 'LastModified')),
      etag: deleteMarker ? undefined : textIn(one, 'ETag'),
      storageClass: textIn(one, 'StorageClass'),
    });
  const all = [
    ...entries.read(nodes(page, 'Version'), 'Key', read(false)),
    ...entries.read(nodes(page, 'DeleteMarker'), 'Key', read(true)),
  ];
  const versions = all.sort(
    (a, b) =>
      compareKeys(a.key, b.key) ||
      Number(b.isLatest) - Number(a.isLatest) ||
      (b.lastModified?.getTime() ?? 0) - (a.lastModified?.getTime() ?? 0),
  );
  return { versions, unnameable: entries.unnameable };
}

export function uploadEntries(page: XmlNode): Pick<ListUploadsPage, 'uploads' | 'unnameable'> {
  const entries = new Entries(page);
  const uploads = entries.read(nodes(page, 'Upload'), 'Key', (key, one) => ({
    key,
    uploadId: needed(one, 'UploadId'),
    initiated: timeFact(textIn(one, 'Initiated')),
  }));
  return { uploads, unnameable: entries.unnameable };
}

export function partEntries(page: XmlNode): PartInfo[] {
  return nodes(page, 'Part').map((one) => {
    const size = sizeFact(textIn(one, 'Size'));
    const partNumber = sizeFact(textIn(one, 'PartNumber'));
    if (size === undefined || partNumber === undefined)
      throw corrupt('the answer lists a part without its number or its size');
    return { partNumber, size, etag: needed(one, 'ETag') };
  });
}

export function tagsOf(tagging: XmlNode): Tags {
  const set = nodeIn(tagging, 'TagSet') ?? {};
  return Object.fromEntries(
    nodes(set, 'Tag').map((one) => [textIn(one, 'Key') ?? '', textIn(one, 'Value') ?? '']),
  );
}

/** @throws StoreError `Corrupt` unless the page says clearly whether there is more */
export function isTruncated(page: XmlNode): boolean {
  const said = page['IsTruncated'];
  if (said === undefined) return saysTruncated(undefined);
  return saysTruncated(typeof said === 'string' ? said.slice(0, 40) : '<…>');
}

/** The key that a listing goes on behind. @throws StoreError `Corrupt` when no request can name it */
export function markerIn(page: XmlNode, name: string): string | undefined {
  if (page[name] === undefined || page[name] === '') return undefined;
  const { key, unnameable } = keyIn(page, name, isUrlEncoded(page));
  if (unnameable) throw new StoreError('Corrupt', `the listing cannot go on: ${unnameable.reason.message}`);
  return key;
}

/** Two markers as one token, for listings that go on by both. */
export function joinMarkers(page: XmlNode, keyName: string, idName: string): string | undefined {
  const key = markerIn(page, keyName);
  return key === undefined ? undefined : JSON.stringify([key, textIn(page, idName) ?? '']);
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

function needed(entry: XmlNode, name: string): string {
  const text = textIn(entry, name);
  if (text) return text;
  throw corrupt(`an entry of the answer has no ${name}`);
}

function flag(entry: XmlNode, name: string): boolean {
  const text = textIn(entry, name);
  if (text === 'true' || text === 'false') return text === 'true';
  throw corrupt(`an entry of the answer has no ${name}`);
}
