import { DEFAULT_MAX_KEY_BYTES, type StoreDriver } from '@store/driver';
import { endpointOf, placeOf } from '@store/kit';
import type { CtyunConfig } from './config.js';
import { DataPlane } from './data-plane.js';
import { batchFacet, deleteFacet } from './deletes.js';
import { lifecycleFacet } from './lifecycle.js';
import { listFacet, uploadsFacet, versionsFacet } from './listings.js';
import { multipartFacet } from './multipart.js';
import { postFormsFacet, presignCall, restoreCall, tagsFacet } from './object-state.js';
import { DEFAULT_ENDPOINT, OpenApi } from './openapi.js';
import { readFacet } from './reads.js';
import { writeFacet } from './writes.js';

/** CTYUN ZOS: its JSON OpenAPI for all that moves no bytes, its S3 endpoint for the rest. */
export function ctyunDriver(config: CtyunConfig) {
  const api = new OpenApi(config);
  const data = new DataPlane(config, api);
  const uploads = uploadsFacet(api);
  return {
    provider: 'ctyun',
    place: placeOf('ctyun', config, config.regionId),
    endpoint: endpointOf(config.endpoint, DEFAULT_ENDPOINT),
    keys: { maxBytes: DEFAULT_MAX_KEY_BYTES },
    list: listFacet(api),
    read: readFacet(api, data),
    write: writeFacet(api, data),
    delete: deleteFacet(api),
    batch: batchFacet(api),
    multipart: data.configured ? multipartFacet(data, uploads.abort) : undefined,
    uploads,
    versions: versionsFacet(api),
    tags: tagsFacet(api),
    lifecycle: lifecycleFacet(api),
    restore: restoreCall(api),
    presign: presignCall(api, data),
    postForms: postFormsFacet(api),
    url: data.configured
      ? (request, call) => data.use('url', request.key, call, (s3) => s3.url(request, call))
      : undefined,
    async close() {
      api.close();
      await data.close();
    },
  } satisfies StoreDriver;
}

/** With the facets that ZOS has, whether bytes can be moved or not. */
export type CtyunDriver = ReturnType<typeof ctyunDriver>;
