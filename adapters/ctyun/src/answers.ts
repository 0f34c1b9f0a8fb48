import { z } from 'zod';
import { restate, StoreError } from '@store/core';
import { decodeMetadata, saysTruncated, sizeFact, timeFact, undocumented } from '@store/kit';

/** Lists without entries may be left out, or null. Ends at the first entry that is none: there may be millions. */
function listOf<T>(entry: z.ZodType<T>) {
  return z
    .array(z.unknown())
    .nullish()
    .transform((entries, context): T[] => {
      const read: T[] = [];
      for (const [i, one] of (entries ?? []).entries()) {
        const result = entry.safeParse(one);
        if (result.success) read.push(result.data);
        else {
          const [issue] = result.error.issues;
          context.addIssue({ code: 'custom', message: issue?.message, path: [i, ...(issue?.path ?? [])] });
          return z.NEVER;
        }
      }
      return read;
    });
}

const marker = z
  .string()
  .nullish()
  .transform((text) => text || undefined);
const optional = z
  .string()
  .nullish()
  .transform((text) => text ?? undefined);
const name = z.string().min(1);
// What is none does not make a page unreadable: nobody has to need it.
const size = z.unknown().optional().transform(sizeFact);
const time = z.unknown().optional().transform(timeFact);
/** Read by {@link goesOn}. */
const truncated = z.unknown().optional();

export const listedObjects = z.object({
  isTruncated: truncated,
  nextMarker: marker,
  contents: listOf(
    z.object({
      key: name,
      size,
      lastModified: time,
      ETag: optional,
      storageClass: optional,
    }),
  ),
  commonPrefixes: listOf(z.object({ prefix: name })),
});

const version = z.object({
  key: name,
  versionID: name,
  isLatest: z.boolean(),
  lastModified: time,
});

export const listedVersions = z.object({
  // Not documented for this listing; where it is there, it is believed when it says that there is more.
  isTruncated: truncated,
  // Documented as null at the end. Whether it may be left out, or empty, there is not confirmed: it says nothing then.
  nextKeyMarker: name.nullable(),
  keys: listOf(
    z.object({
      versions: listOf(version.extend({ size, ETag: optional, storageClass: optional })),
    }),
  ),
  deleteMarkers: listOf(version),
});

export const listedUploads = z.object({
  isTruncated: truncated,
  nextKeyMarker: marker,
  nextUploadIDMarker: marker,
  uploads: listOf(z.object({ key: name, uploadID: name, initiated: time })),
});

export const objectHead = z.object({
  contentLength: size,
  lastModified: time,
  ETag: name,
  versionID: optional,
  storageClass: optional,
  contentType: optional,
  cacheControl: optional,
  contentDisposition: optional,
  contentEncoding: optional,
  metadata: z
    .record(z.string(), z.string())
    .nullish()
    .transform((metadata) => decodeMetadata(metadata ?? {})),
  restore: optional,
});

/** Where an answer says all in its envelope. */
export const anything = z.unknown();

/** Of `delete-object`: documented as there, with nothing in it. */
export const deletedObject = z.object({});

export const deletedObjects = z.object({
  requestCharged: optional,
  // Absent, empty or with the keys in it when the answer is quiet; it is not asked to be.
  deleted: listOf(
    z.object({
      key: optional,
      versionID: optional,
      deleteMarker: z
        .boolean()
        .nullish()
        .transform((flag) => flag ?? false),
      deleteMarkerVersionID: optional,
    }),
  ),
  errors: listOf(z.object({ key: optional, versionID: optional, code: optional, message: optional })),
});

export const tagging = z.object({ tagSet: listOf(z.object({ key: z.string(), value: z.string() })) });

export const dataPlaneKeys = z.array(
  z.object({ regionID: z.string(), accessKey: z.string(), secretKey: z.string() }),
);

export const dataPlaneEndpoints = z.object({
  internetEndpoint: listOf(z.string()),
  intranetEndpoint: listOf(z.string()),
});

/**
 * A `returnObj` in the shape that it is documented to have; without one, an answer says nothing.
 *
 * @throws StoreError `Corrupt`, without quoting it
 */
export function readAnswer<T>(schema: z.ZodType<T>, returnObj: unknown, operation: string): T {
  const result = schema.safeParse(returnObj);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = issue?.path.join('.') || 'returnObj';
  throw corrupt(`the answer is not as documented: ${where}: ${issue?.message}`, operation);
}

/** Whether a listing goes on. @throws StoreError `Corrupt` when its `isTruncated` does not say */
export function goesOn(isTruncated: unknown, operation: string): boolean {
  try {
    // Of what is no answer, nothing long is shown.
    return saysTruncated(typeof isTruncated === 'object' && isTruncated !== null ? '{…}' : isTruncated);
  } catch (error) {
    throw error instanceof StoreError ? restate(error, { provider: 'ctyun', operation }) : error;
  }
}

export function corrupt(message: string, operation: string): StoreError {
  return undocumented(message, { provider: 'ctyun', operation });
}
