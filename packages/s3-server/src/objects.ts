import {
  metadataOf,
  StoreError,
  type Encryption,
  type ObjectInfo,
  type ReadInfo,
  type ReadRequest,
  type UploadRecord,
  type WriteAttributes,
  type WriteResult,
} from '@store/driver';
import { xmlAnswer, type Answer } from './http/answer.js';
import { decodeWords } from './http/encoded-words.js';
import type { Incoming } from './http/incoming.js';
import { ServiceError, slowDown } from './http/service-error.js';
import { textElement } from './xml.js';
import { versionOf } from './bucket.js';
import { checkConditions, conditionHeaders } from './read-conditions.js';
import {
  checksumHeaders,
  checksumsIn,
  ENCRYPTION,
  encryptionHeaders,
  KMS_KEY,
  META,
  versionHeader,
} from './object-headers.js';
import { announcedChecksum } from './announced-checksum.js';
import { boundTo, refuseUnholdable } from './delete-conditions.js';
import { recordFields } from './joined-checksums.js';
import { unkept } from './unkept.js';
import { refuseUnkept } from './unkept-headers.js';
import type { Call } from './operation.js';
import { passOf } from './pass-through.js';
import { rootElement } from './root-element.js';
import { tagsOfHeader } from './tagging.js';
import { WatchedContent } from './watched-content.js';
import { writeConditions, type WriteConditions } from './write-conditions.js';
import { contentOf, writeContent } from './write-content.js';

const COPY_SOURCE = 'x-amz-copy-source-';

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
  checkMetadata(metadata);
  return {
    contentType: headers.get('content-type') ?? 'binary/octet-stream',
    cacheControl: headers.get('cache-control'),
    contentDisposition: headers.get('content-disposition'),
    contentEncoding: contentEncodingOf(headers.get('content-encoding')),
    contentLanguage: headers.get('content-language'),
    expires: expiresOf(headers.get('expires')),
    metadata,
    storageClass: storageClassOf(headers.get('x-amz-storage-class')),
    encryption: encryptionOf(headers),
    tags: tagsOfHeader(headers.get('x-amz-tagging')),
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html: names and values together, in UTF-8. */
const MAX_METADATA_BYTES = 2048;

/** @throws ServiceError `MetadataTooLarge` */
function checkMetadata(metadata: Readonly<Record<string, string>>): void {
  const bytes = Object.entries(metadata).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value),
    0,
  );
  if (bytes <= MAX_METADATA_BYTES) return;
  throw new ServiceError(
    400,
    'MetadataTooLarge',
    'Your metadata headers exceed the maximum allowed metadata size',
    { Size: String(bytes), MaxSizeAllowed: String(MAX_METADATA_BYTES) },
  );
}

/** As it was sent, but for `aws-chunked`, which is how the body travelled and not what it is. */
function contentEncodingOf(header: string | undefined): string | undefined {
  return header?.replaceAll(/(^|,)[ \t]*aws-chunked[ \t]*(?=,|$)/gi, '').replace(/^,[ \t]*/, '') || undefined;
}

/** @throws ServiceError `NotImplemented` for what is no date: S3 keeps any text */
function expiresOf(header: string | undefined): Date | undefined {
  if (header === undefined || header === '') return undefined;
  const time = /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/.test(header) ? Date.parse(header) : NaN;
  if (Number.isNaN(time)) throw unkept('header', 'expires');
  return new Date(time);
}

/** Under what it is asked for in headers, and told in answers: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html */
function encryptionOf(headers: ReadonlyMap<string, string>): Encryption | undefined {
  const said = headers.get(ENCRYPTION);
  const keyId = headers.get(KMS_KEY);
  const type = said === 'aws:kms' ? 'kms' : said;
  if (type === undefined && keyId === undefined) return undefined;
  // Dual-layer encryption is S3's alone.
  if (said === 'aws:kms:dsse') throw unkept('header', ENCRYPTION);
  if ((type === 'AES256' && keyId === undefined) || type === 'kms') return { type, keyId };
  throw new ServiceError(400, 'InvalidArgument', 'The encryption that was asked for is not supported.', {
    ArgumentName: ENCRYPTION,
    ArgumentValue: said ?? '',
  });
}

/** @throws ServiceError when the store behind the bucket would forget what a write brings */
export function checkedAttributes({ request, bucket, quirks }: Call): WriteAttributes {
  refuseUnkept(request.headers);
  const attributes = attributesOf(request);
  const { write, tags } = bucket.objects;
  if (attributes.storageClass !== undefined && !write.storageClasses) {
    throw new ServiceError(400, 'InvalidStorageClass', 'The storage class you specified is not valid');
  }
  if (attributes.encryption && (!write.encryption || quirks.noEncryption)) throw unkept('header', ENCRYPTION);
  if (attributes.tags !== undefined && !tags) throw unkept('header', 'x-amz-tagging');
  return write.metadata === false ? bareAttributes(attributes) : attributes;
}

/** For a store that keeps bytes alone. Every client says a type, which there follows from the name. */
function bareAttributes({ contentType: _type, metadata, ...attributes }: WriteAttributes): WriteAttributes {
  if (metadata && Object.keys(metadata).length > 0) throw unkept('header', 'x-amz-meta-');
  const headers = {
    'cache-control': attributes.cacheControl,
    'content-disposition': attributes.contentDisposition,
    'content-encoding': attributes.contentEncoding,
    'content-language': attributes.contentLanguage,
    expires: attributes.expires,
  };
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) throw unkept('header', name);
  return attributes;
}

/** The usual class goes without saying, as in S3's answers. */
function storageClassOf(header: string | undefined): string | undefined {
  return header === undefined || /^standard$/i.test(header) ? undefined : header;
}

function recordOf(checksums: Readonly<Record<string, string>>): UploadRecord | undefined {
  const found = Object.entries(checksums).map(
    ([algorithm, value]) => ({ algorithm, value, type: 'FULL_OBJECT' }) as const,
  );
  return found.length > 0 ? { checksums: found } : undefined;
}

export async function putObject(call: Call): Promise<Answer> {
  const { bucket, key, content } = call;
  if (call.admit([key]) === 0) throw slowDown();
  const attributes = { ...checkedAttributes(call), ...(await writeConditions(call)) };
  const { digests } = call;
  // What comes behind the bytes is known when they are there.
  const record = bucket.objects.write.records ? () => recordOf(checksumsIn(digests)) : undefined;
  const written = await writeContent(call, content, { key, ...attributes, record });
  const sums = checksumHeaders(call.digests);
  const type = Object.keys(sums).length === 0 ? {} : { 'x-amz-checksum-type': 'FULL_OBJECT' };
  const headers = { ...versionHeader(written.versionId), ...encryptionHeaders(attributes.encryption) };
  return { status: 200, headers: { etag: written.etag ?? '', ...sums, ...type, ...headers } };
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
  const conditions = await writeConditions(call);
  const bound = Object.values(conditionHeaders(request.headers, COPY_SOURCE)).some(
    (one) => one !== undefined,
  );
  // Where it would not be kept, nobody asks for it.
  const keeps = bucket.objects.write.records === true;
  const record = keeps && from.bucket.objects.write.records === true;
  const source = await from.bucket.objects.read.head(
    { key: from.key, versionId: from.versionId, ...(record ? { record } : {}) },
    { signal },
  );
  checkSource(request, source);
  const algorithms = keeps ? copiedAlgorithms(request, source) : [];
  const { size } = source;
  const maxBytes = quirks.maxCopyBytes ?? MAX_COPY_BYTES;
  if (size !== undefined && size > maxBytes) {
    throw new ServiceError(
      400,
      'InvalidRequest',
      `The specified copy source is larger than the maximum allowable size for a copy source: ${maxBytes}`,
    );
  }
  const replace = isReplaced(request, 'x-amz-metadata-directive');
  const { storageClass, encryption } = checkedAttributes(call);
  const same = from.bucket === bucket && from.key === key && from.versionId === undefined;
  if (same && !replace && storageClass === undefined && !encryption) {
    throw new ServiceError(
      400,
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const replaceTags = isReplaced(request, 'x-amz-tagging-directive');
  // The copy of a store takes no conditions, and is not held against anything.
  const conditional = conditions.ifAbsent || conditions.ifMatch !== undefined || bound;
  const plain = !replace && !replaceTags && !conditional && algorithms.length === 0;
  const sums = new Map<string, string>();
  const written =
    from.bucket === bucket && plain
      ? await bucket.objects.write.copy(
          {
            from: from.key,
            fromVersionId: from.versionId,
            to: key,
            storageClass,
            encryption,
          },
          { signal },
        )
      : await copyThrough(call, from, source, { replace, replaceTags, conditions, algorithms, sums });
  return xmlAnswer(
    rootElement(
      'CopyObjectResult',
      textElement('LastModified', new Date().toISOString()),
      textElement('ETag', written.etag),
      ...recordFields(recordOf(Object.fromEntries(sums))).map(([name, text]) => textElement(name, text)),
    ),
    {
      ...versionHeader(written.versionId),
      ...(source.versionId === undefined ? {} : { 'x-amz-copy-source-version-id': source.versionId }),
      ...encryptionHeaders(encryption),
    },
  );
}

/** Of the checksum that the copy is to have: what is asked for, or what the source has. */
function copiedAlgorithms({ headers }: Incoming, { record }: ReadInfo): readonly string[] {
  const asked = announcedChecksum({ headers })?.algorithm;
  return asked === undefined ? (record?.checksums ?? []).map(({ algorithm }) => algorithm) : [asked];
}

/** @throws ServiceError `InvalidArgument` for a directive that S3 has not */
function isReplaced({ headers }: Incoming, name: string): boolean {
  const directive = headers.get(name) ?? 'COPY';
  if (directive === 'REPLACE' || directive === 'COPY') return directive === 'REPLACE';
  throw new ServiceError(400, 'InvalidArgument', `Unknown directive of ${name}.`, {
    ArgumentName: name,
    ArgumentValue: directive,
  });
}

/** The conditions on what is copied; S3 says of none that it was not modified. */
export function checkSource({ headers }: Incoming, source: ObjectInfo): void {
  try {
    checkConditions(conditionHeaders(headers, COPY_SOURCE), source);
  } catch {
    throw new StoreError('PreconditionFailed', 'a condition on the source does not hold');
  }
}

interface Copying {
  readonly replace: boolean;
  readonly replaceTags: boolean;
  readonly conditions: WriteConditions;
  /** Checksums that the copy gets, of all its bytes: it is one piece, whatever its source was. */
  readonly algorithms: readonly string[];
  /** Where they are told when it is there. */
  readonly sums: Map<string, string>;
}

/** A copy that the store cannot make by itself: into another bucket, or with other attributes. */
async function copyThrough(
  call: Call,
  from: ReturnType<typeof copySource>,
  source: ObjectInfo,
  { replace, replaceTags, conditions, algorithms, sums }: Copying,
): Promise<WriteResult> {
  const { key, signal } = call;
  const read = { key: from.key, versionId: from.versionId };
  const brought = checkedAttributes(call);
  const { objects } = from.bucket;
  const attributes = {
    ...(replace ? brought : metadataOf(source)),
    storageClass: brought.storageClass,
    encryption: brought.encryption,
    tags: replaceTags ? brought.tags : await objects.tags?.get(read, { signal }),
  };
  // Bound to what was looked at.
  const content = contentOf(objects, { ...read, ifMatch: source.etag }, source.size, signal);
  const watched = new WatchedContent(content, algorithms);
  const record = (): UploadRecord | undefined => {
    for (const [algorithm, value] of Object.entries(watched.checksums())) sums.set(algorithm, value);
    return recordOf(Object.fromEntries(sums));
  };
  const kept = algorithms.length > 0 ? { record } : {};
  return writeContent(call, watched.content, { ...attributes, ...conditions, key, ...kept });
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
  const ifMatch = await deleteCondition(call, { key, versionId });
  const deleted = await bucket.objects.delete.one(
    { key, versionId, ifMatch },
    { signal, pass: passOf(call) },
  );
  entry.deleted = 1;
  return {
    status: 204,
    headers: {
      ...versionHeader(versionId ?? deleted.deleteMarkerVersionId),
      ...(deleted.deleteMarker ? { 'x-amz-delete-marker': 'true' } : {}),
    },
  };
}

const DELETE_HEADERS = {
  what: 'header',
  ifMatch: 'if-match',
  size: 'x-amz-if-match-size',
  lastModified: 'x-amz-if-match-last-modified-time',
} as const;

/** The ETag that a delete is bound to. @throws StoreError `NotFound`: without the object S3 answers 404 to a condition */
async function deleteCondition(call: Call, target: ReadRequest): Promise<string | undefined> {
  const { headers } = call.request;
  const given = {
    ifMatch: headers.get(DELETE_HEADERS.ifMatch),
    size: headers.get(DELETE_HEADERS.size),
    lastModified: headers.get(DELETE_HEADERS.lastModified),
  };
  if (call.quirks.ignoreDeleteConditions === true) return undefined;
  refuseUnholdable(call, target, given, DELETE_HEADERS);
  return boundTo(call, target, given);
}
