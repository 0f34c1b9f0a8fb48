import { createHmac } from 'node:crypto';
import type { RequestHead } from '../http/incoming.js';
import { ServiceError } from '../http/service-error.js';
import { RESPONSE_PARAMETERS } from '../response-headers.js';
import { credentialOf, type Credential } from './credential.js';
import { sameText } from './sigv4.js';

const MAX_SKEW_MS = 15 * 60_000;

/** Parameters that belong to the resource, and so are signed. */
const SUBRESOURCES: ReadonlySet<string> = new Set([
  'acl',
  'delete',
  'lifecycle',
  'location',
  'logging',
  'notification',
  'partNumber',
  'policy',
  'requestPayment',
  'torrent',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
  'website',
  ...RESPONSE_PARAMETERS,
]);

export interface SigV2Settings {
  readonly credentials: readonly Credential[];
  /** The server's clock; milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a URL that is signed with version 2 has in its query. */
export const SIGNED_QUERY_V2: ReadonlySet<string> = new Set([
  'AWSAccessKeyId',
  'Signature',
  'Expires',
  'x-amz-security-token',
]);

/** Whether a request is signed with version 2, in the header or in the query. */
export function hasSigV2({ headers, query }: RequestHead): boolean {
  return query.has('AWSAccessKeyId') || (headers.get('authorization') ?? '').startsWith('AWS ');
}

/** As S3 refuses version 2 in its newer regions, and what to do about it. */
export function signatureV2NotTaken(): ServiceError {
  return new ServiceError(
    400,
    'InvalidRequest',
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256: make the client, or ' +
      "what made this URL, sign with version 4 (boto3: Config(signature_version='s3v4'), s3cmd: signature_v2 = False).",
  );
}

/**
 * Verifies AWS Signature Version 2, which CTYUN signs its download links with and OOS still takes.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
 *
 * @throws ServiceError with the code that S3 uses
 */
export function verifySigV2(request: RequestHead, { credentials, now }: SigV2Settings): void {
  const { headers, query } = request;
  const expires = query.get('Expires');
  const [, headerId = '', headerSignature = ''] =
    /^AWS ([^:]+):(\S+)$/.exec(headers.get('authorization') ?? '') ?? [];
  const accessKeyId = query.get('AWSAccessKeyId') ?? headerId;
  const signature = query.get('Signature') ?? headerSignature;
  const credential = credentialOf(credentials, accessKeyId);
  if (expires === undefined) {
    const time = Date.parse(headers.get('x-amz-date') ?? headers.get('date') ?? '');
    if (!(Math.abs(time - now()) <= MAX_SKEW_MS)) {
      throw new ServiceError(
        403,
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
      );
    }
  } else if (!(now() <= Number(expires) * 1000)) {
    throw new ServiceError(403, 'AccessDenied', 'Request has expired');
  }
  if (!sameText(sigV2(credential.secretAccessKey, stringToSign(request, expires)), signature)) {
    throw new ServiceError(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    );
  }
}

export function sigV2(secret: string, text: string): string {
  return createHmac('sha1', secret).update(text).digest('base64');
}

function stringToSign({ method, rawPath, headers, query }: RequestHead, expires: string | undefined): string {
  const amz = [...headers]
    .filter(([name]) => name.startsWith('x-amz-'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}\n`);
  const resource = query.pairs
    .filter(([name]) => SUBRESOURCES.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  const [, bucket] = /^([^.:]+)\./.exec(headers.get('host') ?? '') ?? [];
  // A host such as `bucket.localhost`, or `bucket.oos-cn.ctyunapi.cn`, stands before the path.
  const virtual =
    bucket === undefined || /^\d+$/.test(bucket) || bucket.startsWith('oos-') ? '' : `/${bucket}`;
  return [
    method,
    headers.get('content-md5') ?? '',
    headers.get('content-type') ?? '',
    expires ?? (headers.has('x-amz-date') ? '' : (headers.get('date') ?? '')),
    amz.join('') + virtual + rawPath + (resource.length > 0 ? `?${resource.join('&')}` : ''),
  ].join('\n');
}
