import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type Credential, encodeRfc3986, type Incoming, ServiceError } from '@store/s3-server';

/** Requests whose time differs by more from the server's are refused. */
const MAX_SKEW_MS = 15 * 60_000;
const V4 = 'OSS4-HMAC-SHA256';

/**
 * Parameters that are part of what version 1 signs; the others (prefix, max-keys, …) are not. Those that begin with
 * `x-oss-` are, too.
 * Source: https://www.alibabacloud.com/help/en/oss/developer-reference/include-signatures-in-the-authorization-header,
 * and where it ends with "and so on", the lists of the provider's SDKs (Go: `signKeyList`, Java: `SignParameters`).
 */
const SIGNED_PARAMETERS = new Set([
  'acl',
  'append',
  'asyncFetch',
  'bucketInfo',
  'callback',
  'callback-var',
  'cloudboxes',
  'cname',
  'comp',
  'continuation-token',
  'cors',
  'delete',
  'encryption',
  'endTime',
  'img',
  'inventory',
  'inventoryId',
  'lifecycle',
  'live',
  'location',
  'logging',
  'metaQuery',
  'objectMeta',
  'partNumber',
  'policy',
  'position',
  'qos',
  'qosInfo',
  'referer',
  'regionList',
  'replication',
  'replicationLocation',
  'replicationProgress',
  'requestPayment',
  'resourceGroup',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'responseHeader',
  'restore',
  'rtc',
  'security-token',
  'sequential',
  'startTime',
  'stat',
  'status',
  'style',
  'styleName',
  'symlink',
  'tagging',
  'transferAcceleration',
  'udf',
  'udfApplication',
  'udfApplicationLog',
  'udfId',
  'udfImage',
  'udfImageDesc',
  'udfName',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
  'vod',
  'website',
  'withHashContext',
  'worm',
  'wormExtend',
  'wormId',
  // Of batch jobs: in no list, but signed by the SDKs that have the calls.
  'batchJob',
  'batchJobId',
  'batchJobPriority',
  'batchJobStatus',
  'batchJobStatuses',
  'requestedJobStatus',
  'statusUpdateReason',
  'targetPriority',
]);

export interface OssSignatureSettings {
  readonly credentials: readonly Credential[];
  /** Without the prefix `oss-`. */
  readonly region: string;
  /** The server's clock; milliseconds since the epoch. */
  readonly now: () => number;
}

/** What the signature is about, whatever the address looked like. */
export interface Resource {
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}

/**
 * Verifies a signature of Alibaba Cloud OSS, version 1 or 4, in the header or in the query.
 *
 * @returns the names of the headers that it covers
 * @throws ServiceError with OSS's codes
 */
export function verifyOssSignature(
  request: Incoming,
  resource: Resource,
  settings: OssSignatureSettings,
): string[] {
  const { headers, query } = request;
  const header = headers.get('authorization');
  if (query.get('x-oss-signature-version') === V4) return verifyV4Query(request, resource, settings);
  if (query.has('Signature')) return verifyV1Query(request, resource, settings);
  if (header === undefined)
    throw new ServiceError(403, 'AccessDenied', 'You have no right to access this object.');
  if (header.startsWith(`${V4} `)) return verifyV4Header(request, resource, settings, header);
  const [, id = '', signature = ''] = /^OSS ([^:]+):(.+)$/.exec(header) ?? [];
  if (signature === '') throw new ServiceError(400, 'InvalidArgument', 'Authorization header is invalid.');
  const credential = credentialOf(id, headers.get('x-oss-security-token'), settings);
  const date = headers.get('x-oss-date') ?? headers.get('date') ?? '';
  checkTime(Date.parse(date), settings.now());
  compare(signature, signV1(request, resource, credential, date));
  return ossHeaders(request);
}

function verifyV1Query(request: Incoming, resource: Resource, settings: OssSignatureSettings): string[] {
  const { query } = request;
  const expires = query.get('Expires') ?? '';
  const credential = credentialOf(query.get('OSSAccessKeyId') ?? '', query.get('security-token'), settings);
  if (settings.now() > Number(expires) * 1000)
    throw new ServiceError(403, 'AccessDenied', 'Request has expired.');
  compare(query.get('Signature') ?? '', signV1(request, resource, credential, expires));
  return ossHeaders(request);
}

function signV1(
  request: Incoming,
  { bucket, key }: Resource,
  { secretAccessKey }: Credential,
  date: string,
): string {
  const { method, headers, query } = request;
  const parameters = query.pairs
    .filter(([name]) => SIGNED_PARAMETERS.has(name) || name.startsWith('x-oss-'))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`))
    .sort();
  const path = bucket === undefined ? '/' : `/${bucket}/${key ?? ''}`;
  const text = [
    method,
    headers.get('content-md5') ?? '',
    headers.get('content-type') ?? '',
    date,
    ...ossHeaders(request).map((name) => `${name}:${headers.get(name)?.trim()}`),
    parameters.length === 0 ? path : `${path}?${parameters.join('&')}`,
  ].join('\n');
  return createHmac('sha1', secretAccessKey).update(text).digest('base64');
}

function verifyV4Header(
  request: Incoming,
  resource: Resource,
  settings: OssSignatureSettings,
  header: string,
): string[] {
  const fields = new Map(
    header
      .slice(V4.length + 1)
      .split(',')
      .map((part) => [part.slice(0, part.indexOf('=')).trim(), part.slice(part.indexOf('=') + 1)] as const),
  );
  const date = request.headers.get('x-oss-date') ?? '';
  const additional = (fields.get('AdditionalHeaders') ?? '').split(';').filter((name) => name !== '');
  checkTime(timeOf(date), settings.now());
  const credential = fields.get('Credential') ?? '';
  const token = request.headers.get('x-oss-security-token');
  compare(
    fields.get('Signature') ?? '',
    signV4(request, resource, settings, { credential, date, additional, token }),
  );
  return ossHeaders(request);
}

function verifyV4Query(request: Incoming, resource: Resource, settings: OssSignatureSettings): string[] {
  const { query } = request;
  const date = query.get('x-oss-date') ?? '';
  const expires = Number(query.get('x-oss-expires'));
  if (!(settings.now() <= timeOf(date) + expires * 1000)) {
    throw new ServiceError(403, 'AccessDenied', 'Request has expired.');
  }
  const additional = (query.get('x-oss-additional-headers') ?? '').split(';').filter((name) => name !== '');
  const credential = query.get('x-oss-credential') ?? '';
  const token = query.get('x-oss-security-token');
  compare(
    query.get('x-oss-signature') ?? '',
    signV4(request, resource, settings, { credential, date, additional, token }),
  );
  return ossHeaders(request);
}

function signV4(
  request: Incoming,
  { bucket, key }: Resource,
  settings: OssSignatureSettings,
  claim: { credential: string; date: string; additional: readonly string[]; token: string | undefined },
): string {
  const { method, headers, query } = request;
  const [id = '', ...scope] = claim.credential.split('/');
  const [, region = '', product = '', terminator = ''] = scope;
  const { secretAccessKey } = credentialOf(id, claim.token, settings);
  if (region !== settings.region || product !== 'oss' || terminator !== 'aliyun_v4_request') {
    throw new ServiceError(
      400,
      'InvalidArgument',
      `Invalid signing region in Authorization header: ${region}.`,
    );
  }
  const parameters = query.pairs
    .filter(([name]) => name !== 'x-oss-signature')
    .map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value)] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  const names = new Set([...claim.additional, ...ossHeaders(request)]);
  for (const name of ['content-type', 'content-md5']) if (headers.has(name)) names.add(name);
  const canonical = [
    method,
    encodeRfc3986(bucket === undefined ? '/' : `/${bucket}/${key ?? ''}`, true),
    parameters.join('&'),
    [...names]
      .sort()
      .map((name) => `${name}:${headers.get(name)?.trim() ?? ''}\n`)
      .join(''),
    claim.additional.join(';'),
    headers.get('x-oss-content-sha256') ?? 'UNSIGNED-PAYLOAD',
  ].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  return createHmac('sha256', signingKeyV4(secretAccessKey, scope))
    .update([V4, claim.date, scope.join('/'), digest].join('\n'))
    .digest('hex');
}

/** @param scope day, region, product and terminator */
export function signingKeyV4(secretAccessKey: string, scope: readonly string[]): Buffer {
  let signing: Buffer = Buffer.from(`aliyun_v4${secretAccessKey}`);
  for (const part of scope) signing = createHmac('sha256', signing).update(part).digest();
  return signing;
}

function ossHeaders({ headers }: Incoming): string[] {
  return [...headers.keys()].filter((name) => name.startsWith('x-oss-')).sort();
}

/** The credential that a request names. @throws ServiceError */
export function credentialOf(
  id: string,
  token: string | undefined,
  { credentials, now }: OssSignatureSettings,
): Credential {
  const credential = credentials.find(({ accessKeyId }) => accessKeyId === id);
  if (!credential) {
    throw new ServiceError(
      403,
      'InvalidAccessKeyId',
      'The OSS Access Key Id you provided does not exist in our records.',
      {
        OSSAccessKeyId: id,
        EC: '0002-00000902',
      },
    );
  }
  if (token !== credential.sessionToken) {
    throw new ServiceError(403, 'InvalidSecurityToken', 'The security token you provided is invalid.');
  }
  if (credential.expiresAt !== undefined && now() >= credential.expiresAt) {
    throw new ServiceError(403, 'SecurityTokenExpired', 'The security token you provided has expired.');
  }
  return credential;
}

function checkTime(time: number, now: number): void {
  if (Math.abs(now - time) <= MAX_SKEW_MS) return;
  throw new ServiceError(
    403,
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
    { MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS), ServerTime: new Date(now).toISOString() },
  );
}

/** `20261121T120000Z` */
function timeOf(date: string): number {
  return Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}

function compare(given: string, expected: string): void {
  if (given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected))) return;
  throw new ServiceError(
    403,
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  );
}
