import type { _Object, DeleteMarkerEntry, MultipartUpload, ObjectVersion } from '@aws-sdk/client-s3';
import {
  compareKeys,
  type CommonPrefix,
  type ObjectInfo,
  type UploadInfo,
  type VersionInfo,
} from '@store/core';

type Decode = (text: string | undefined) => string;

const UNKNOWN_TIME = new Date(0);

/** An entry of a listing of current objects. */
export function listedInfo(
  { Key, Size, ETag, LastModified, StorageClass }: _Object,
  decode: Decode,
): ObjectInfo {
  return {
    key: decode(Key),
    size: Size ?? 0,
    lastModified: LastModified ?? UNKNOWN_TIME,
    etag: ETag,
    storageClass: StorageClass,
  };
}

/** The last entry of a page, by which a version-1 listing goes on. */
export function nextMarker(
  objects: readonly ObjectInfo[],
  prefixes: readonly CommonPrefix[],
): string | undefined {
  const key = objects.at(-1)?.key;
  const prefix = prefixes.at(-1)?.prefix;
  if (key === undefined || prefix === undefined) return key ?? prefix;
  return compareKeys(key, prefix) > 0 ? key : prefix;
}

export function uploadInfo({ Key, UploadId, Initiated }: MultipartUpload, decode: Decode): UploadInfo {
  return { key: decode(Key), uploadId: UploadId ?? '', initiated: Initiated ?? UNKNOWN_TIME };
}

/**
 * Versions and delete markers as one list, newest first within a key. The SDK parses them into two lists and
 * loses their common order, so it is made again.
 */
export function versionInfos(
  versions: readonly ObjectVersion[],
  markers: readonly DeleteMarkerEntry[],
  decode: Decode,
): VersionInfo[] {
  const all = [
    ...versions.map((one) => ({
      ...shared(one, decode),
      deleteMarker: false,
      size: one.Size ?? 0,
      etag: one.ETag,
      storageClass: one.StorageClass,
    })),
    ...markers.map((one) => ({ ...shared(one, decode), deleteMarker: true, size: 0 })),
  ];
  // Stable: what the times do not tell apart stays as the service sent it.
  return all.sort(
    (a, b) =>
      compareKeys(a.key, b.key) ||
      Number(b.isLatest) - Number(a.isLatest) ||
      b.lastModified.getTime() - a.lastModified.getTime(),
  );
}

function shared(
  { Key, VersionId, IsLatest, LastModified }: ObjectVersion | DeleteMarkerEntry,
  decode: Decode,
) {
  return {
    key: decode(Key),
    versionId: VersionId ?? 'null',
    isLatest: IsLatest ?? false,
    lastModified: LastModified ?? UNKNOWN_TIME,
  };
}
