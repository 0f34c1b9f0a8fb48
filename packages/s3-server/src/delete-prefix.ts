import { deleteTargets } from './batch.js';
import { xmlAnswer, type Answer } from './http/answer.js';
import { element, textElement } from './xml.js';
import { ServiceError } from './http/service-error.js';
import { opened, pageOf, parametersOf, sealed } from './listings.js';
import type { Call } from './operation.js';
import { passOf } from './pass-through.js';
import { rootElement } from './root-element.js';

/**
 * `POST /bucket?delete&prefix=…` without a body: the prefix-delete extension, as docs/prefix-delete-extension.md has
 * it. Deletes what ListObjectsV2 would list for the same parameters, up to 1000 keys, and answers with it.
 *
 * @throws ServiceError `InvalidRequest` with a body; `InvalidArgument` for `max-keys=0`, which could not say what is left
 */
export async function deletePrefix(call: Call): Promise<Answer> {
  const { bucket, request } = call;
  if (call.body.length > 0) {
    throw new ServiceError(
      400,
      'InvalidRequest',
      'A delete by prefix has no body: it names no keys. To delete keys, leave the prefix out.',
    );
  }
  const parameters = parametersOf(call, 'max-keys');
  if (parameters.maxKeys === 0) {
    throw new ServiceError(400, 'InvalidArgument', 'max-keys must be at least 1 for a delete by prefix');
  }
  const { prefix, delimiter, maxKeys, encode, encodingType } = parameters;
  const token = request.query.get('continuation-token') || undefined;
  const startAfter = request.query.get('start-after') || undefined;
  const page = await pageOf(
    call,
    parameters,
    token === undefined ? { startAfter } : { token: opened(token) },
  );
  const { deleted, failed } =
    page.objects.length === 0
      ? { deleted: [], failed: [] }
      : await deleteTargets(
          bucket,
          call,
          page.objects.map(({ key }) => ({ key })),
          undefined,
          passOf(call),
        );
  const listed = new Map(page.objects.map((object) => [object.key, object]));
  const owner = request.query.get('fetch-owner') === 'true';
  return xmlAnswer(
    rootElement(
      'ListBucketResult',
      textElement('Name', bucket.name),
      textElement('Prefix', encode(prefix)),
      textElement('Delimiter', delimiter && encode(delimiter)),
      textElement('MaxKeys', maxKeys),
      encodingType,
      textElement('KeyCount', deleted.length + page.prefixes.length),
      textElement('IsTruncated', page.truncated),
      textElement('ContinuationToken', token),
      textElement('NextContinuationToken', sealed(page.nextToken)),
      textElement('StartAfter', startAfter && encode(startAfter)),
      ...deleted.map(({ key, deleteMarker, deleteMarkerVersionId }) => {
        const { etag, size, lastModified } = listed.get(key) ?? {};
        return element(
          'Contents',
          textElement('Key', encode(key)),
          textElement('LastModified', lastModified?.toISOString()),
          textElement('ETag', etag),
          textElement('Size', size),
          owner ? element('Owner', textElement('ID', 'owner'), textElement('DisplayName', 'owner')) : '',
          textElement('DeleteMarker', deleteMarker),
          textElement('DeleteMarkerVersionId', deleteMarkerVersionId),
        );
      }),
      ...page.prefixes.map((group) => element('CommonPrefixes', textElement('Prefix', encode(group.prefix)))),
      ...failed.map(({ key, code, message }) =>
        element(
          'Error',
          textElement('Key', encode(key)),
          textElement('Code', code),
          textElement('Message', message),
        ),
      ),
    ),
  );
}
