import { restate, StoreError } from '@store/core';
import { expectation, optionTypes as types } from '@store/core/extend';
import { decodeMetadata, saysTruncated, sizeFact, timeFact, undocumented } from '@store/kit';
import * as v from 'valibot';

/** A list is no object, and an answer that is one says nothing. */
export function object<const Entries extends v.ObjectEntries>(entries: Entries) {
  return types.plain(v.object(entries));
}

/** Lists without entries may be left out, or null. */
function listOf<Entry extends v.GenericSchema>(entry: Entry) {
  return v.nullish(v.array(entry), []);
}

const marker = v.pipe(
  v.nullish(v.string(), null),
  v.transform((text) => text || undefined),
);
const optional = v.pipe(
  v.nullish(v.string(), null),
  v.transform((text) => text ?? undefined),
);
const name = v.pipe(v.string(), v.nonEmpty());
// What is none does not make a page unreadable: nobody has to need it.
const size = v.pipe(v.optional(v.unknown(), null), v.transform(sizeFact));
const time = v.pipe(v.optional(v.unknown(), null), v.transform(timeFact));
/** Read by {@link goesOn}. */
const truncated = v.optional(v.unknown());

export const listedObjects = object({
  isTruncated: truncated,
  nextMarker: marker,
  contents: listOf(
    object({
      key: name,
      size,
      lastModified: time,
      ETag: optional,
      storageClass: optional,
    }),
  ),
  commonPrefixes: listOf(object({ prefix: name })),
});

const version = object({
  key: name,
  versionID: name,
  isLatest: v.boolean(),
  lastModified: time,
});

export const listedVersions = object({
  // Not documented for this listing; where it is there, it is believed when it says that there is more.
  isTruncated: truncated,
  // Documented as null at the end. Whether it may be left out, or empty, there is not confirmed: it says nothing then.
  nextKeyMarker: v.nullable(name),
  keys: listOf(
    object({
      versions: listOf(object({ ...version.entries, size, ETag: optional, storageClass: optional })),
    }),
  ),
  deleteMarkers: listOf(version),
});

export const listedUploads = object({
  isTruncated: truncated,
  nextKeyMarker: marker,
  nextUploadIDMarker: marker,
  uploads: listOf(object({ key: name, uploadID: name, initiated: time })),
});

export const objectHead = object({
  contentLength: size,
  lastModified: time,
  ETag: name,
  versionID: optional,
  storageClass: optional,
  contentType: optional,
  cacheControl: optional,
  contentDisposition: optional,
  contentEncoding: optional,
  metadata: v.pipe(v.nullish(types.texts(), {}), v.transform(decodeMetadata)),
  restore: optional,
});

/** Where an answer says all in its envelope. */
export const anything = v.unknown();

/** Of `delete-object`: documented as there, with nothing in it. */
export const deletedObject = object({});

export const deletedObjects = object({
  requestCharged: optional,
  // Absent, empty or with the keys in it when the answer is quiet; it is not asked to be.
  deleted: listOf(
    object({
      key: optional,
      versionID: optional,
      deleteMarker: v.nullish(v.boolean(), false),
      deleteMarkerVersionID: optional,
    }),
  ),
  errors: listOf(object({ key: optional, versionID: optional, code: optional, message: optional })),
});

export const tagging = object({ tagSet: listOf(object({ key: v.string(), value: v.string() })) });

export const dataPlaneKeys = v.array(
  object({ regionID: v.string(), accessKey: v.string(), secretKey: v.string() }),
);

export const dataPlaneEndpoints = object({
  internetEndpoint: listOf(v.string()),
  intranetEndpoint: listOf(v.string()),
});

/**
 * A `returnObj` in the shape that it is documented to have; without one, an answer says nothing.
 *
 * @throws StoreError `Corrupt`, without quoting it
 */
export function readAnswer<T>(schema: v.GenericSchema<unknown, T>, returnObj: unknown, operation: string): T {
  // One reason will do: a list may have millions of entries.
  const result = v.safeParse(schema, returnObj, { abortEarly: true, message: expectation });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const where = v.getDotPath(issue) ?? 'returnObj';
  throw corrupt(`the answer is not as documented: ${where}: ${issue.message}`, operation);
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
