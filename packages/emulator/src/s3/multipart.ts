import { xmlAnswer, type Answer } from '../http/answer.js';
import { ServiceError } from '../http/service-error.js';
import { childrenOf, childText, element, parseStrictly, textElement } from '../xml.js';
import { slowDown } from '../batch.js';
import { attributesOf, copySource, versionHeader, writeConditions } from './objects.js';
import type { Call } from './operation.js';
import { rootElement } from './root-element.js';

const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;
const MAX_LISTED_PARTS = 1000;

function uploadIdOf({ request }: Call): string {
  return request.query.get('uploadId') ?? '';
}

export async function createUpload({ bucket, key, request }: Call): Promise<Answer> {
  const uploadId = await bucket.objects.createUpload({ key, ...attributesOf(request) }, {});
  return xmlAnswer(
    rootElement(
      'InitiateMultipartUploadResult',
      textElement('Bucket', bucket.name),
      textElement('Key', key),
      textElement('UploadId', uploadId),
    ),
  );
}

async function storePart(call: Call, body: Buffer): Promise<string> {
  const { bucket, key, request } = call;
  const partNumber = Number(request.query.get('partNumber'));
  if (!(Number.isInteger(partNumber) && partNumber >= 1 && partNumber <= MAX_PARTS)) {
    throw new ServiceError(
      400,
      'InvalidArgument',
      `Part number must be an integer between 1 and ${MAX_PARTS}, inclusive`,
    );
  }
  if (call.admit([key]) === 0) throw slowDown();
  const uploadId = uploadIdOf(call);
  return bucket.objects.uploadPart({ key, uploadId, partNumber, body }, {});
}

export async function uploadPart(call: Call): Promise<Answer> {
  return { status: 200, headers: { etag: await storePart(call, call.body) } };
}

export async function uploadPartCopy(call: Call): Promise<Answer> {
  const from = copySource(call);
  const [, start, end] =
    /^bytes=(\d+)-(\d+)$/.exec(call.request.headers.get('x-amz-copy-source-range') ?? '') ?? [];
  const range = start === undefined ? undefined : { start: Number(start), end: Number(end) };
  const ifMatch = call.request.headers.get('x-amz-copy-source-if-match');
  const read = { key: from.key, versionId: from.versionId, range, ifMatch };
  const { body } = await from.bucket.objects.get(read, {});
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  const etag = await storePart(call, Buffer.concat(chunks));
  return xmlAnswer(
    rootElement(
      'CopyPartResult',
      textElement('LastModified', new Date().toISOString()),
      textElement('ETag', etag),
    ),
  );
}

export async function completeUpload(call: Call): Promise<Answer> {
  const { bucket, key, body, quirks } = call;
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
  const arrived = await bucket.objects.listPartsPage({ key, uploadId, maxParts: MAX_PARTS }, {});
  const sizes = new Map(arrived.parts.map(({ partNumber, size }) => [partNumber, size]));
  const tooSmall = parts
    .slice(0, -1)
    .find(({ partNumber }) => (sizes.get(partNumber) ?? Infinity) < (quirks.minPartBytes ?? MIN_PART_BYTES));
  if (tooSmall) {
    throw new ServiceError(
      400,
      'EntityTooSmall',
      'Your proposed upload is smaller than the minimum allowed size',
      {
        PartNumber: String(tooSmall.partNumber),
      },
    );
  }
  const written = await bucket.objects.completeUpload({ key, uploadId, parts, ...writeConditions(call) }, {});
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

export async function abortUpload(call: Call): Promise<Answer> {
  const { bucket, key } = call;
  const uploadId = uploadIdOf(call);
  const { uploads } = await bucket.objects.listUploadsPage(
    { prefix: key, maxUploads: Number.MAX_SAFE_INTEGER },
    {},
  );
  if (!uploads.some((upload) => upload.uploadId === uploadId && upload.key === key)) {
    throw new ServiceError(404, 'NoSuchUpload', 'The specified multipart upload does not exist.');
  }
  await bucket.objects.abortUpload({ key, uploadId }, {});
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
  const token = request.query.get('part-number-marker');
  const page = await bucket.objects.listPartsPage({ key, uploadId, maxParts, token }, {});
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
