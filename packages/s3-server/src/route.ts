import type { RequestHead } from './http/incoming.js';
import { ServiceError } from './http/service-error.js';

/** What a request addresses and asks for. */
export interface Route {
  /** As the S3 API calls it. */
  readonly operation: string;
  readonly bucket: string | undefined;
  /** Decoded, byte for byte: neither dot segments nor doubled slashes mean anything. */
  readonly key: string | undefined;
}

/** Sub-resources of a bucket, by method. The first that the query names decides. */
const BUCKET_OPERATIONS: Readonly<
  Record<string, readonly (readonly [parameter: string, operation: string])[]>
> = {
  GET: [
    ['acl', 'GetBucketAcl'],
    ['location', 'GetBucketLocation'],
    ['versioning', 'GetBucketVersioning'],
    ['lifecycle', 'GetBucketLifecycle'],
    ['versions', 'ListObjectVersions'],
    ['uploads', 'ListMultipartUploads'],
  ],
  PUT: [
    ['versioning', 'PutBucketVersioning'],
    ['lifecycle', 'PutBucketLifecycle'],
  ],
  DELETE: [['lifecycle', 'DeleteBucketLifecycle']],
  POST: [['delete', 'DeleteObjects']],
};

const OBJECT_OPERATIONS: typeof BUCKET_OPERATIONS = {
  GET: [
    ['uploadId', 'ListParts'],
    ['tagging', 'GetObjectTagging'],
    ['acl', 'GetObjectAcl'],
    ['attributes', 'GetObjectAttributes'],
  ],
  PUT: [
    ['uploadId', 'UploadPart'],
    ['tagging', 'PutObjectTagging'],
  ],
  POST: [
    ['uploads', 'CreateMultipartUpload'],
    ['uploadId', 'CompleteMultipartUpload'],
    ['restore', 'RestoreObject'],
  ],
  DELETE: [
    ['uploadId', 'AbortMultipartUpload'],
    ['tagging', 'DeleteObjectTagging'],
  ],
};

/** Sub-resources of S3; one that is not served would act on the object or the bucket without this list. */
export const SUBRESOURCES: ReadonlySet<string> = new Set([
  'abac',
  'accelerate',
  'acl',
  'analytics',
  'annotation',
  'attributes',
  'cors',
  'encryption',
  'intelligent-tiering',
  'inventory',
  'legal-hold',
  'lifecycle',
  'logging',
  'metadataAnnotationTable',
  'metadataConfiguration',
  'metadataInventoryTable',
  'metadataJournalTable',
  'metadataTable',
  'metrics',
  'notification',
  'object-lock',
  'ownershipControls',
  'policy',
  'policyStatus',
  'publicAccessBlock',
  'renameObject',
  'replication',
  'requestPayment',
  'restore',
  'retention',
  'select',
  'session',
  'tagging',
  'torrent',
  'website',
]);

/** Hosts whose subdomains are buckets everywhere. */
const LOCAL = ['localhost'];

/**
 * Reads bucket and key from the path, or the bucket from a host such as `bucket.localhost`.
 *
 * @param domains in lower case; more hosts whose subdomains are buckets
 * @throws ServiceError when the path is not one
 */
export function route(request: RequestHead, domains: readonly string[] = []): Route {
  const { bucket, key } = addressOf(request, domains);
  return { bucket, key, operation: operationOf(request, bucket, key) };
}

/** Bucket and key alone, whatever is asked for. @param domains as {@link route} */
export function addressOf(
  { rawPath, headers }: RequestHead,
  domains: readonly string[] = [],
): Pick<Route, 'bucket' | 'key'> {
  const host = (headers.get('host') ?? '').replace(/:\d+$/, '').toLowerCase();
  const domain = [...domains, ...LOCAL].find((one) => host.endsWith(`.${one}`));
  const virtual = domain === undefined ? undefined : host.slice(0, -1 - domain.length);
  const path = rawPath.slice(1);
  if (virtual !== undefined) return { bucket: virtual, key: path === '' ? undefined : decodePath(path) };
  const slash = path.indexOf('/');
  const [bucket, key] = slash < 0 ? [path, ''] : [path.slice(0, slash), path.slice(slash + 1)];
  return {
    bucket: bucket === '' ? undefined : decodePath(bucket),
    key: key === '' ? undefined : decodePath(key),
  };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new ServiceError(400, 'InvalidURI', "Couldn't parse the specified URI.");
  }
}

function operationOf({ method, query, headers }: RequestHead, bucket?: string, key?: string): string {
  if (bucket === undefined) {
    // A path such as `//key`: its bucket has no name.
    if (key !== undefined) {
      throw new ServiceError(400, 'InvalidBucketName', 'The specified bucket is not valid.');
    }
    if (query.get('x-id') === 'ListDirectoryBuckets') throw notServed('ListDirectoryBuckets');
    if (method === 'GET') return 'ListBuckets';
    throw notAllowed();
  }
  const table = key === undefined ? BUCKET_OPERATIONS : OBJECT_OPERATIONS;
  const named = table[method]?.find(([parameter]) => query.has(parameter))?.[1];
  const foreign = query.pairs.find(([name]) => SUBRESOURCES.has(name));
  if (named === undefined && foreign) {
    throw new ServiceError(501, 'NotImplemented', `The sub-resource ${foreign[0]} is not implemented.`);
  }
  const copies = headers.has('x-amz-copy-source');
  if (named === 'DeleteObjects' && query.has('prefix')) return 'DeletePrefix';
  if (named !== undefined) return named === 'UploadPart' && copies ? 'UploadPartCopy' : named;
  if (key === undefined) {
    if (method === 'GET') return query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects';
    const plain: Record<string, string> = { HEAD: 'HeadBucket', PUT: 'CreateBucket', DELETE: 'DeleteBucket' };
    const operation = plain[method];
    if (operation !== undefined) return operation;
    throw notAllowed();
  }
  if (method === 'PUT') return copies ? 'CopyObject' : 'PutObject';
  const plain: Record<string, string> = { GET: 'GetObject', HEAD: 'HeadObject', DELETE: 'DeleteObject' };
  const operation = plain[method];
  if (operation !== undefined) return operation;
  throw notAllowed();
}

function notServed(operation: string): ServiceError {
  return new ServiceError(501, 'NotImplemented', `${operation} is not implemented.`);
}

function notAllowed(): ServiceError {
  return new ServiceError(
    405,
    'MethodNotAllowed',
    'The specified method is not allowed against this resource.',
  );
}
