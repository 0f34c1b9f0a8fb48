import type { BatchFacet, DeleteFacet } from '@store/driver';
import { versionReader } from '@store/kit';
import { deleteObject, deleteObjects } from './calls.js';
import { keyFailure } from './errors.js';
import type { OpenApi } from './openapi.js';

export function deleteFacet(api: OpenApi): DeleteFacet {
  return {
    ifMatch: false,
    passThrough: [],
    async one({ key, versionId }, call) {
      await api.ask(deleteObject, { key, versionID: versionId }, call);
      // The answer says nothing of delete markers.
      return { key, versionId };
    },
  };
}

/** A success (800) may have failures of single keys in it. */
export function batchFacet(api: OpenApi): BatchFacet {
  return {
    // Not documented for the JSON call; of its S3 one.
    maxKeys: 1000,
    keys: 'any',
    async delete(targets, call) {
      const objects = targets.map(({ key, versionId }) => ({ key, versionID: versionId }));
      const answer = await api.ask(deleteObjects, { delete: { objects, quiet: false } }, call);
      const versionOf = versionReader(targets);
      // What names no key accounts for none: whichever it is about, it stays without an outcome.
      return {
        // Documented: it is there when the requester was charged.
        requestCharged: Boolean(answer.requestCharged),
        deleted: answer.deleted.flatMap(({ key, versionID, deleteMarker, deleteMarkerVersionID }) =>
          key === undefined
            ? []
            : {
                key,
                versionId: versionOf(key, versionID),
                deleteMarker,
                deleteMarkerVersionId: deleteMarkerVersionID,
              },
        ),
        failed: answer.errors.flatMap(({ key, versionID, code, message }) =>
          key === undefined
            ? []
            : { key, versionId: versionOf(key, versionID), reason: keyFailure(code, message) },
        ),
      };
    },
  };
}
