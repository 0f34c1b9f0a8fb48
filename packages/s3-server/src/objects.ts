import {
  StoreError,
  type ObjectInfo,
  type ObjectMetadata,
  type RestoreState,
  type WriteAttributes,
  type WriteResult,
} from '@store/core';
import { xmlAnswer, type Answer } from './http/answer.js';
import { decodeWords, encodeWords } from './http/encoded-words.js';
import type { Incoming } from './http/incoming.js';
import type { Query } from './http/query.js';
import { ServiceError, slowDown } from './http/service-error.js';
import { textElement } from './xml.js';
import { notImplemented, versionOf } from './bucket.js';
import { checkConditions, conditionHeaders, simpleConditions } from './read-conditions.js';
import { refuseUnkept } from './unkept-headers.js';
import type { Call } from './operation.js';
import { rootElement } from './root-element.js';
import { tagsOfHeader } from './tagging.js';
import { contentOf, writeContent } from './write-content.js';

const META = 'x-amz-meta-';

/** What a name in HTTP may be: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2 */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
const MAX_COPY_BYTES = 5 * 1024 ** 3;

/** The attributes that a write brings. */
export function attributesOf({ headers }: Incoming): WriteAttributes {
  // From entries: no name means anything else, such as `__proto__`.
  const metadata = Object.fromEntries(
    [...headers]
      .filter(([name]) => name.startsWith(META))
      .map(([name, value]) => [name.slice(META.length), decodeWords(value)]),
  );
  // `aws-chunked` is how the body travelled, not what it is.
  const encodings = (headers.get('content-encoding') ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== 'aws-chunked');
  return {
    contentType: headers.get('content-type') ?? 'binary/octet-stream',
    cacheControl: headers.get('cache-control'),
    contentDisposition: headers.get('content-disposition'),
    contentEncoding: encodings.length > 0 ? encodings.join(',') : undefined,
    metadata,
    storageClass: storageClassOf(headers.get('x-amz-storage-class')),
    tags: tagsOfHeader(headers.get('x-amz-tagging')),
  };
}

/** @throws ServiceError when the store behind the bucket would forget what a write brings */
export function checkedAttributes({ request, bucket }: Call): WriteAttributes {
  refuseUnkept(request.headers);
  const attributes = attributesOf(request);
  const { write, tags } = bucket.objects;
  if (attributes.storageClass !== undefined && !write.storageClasses) {
    throw new ServiceError(400, 'InvalidStorageClass', 'The storage class you specified is not valid');
  }
  if (attributes.tags !== undefined && !tags) throw notImplemented();
  return attributes;
}

/** The usual class goes without saying, as in S3's answers. */
function storageClassOf(header: string | undefined): string | undefined {
  return header === undefined || /^standard$/i.test(header) ? undefined : header;
}

/** `If-None-Match: *` and `If-Match` of a write. */
export function writeConditions({ request: { headers }, quirks, bucket }: Call): {
  ifAbsent: boolean;
  ifMatch?: string;
} {
  const ifNoneMatch = headers.get('if-none-match');
  const ifMatch = headers.get('if-match');
  const { write } = bucket.objects;
  const unknown = (ifNoneMatch !== undefined && !write.ifAbsent) || (ifMatch !== undefined && !write.ifMatch);
  if (unknown || (quirks.noConditionalPut && (ifNoneMatch ?? ifMatch) !== undefined)) {
    throw new ServiceError(501, 'NotImplemented', 'Conditional writes are not implemented.');
  }
  if (ifMatch === '*') throw new ServiceError(501, 'NotImplemented', 'If-Match takes an ETag on a write.');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new ServiceError(501, 'NotImplemented', 'If-None-Match takes * on a write.');
  }
  return { ifAbsent: ifNoneMatch === '*', ...(ifMatch === undefined ? {} : { ifMatch }) };
}

export function versionHeader(versionId: string | undefined): Record<string, string> {
  return versionId === undefined ? {} : { 'x-amz-version-id': versionId };
}

export async function putObject(call: Call): Promise<Answer> {
  const { key, content } = call;
  if (call.admit([key]) === 0) throw slowDown();
  const attributes = { ...checkedAttributes(call), ...writeConditions(call) };
  const written = await writeContent(call, content, { key, ...attributes });
  return { status: 200, headers: { etag: written.etag ?? '', ...versionHeader(written.versionId) } };
}

/** Where `x-amz-copy-source` points. */
export function copySource({ request: { headers }, buckets, bucket }: Call) {
  const source = headers.get('x-amz-copy-source') ?? '';
  const [path = '', versionId] = source.split('?versionId=');
  let decoded: string;
  try {
    decoded = decodeURIComponent(path).replace(/^\//, '');
  } catch {
    throw new ServiceError(400, 'InvalidArgument', 'Invalid copy source encoding');
  }
  const slash = decoded.indexOf('/');
  if (slash <= 0 || slash === decoded.length - 1) {
    throw new ServiceError(
      400,
      'InvalidArgument',
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    );
  }
  const from = decoded.slice(0, slash) === bucket.name ? bucket : buckets.find(decoded.slice(0, slash));
  if (!from) throw new ServiceError(404, 'NoSuchBucket', 'The specified bucket does not exist');
  return { bucket: from, key: decoded.slice(slash + 1), versionId: versionOf(from, versionId) };
}

export async function copyObject(call: Call): Promise<Answer> {
  const { bucket, key, request, quirks, signal } = call;
  const from = copySource(call);
  if (call.admit([key]) === 0) throw slowDown();
  // A copy has no conditions on what it replaces: a store could not hold them.
  if (request.headers.has('if-match') || request.headers.has('if-none-match')) throw notImplemented();
  const source = await from.bucket.objects.read.head(
    { key: from.key, versionId: from.versionId },
    { signal },
  );
  checkSource(request, source);
  const { size } = source;
  const maxBytes = quirks.maxCopyBytes ?? MAX_COPY_BYTES;
  if (size !== undefined && size > maxBytes) {
    throw new ServiceError(
      400,
      'InvalidRequest',
      `The specified copy source is larger than the maximum allowable size for a copy source: ${maxBytes}`,
    );
  }
  const replace = request.headers.get('x-amz-metadata-directive') === 'REPLACE';
  const { storageClass } = checkedAttributes(call);
  const same = from.bucket === bucket && from.key === key && from.versionId === undefined;
  if (same && !replace && storageClass === undefined) {
    throw new ServiceError(
      400,
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const replaceTags = request.headers.get('x-amz-tagging-directive') === 'REPLACE';
  const written =
    from.bucket === bucket && !replace && !replaceTags
      ? await bucket.objects.write.copy(
          {
            from: from.key,
            fromVersionId: from.versionId,
            to: key,
            storageClass,
          },
          { signal },
        )
      : await copyThrough(call, from, source, { replace, replaceTags });
  return xmlAnswer(
    rootElement(
      'CopyObjectResult',
      textElement('LastModified', new Date().toISOString()),
      textElement('ETag', written.etag),
    ),
    versionHeader(written.versionId),
  );
}

/** The conditions on what is copied; S3 says of none that it was not modified. */
export function checkSource({ headers }: Incoming, source: ObjectInfo): void {
  try {
    checkConditions(conditionHeaders(headers, 'x-amz-copy-source-'), source);
  } catch {
    throw new StoreError('PreconditionFailed', 'a condition on the source does not hold');
  }
}

/** A copy that the store cannot make by itself: into another bucket, or with other attributes. */
async function copyThrough(
  call: Call,
  from: ReturnType<typeof copySource>,
  source: ObjectInfo,
  { replace, replaceTags }: { readonly replace: boolean; readonly replaceTags: boolean },
): Promise<WriteResult> {
  const { key, signal } = call;
  const read = { key: from.key, versionId: from.versionId };
  const brought = checkedAttributes(call);
  const { objects } = from.bucket;
  const attributes = {
    ...(replace ? brought : metadataOf(source)),
    storageClass: brought.storageClass,
    tags: replaceTags ? brought.tags : await objects.tags?.get(read, { signal }),
  };
  // Bound to what was looked at.
  const content = contentOf(objects, { ...read, ifMatch: source.etag }, source.size, signal);
  return writeContent(call, content, { ...attributes, key });
}

function metadataOf(info: ObjectInfo): ObjectMetadata {
  const { contentType, cacheControl, contentDisposition, contentEncoding, metadata } = info;
  return { contentType, cacheControl, contentDisposition, contentEncoding, metadata };
}

/** GET and HEAD. */
export async function getObject({ bucket, key, request, signal }: Call): Promise<Answer> {
  const { headers, query } = request;
  const version = { key, versionId: versionOf(bucket, query.get('versionId')) };
  const given = conditionHeaders(headers);
  let conditions = simpleConditions(given);
  if (!conditions) {
    const seen = await bucket.objects.read.head(version, { signal });
    checkConditions(given, seen);
    // Bound to what was looked at.
    conditions = { ifMatch: seen.etag };
  }
  const read = { ...version, ...conditions };
  const wished = wishedHeaders(query);
  if (request.method === 'HEAD') {
    const info = await bucket.objects.read.head(read, { signal });
    return { status: 200, headers: { ...infoHeaders(info), ...wished, ...lengthHeader(info) } };
  }
  const asked = headers.get('range');
  const known = asked === undefined ? undefined : await bucket.objects.read.head(read, { signal });
  const size = known?.size;
  const range = size === undefined ? undefined : rangeOf(asked, size);
  if (!known || !range) {
    const { info, body } = await bucket.objects.read.get(read, { signal });
    return { status: 200, headers: { ...infoHeaders(info), ...wished, ...lengthHeader(info) }, body };
  }
  const { start, end } = range;
  // Bound to what was seen: the range is reckoned from its size.
  const { body } = await bucket.objects.read.get({ ...read, ifMatch: known.etag, range }, { signal });
  return {
    status: 206,
    headers: {
      ...infoHeaders(known),
      ...wished,
      'content-range': `bytes ${start}-${end}/${size}`,
      'content-length': String(end - start + 1),
    },
    body,
  };
}

/** Headers that the query asks for in place of the object's: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html */
function wishedHeaders(query: Query): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of WISHED) {
    const text = headerText(query.get(`response-${name}`));
    if (text !== undefined) headers[name] = text;
  }
  return headers;
}

const WISHED = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
] as const;

function lengthHeader({ size }: ObjectInfo): Record<string, string> {
  return size === undefined ? {} : { 'content-length': String(size) };
}

/** One range of bytes; what is no range is ignored, as HTTP wants it. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, from = '', to = ''] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  const backwards = from !== '' && to !== '' && Number(to) < Number(from);
  if ((from === '' && to === '') || backwards) return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (start <= end && start < size) return { start, end };
  throw new ServiceError(
    416,
    'InvalidRange',
    'The requested range is not satisfiable',
    { RangeRequested: header ?? '', ActualObjectSize: String(size) },
    { 'content-range': `bytes */${size}` },
  );
}

export function restoreHeader({ ongoing, until }: RestoreState): string {
  if (ongoing) return 'ongoing-request="true"';
  return `ongoing-request="false", expiry-date="${until?.toUTCString()}"`;
}

/**
 * Other headers of an object in HTTP: byte for byte as they came, and as UTF-8 where they never were a header. No control
 * characters, which would be other headers.
 */
function headerText(text: string | undefined): string | undefined {
  const line = text?.replaceAll(/\p{Cc}/gu, ' ');
  return line === undefined || /^[\0-\xff]*$/.test(line) ? line : Buffer.from(line).toString('latin1');
}

function infoHeaders(info: ObjectInfo): Record<string, string> {
  const metadata = Object.entries(info.metadata ?? {});
  const sayable = metadata.filter(([name]) => TOKEN.test(name));
  const missing = metadata.length - sayable.length;
  const optional = {
    'content-type': headerText(info.contentType),
    'cache-control': headerText(info.cacheControl),
    'content-disposition': headerText(info.contentDisposition),
    'content-encoding': headerText(info.contentEncoding),
    etag: info.etag,
    'x-amz-storage-class': info.storageClass,
    'x-amz-restore': info.restore && restoreHeader(info.restore),
    ...versionHeader(info.versionId),
    ...Object.fromEntries(sayable.map(([name, value]) => [META + name, encodeWords(value)])),
    // As S3 says that an object has metadata which HTTP cannot carry.
    'x-amz-missing-meta': missing > 0 ? String(missing) : undefined,
  };
  const present = Object.entries(optional).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return {
    ...Object.fromEntries(present),
    ...(info.lastModified === undefined ? {} : { 'last-modified': info.lastModified.toUTCString() }),
    'accept-ranges': 'bytes',
  };
}

export async function deleteObject(call: Call): Promise<Answer> {
  const { bucket, key, request, quirks, entry, signal } = call;
  const versionId = versionOf(bucket, request.query.get('versionId'));
  if (quirks.mfaDelete && versionId !== undefined && !request.headers.has('x-amz-mfa')) {
    throw new ServiceError(403, 'AccessDenied', 'Mfa Authentication must be used for this request');
  }
  if (call.admit([key]) === 0) throw slowDown();
  const refused = call.refusalOf(key);
  if (refused) throw new ServiceError(refused.status, refused.code, refused.message);
  const ifMatch = request.headers.get('if-match');
  // Of directory buckets; not to be forgotten.
  if (['x-amz-if-match-last-modified-time', 'x-amz-if-match-size'].some((name) => request.headers.has(name)))
    throw notImplemented();
  const conditional = ifMatch !== undefined && quirks.ignoreDeleteConditions !== true;
  if (conditional && !bucket.objects.delete.ifMatch) throw notImplemented();
  // Without the object there is nothing to match: S3 answers 404 to a conditional delete.
  if (conditional && ifMatch === '*') await bucket.objects.read.head({ key }, { signal });
  const condition = conditional && ifMatch !== '*' ? { ifMatch } : {};
  const deleted = await bucket.objects.delete.one({ key, versionId, ...condition }, { signal });
  entry.deleted = 1;
  return {
    status: 204,
    headers: {
      ...versionHeader(versionId ?? deleted.deleteMarkerVersionId),
      ...(deleted.deleteMarker ? { 'x-amz-delete-marker': 'true' } : {}),
    },
  };
}
