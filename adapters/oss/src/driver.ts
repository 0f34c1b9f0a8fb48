import type { StoreDriver } from '@store/driver';
import { placeOf } from '@store/kit';
import { endpointOfOss, type OssConfig } from './config.js';
import { batchFacet, deleteFacet } from './deletes.js';
import { lifecycleFacet } from './lifecycle.js';
import { listFacet, uploadsFacet, versionsFacet } from './listings.js';
import { multipartFacet } from './multipart.js';
import { restoreCall, tagsFacet } from './object-state.js';
import { readFacet } from './reads.js';
import { Requests } from './requests.js';
import { writeFacet } from './writes.js';

/** Alibaba Cloud OSS, signed by its SDK. */
export function ossDriver(config: OssConfig) {
  const requests = new Requests(config);
  const multipart = multipartFacet(requests);
  return {
    provider: 'oss',
    place: placeOf('oss', config, config.region),
    endpoint: endpointOfOss(config),
    // https://www.alibabacloud.com/help/en/oss/user-guide/object-naming-conventions
    keys: { maxBytes: 1023 },
    list: listFacet(requests, config.listVersion),
    read: readFacet(requests),
    write: writeFacet(requests),
    delete: deleteFacet(requests),
    batch: batchFacet(requests),
    multipart,
    uploads: uploadsFacet(requests, multipart.abort),
    versions: versionsFacet(requests),
    tags: tagsFacet(requests),
    lifecycle: lifecycleFacet(requests),
    restore: restoreCall(requests),
    presign: (request) => requests.presign(request),
    postForms: { limits: true, sign: (request) => requests.postForm(request) },
    url: async ({ key }) => {
      const signed = await requests.presign({ key, method: 'GET', expiresIn: 1 });
      return signed.slice(0, signed.indexOf('?'));
    },
    async close() {
      requests.close();
    },
  } satisfies StoreDriver;
}

/** With every facet that OSS has. */
export type OssDriver = ReturnType<typeof ossDriver>;
