import { optionTypes as types } from '@store/driver';
import { decodeMetadata, sizeFact, timeFact } from '@store/kit';
import * as v from 'valibot';

/** A call of the OpenAPI. */
export interface ApiCall<T> {
  /** Every change is a POST, deletes included. */
  readonly method: 'GET' | 'POST';
  readonly api: string;
  /** What it is for, in the words of this library. */
  readonly operation: string;
  /** The `returnObj` of a success, as it is documented. */
  readonly answer: v.GenericSchema<unknown, T>;
  /** A success names many keys or rules. */
  readonly long?: boolean;
  /** It is about the account, and not about the bucket. */
  readonly account?: boolean;
}

type Facts = Pick<ApiCall<unknown>, 'long' | 'account'>;

function callsOf(method: ApiCall<unknown>['method']) {
  return <T>(
    api: string,
    operation: string,
    answer: v.GenericSchema<unknown, T>,
    facts?: Facts,
  ): ApiCall<T> => ({ method, api, operation, answer, ...facts });
}

const get = callsOf('GET');
const post = callsOf('POST');

/** Where an answer says all in its envelope. */
const anything = v.unknown();

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
/** With its quotes, which the OpenAPI writes in lists and leaves out elsewhere. */
const etag = v.pipe(
  v.string(),
  v.transform((text) => (text.startsWith('"') ? text : `"${text}"`)),
);
// What is none does not make a page unreadable: nobody has to need it.
const size = v.pipe(v.optional(v.unknown(), null), v.transform(sizeFact));
const time = v.pipe(v.optional(v.unknown(), null), v.transform(timeFact));
/** Read by `goesOn`. */
const truncated = v.optional(v.unknown());

const listedObjects = object({
  isTruncated: truncated,
  nextMarker: marker,
  contents: listOf(
    v.pipe(
      object({ key: name, size, lastModified: time, ETag: v.nullish(etag), storageClass: optional }),
      v.transform(({ ETag, ...one }) => ({ ...one, etag: ETag ?? undefined })),
    ),
  ),
  commonPrefixes: listOf(object({ prefix: name })),
});
export const listObjects = get('list-objects', 'list', listedObjects, { long: true });

const version = object({ key: name, versionID: name, isLatest: v.boolean(), lastModified: time });
const storedVersion = v.pipe(
  object({ ...version.entries, size, ETag: optional, storageClass: optional }),
  v.transform(({ versionID: versionId, ETag: etag, ...one }) => {
    return { ...one, versionId, etag, deleteMarker: false };
  }),
);
const deleteMarker = v.pipe(
  version,
  v.transform(({ versionID: versionId, ...one }) => ({ ...one, versionId, deleteMarker: true, size: 0 })),
);

const listedVersions = object({
  // Not documented for this listing; where it is there, it is believed when it says that there is more.
  isTruncated: truncated,
  // Documented as null at the end. Whether it may be left out, or empty, there is not confirmed: it says nothing then.
  nextKeyMarker: v.nullable(name),
  keys: listOf(object({ versions: listOf(storedVersion) })),
  deleteMarkers: listOf(deleteMarker),
});
export const listVersions = get('list-object-versions', 'listVersions', listedVersions, { long: true });

/** Of a bucket that never had versions nothing is documented: it says nothing then. */
const versioning = v.pipe(
  v.nullish(object({ status: optional }), null),
  v.transform((said) => said ?? { status: undefined }),
);
export const getVersioning = get('get-bucket-versioning', 'versioning', versioning);

const listedUploads = object({
  isTruncated: truncated,
  nextKeyMarker: marker,
  nextUploadIDMarker: marker,
  uploads: listOf(
    v.pipe(
      object({ key: name, uploadID: name, initiated: time }),
      v.transform(({ uploadID: uploadId, ...one }) => ({ ...one, uploadId })),
    ),
  ),
});
export const listUploads = get('list-multipart-uploads', 'listUploads', listedUploads, { long: true });
export const abortUpload = post('abort-multipart-upload', 'abortUpload', anything);

const objectHead = object({
  contentLength: size,
  lastModified: time,
  ETag: v.pipe(name, etag),
  versionID: optional,
  storageClass: optional,
  contentType: optional,
  cacheControl: optional,
  contentDisposition: optional,
  contentEncoding: optional,
  contentLanguage: optional,
  // As `lastModified`; the format is documented of neither.
  expires: time,
  metadata: v.pipe(v.nullish(types.texts(), {}), v.transform(decodeMetadata)),
  restore: optional,
});
export const headObject = get('head-object', 'head', objectHead);
export const copyObject = post('copy-object', 'copy', anything);
export const unfreezeObject = post('unfreeze-object', 'restore', anything);
export const makeLink = post('generate-object-download-link', 'presign', anything);

export const makeForm = post(
  'generate-object-upload-link',
  'presignPost',
  object({
    url: name,
    fields: v.pipe(
      types.texts(),
      v.check((fields) => 'policy' in fields),
    ),
  }),
);

/** Documented as there, with nothing in it. */
export const deleteObject = post('delete-object', 'delete', object({}));

const deletedObjects = object({
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
export const deleteObjects = post('delete-objects', 'deleteBatch', deletedObjects, { long: true });

const tagging = object({ tagSet: listOf(object({ key: v.string(), value: v.string() })) });
export const getTags = get('get-object-tagging', 'getTags', tagging);
export const putTags = post('put-object-tagging', 'setTags', anything);
export const deleteTags = post('delete-object-tagging', 'setTags', anything);

export const getLifecycle = get('get-bucket-lifecycle-conf', 'getLifecycle', anything, { long: true });
export const putLifecycle = post('put-bucket-lifecycle-conf', 'putLifecycle', anything);
export const deleteLifecycle = post('delete-bucket-lifecycle-conf', 'putLifecycle', anything);

const OPENING = 'open the data plane';
const keys = v.array(object({ regionID: v.string(), accessKey: v.string(), secretKey: v.string() }));
export const getKeys = get('get-keys', OPENING, keys, { long: true, account: true });
const endpoints = object({
  internetEndpoint: listOf(v.string()),
  intranetEndpoint: listOf(v.string()),
});
export const getEndpoints = get('get-endpoint', OPENING, endpoints, { account: true });
