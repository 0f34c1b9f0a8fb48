import { versionOf } from './bucket.js';
import { xmlAnswer, type Answer } from './http/answer.js';
import { ServiceError } from './http/service-error.js';
import { versionHeader } from './object-headers.js';
import type { Call } from './operation.js';
import { rootElement } from './root-element.js';
import { textElement } from './xml.js';

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html */
const ATTRIBUTES = new Set(['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize']);

/** GetObjectAttributes. Checksums and parts are left out, as S3 does for objects that have none. */
export async function getAttributes({ bucket, key, request, signal }: Call): Promise<Answer> {
  const header = request.headers.get('x-amz-object-attributes') ?? '';
  const asked = new Set(header.split(',').map((name) => name.trim()));
  if ([...asked].some((name) => !ATTRIBUTES.has(name)))
    throw new ServiceError(400, 'InvalidArgument', 'Invalid attribute name specified.');
  const versionId = versionOf(bucket, request.query.get('versionId'));
  const info = await bucket.objects.read.head({ key, versionId }, { signal });
  const { etag, storageClass = 'STANDARD', size, lastModified } = info;
  return xmlAnswer(
    rootElement(
      'GetObjectAttributesResponse',
      // Without its quotes here, unlike everywhere else.
      asked.has('ETag') ? textElement('ETag', etag?.replaceAll('"', '')) : '',
      asked.has('StorageClass') ? textElement('StorageClass', storageClass) : '',
      asked.has('ObjectSize') ? textElement('ObjectSize', size) : '',
    ),
    {
      ...versionHeader(info.versionId),
      ...(lastModified === undefined ? {} : { 'last-modified': lastModified.toUTCString() }),
    },
  );
}
