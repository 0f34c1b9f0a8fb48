import { metadataOf } from '@store/core';
import {
  deleteTargets,
  encodeRfc3986,
  encodeWords,
  restoreHeader,
  ServiceError,
  sigV2,
  slowDown,
} from '@store/s3-server';
import type { Bucket } from '../buckets.js';
import type { ZosCall, ZosService } from './call.js';
import { deleteLifecycle, getLifecycle, putLifecycle } from './lifecycle.js';
import { listObjects, listUploads, listVersions, timeOf } from './listings.js';

/** Resolves to the answer's `returnObj`, or to nothing. */
type Perform = (call: ZosCall) => Promise<unknown>;

interface ZosOperation {
  readonly method: 'GET' | 'POST';
  readonly perform: (
    call: Omit<ZosCall, 'bucket'> & { readonly bucket: Bucket | undefined },
  ) => Promise<unknown>;
}

const MAX_KEYS = 1000;
const DEFAULT_LINK_SECONDS = 3600;

async function headObject({ bucket, given }: ZosCall): Promise<unknown> {
  const info = await bucket.memory.head({ key: given.need('key'), versionId: given.text('versionID') }, {});
  return {
    acceptRanges: 'bytes',
    contentLength: info.size,
    contentType: info.contentType,
    cacheControl: info.cacheControl,
    contentDisposition: info.contentDisposition,
    contentEncoding: info.contentEncoding,
    contentLanguage: info.contentLanguage,
    // In the format of the other times (inferred).
    expires: timeOf(info.expires),
    // Without quotes, as in the documented example.
    ETag: info.etag?.replaceAll('"', ''),
    lastModified: timeOf(info.lastModified),
    // As it came in a header (inferred: the documented answer is that of boto3, which decodes nothing).
    metadata: Object.fromEntries(
      Object.entries(info.metadata ?? {}).map(([name, value]) => [name, encodeWords(value)]),
    ),
    versionID: info.versionId,
    storageClass: info.storageClass,
    restore: info.restore && restoreHeader(info.restore),
  };
}

async function deleteObject({ bucket, call, given }: ZosCall): Promise<unknown> {
  const key = given.need('key');
  if (call.admit([key]) === 0) throw slowDown();
  const refused = call.refusalOf(key);
  if (refused) throw new ServiceError(refused.status, refused.code, refused.message);
  await bucket.memory.deleteOne({ key, versionId: given.text('versionID') }, {});
  call.entry.deleted = 1;
  return {};
}

async function deleteObjects({ bucket, call, given, service }: ZosCall): Promise<unknown> {
  const targets = given.targets();
  if (targets.length === 0 || targets.length > MAX_KEYS || targets.some(({ key }) => key === '')) {
    throw new ServiceError(400, 'MalformedXML', 'The XML you provided was not well-formed');
  }
  const quiet = given.object('delete').flag('quiet');
  const known = new Map<string, boolean>();
  for (const { key, versionId } of targets) {
    if (versionId === undefined || versionId === 'null') continue;
    const exists = await hasVersion(bucket, key, versionId);
    known.set(JSON.stringify([key, versionId]), exists);
  }
  const { deleted, failed } = await deleteTargets(bucket, call, targets, async ({ key, versionId }) =>
    known.get(JSON.stringify([key, versionId])) === false
      ? new ServiceError(
          404,
          'NoSuchVersion',
          'Indicates that the version ID specified in the request does not match an existing version',
        )
      : undefined,
  );
  const named = deleted.map(({ key, versionId, deleteMarker, deleteMarkerVersionId }) => ({
    key,
    versionID: versionId,
    deleteMarker,
    deleteMarkerVersionID: deleteMarkerVersionId,
  }));
  const errors = failed.map(({ key, versionId, code, message }) => ({
    key,
    versionID: versionId,
    code,
    message,
  }));
  const shown = { absent: undefined, empty: [], named }[service.quirks.quietDeleted ?? 'absent'];
  return {
    deleted: quiet ? shown : named,
    ...(service.quirks.requestCharged ? { requestCharged: 'requester' } : {}),
    ...(errors.length > 0 ? { errors } : {}),
  };
}

/** As the documented example has it, and unlike S3: a version that is not there is an error. */
async function hasVersion(bucket: Bucket, key: string, versionId: string): Promise<boolean> {
  let token: string | undefined;
  do {
    const page = await bucket.memory.listVersions({ prefix: key, maxKeys: MAX_KEYS, token }, {});
    // Keys that go on behind this one come after all its versions.
    const ofKey = page.versions.filter((one) => one.key === key);
    if (ofKey.some((one) => one.versionId === versionId)) return true;
    token = ofKey.length < page.versions.length ? undefined : page.nextToken;
  } while (token !== undefined);
  return false;
}

async function copyObject({ bucket, call, given, service }: ZosCall): Promise<unknown> {
  const source = given.object('copySource');
  const from = service.buckets.find(source.need('bucket'));
  const key = given.need('key');
  if (!from) throw new ServiceError(404, 'NoSuchBucket', 'The specified bucket does not exist');
  if (call.admit([key]) === 0) throw slowDown();
  const read = { key: source.need('key'), versionId: source.text('versionID') };
  const { info, body } = await from.memory.get(read, {});
  const chunks: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) chunks.push(chunk);
  const tags = await from.memory.getTags(read, {});
  const attributes = { ...metadataOf(info), encryption: info.encryption, tags };
  await bucket.memory.put({ ...attributes, key, body: Buffer.concat(chunks) }, {});
  return undefined;
}

async function abortUpload({ bucket, given }: ZosCall): Promise<unknown> {
  const key = given.need('key');
  const uploadId = given.need('uploadID');
  const { uploads } = await bucket.memory.listUploads(
    { prefix: key, maxUploads: Number.MAX_SAFE_INTEGER },
    {},
  );
  if (!uploads.some((one) => one.key === key && one.uploadId === uploadId)) {
    throw new ServiceError(404, 'NoSuchUpload', 'The specified multipart upload does not exist.');
  }
  await bucket.memory.abortUpload({ key, uploadId }, {});
  return undefined;
}

async function getTagging({ bucket, given }: ZosCall): Promise<unknown> {
  const tags = await bucket.memory.getTags(
    { key: given.need('key'), versionId: given.text('versionID') },
    {},
  );
  const tagSet = Object.entries(tags).map(([key, value]) => ({ key, value }));
  if (tagSet.length === 0) throw new ServiceError(404, 'NoSuchTagSetError', 'The TagSet does not exist');
  return { tagSet };
}

async function putTagging({ bucket, given }: ZosCall): Promise<unknown> {
  const tagSet = given.object('tagging').list('tagSet');
  const tags = Object.fromEntries(tagSet.map((one) => [one.need('key'), one.text('value') ?? '']));
  await bucket.memory.setTags({ key: given.need('key'), versionId: given.text('versionID'), tags }, {});
  return undefined;
}

async function deleteTagging({ bucket, given }: ZosCall): Promise<unknown> {
  await bucket.memory.setTags({ key: given.need('key'), versionId: given.text('versionID'), tags: {} }, {});
  return undefined;
}

async function unfreezeObject({ bucket, given }: ZosCall): Promise<unknown> {
  const days = given.integer('days', 0, 31);
  await bucket.memory.restore({ key: given.need('key'), versionId: given.text('versionID'), days }, {});
  return undefined;
}

async function getVersioning({ bucket }: ZosCall): Promise<unknown> {
  const status = { off: undefined, enabled: 'Enabled', suspended: 'Suspended' }[bucket.versioning];
  return { status };
}

async function putVersioning({ bucket, given }: ZosCall): Promise<unknown> {
  bucket.versioning =
    given.object('versioningConfiguration').need('status') === 'Enabled' ? 'enabled' : 'suspended';
  return undefined;
}

/** A URL that is signed with version 2 and the data plane's keys, as the documented example. */
async function downloadLink({ bucket, given, service }: ZosCall): Promise<unknown> {
  const { endpoint, credential } = dataPlaneOf(service);
  const expires =
    Math.floor(service.now() / 1000) + given.integer('expiresIn', DEFAULT_LINK_SECONDS, 604_800);
  const path = `/${bucket.name}/${encodeRfc3986(given.need('key'), true)}`;
  const version = given.text('versionID');
  const resource = version === undefined ? path : `${path}?versionId=${version}`;
  const signature = sigV2(credential.secretAccessKey, `GET\n\n\n${expires}\n${resource}`);
  const query = [
    ...(version === undefined ? [] : [`versionId=${encodeRfc3986(version)}`]),
    `AWSAccessKeyId=${credential.accessKeyId}`,
    `Signature=${encodeRfc3986(signature)}`,
    `Expires=${expires}`,
  ];
  return `${endpoint}${path}?${query.join('&')}`;
}

/** A form that is signed with version 2, as the documented example: its policy names the bucket and the key. */
async function uploadLink({ bucket, given, service }: ZosCall): Promise<unknown> {
  const { endpoint, credential } = dataPlaneOf(service);
  const key = given.need('key');
  const expiresAt = service.now() + given.integer('expiresIn', DEFAULT_LINK_SECONDS, 604_800) * 1000;
  const document = {
    expiration: new Date(expiresAt).toISOString(),
    conditions: [{ bucket: bucket.name }, { key }],
  };
  const policy = Buffer.from(JSON.stringify(document)).toString('base64');
  const { accessKeyId: AWSAccessKeyId, secretAccessKey } = credential;
  const signature = sigV2(secretAccessKey, policy);
  return { url: `${endpoint}/${bucket.name}`, fields: { policy, AWSAccessKeyId, key, signature } };
}

function dataPlaneOf({ dataPlane }: ZosService) {
  if (dataPlane) return dataPlane;
  throw new ServiceError(500, 'Openapi.Resource.NotFound', 'this emulator was started without zosS3');
}

async function getEndpoint({ service }: Pick<ZosCall, 'service'>): Promise<unknown> {
  const { endpoint } = dataPlaneOf(service);
  return { ipv6Endpoint: [], intranetEndpoint: ['http://192.0.2.1'], internetEndpoint: [endpoint] };
}

async function getKeys({ service, given }: Pick<ZosCall, 'service' | 'given'>): Promise<unknown> {
  const { accessKeyId: accessKey, secretAccessKey: secretKey } = dataPlaneOf(service).credential;
  return [
    { accessKey: 'unused', secretKey: 'unused', regionName: '贵州2', regionID: 'another-region' },
    { accessKey, secretKey, regionName: '华东1', regionID: given.need('regionID') },
  ];
}

const of = (method: 'GET' | 'POST', perform: Perform): ZosOperation => ({
  method,
  perform: async ({ bucket, ...call }) => {
    if (!bucket) throw new ServiceError(500, 'InternalError', 'an operation without its bucket');
    return perform({ ...call, bucket });
  },
});

/** Operations that are about the account. */
export const WITHOUT_BUCKET: ReadonlySet<string> = new Set(['get-endpoint', 'get-keys']);

/** By the last part of their path. */
export const OPERATIONS: Readonly<Record<string, ZosOperation>> = {
  'head-bucket': of('GET', async () => undefined),
  'list-objects': of('GET', listObjects),
  'list-object-versions': of('GET', listVersions),
  'list-multipart-uploads': of('GET', listUploads),
  'head-object': of('GET', headObject),
  'delete-object': of('POST', deleteObject),
  'delete-objects': of('POST', deleteObjects),
  'copy-object': of('POST', copyObject),
  'abort-multipart-upload': of('POST', abortUpload),
  'get-object-tagging': of('GET', getTagging),
  'put-object-tagging': of('POST', putTagging),
  'delete-object-tagging': of('POST', deleteTagging),
  'unfreeze-object': of('POST', unfreezeObject),
  'get-bucket-versioning': of('GET', getVersioning),
  'put-bucket-versioning': of('POST', putVersioning),
  'get-bucket-lifecycle-conf': of('GET', getLifecycle),
  'put-bucket-lifecycle-conf': of('POST', putLifecycle),
  'delete-bucket-lifecycle-conf': of('POST', deleteLifecycle),
  'generate-object-download-link': of('POST', downloadLink),
  'generate-object-upload-link': of('POST', uploadLink),
  'get-endpoint': { method: 'GET', perform: getEndpoint },
  'get-keys': { method: 'GET', perform: getKeys },
};
