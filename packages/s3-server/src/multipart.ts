import type { GetRequest, ObjectInfo } from '@store/core';
import { xmlAnswer, type Answer } from './http/answer.js';
import { ServiceError, slowDown } from './http/service-error.js';
import { childrenOf, childText, element, parseStrictly, textElement } from './xml.js';
import { conditionHeaders } from './read-conditions.js';
import { checkedAttributes, copySource, versionHeader, writeConditions } from './objects.js';
import type { Call } from './operation.js';
import { need, notImplemented, type Bucket } from './bucket.js';
import { allUploads } from './listings.js';
import { rootElement } from './root-element.js';
import { readWhole } from './whole-body.js';

const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;
const MAX_LISTED_PARTS = 1000;

function uploadIdOf({ request }: Call): string {
  return request.query.get('uploadId') ?? '';
}

export async function createUpload(call: Call): Promise<Answer> {
  const { bucket, key } = call;
  const createUpload = need(bucket.objects.multipart).create;
  const uploadId = await createUpload({ key, ...checkedAttributes(call) }, { signal: call.signal });
  return xmlAnswer(
    rootElement(
      'InitiateMultipartUploadResult',
      textElement('Bucket', bucket.name),
      textElement('Key', key),
      textElement('UploadId', uploadId),
    ),
  );
}

function partNumberOf({ request }: Call): number {
  const given = request.query.get('partNumber') ?? '';
  const partNumber = Number(given);
  if (/^\d{1,5}$/.test(given) && partNumber >= 1 && partNumber <= MAX_PARTS) return partNumber;
  throw new ServiceError(
    400,
    'InvalidArgument',
    `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`,
  );
}

async function storePart(call: Call, body: Buffer): Promise<string> {
  const { bucket, key } = call;
  const partNumber = partNumberOf(call);
  if (call.admit([key]) === 0) throw slowDown();
  const send = need(bucket.objects.multipart).part;
  return send({ key, uploadId: uploadIdOf(call), partNumber, body }, { signal: call.signal });
}

export async function uploadPart(call: Call): Promise<Answer> {
  return { status: 200, headers: { etag: await storePart(call, call.body) } };
}

/** Without a size there is no range to copy. */
function sizeOf({ size }: ObjectInfo): number {
  if (size === undefined) throw notImplemented();
  return size;
}

export async function uploadPartCopy(call: Call): Promise<Answer> {
  const { bucket, key, request, signal } = call;
  const from = copySource(call);
  const [, start, end] =
    /^bytes=(\d+)-(\d+)$/.exec(request.headers.get('x-amz-copy-source-range') ?? '') ?? [];
  const ifMatch = request.headers.get('x-amz-copy-source-if-match');
  const others = conditionHeaders(request.headers, 'x-amz-copy-source-');
  if ((others.ifNoneMatch ?? others.ifModifiedSince ?? others.ifUnmodifiedSince) !== undefined)
    throw notImplemented();
  const source = { key: from.key, versionId: from.versionId };
  const range =
    start === undefined
      ? { start: 0, end: sizeOf(await from.bucket.objects.read.head(source, { signal })) - 1 }
      : { start: Number(start), end: Number(end) };
  const partNumber = partNumberOf(call);
  const uploadId = uploadIdOf(call);
  if (from.bucket === bucket && call.admit([key]) === 0) throw slowDown();
  const etag =
    from.bucket === bucket
      ? await need(bucket.objects.multipart).copyPart(
          { key, uploadId, partNumber, from: from.key, fromVersionId: from.versionId, range, ifMatch },
          { signal },
        )
      : await storePart(call, await bytesOf(call, from.bucket, { ...source, range, ifMatch }));
  return xmlAnswer(
    rootElement(
      'CopyPartResult',
      textElement('LastModified', new Date().toISOString()),
      textElement('ETag', etag),
    ),
  );
}

async function bytesOf(
  { signal, maxBufferedBytes }: Call,
  { objects }: Bucket,
  request: GetRequest,
): Promise<Buffer> {
  return readWhole((await objects.read.get(request, { signal })).body, maxBufferedBytes);
}

export async function completeUpload(call: Call): Promise<Answer> {
  const { bucket, key, body } = call;
  const uploadId = uploadIdOf(call);
  const root = parseStrictly(body);
  const listed = root?.name === 'CompleteMultipartUpload' ? childrenOf(root, 'Part') : [];
  const parts = listed.map((part) => ({
    partNumber: Number(childText(part, 'PartNumber')),
    etag: quoted(childText(part, 'ETag') ?? ''),
  }));
  if (parts.length === 0) {
    throw new ServiceError(
      400,
      'MalformedXML',
      'The XML you provided was not well-formed or did not validate against our published schema',
    );
  }
  if (parts.some(({ partNumber }, i) => i > 0 && partNumber <= (parts[i - 1]?.partNumber ?? 0))) {
    throw new ServiceError(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  await checkSizes(call, uploadId, parts);
  const complete = need(bucket.objects.multipart).complete;
  const written = await complete({ key, uploadId, parts, ...writeConditions(call) }, { signal: call.signal });
  return xmlAnswer(
    rootElement(
      'CompleteMultipartUploadResult',
      textElement('Bucket', bucket.name),
      textElement('Key', key),
      textElement('ETag', written.etag),
    ),
    versionHeader(written.versionId),
  );
}

/** All parts but the last have to be large enough; services behind a gateway look for themselves. */
async function checkSizes(
  { bucket, key, quirks, signal }: Call,
  uploadId: string,
  parts: readonly { readonly partNumber: number }[],
): Promise<void> {
  const minBytes = quirks.minPartBytes ?? MIN_PART_BYTES;
  if (minBytes === 0) return;
  const list = need(bucket.objects.multipart).parts;
  const arrived = await list({ key, uploadId, maxParts: MAX_PARTS }, { signal });
  const sizes = new Map(arrived.parts.map(({ partNumber, size }) => [partNumber, size]));
  const tooSmall = parts
    .slice(0, -1)
    .find(({ partNumber }) => (sizes.get(partNumber) ?? Infinity) < minBytes);
  if (!tooSmall) return;
  throw new ServiceError(
    400,
    'EntityTooSmall',
    'Your proposed upload is smaller than the minimum allowed size',
    { PartNumber: String(tooSmall.partNumber) },
  );
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
  return { status: 204 };
}

export async function listParts(call: Call): Promise<Answer> {
  const { bucket, key, request } = call;
  const uploadId = uploadIdOf(call);
  const asked = Number(request.query.get('max-parts') ?? MAX_LISTED_PARTS);
  const maxParts = Math.min(
    Number.isInteger(asked) && asked > 0 ? asked : MAX_LISTED_PARTS,
    MAX_LISTED_PARTS,
  );
  const token = request.query.get('part-number-marker') || undefined;
  if (token !== undefined && !/^\d{1,5}$/.test(token)) {
    throw new ServiceError(400, 'InvalidArgument', 'Argument partNumberMarker must be an integer.');
  }
  const list = need(bucket.objects.multipart).parts;
  const page = await list({ key, uploadId, maxParts, token }, { signal: call.signal });
  return xmlAnswer(
    rootElement(
      'ListPartsResult',
      textElement('Bucket', bucket.name),
      textElement('Key', key),
      textElement('UploadId', uploadId),
      textElement('MaxParts', maxParts),
      textElement('NextPartNumberMarker', page.nextToken),
      textElement('IsTruncated', page.truncated),
      ...page.parts.map(({ partNumber, size, etag }) =>
        element(
          'Part',
          textElement('PartNumber', partNumber),
          textElement('ETag', etag),
          textElement('Size', size),
        ),
      ),
    ),
  );
}

function quoted(etag: string): string {
  return etag.startsWith('"') ? etag : `"${etag}"`;
}
