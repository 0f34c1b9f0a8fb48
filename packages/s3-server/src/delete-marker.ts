import { ServiceError } from './http/service-error.js';
import { versionHeader } from './object-headers.js';
import { keyField } from './to-service-error.js';
import type { Call } from './operation.js';

/** How many versions of a key are looked through for one that is asked for. */
const MAX_VERSIONS = 1000;

/**
 * What S3 says in place of an object where there is a delete marker: 404 with the marker's version, or 405 for that version
 * itself. Stores tell no more than that there is no object, so their versions are asked.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
 *
 * @returns undefined when there is none, or nobody can say
 */
export async function deleteMarkerAt(
  { bucket, key, request, signal }: Call,
  versionId: string | undefined,
): Promise<ServiceError | undefined> {
  const { versions } = bucket.objects;
  if (!versions) return undefined;
  const asked = { prefix: key, maxKeys: versionId === undefined ? 1 : MAX_VERSIONS };
  const list = bucket.listVersions?.bind(bucket) ?? versions.page;
  const page = await list(asked, { signal }).catch(() => undefined);
  const marker = page?.versions.find(
    (one) => one.key === key && (versionId === undefined ? one.isLatest : one.versionId === versionId),
  );
  if (marker?.deleteMarker !== true) return undefined;
  const headers = { 'x-amz-delete-marker': 'true', ...versionHeader(marker.versionId) };
  if (versionId === undefined)
    return new ServiceError(404, 'NoSuchKey', 'The specified key does not exist.', keyField(key), headers);
  const fields = { Method: request.method, ResourceType: 'DeleteMarker' };
  const message = 'The specified method is not allowed against this resource.';
  return new ServiceError(405, 'MethodNotAllowed', message, fields, { ...headers, allow: 'DELETE' });
}
