import type { UploadRecord } from '@store/driver';
import { versionOf } from './bucket.js';
import { deleteMarkerAt } from './delete-marker.js';
import { xmlAnswer, type Answer } from './http/answer.js';
import { ServiceError } from './http/service-error.js';
import { partFields, recordFields } from './joined-checksums.js';
import { versionHeader } from './object-headers.js';
import type { Call } from './operation.js';
import { rootElement } from './root-element.js';
import { element, textElement } from './xml.js';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
const ATTRIBUTES = new Set(['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize']);

const MAX_PARTS = 1000;

/** GetObjectAttributes. Checksums and parts are left out of objects that have none, or of which nobody knows them. */
export async function getAttributes(call: Call): Promise<Answer> {
  const { bucket, key, request, signal } = call;
  const header = request.headers.get('x-amz-object-attributes') ?? '';
  const asked = new Set(header.split(',').map((name) => name.trim()));
  if ([...asked].some((name) => !ATTRIBUTES.has(name)))
    throw new ServiceError(400, 'InvalidArgument', 'Invalid attribute name specified.');
  const page = {
    maxParts: numberOf(call, 'x-amz-max-parts', MAX_PARTS),
    marker: numberOf(call, 'x-amz-part-number-marker', 0),
  };
  const versionId = versionOf(bucket, request.query.get('versionId'));
  const record = bucket.objects.write.records === true ? { record: true } : {};
  const info = await bucket.objects.read
    .head({ key, versionId, ...record }, { signal })
    .catch(async (error: unknown) => {
      throw (await deleteMarkerAt(call, versionId)) ?? error;
    });
  const { etag, storageClass = 'STANDARD', size, lastModified } = info;
  return xmlAnswer(
    rootElement(
      'GetObjectAttributesResponse',
      // Without its quotes here, unlike everywhere else.
      asked.has('ETag') ? textElement('ETag', etag?.replaceAll('"', '')) : '',
      asked.has('Checksum') ? checksumElement(info.record) : '',
      asked.has('ObjectParts') ? partsElement(info.record, page) : '',
      asked.has('StorageClass') ? textElement('StorageClass', storageClass) : '',
      asked.has('ObjectSize') ? textElement('ObjectSize', size) : '',
    ),
    {
      ...versionHeader(info.versionId),
      ...(lastModified === undefined ? {} : { 'last-modified': lastModified.toUTCString() }),
    },
  );
}

/** @throws ServiceError `InvalidArgument` */
function numberOf({ request }: Call, name: string, usual: number): number {
  const text = request.headers.get(name) ?? String(usual);
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new ServiceError(400, 'InvalidArgument', `The value of ${name} has to be an integer.`, {
    ArgumentName: name,
    ArgumentValue: text,
  });
}

function checksumElement(record: UploadRecord | undefined): string {
  const fields = record ? recordFields(record) : [];
  if (fields.length === 0) return '';
  return element('Checksum', ...fields.map(([name, text]) => textElement(name, text)));
}

function partsElement(
  record: UploadRecord | undefined,
  { maxParts, marker }: { readonly maxParts: number; readonly marker: number },
): string {
  const parts = record?.parts;
  if (!parts) return '';
  const rest = parts.filter(({ partNumber }) => partNumber > marker);
  const shown = rest.slice(0, Math.min(maxParts, MAX_PARTS));
  return element(
    'ObjectParts',
    // As S3 calls it here.
    textElement('PartsCount', parts.length),
    textElement('PartNumberMarker', marker),
    textElement('NextPartNumberMarker', shown.at(-1)?.partNumber ?? marker),
    textElement('MaxParts', Math.min(maxParts, MAX_PARTS)),
    textElement('IsTruncated', shown.length < rest.length),
    ...shown.map(({ partNumber, size, checksums }) =>
      element(
        'Part',
        textElement('PartNumber', partNumber),
        textElement('Size', size),
        ...partFields(checksums).map(([name, text]) => textElement(name, text)),
      ),
    ),
  );
}
