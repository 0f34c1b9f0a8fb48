import {
  compareKeys,
  type ObjectInfo,
  type PartInfo,
  type Unnameable,
  type UploadInfo,
  type VersionInfo,
} from '@store/driver';
import { incomplete } from './listing-document.js';
import { RepeatedWord, type XmlElement } from './xml.js';

/** Reads entries of a listing of current objects. @param brief keys and sizes are enough */
export function infoReader(brief: boolean): (entry: XmlElement, key: string) => ObjectInfo {
  if (brief) return (entry, key) => ({ key, size: entry.sizeOf('Size') });
  const storageClass = new RepeatedWord();
  return (entry, key) => ({
    key,
    size: entry.sizeOf('Size'),
    lastModified: entry.timeOf('LastModified'),
    etag: entry.textOf('ETag'),
    storageClass: entry.wordOf('StorageClass', storageClass),
  });
}

export function uploadInfo(entry: XmlElement, key: string): UploadInfo | Unnameable {
  const uploadId = entry.textOf('UploadId');
  if (uploadId === undefined) return incomplete(key, 'the id of its upload');
  return { key, uploadId, initiated: entry.timeOf('Initiated') };
}

/**
 * A version or a delete marker. Without its id a delete would be of another one, and whether it is the latest decides
 * what may be deleted.
 */
export function versionInfo(entry: XmlElement, key: string): VersionInfo | Unnameable {
  const versionId = entry.textOf('VersionId');
  const isLatest = entry.textOf('IsLatest');
  if (versionId === undefined) return incomplete(key, 'the id of its version');
  if (isLatest !== 'true' && isLatest !== 'false')
    return incomplete(key, 'saying which version is the latest');
  const shared = {
    key,
    versionId,
    isLatest: isLatest === 'true',
    lastModified: entry.timeOf('LastModified'),
  };
  if (entry.name === 'DeleteMarker') return { ...shared, deleteMarker: true, size: 0 };
  return {
    ...shared,
    deleteMarker: false,
    size: entry.sizeOf('Size'),
    etag: entry.textOf('ETag'),
    storageClass: entry.textOf('StorageClass'),
  };
}

/** All of a key together, the latest first. Stable: what the times do not tell apart stays as the service sent it. */
export function newestFirst(versions: readonly VersionInfo[]): VersionInfo[] {
  const time = ({ lastModified }: VersionInfo): number => lastModified?.getTime() ?? 0;
  return [...versions].sort(
    (a, b) => compareKeys(a.key, b.key) || Number(b.isLatest) - Number(a.isLatest) || time(b) - time(a),
  );
}

/** A part that has arrived, or undefined when it lacks something that a resumption needs: it is sent again. */
export function partInfo(entry: XmlElement): PartInfo | undefined {
  const partNumber = entry.sizeOf('PartNumber');
  const size = entry.sizeOf('Size');
  const etag = entry.textOf('ETag');
  if (partNumber === undefined || size === undefined || etag === undefined) return undefined;
  return { partNumber, size, etag, lastModified: entry.timeOf('LastModified') };
}
