import type { StoreDriver } from '@store/driver';
import {
  batchFacet,
  deleteFacet,
  lifecycleFacet,
  listFacet,
  multipartFacet,
  placeOf,
  readFacet,
  restoreCall,
  tagsFacet,
  uploadsFacet,
  versionsFacet,
  writeFacet,
} from '@store/kit';
import { endpointOfOss, type OssConfig } from './config.js';
import { Requests } from './requests.js';

/** Alibaba Cloud OSS, signed by its SDK. */
export function ossDriver(config: OssConfig) {
  const requests = new Requests(config);
  const multipart = multipartFacet(requests, {
    minPartBytes: 100 * 1024,
    maxPartBytes: 5 * 1024 ** 3,
    maxParts: 10_000,
    // https://www.alibabacloud.com/help/en/oss/developer-reference/copyobject: larger ones by UploadPartCopy.
    maxCopyBytes: 1000 ** 3,
  });
  return {
    provider: 'oss',
    place: placeOf('oss', config, config.region),
    endpoint: endpointOfOss(config),
    // https://www.alibabacloud.com/help/en/oss/user-guide/object-naming-conventions
    keys: { maxBytes: 1023 },
    list: listFacet(requests, { order: 'utf8', delimiter: 'any', version: config.listVersion ?? 2 }),
    read: readFacet(requests),
    write: writeFacet(requests, { ifAbsent: true, ifMatch: false, encryption: true }),
    delete: deleteFacet(requests, { ifMatch: false, passThrough: ['requestPayer'] }),
    // OSS names no failures (its documentation has none); what names one is believed.
    batch: batchFacet(requests, { keys: 'any', silentFailures: true, encodes: true }),
    multipart,
    uploads: uploadsFacet(requests, multipart.abort),
    // https://www.alibabacloud.com/help/en/oss/developer-reference/getbucketversioning
    versions: versionsFacet(requests),
    tags: tagsFacet(requests),
    lifecycle: lifecycleFacet(requests, {
      // https://www.alibabacloud.com/help/en/oss/developer-reference/putbucketlifecycle
      maxRules: 1000,
      overlap: false,
      none: 'NoSuchLifecycle',
      filter: false,
      uploads: ['AbortMultipartUpload', 'Days'],
    }),
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
