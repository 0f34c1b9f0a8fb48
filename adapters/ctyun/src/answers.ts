import { z } from 'zod';
import { StoreError } from '@store/core';

/** Lists without entries may be left out, or null. */
function listOf<T>(entry: z.ZodType<T>) {
  return z
    .array(entry)
    .nullish()
    .transform((entries): T[] => entries ?? []);
}

const marker = z
  .string()
  .nullish()
  .transform((text) => text || undefined);
const optional = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined);
const time = z.string().transform((text) => new Date(text));
const truncated = z
  .boolean()
  .nullish()
  .transform((flag) => flag ?? false);

export const listedObjects = z.object({
  isTruncated: truncated,
  nextMarker: marker,
  contents: listOf(
    z.object({
      key: z.string(),
      size: z.number(),
      lastModified: time,
      ETag: optional,
      storageClass: optional,
    }),
  ),
  commonPrefixes: listOf(z.object({ prefix: z.string() })),
});

const version = z.object({
  key: z.string(),
  versionID: z.string(),
  isLatest: z.boolean(),
  lastModified: time,
});

export const listedVersions = z.object({
  nextKeyMarker: marker,
  keys: listOf(
    z.object({
      versions: z.array(version.extend({ size: z.number(), ETag: optional, storageClass: optional })),
    }),
  ),
  deleteMarkers: listOf(version),
});

export const listedUploads = z.object({
  isTruncated: truncated,
  nextKeyMarker: marker,
  nextUploadIDMarker: marker,
  uploads: listOf(z.object({ key: z.string(), uploadID: z.string(), initiated: time })),
});

export const objectHead = z.object({
  contentLength: z.number(),
  lastModified: time,
  ETag: optional,
  versionID: optional,
  storageClass: optional,
  contentType: optional,
  cacheControl: optional,
  contentDisposition: optional,
  contentEncoding: optional,
  metadata: z
    .record(z.string(), z.string())
    .nullish()
    .transform((metadata) => metadata ?? {}),
  restore: optional,
});

export const deletedObjects = z.object({
  // Absent, empty or with the keys in it when the answer is quiet; it is not asked to be.
  deleted: listOf(
    z.object({
      key: z.string(),
      versionID: optional,
      deleteMarker: z
        .boolean()
        .nullish()
        .transform((flag) => flag ?? false),
      deleteMarkerVersionID: optional,
    }),
  ),
  errors: listOf(z.object({ key: z.string(), versionID: optional, code: optional, message: optional })),
});

export const tagging = z.object({ tagSet: listOf(z.object({ key: z.string(), value: z.string() })) });

export const dataPlaneKeys = z.array(
  z.object({ regionID: z.string(), accessKey: z.string(), secretKey: z.string() }),
);

export const dataPlaneEndpoints = z.object({
  internetEndpoint: listOf(z.string()),
  intranetEndpoint: listOf(z.string()),
});

/** A `returnObj` in the shape that it is documented to have. @throws StoreError `Corrupt`, without quoting it */
export function readAnswer<T>(schema: z.ZodType<T>, returnObj: unknown, operation: string): T {
  const result = schema.safeParse(returnObj ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.join('.') || 'returnObj';
  throw new StoreError('Corrupt', `the answer is not as documented: ${where}: ${issue?.message}`, {
    provider: 'ctyun',
    operation,
  });
}
