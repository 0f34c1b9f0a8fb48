import { StoreError, type BatchFacet, type DeleteFacet } from '@store/driver';
import { deleteDocument, headerOf, readDeleteResult, settleQuietly } from '@store/kit';
import { keyFailure } from './errors.js';
import { chargeOf, deleteHeaders } from './pass-through.js';
import { XML, type Requests } from './requests.js';

export function deleteFacet(requests: Requests): DeleteFacet {
  return {
    ifMatch: requests.quirks.conditionalDelete,
    passThrough: ['mfa', 'bypassGovernance', 'requestPayer', 'expectedBucketOwner'],
    async one({ key, versionId, ifMatch }, call) {
      const headers = { ...deleteHeaders(call.pass), 'if-match': ifMatch };
      const request = { method: 'DELETE', key, query: { versionId }, headers } as const;
      return requests.tell('delete', call, request, (said) => ({
        key,
        versionId,
        ...chargeOf(said),
        ...(headerOf(said, 'x-amz-delete-marker') === 'true'
          ? { deleteMarker: true, deleteMarkerVersionId: headerOf(said, 'x-amz-version-id') }
          : {}),
      }));
    },
  };
}

/** Keys stand in the answer as in the request. */
const NOT_ENCODED = { url: false, plusIsSpace: false };

const NAMESPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

/** DeleteObjects. */
export function batchFacet(requests: Requests): BatchFacet {
  const { quietDeletes } = requests.quirks;
  return {
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html: 1000 keys, 2 MiB.
    maxKeys: 1000,
    maxBytes: 2 * 1024 * 1024,
    keys: 'xml',
    async delete(targets, call) {
      if (targets.some(({ key }) => key === ''))
        throw new StoreError('InvalidArgument', 'the empty string is not a key');
      const headers = { ...XML, ...deleteHeaders(call.pass) };
      const content = deleteDocument(targets, quietDeletes, NAMESPACE);
      const request = { method: 'POST', query: { delete: '' }, headers, content } as const;
      return requests.ask('deleteBatch', call, request, 'DeleteResult', (document, said) => {
        const result = readDeleteResult(document, targets, NOT_ENCODED, keyFailure);
        const settled = quietDeletes ? settleQuietly(result, targets) : result;
        return { ...settled, ...chargeOf(said) };
      });
    },
  };
}
