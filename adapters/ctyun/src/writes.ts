import type { WriteFacet } from '@store/driver';
import { copyObject } from './calls.js';
import type { DataPlane } from './data-plane.js';
import type { OpenApi } from './openapi.js';

export function writeFacet(api: OpenApi, data: DataPlane): WriteFacet {
  return {
    // Without a data plane no body is read before it is refused.
    streaming: !data.configured,
    ifAbsent: false,
    ifMatch: false,
    storageClasses: data.configured,
    put: (request, call) => data.use('put', request.key, call, (s3) => s3.write.put(request, call)),
    async copy(request, call) {
      const { from, fromVersionId, to, storageClass } = request;
      // The OpenAPI's copy knows no storage class.
      if (storageClass !== undefined)
        return data.use('copy', from, call, (s3) => s3.write.copy(request, call));
      const copySource = { bucket: api.bucket, key: from, versionID: fromVersionId };
      await api.ask(copyObject, { key: to, copySource }, call, from);
      return { key: to };
    },
  };
}
