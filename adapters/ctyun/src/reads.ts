import { StoreError, type ReadFacet, type ReadRequest } from '@store/driver';
import { restoreState } from '@store/kit';
import { headObject } from './calls.js';
import type { DataPlane } from './data-plane.js';
import type { OpenApi } from './openapi.js';

export function readFacet(api: OpenApi, data: DataPlane): ReadFacet {
  return {
    async head(request, call) {
      const { key, versionId } = request;
      const head = await api.ask(headObject, { key, versionID: versionId }, call);
      const { contentLength, ETag: etag, versionID, restore, ...attributes } = head;
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

/** @throws StoreError `PreconditionFailed` */
function checkConditions({ key, ifMatch, ifNoneMatch }: ReadRequest, etag: string): void {
  const unmet =
    ifMatch !== undefined && ifMatch !== etag
      ? `the object's ETag is ${etag}, not ${ifMatch}`
      : ifNoneMatch !== undefined && ifNoneMatch === etag
        ? `the object still has the ETag ${ifNoneMatch}`
        : undefined;
  if (unmet === undefined) return;
  throw new StoreError('PreconditionFailed', unmet, { provider: 'ctyun', operation: 'head', key });
}
