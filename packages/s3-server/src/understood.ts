import { SIGNED_QUERY_V2 } from './auth/sigv2.js';
import type { RequestHead } from './http/incoming.js';
import { RESPONSE_PARAMETERS } from './response-headers.js';
import { SUBRESOURCES } from './route.js';
import { unkept } from './unkept.js';

/** What an operation does something about, or answers as if it did. */
export interface Understood {
  /** By lower-case name; `*` at the end stands for any rest. */
  readonly headers: readonly string[];
  readonly query: readonly string[];
}

const ATTRIBUTES = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-amz-acl',
  'x-amz-meta-*',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-storage-class',
  'x-amz-tagging',
];

const DIGESTS = ['content-length', 'content-md5', 'x-amz-checksum-*', 'x-amz-sdk-checksum-algorithm'];

const READ_CONDITIONS = ['if-match', 'if-modified-since', 'if-none-match', 'if-unmodified-since'];

const READ: Understood = {
  // AWS's SDK for JavaScript sends the checksum of no body with a read, where it is told to check no answers.
  headers: [...READ_CONDITIONS, 'if-range', 'range', 'x-amz-checksum-*', 'x-amz-sdk-checksum-algorithm'],
  query: ['partNumber', ...RESPONSE_PARAMETERS, 'versionId'],
};

const COPY_SOURCE = ['x-amz-copy-source', 'x-amz-copy-source-if-*', 'x-amz-source-expected-bucket-owner'];

const DELETE = ['x-amz-bypass-governance-retention', 'x-amz-mfa'];

const LISTING = ['delimiter', 'encoding-type', 'prefix'];

/** By operation. What stands neither here nor in {@link HARMLESS} is refused, so that nothing is forgotten. */
export const UNDERSTOOD: Readonly<Record<string, Understood>> = {
  AbortMultipartUpload: { headers: [], query: ['uploadId'] },
  CompleteMultipartUpload: {
    headers: [
      'content-length',
      'content-md5',
      'if-match',
      'if-none-match',
      'x-amz-checksum-*',
      'x-amz-mp-object-size',
    ],
    query: ['uploadId'],
  },
  CopyObject: {
    headers: [
      ...ATTRIBUTES,
      ...COPY_SOURCE,
      'if-match',
      'if-none-match',
      'x-amz-metadata-directive',
      'x-amz-tagging-directive',
    ],
    query: [],
  },
  CreateBucket: {
    headers: [...DIGESTS, 'x-amz-acl', 'x-amz-bucket-object-lock-enabled', 'x-amz-object-ownership'],
    query: [],
  },
  CreateMultipartUpload: { headers: [...ATTRIBUTES, ...DIGESTS], query: ['uploads'] },
  DeleteBucket: { headers: [], query: [] },
  DeleteBucketLifecycle: { headers: [], query: ['lifecycle'] },
  DeleteObject: {
    headers: [...DELETE, 'if-match', 'x-amz-if-match-last-modified-time', 'x-amz-if-match-size'],
    query: ['versionId'],
  },
  DeleteObjectTagging: { headers: [], query: ['tagging', 'versionId'] },
  DeleteObjects: { headers: [...DELETE, ...DIGESTS], query: ['delete'] },
  DeletePrefix: {
    headers: [...DELETE, ...DIGESTS],
    query: [...LISTING, 'continuation-token', 'delete', 'fetch-owner', 'max-keys', 'start-after'],
  },
  GetBucketAcl: { headers: [], query: ['acl'] },
  GetBucketLifecycle: { headers: [], query: ['lifecycle'] },
  GetBucketLocation: { headers: [], query: ['location'] },
  GetBucketVersioning: { headers: [], query: ['versioning'] },
  GetObject: READ,
  GetObjectAcl: { headers: [], query: ['acl', 'versionId'] },
  GetObjectAttributes: {
    headers: ['x-amz-max-parts', 'x-amz-object-attributes', 'x-amz-part-number-marker'],
    query: ['attributes', 'versionId'],
  },
  GetObjectTagging: { headers: [], query: ['tagging', 'versionId'] },
  HeadBucket: { headers: [], query: [] },
  HeadObject: READ,
  ListBuckets: { headers: [], query: ['continuation-token', 'max-buckets', 'prefix'] },
  ListMultipartUploads: {
    headers: [],
    query: [...LISTING, 'key-marker', 'max-uploads', 'upload-id-marker', 'uploads'],
  },
  ListObjectVersions: {
    headers: [],
    query: [...LISTING, 'key-marker', 'max-keys', 'version-id-marker', 'versions'],
  },
  ListObjects: { headers: [], query: [...LISTING, 'list-type', 'marker', 'max-keys'] },
  ListObjectsV2: {
    headers: [],
    query: [...LISTING, 'continuation-token', 'fetch-owner', 'list-type', 'max-keys', 'start-after'],
  },
  ListParts: { headers: [], query: ['max-parts', 'part-number-marker', 'uploadId'] },
  PutBucketLifecycle: {
    headers: [...DIGESTS, 'x-amz-transition-default-minimum-object-size'],
    query: ['lifecycle'],
  },
  PutBucketVersioning: { headers: DIGESTS, query: ['versioning'] },
  PutObject: { headers: [...ATTRIBUTES, ...DIGESTS, 'if-match', 'if-none-match'], query: [] },
  PutObjectTagging: { headers: DIGESTS, query: ['tagging', 'versionId'] },
  RestoreObject: { headers: DIGESTS, query: ['restore', 'versionId'] },
  UploadPart: { headers: DIGESTS, query: ['partNumber', 'uploadId'] },
  UploadPartCopy: {
    headers: [...COPY_SOURCE, 'x-amz-copy-source-range'],
    query: ['partNumber', 'uploadId'],
  },
};

/** Headers of any request that are no harm, and why. */
export const HARMLESS: Readonly<Record<string, string>> = {
  'x-amz-content-sha256': 'read with the signature',
  'x-amz-date': 'read with the signature',
  'x-amz-security-token': 'read with the signature',
  'x-amz-decoded-content-length': 'read with a body in chunks',
  'x-amz-trailer': 'read with a body in chunks',
  'x-amz-expected-bucket-owner': 'held against the owner of the buckets, whatever the operation',
  'x-amz-request-payer': 'a consent: nobody is charged more than the owner',
  'x-amz-user-agent': 'says who asks',
  'x-amz-id': 'says who asks',
};

/** s3fs sends it with every write. */
const OF_A_COPY = {
  'x-amz-metadata-directive': 'says of a copy where its metadata comes from; a write brings it',
};

/** Headers that are no harm to one operation. */
export const HARMLESS_TO: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  PutObject: OF_A_COPY,
  CreateMultipartUpload: OF_A_COPY,
  CopyObject: { 'x-amz-checksum-algorithm': 'asks for a checksum, which the answer shows to be missing' },
};

/** Headers without `x-amz-` that change what a write does. */
const OF_WRITES = new Set([
  'content-language',
  'content-range',
  'expires',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-unmodified-since',
]);

/** Values that ask for what is so anyway. */
const AS_IT_IS: Readonly<Record<string, RegExp>> = {
  'x-amz-acl': /^(?:private|bucket-owner-full-control)$/,
  'x-amz-bucket-object-lock-enabled': /^false$/i,
  'x-amz-object-ownership': /^BucketOwnerEnforced$/,
};

/** Parameters of S3 that stand beside a sub-resource, or say what a request is about. */
const PARAMETERS = new Set([
  ...Object.values(UNDERSTOOD).flatMap(({ query }) => query),
  'annotation-prefix',
  'annotationName',
  'bucket-region',
  'id',
  'max-annotation-results',
  'max-buckets',
  'max-directory-buckets',
  'select-type',
]);

/**
 * Refuses what a request asks for beside its operation and would be forgotten. A read may have parameters that are not
 * S3's, which S3 passes over; a write may not: the next one could be a sub-resource of tomorrow, and the write would hit
 * the object.
 *
 * @throws ServiceError `NotImplemented`, with the name of the header or parameter
 */
export function refuseForgotten({ method, headers, query }: RequestHead, operation: string): void {
  const understood = UNDERSTOOD[operation] ?? { headers: [], query: [] };
  const writes = method !== 'GET' && method !== 'HEAD';
  for (const [name, value] of headers) {
    if (!name.startsWith('x-amz-') && !(writes && OF_WRITES.has(name))) continue;
    const known = understood.headers.some((one) =>
      one.endsWith('*') ? name.startsWith(one.slice(0, -1)) : one === name,
    );
    const harmless = HARMLESS[name] ?? HARMLESS_TO[operation]?.[name];
    const asAsked = AS_IT_IS[name]?.test(value) ?? true;
    if (harmless === undefined && !(known && asAsked)) throw unkept('header', name);
  }
  const presigned = query.has('X-Amz-Algorithm');
  const presignedV2 = query.has('AWSAccessKeyId');
  for (const [name] of query.pairs) {
    // What stands there for a header has been seen.
    if ((presigned && /^x-amz-/i.test(name)) || (presignedV2 && SIGNED_QUERY_V2.has(name))) continue;
    if (name === 'x-id' || understood.query.includes(name)) continue;
    if (writes || PARAMETERS.has(name) || SUBRESOURCES.has(name)) throw unkept('parameter', name);
  }
}
