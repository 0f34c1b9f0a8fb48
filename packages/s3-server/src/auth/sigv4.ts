import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { RequestHead } from '../http/incoming.js';
import { hoistedHeaders } from '../http/hoisted-headers.js';
import { encodeRfc3986 } from '../http/query.js';
import { ServiceError } from '../http/service-error.js';
import { credentialOf, type Credential } from './credential.js';

/** Requests whose time differs by more from the server's are refused. */
const MAX_SKEW_MS = 15 * 60_000;
const MAX_PRESIGN_SECONDS = 604_800;
const ALGORITHM = 'AWS4-HMAC-SHA256';

export interface SigV4Settings {
  readonly credentials: readonly Credential[];
  /** Which one has to be named; any when it is undefined. */
  readonly region: string | undefined;
  readonly service: string;
  /** The server's clock; milliseconds since the epoch. */
  readonly now: () => number;
}

/** What a verified signature says. */
export interface Signed {
  /** Whose signature it is. */
  readonly accessKeyId: string;
  readonly signedHeaders: readonly string[];
  /** What `x-amz-content-sha256` declares about the body. */
  readonly payload: string;
  /** Signs the chunks of an `aws-chunked` body by their SHA-256 in hex: each signature continues the one before. */
  readonly signChunk: (previous: string, chunkHash: string, kind: 'payload' | 'trailer') => string;
  readonly signature: string;
}

interface Claim {
  readonly accessKeyId: string;
  /** `20261121/us-east-1/s3/aws4_request` */
  readonly scope: string;
  readonly region: string;
  readonly service: string;
  /** `20261121T120000Z` */
  readonly date: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly payload: string;
  readonly sessionToken: string | undefined;
  /** Seconds that a presigned URL works. */
  readonly expires: number | undefined;
}

/**
 * Verifies AWS Signature Version 4, in the header or in the query.
 *
 * Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
 *
 * @throws ServiceError with the code that S3 uses
 */
export function verifySigV4(request: RequestHead, settings: SigV4Settings): Signed {
  if (request.query.has('X-Amz-Algorithm') && request.headers.has('authorization')) {
    throw new ServiceError(400, 'InvalidArgument', 'Only one auth mechanism allowed');
  }
  const claim = request.query.has('X-Amz-Algorithm') ? claimOfQuery(request) : claimOfHeader(request);
  const credential = credentialOf(settings.credentials, claim.accessKeyId);
  if (settings.region !== undefined && claim.region !== settings.region) {
    throw new ServiceError(
      400,
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${claim.region}' is wrong; expecting '${settings.region}'`,
      { Region: settings.region },
      { 'x-amz-bucket-region': settings.region },
    );
  }
  if (claim.service !== settings.service) {
    throw new ServiceError(
      400,
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; incorrect service '${claim.service}'. This endpoint belongs to '${settings.service}'.`,
    );
  }
  checkTime(claim, settings.now());
  checkToken(claim, credential, settings.now());
  checkCoverage(request, claim);

  const key = signingKey(credential.secretAccessKey, claim.scope);
  const canonical = canonicalRequest(request, claim);
  const sign = (label: string, text: string): string =>
    hmac(key, [label, claim.date, claim.scope, text].join('\n')).toString('hex');
  // Headers are bytes, here one character each. Clients sign those bytes, or the text that they were.
  const forms = [Buffer.from(canonical, 'latin1'), Buffer.from(canonical)];
  if (!forms.some((form) => sameText(sign(ALGORITHM, sha256(form)), claim.signature))) {
    throw new ServiceError(
      403,
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      { AWSAccessKeyId: claim.accessKeyId, CanonicalRequest: canonical },
    );
  }
  return {
    accessKeyId: claim.accessKeyId,
    signedHeaders: claim.signedHeaders,
    payload: claim.payload,
    signature: claim.signature,
    signChunk: (previous, chunkHash, kind) =>
      kind === 'payload'
        ? sign(`${ALGORITHM}-PAYLOAD`, `${previous}\n${sha256('')}\n${chunkHash}`)
        : sign(`${ALGORITHM}-TRAILER`, `${previous}\n${chunkHash}`),
  };
}

function claimOfHeader({ headers }: RequestHead): Claim {
  const header = headers.get('authorization');
  if (header === undefined || header === '') throw new ServiceError(403, 'AccessDenied', 'Access Denied');
  const [, credential, signedHeaders, signature] =
    /^AWS4-HMAC-SHA256 +Credential=([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]+)$/.exec(header) ??
    [];
  const payload = headers.get('x-amz-content-sha256');
  if (credential === undefined || signedHeaders === undefined || signature === undefined) {
    throw new ServiceError(400, 'AuthorizationHeaderMalformed', 'The authorization header is malformed.');
  }
  if (payload === undefined) {
    throw new ServiceError(
      400,
      'InvalidRequest',
      'Missing required header for this request: x-amz-content-sha256',
    );
  }
  return {
    ...scopeOf(credential),
    date: headers.get('x-amz-date') ?? '',
    signedHeaders: signedHeaders.split(';'),
    signature,
    payload,
    sessionToken: headers.get('x-amz-security-token'),
    expires: undefined,
  };
}

function claimOfQuery({ query, headers }: RequestHead): Claim {
  const malformed = (what: string): ServiceError =>
    new ServiceError(400, 'AuthorizationQueryParametersError', what);
  const read = (name: string): string => {
    const value = query.get(name);
    if (value === undefined) throw malformed(`Query-string authentication requires the ${name} parameter.`);
    return value;
  };
  if (read('X-Amz-Algorithm') !== ALGORITHM)
    throw malformed('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  const expires = Number(read('X-Amz-Expires'));
  if (!(Number.isInteger(expires) && expires >= 1 && expires <= MAX_PRESIGN_SECONDS)) {
    throw malformed('X-Amz-Expires must be between 1 and 604800 seconds');
  }
  return {
    ...scopeOf(read('X-Amz-Credential')),
    date: read('X-Amz-Date'),
    signedHeaders: read('X-Amz-SignedHeaders').split(';'),
    signature: read('X-Amz-Signature'),
    payload: headers.get('x-amz-content-sha256') ?? query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
    sessionToken: query.get('X-Amz-Security-Token'),
    expires,
  };
}

function scopeOf(credential: string): Pick<Claim, 'accessKeyId' | 'scope' | 'region' | 'service'> {
  const parts = credential.split('/');
  const scope = parts.splice(-4);
  const [, region = '', service = '', terminator] = scope;
  if (parts.length === 0 || terminator !== 'aws4_request') {
    throw new ServiceError(400, 'AuthorizationHeaderMalformed', 'The credential is malformed.');
  }
  return { accessKeyId: parts.join('/'), scope: scope.join('/'), region, service };
}

function checkTime({ date, scope, expires }: Claim, now: number): void {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const time = Date.UTC(Number(y), Number(mo) - 1, Number(d), Number(h), Number(mi), Number(s));
  if (Number.isNaN(time) || !scope.startsWith(`${date.slice(0, 8)}/`)) {
    throw new ServiceError(
      403,
      'AccessDenied',
      'AWS authentication requires a valid Date or x-amz-date header',
    );
  }
  if (expires !== undefined) {
    if (now > time + expires * 1000) {
      throw new ServiceError(403, 'AccessDenied', 'Request has expired', {
        Expires: new Date(time + expires * 1000).toISOString(),
        ServerTime: new Date(now).toISOString(),
      });
    }
    if (time - now <= MAX_SKEW_MS) return;
    throw new ServiceError(403, 'AccessDenied', 'Request is not valid yet');
  }
  if (Math.abs(now - time) <= MAX_SKEW_MS) return;
  throw new ServiceError(
    403,
    'RequestTimeTooSkewed',
    'The difference between the request time and the current time is too large.',
    {
      RequestTime: date,
      ServerTime: new Date(now).toISOString(),
      MaxAllowedSkewMilliseconds: String(MAX_SKEW_MS),
    },
  );
}

function checkToken({ sessionToken }: Claim, credential: Credential, now: number): void {
  if (sessionToken !== credential.sessionToken) {
    throw new ServiceError(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.');
  }
  if (credential.expiresAt !== undefined && now >= credential.expiresAt) {
    throw new ServiceError(400, 'ExpiredToken', 'The provided token has expired.');
  }
}

/** `host` and all `x-amz-` headers have to be signed. */
function checkCoverage({ headers, query }: RequestHead, { signedHeaders, expires }: Claim): void {
  const covered = new Set([...signedHeaders, ...hoistedHeaders(query).keys()]);
  const open = [...headers.keys()].filter(
    (name) => (name === 'host' || name.startsWith('x-amz-')) && !covered.has(name),
  );
  // A presigned URL may be used with a payload hash that was not known when it was made.
  const unsigned = open.filter((name) => !(expires !== undefined && name === 'x-amz-content-sha256'));
  if (unsigned.length === 0) return;
  throw new ServiceError(
    403,
    'AccessDenied',
    'There were headers present in the request which were not signed',
    { HeadersNotSigned: unsigned.join(', ') },
  );
}

function canonicalRequest({ method, rawPath, query, headers }: RequestHead, claim: Claim): string {
  const parameters = query.pairs
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encodeRfc3986(name), encodeRfc3986(value)] as const)
    .sort(([a, x], [b, y]) => (a === b ? (x < y ? -1 : 1) : a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  const signed = claim.signedHeaders.map(
    (name) => `${name}:${(headers.get(name) ?? '').trim().replace(/ +/g, ' ')}\n`,
  );
  return [
    method,
    encodeRfc3986(decodeURIComponent(rawPath), true),
    parameters.join('&'),
    signed.join(''),
    claim.signedHeaders.join(';'),
    claim.payload,
  ].join('\n');
}

/** @param scope `20260101/us-east-1/s3/aws4_request` */
export function signingKey(secret: string, scope: string): Buffer {
  let key: Buffer = Buffer.from(`AWS4${secret}`);
  for (const part of scope.split('/')) key = hmac(key, part);
  return key;
}

function hmac(key: Uint8Array, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

export function sameText(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
