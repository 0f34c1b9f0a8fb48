import type { ReadFacet } from '@store/core';
import { restoreState } from '@store/kit';
import { headObject } from './calls.js';
import type { DataPlane } from './data-plane.js';
import { checkConditions, etagOf } from './object-head.js';
import type { OpenApi } from './openapi.js';

export function readFacet(api: OpenApi, data: DataPlane): ReadFacet {
  return {
    async head(request, call) {
      const { key, versionId } = request;
      const head = await api.ask(headObject, { key, versionID: versionId }, call);
      const { contentLength, ETag, versionID, restore, ...attributes } = head;
      const etag = etagOf(ETag);
      // The OpenAPI has no conditions; of a read, this side can tell as well.
      checkConditions(request, etag);
      return {
        ...attributes,
        key,
        size: contentLength,
        etag,
        versionId: versionID,
        restore: restoreState(restore),
      };
    },
    get: (request, call) => data.use('get', request.key, call, (s3) => s3.read.get(request, call)),
  };
}
