import { z } from 'zod';
import { decodeMetadata, sizeFact, timeFact } from '@store/kit';

/** A call of the OpenAPI. */
export interface ApiCall<T> {
  /** Every change is a POST, deletes included. */
  readonly method: 'GET' | 'POST';
  readonly api: string;
  /** What it is for, in the words of this library. */
  readonly operation: string;
  /** The `returnObj` of a success, as it is documented. */
  readonly answer: z.ZodType<T>;
  /** A success names many keys or rules. */
  readonly long?: boolean;
  /** It is about the account, and not about the bucket. */
  readonly account?: boolean;
}

type Facts = Pick<ApiCall<unknown>, 'long' | 'account'>;

function get<T>(api: string, operation: string, answer: z.ZodType<T>, facts?: Facts): ApiCall<T> {
  return { method: 'GET', api, operation, answer, ...facts };
}

function post<T>(api: string, operation: string, answer: z.ZodType<T>, facts?: Facts): ApiCall<T> {
  return { method: 'POST', api, operation, answer, ...facts };
}

/** Where an answer says all in its envelope. */
const anything = z.unknown();

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
/** With its quotes, which the OpenAPI writes in lists and leaves out elsewhere. */
const etag = z.string().transform((text) => (text.startsWith('"') ? text : `"${text}"`));
// What is none does not make a page unreadable: nobody has to need it.
const size = z.unknown().optional().transform(sizeFact);
const time = z.unknown().optional().transform(timeFact);
/** Read by `goesOn`. */
const truncated = z.unknown().optional();

const listedObjects = z.object({
  isTruncated: truncated,
  nextMarker: marker,
  contents: listOf(
    z
      .object({ key: name, size, lastModified: time, ETag: etag.nullish(), storageClass: optional })
      .transform(({ ETag, ...one }) => ({ ...one, etag: ETag ?? undefined })),
  ),
  commonPrefixes: listOf(z.object({ prefix: name })),
});
export const listObjects = get('list-objects', 'list', listedObjects, { long: true });

const version = z.object({ key: name, versionID: name, isLatest: z.boolean(), lastModified: time });
const storedVersion = version
  .extend({ size, ETag: optional, storageClass: optional })
  .transform(({ versionID: versionId, ETag: etag, ...one }) => ({
    ...one,
    versionId,
    etag,
    deleteMarker: false,
  }));
const deleteMarker = version.transform(({ versionID: versionId, ...one }) => {
  return { ...one, versionId, deleteMarker: true, size: 0 };
});

const listedVersions = z.object({
  // Not documented for this listing; where it is there, it is believed when it says that there is more.
  isTruncated: truncated,
  // Documented as null at the end. Whether it may be left out, or empty, there is not confirmed: it says nothing then.
  nextKeyMarker: name.nullable(),
  keys: listOf(z.object({ versions: listOf(storedVersion) })),
  deleteMarkers: listOf(deleteMarker),
});
export const listVersions = get('list-object-versions', 'listVersions', listedVersions, { long: true });

const listedUploads = z.object({
  isTruncated: truncated,
  nextKeyMarker: marker,
  nextUploadIDMarker: marker,
  uploads: listOf(
    z
      .object({ key: name, uploadID: name, initiated: time })
      .transform(({ uploadID: uploadId, ...one }) => ({ ...one, uploadId })),
  ),
});
export const listUploads = get('list-multipart-uploads', 'listUploads', listedUploads, { long: true });
export const abortUpload = post('abort-multipart-upload', 'abortUpload', anything);

const objectHead = z.object({
  contentLength: size,
  lastModified: time,
  ETag: name.pipe(etag),
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
export const headObject = get('head-object', 'head', objectHead);
export const copyObject = post('copy-object', 'copy', anything);
export const unfreezeObject = post('unfreeze-object', 'restore', anything);
export const makeLink = post('generate-object-download-link', 'presign', anything);

/** Documented as there, with nothing in it. */
export const deleteObject = post('delete-object', 'delete', z.object({}));

const deletedObjects = z.object({
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
export const deleteObjects = post('delete-objects', 'deleteBatch', deletedObjects, { long: true });

const tagging = z.object({ tagSet: listOf(z.object({ key: z.string(), value: z.string() })) });
export const getTags = get('get-object-tagging', 'getTags', tagging);
export const putTags = post('put-object-tagging', 'setTags', anything);
export const deleteTags = post('delete-object-tagging', 'setTags', anything);

export const getLifecycle = get('get-bucket-lifecycle-conf', 'getLifecycle', anything, { long: true });
export const putLifecycle = post('put-bucket-lifecycle-conf', 'putLifecycle', anything);
export const deleteLifecycle = post('delete-bucket-lifecycle-conf', 'putLifecycle', anything);

const OPENING = 'open the data plane';
const keys = z.array(z.object({ regionID: z.string(), accessKey: z.string(), secretKey: z.string() }));
export const getKeys = get('get-keys', OPENING, keys, { long: true, account: true });
const endpoints = z.object({
  internetEndpoint: listOf(z.string()),
  intranetEndpoint: listOf(z.string()),
});
export const getEndpoints = get('get-endpoint', OPENING, endpoints, { account: true });
