import type { CompleteUploadRequest, ObjectInfo, WriteResult } from '@store/driver';
import { withJoinedEtag } from '@store/driver/extend';
import { xmlAnswer, type Answer } from './http/answer.js';
import { namesOf } from './aws-chunked.js';
import { urlOf, type Incoming } from './http/incoming.js';
import { ServiceError, slowDown } from './http/service-error.js';
import { childrenOf, childText, element, parseStrictly, textElement } from './xml.js';
import { Content } from './content.js';
import { checksumsIn, encryptionHeaders, headersOfChecksums, versionHeader } from './object-headers.js';
import { checkedAttributes, checkSource, copySource } from './objects.js';
import type { Call } from './operation.js';
import { need, notImplemented } from './bucket.js';
import { allUploads } from './upload-listing.js';
import { OWNER, STANDARD } from './listings.js';
import { rootElement } from './root-element.js';
import { partNumberOf } from './part-number.js';
import { unkept } from './unkept.js';
import { announcedChecksum, announcedHeaders, CHECKSUM_ELEMENTS } from './announced-checksum.js';
import {
  joinedChecksums,
  partFields,
  recordFields,
  type Joining,
  type PartClaim,
} from './joined-checksums.js';
import { checkPresent, checkSizes } from './joined-sizes.js';
import { completionFingerprint, type CompletedUpload } from './recent-completions.js';
import { claimedChecksums, claimsOf, type UploadClaims } from './upload-claims.js';
import { WatchedContent } from './watched-content.js';
import { writeConditions } from './write-conditions.js';
import { contentOf, writePart } from './write-content.js';

const MAX_LISTED_PARTS = 1000;

function uploadIdOf({ request }: Call): string {
  return request.query.get('uploadId') ?? '';
}

export async function createUpload(call: Call): Promise<Answer> {
  const { bucket, key } = call;
  const createUpload = need(bucket.objects.multipart).create;
  const attributes = checkedAttributes(call);
  const announced = announcedChecksum(call.request);
  const uploadId = await createUpload({ key, ...attributes }, { signal: call.signal });
  call.notes?.begin({ ...call, uploadId }, announced);
  return xmlAnswer(
    rootElement(
      'InitiateMultipartUploadResult',
      textElement('Bucket', bucket.name),
      textElement('Key', key),
      textElement('UploadId', uploadId),
    ),
    { ...encryptionHeaders(attributes.encryption), ...(call.notes && announcedHeaders(announced)) },
  );
}

export async function uploadPart(call: Call): Promise<Answer> {
  const part = {
    uploadId: uploadIdOf(call),
    partNumber: partNumberOf(call.request.query.get('partNumber') ?? ''),
  };
  if (call.admit([call.key]) === 0) throw slowDown();
  const { notes, request, digests } = call;
  const announced = notes?.announcedOf({ ...call, ...part })?.algorithm;
  const missing = announced === undefined || bringsChecksum(request, announced) ? [] : [announced];
  const watched = new WatchedContent(call.content, missing);
  const etag = await writePart(call, part, watched.content);
  const reckoned = watched.checksums();
  const checksums = { ...checksumsIn(digests), ...reckoned };
  notes?.add({ ...call, ...part }, { partNumber: part.partNumber, size: watched.bytes, etag, checksums });
  return { status: 200, headers: { etag, ...headersOfChecksums(checksums) } };
}

/** The client says it, in front of the bytes or behind them. */
function bringsChecksum({ headers }: Incoming, algorithm: string): boolean {
  const name = `x-amz-checksum-${algorithm}`;
  return headers.has(name) || namesOf(headers.get('x-amz-trailer')).includes(name);
}

export async function uploadPartCopy(call: Call): Promise<Answer> {
  const { bucket, key, request, signal } = call;
  const from = copySource(call);
  const part = {
    uploadId: uploadIdOf(call),
    partNumber: partNumberOf(call.request.query.get('partNumber') ?? ''),
  };
  const asked = rangeOf(request.headers.get('x-amz-copy-source-range'));
  const source = { key: from.key, versionId: from.versionId };
  const seen = await from.bucket.objects.read.head(source, { signal });
  checkSource(request, seen);
  const size = sizeOf(seen);
  if (asked && asked.end >= size) {
    throw new ServiceError(
      416,
      'InvalidRange',
      `The range specified is not valid for source object of size: ${size}`,
      { ActualObjectSize: String(size) },
    );
  }
  const range = asked ?? { start: 0, end: size - 1 };
  if (call.admit([key]) === 0) throw slowDown();
  // Bound to what was looked at.
  const read = { ...source, ifMatch: seen.etag };
  const bytes = range.end - range.start + 1;
  const content =
    bytes === 0
      ? Content.of(Buffer.alloc(0))
      : contentOf(from.bucket.objects, { ...read, range }, bytes, signal);
  const announced = call.notes?.announcedOf({ ...call, ...part })?.algorithm;
  // Where checksums are kept, the bytes are looked at for the one that was announced.
  const reckoned = announced !== undefined && bucket.objects.write.records === true;
  const watched = new WatchedContent(content, reckoned ? [announced] : []);
  const etag =
    from.bucket === bucket && bytes > 0 && !reckoned
      ? await need(bucket.objects.multipart).copyPart(
          { ...part, key, from: from.key, fromVersionId: from.versionId, range, ifMatch: seen.etag },
          { signal },
        )
      : await writePart(call, part, watched.content);
  const checksums = reckoned ? watched.checksums() : {};
  call.notes?.add({ ...call, ...part }, { partNumber: part.partNumber, size: bytes, etag, checksums });
  return xmlAnswer(
    rootElement(
      'CopyPartResult',
      textElement('LastModified', new Date().toISOString()),
      textElement('ETag', etag),
      ...partFields(checksums).map(([name, text]) => textElement(name, text)),
    ),
  );
}

/** Bytes of the source, both inclusive; undefined for all. */
function rangeOf(header: string | undefined): { readonly start: number; readonly end: number } | undefined {
  if (header === undefined) return undefined;
  const [, start = '', end = ''] = /^bytes=(\d{1,15})-(\d{1,15})$/.exec(header) ?? [];
  if (start !== '' && Number(start) <= Number(end)) return { start: Number(start), end: Number(end) };
  throw new ServiceError(
    400,
    'InvalidArgument',
    'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
    { ArgumentName: 'x-amz-copy-source-range', ArgumentValue: header },
  );
}

/** Without a size there is no range to copy. */
function sizeOf({ size }: ObjectInfo): number {
  if (size === undefined) throw notImplemented();
  return size;
}

export async function completeUpload(call: Call): Promise<Answer> {
  const { bucket, key, body } = call;
  const uploadId = uploadIdOf(call);
  const root = parseStrictly(body);
  const listed = root?.name === 'CompleteMultipartUpload' ? childrenOf(root, 'Part') : [];
  const parts = listed.map((part) => ({
    partNumber: listedNumber(childText(part, 'PartNumber')),
    etag: quoted(childText(part, 'ETag') ?? ''),
  }));
  if (parts.length === 0 || parts.some(({ partNumber }) => Number.isNaN(partNumber))) {
    throw new ServiceError(
      400,
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  if (parts.some(({ partNumber }, i) => i > 0 && partNumber <= (parts[i - 1]?.partNumber ?? 0))) {
    throw new ServiceError(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  const claims = claimsOf(call.request, listed, call.notes?.announcedOf({ ...call, uploadId }));
  const request = { key, uploadId, parts, ...(await writeConditions(call)) };
  const { result: written, fields } = await completeOnce(call, request, claims);
  return xmlAnswer(
    rootElement(
      'CompleteMultipartUploadResult',
      textElement('Location', urlOf(call.request, call.request.rawPath)),
      textElement('Bucket', bucket.name),
      textElement('Key', key),
      textElement('ETag', written.etag),
      ...fields.map(([name, text]) => textElement(name, text)),
    ),
    versionHeader(written.versionId),
  );
}

/** A client that did not hear the answer is told the same again, where that is remembered. */
async function completeOnce(
  call: Call,
  request: CompleteUploadRequest,
  claims: UploadClaims,
): Promise<CompletedUpload> {
  const { notes, completions, bucket, bucketName, key } = call;
  const { uploadId } = request;
  const name = { bucketName, key, uploadId };
  const noted = request.parts.map((part) => notes?.find(name, part));
  const id = JSON.stringify([bucketName, uploadId]);
  const fingerprint = completionFingerprint(request, claims);
  const before = completions?.find(id, key, fingerprint);
  if (before) return before;
  await checkSizes(
    call,
    uploadId,
    request.parts.map((part, i) => ({ ...part, size: noted[i]?.size })),
  );
  const joining = joinedChecksums(noted, notes?.announcedOf(name), claims);
  const { record, open } = joining;
  // Held against the bytes, where they are seen.
  const checksums = bucket.completeChecked
    ? [...record.checksums, ...claimedChecksums(open)]
    : record.checksums;
  const kept = { ...record, checksums };
  const isKept = bucket.objects.write.records === true && (checksums.length > 0 || kept.parts !== undefined);
  const written = await completeWith(call, isKept ? { ...request, record: kept } : request, claims, joining);
  // Of bytes that were seen to be right, one way or the other.
  const untyped = open.filter(({ type }) => type === undefined);
  const fields = [
    ...recordFields(kept),
    ...untyped.flatMap(({ algorithm, value }) => partFields({ [algorithm]: value })),
  ];
  const completed = { result: written, fields };
  completions?.add(id, { key, fingerprint, result: completed });
  notes?.forget(name);
  return completed;
}

/**
 * @throws ServiceError `NotImplemented` for a checksum that nobody here can tell without the bytes, which nobody here sees;
 * `InvalidPart` where that is so because the part is another one
 */
async function completeWith(
  call: Call,
  request: CompleteUploadRequest,
  claims: UploadClaims,
  { open, openParts }: Joining,
): Promise<WriteResult> {
  const { bucket, signal } = call;
  const { completeChecked } = bucket;
  if (completeChecked) return completeChecked(request, claims, { signal });
  const [unseen] = open;
  if (unseen ?? openParts[0]) await checkPresent(call, request.uploadId, request.parts);
  if (unseen) throw unkept('header', `x-amz-checksum-${unseen.algorithm}`);
  const [unseenPart] = openParts;
  if (unseenPart) throw unheld(unseenPart, request);
  const { multipart, read } = bucket.objects;
  const written = await need(multipart).complete(request, { signal });
  return withJoinedEtag(written, request.parts.length, (head) => read.head(head, { signal }));
}

/** It is not accepted as if it had been held against the part. */
function unheld({ index, algorithm }: PartClaim, { parts }: CompleteUploadRequest): ServiceError {
  const name = CHECKSUM_ELEMENTS[algorithm] ?? algorithm;
  const partNumber = String(parts[index]?.partNumber);
  return new ServiceError(
    501,
    'NotImplemented',
    `The element ${name} of part ${partNumber} cannot be held against its bytes: the part came without this checksum, or not through this process. List it without the checksum, or send it again.`,
    { Element: name, PartNumber: partNumber },
  );
}

/** NaN for what is no number in decimal digits. */
function listedNumber(text: string | undefined): number {
  return /^\d{1,9}$/.test(text?.trim() ?? '') ? Number(text) : NaN;
}

export async function abortUpload(call: Call): Promise<Answer> {
  const { bucket, key } = call;
  const uploadId = uploadIdOf(call);
  let found = false;
  for await (const upload of allUploads(call, key)) {
    found = upload.uploadId === uploadId && upload.key === key;
    if (found) break;
  }
  if (!found) throw new ServiceError(404, 'NoSuchUpload', 'The specified multipart upload does not exist.');
  const abort = need(bucket.objects.multipart).abort;
  await abort({ key, uploadId }, { signal: call.signal });
  call.notes?.forget({ ...call, uploadId });
  return { status: 204 };
}

export async function listParts(call: Call): Promise<Answer> {
  const { bucket, key, request, quirks } = call;
  const uploadId = uploadIdOf(call);
  const asked = request.query.get('max-parts') ?? String(MAX_LISTED_PARTS);
  if (!/^\d{1,9}$/.test(asked)) {
    throw new ServiceError(
      400,
      'InvalidArgument',
      'Provided max-parts not an integer or within integer range',
    );
  }
  const maxParts = Math.min(Number(asked) || MAX_LISTED_PARTS, MAX_LISTED_PARTS);
  const token = request.query.get('part-number-marker') || undefined;
  if (token !== undefined && !/^\d{1,5}$/.test(token)) {
    throw new ServiceError(400, 'InvalidArgument', 'Argument partNumberMarker must be an integer.');
  }
  const list = need(bucket.objects.multipart).parts;
  const page = await list({ key, uploadId, maxParts, token }, { signal: call.signal });
  const announced = call.notes?.announcedOf({ ...call, uploadId });
  return xmlAnswer(
    rootElement(
      'ListPartsResult',
      textElement('Bucket', bucket.name),
      textElement('Key', key),
      textElement('UploadId', uploadId),
      element('Initiator', textElement('ID', 'owner'), textElement('DisplayName', 'owner')),
      OWNER,
      textElement('StorageClass', quirks.standardClass ?? STANDARD),
      textElement('ChecksumAlgorithm', announced?.algorithm.toUpperCase()),
      textElement('ChecksumType', announced?.type),
      textElement('PartNumberMarker', token ?? '0'),
      textElement('MaxParts', maxParts),
      textElement('NextPartNumberMarker', page.nextToken),
      textElement('IsTruncated', page.truncated),
      ...page.parts.map(({ partNumber, size, etag, lastModified }) =>
        element(
          'Part',
          textElement('PartNumber', partNumber),
          textElement('LastModified', lastModified?.toISOString()),
          textElement('ETag', etag),
          textElement('Size', size),
          ...partFields(call.notes?.find({ ...call, uploadId }, { partNumber, etag })?.checksums ?? {}).map(
            ([name, text]) => textElement(name, text),
          ),
        ),
      ),
    ),
  );
}

function quoted(etag: string): string {
  return etag.startsWith('"') ? etag : `"${etag}"`;
}
