import type { BatchFacet, DeleteFacet, DriverCall } from '@store/driver';
import { deleteDocument, headerOf, isUrlEncoded, readDeleteResult } from '@store/kit';
import { keyFailure } from './errors.js';
import { checkKey, given, GONE, XML, type Requests } from './requests.js';
import { parseAnswer } from './xml.js';

export function deleteFacet(requests: Requests): DeleteFacet {
  return {
    ifMatch: false,
    passThrough: ['requestPayer'],
    one({ key, versionId }, call) {
      const sent = { method: 'DELETE', subres: given({ versionId }), headers: payer(call), ...GONE } as const;
      return requests.send('delete', key, call, sent, ({ headers }) => {
        const marker = headerOf(headers, 'x-oss-delete-marker') === 'true';
        const deleteMarkerVersionId = headerOf(headers, 'x-oss-version-id');
        return { key, versionId, ...(marker ? { deleteMarker: true, deleteMarkerVersionId } : {}) };
      });
    },
  };
}

/**
 * DeleteMultipleObjects, with a body of our own: the SDK's `deleteMulti` strips leading slashes, drops refusals and
 * takes any 200 for a success.
 */
export function batchFacet(requests: Requests): BatchFacet {
  return {
    maxKeys: 1000,
    maxBytes: 2 * 1024 * 1024,
    keys: 'any',
    // OSS names no failures (its documentation has none); what names one is believed.
    silentFailures: true,
    async delete(targets, call) {
      for (const { key } of targets) checkKey('deleteBatch', key);
      const sent = {
        method: 'POST',
        subres: { delete: '' },
        query: { 'encoding-type': 'url' },
        headers: { ...XML, ...payer(call) },
        content: deleteDocument(targets, false),
      } as const;
      return requests.send('deleteBatch', undefined, call, sent, ({ data }) => {
        const root = parseAnswer(data, 'DeleteResult');
        const encoding = { url: isUrlEncoded(root), plusIsSpace: false };
        return readDeleteResult(root, targets, encoding, keyFailure);
      });
    },
  };
}

function payer({ pass }: DriverCall): Record<string, string> {
  return given({ 'x-oss-request-payer': pass?.requestPayer ? 'requester' : undefined });
}
