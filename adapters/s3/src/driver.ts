import { DEFAULT_MAX_KEY_BYTES, type StoreDriver } from '@store/driver';
import { endpointOf, placeOf } from '@store/kit';
import { quirksOf, type S3Config } from './config.js';
import { prefixDeleteFacet } from './delete-prefix.js';
import { batchFacet, deleteFacet } from './deletes.js';
import { lifecycleFacet } from './lifecycle.js';
import { listFacet, uploadsFacet, versionsFacet } from './listings.js';
import { multipartFacet } from './multipart.js';
import { restoreCall, tagsFacet } from './object-state.js';
import { postFormsFacet } from './post-forms.js';
import { presignCall, urlCall } from './presign.js';
import { readFacet } from './reads.js';
import { Requests } from './requests.js';
import { writeFacet } from './writes.js';

/** S3 over the AWS SDK. */
export function s3Driver(config: S3Config) {
  const quirks = quirksOf(config);
  const requests = new Requests(config, quirks);
  const multipart = multipartFacet(requests);
  return {
    provider: 's3',
    place: placeOf('s3', config),
    endpoint: endpointOf(
      config.endpoint,
      config.region === undefined ? 'AWS S3' : `AWS S3 in ${config.region}`,
    ),
    keys: { maxBytes: DEFAULT_MAX_KEY_BYTES },
    list: listFacet(requests),
    read: readFacet(requests),
    write: writeFacet(requests),
    delete: deleteFacet(requests),
    batch: quirks.disableBatchDelete ? undefined : batchFacet(requests),
    prefixDelete: quirks.serverPrefixDelete ? prefixDeleteFacet(requests) : undefined,
    multipart,
    uploads: uploadsFacet(requests, multipart.abort),
    versions: quirks.versions ? versionsFacet(requests) : undefined,
    tags: quirks.tags ? tagsFacet(requests) : undefined,
    lifecycle: quirks.lifecycle === false ? undefined : lifecycleFacet(requests, quirks.lifecycle),
    restore: quirks.restore ? restoreCall(requests) : undefined,
    presign: presignCall(requests),
    postForms: quirks.postForms ? postFormsFacet(requests) : undefined,
    url: urlCall(requests),
    async close() {
      requests.close();
    },
  } satisfies StoreDriver;
}

/** With the facets that every service with S3's API has. */
export type S3Driver = ReturnType<typeof s3Driver>;
