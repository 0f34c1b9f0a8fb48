import { DEFAULT_MAX_KEY_BYTES, type StoreDriver } from '@store/driver';
import {
  batchFacet,
  deleteFacet,
  endpointOf,
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
import { quirksOf, type S3Config } from './config.js';
import { prefixDeleteFacet } from './delete-prefix.js';
import { lifecycleFacet } from './lifecycle.js';
import { postFormsFacet } from './post-forms.js';
import { presignCall, urlCall } from './presign.js';
import { Requests } from './requests.js';

const MIB = 1024 * 1024;

/** S3, signed by the AWS SDK. */
export function s3Driver(config: S3Config) {
  const quirks = quirksOf(config);
  const requests = new Requests(config, quirks);
  const { conditionalPut, conditionalDelete } = quirks;
  const multipart = multipartFacet(requests, {
    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
    minPartBytes: 5 * MIB,
    maxPartBytes: 5 * 1024 * MIB,
    maxParts: 10_000,
    equalParts: quirks.equalParts,
    // https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
    maxCopyBytes: quirks.maxCopyBytes,
    headers: { 'x-amz-checksum-algorithm': quirks.checksums === 'when-supported' ? 'CRC32' : undefined },
  });
  return {
    provider: 's3',
    place: placeOf('s3', config),
    endpoint: endpointOf(
      config.endpoint,
      config.region === undefined ? 'AWS S3' : `AWS S3 in ${config.region}`,
    ),
    keys: { maxBytes: DEFAULT_MAX_KEY_BYTES },
    list: listFacet(requests, {
      order: quirks.orderedList ? 'utf8' : 'none',
      delimiter: quirks.delimiter,
      version: quirks.listVersion,
    }),
    read: readFacet(requests),
    write: writeFacet(requests, {
      ifAbsent: conditionalPut,
      ifMatch: conditionalPut,
      encryption: quirks.encryption,
    }),
    delete: deleteFacet(requests, {
      ifMatch: conditionalDelete,
      passThrough: ['mfa', 'bypassGovernance', 'requestPayer', 'expectedBucketOwner'],
    }),
    batch: quirks.disableBatchDelete
      ? undefined
      : batchFacet(requests, { keys: 'xml', quiet: quirks.quietDeletes }),
    prefixDelete: quirks.serverPrefixDelete ? prefixDeleteFacet(requests) : undefined,
    multipart,
    uploads: uploadsFacet(requests, multipart.abort),
    versions: quirks.versions ? versionsFacet(requests) : undefined,
    tags: quirks.tags ? tagsFacet(requests) : undefined,
    lifecycle: lifecycleFacet(requests, quirks),
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
