import { DeleteObjectCommand, DeleteObjectsCommand } from '@aws-sdk/client-s3';
import { StoreError, type BatchFacet, type DeleteFacet } from '@store/core';
import { deleteDocument, readDeleteResult, settleQuietly } from '@store/kit';
import { documentOf } from './answer-check.js';
import { changeCommand, type HttpRequest } from './client-plugin.js';
import { keyFailure } from './errors.js';
import { chargeOf, deleteParameters } from './pass-through.js';
import type { Requests } from './requests.js';

export function deleteFacet(requests: Requests): DeleteFacet {
  return {
    ifMatch: requests.quirks.conditionalDelete,
    passThrough: ['mfa', 'bypassGovernance', 'requestPayer', 'expectedBucketOwner'],
    async one({ key, versionId, ifMatch }, call) {
      const command = new DeleteObjectCommand({
        ...requests.at(notEmpty(key), versionId),
        IfMatch: ifMatch,
        ...deleteParameters(call.pass),
      });
      return requests.send('delete', key, call, command, (answer) => ({
        key,
        versionId,
        ...chargeOf(answer),
        ...(answer.DeleteMarker ? { deleteMarker: true, deleteMarkerVersionId: answer.VersionId } : {}),
      }));
    },
  };
}

/** Keys stand in the answer as in the request. */
const NOT_ENCODED = { url: false, plusIsSpace: false };

const NAMESPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** DeleteObjects. */
export function batchFacet(requests: Requests): BatchFacet {
  const { quietDeletes, checksumAlgorithm } = requests.quirks;
  return {
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html: 1000 keys, 2 MiB.
    maxKeys: 1000,
    maxBytes: 2 * 1024 * 1024,
    keys: 'xml',
    async delete(targets, call) {
      for (const { key } of targets) notEmpty(key);
      const command = new DeleteObjectsCommand({
        Bucket: requests.bucket,
        Delete: { Objects: [] },
        ChecksumAlgorithm: checksumAlgorithm,
        ...deleteParameters(call.pass),
      });
      // The SDK goes through its schema for each key, and through all of them once more for its log.
      const body = deleteDocument(targets, quietDeletes, NAMESPACE);
      const write = (request: HttpRequest): void => void (request.body = body);
      changeCommand(command, 'storeDeleteDocument', write, 'high');
      return requests.sendDigested('deleteBatch', undefined, call, command, (answer) => {
        const result = readDeleteResult(documentOf(answer), targets, NOT_ENCODED, keyFailure);
        const settled = quietDeletes ? settleQuietly(result, targets) : result;
        return { ...settled, ...chargeOf(answer) };
      });
    },
  };
}

/** An empty key would make the SDK send a request on the bucket: `DELETE /bucket/`. */
function notEmpty(key: string): string {
  if (key !== '') return key;
  throw new StoreError('InvalidArgument', 'the empty string is not a key');
}
