import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { crc32c } from '@aws-crypto/crc32c';
import { hasSigV2 } from './auth/sigv2.js';
import { sha256, type Signed } from './auth/sigv4.js';
import type { Incoming } from './http/incoming.js';
import { md5Base64 } from './http/answer.js';
import { ServiceError } from './http/service-error.js';
import { decodeChunks } from './aws-chunked.js';
import type { S3Quirks } from './quirks.js';

/** What a client says about the body, apart from the body. */
export interface Payload {
  readonly body: Buffer;
  /** Names of the digests that the request carries: `content-md5`, `x-amz-checksum-crc32`, …; all are right. */
  readonly digests: readonly string[];
}

const CHECKSUM_HEADER = /^x-amz-checksum-(?!mode$|type$|algorithm$)(.+)$/;

/** Computes a digest in base64; undefined for algorithms that are not known here. */
function digest(algorithm: string, body: Uint8Array): string | undefined {
  switch (algorithm) {
    case 'crc32':
      return base64OfUint32(crc32(body));
    case 'crc32c':
      return base64OfUint32(crc32c(body));
    case 'sha1':
    case 'sha256':
      return createHash(algorithm).update(body).digest('base64');
    default:
      return undefined;
  }
}

function base64OfUint32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes.toString('base64');
}

/**
 * Takes the body out of its transfer form and holds it against every digest that came with it.
 *
 * @throws ServiceError `BadDigest`, `XAmzContentSHA256Mismatch`, `InvalidDigest`, …
 */
export function readPayload(request: Incoming, signed: Signed, quirks: S3Quirks): Payload {
  const chunked = signed.payload.startsWith('STREAMING-');
  if (chunked) refuseChunked(signed.payload, quirks);
  const { body, trailers } = chunked
    ? decodeChunks(request, signed)
    : { body: request.body, trailers: new Map<string, string>() };
  // Version 2 of the signature says nothing about the body.
  const unsigned = signed.payload === 'UNSIGNED-PAYLOAD' && !hasSigV2(request);
  if (quirks.requireSignedPayload && unsigned && body.length > 0) {
    throw new ServiceError(400, 'XAmzContentSHA256Mismatch', 'The body has to come with its SHA-256.');
  }
  if (!chunked && signed.payload !== 'UNSIGNED-PAYLOAD' && signed.payload !== sha256(body)) {
    throw new ServiceError(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  return { body, digests: readDigests(request, body, trailers, quirks) };
}

/**
 * Holds a body against the digests that came with it.
 *
 * @returns their names; all are right
 * @throws ServiceError `BadDigest`, `InvalidDigest`, …
 */
export function readDigests(
  request: Incoming,
  body: Buffer,
  trailers: ReadonlyMap<string, string>,
  quirks: S3Quirks,
): string[] {
  const digests: string[] = [];
  const md5 = request.headers.get('content-md5');
  if (md5 !== undefined) {
    if (Buffer.from(md5, 'base64').length !== 16) {
      throw new ServiceError(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.');
    }
    if (md5 !== md5Base64(body)) {
      throw new ServiceError(
        400,
        'BadDigest',
        'The Content-MD5 you specified did not match what we received.',
        {
          ExpectedDigest: md5,
          CalculatedDigest: md5Base64(body),
        },
      );
    }
    digests.push('content-md5');
  }
  // A presigned URL carries in its query what would be headers.
  const hoisted = request.query.pairs.map(([name, value]) => [name.toLowerCase(), value] as const);
  for (const [name, value] of [...request.headers, ...hoisted, ...trailers]) {
    const algorithm = CHECKSUM_HEADER.exec(name)?.[1];
    if (algorithm === undefined) continue;
    if (quirks.rejectChecksumHeaders) {
      throw new ServiceError(
        400,
        'InvalidArgument',
        `Unsupported header '${name}' received for this API call.`,
      );
    }
    const computed = digest(algorithm, body);
    if (computed === undefined) {
      throw new ServiceError(400, 'InvalidRequest', `The algorithm of ${name} is not supported.`);
    }
    if (value !== computed) {
      throw new ServiceError(
        400,
        'BadDigest',
        `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      );
    }
    digests.push(name);
  }
  const announced = request.headers.get('x-amz-sdk-checksum-algorithm');
  if (announced !== undefined) {
    if (quirks.rejectChecksumHeaders) {
      throw new ServiceError(
        400,
        'InvalidArgument',
        "Unsupported header 'x-amz-sdk-checksum-algorithm' received for this API call.",
      );
    }
    // Documented for S3: the announced checksum has to come with the request.
    if (!digests.includes(`x-amz-checksum-${announced.toLowerCase()}`)) {
      throw new ServiceError(
        400,
        'InvalidRequest',
        'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
      );
    }
  }
  return digests;
}

function refuseChunked(payload: string, { rejectCrcTrailers, rejectChunked }: S3Quirks): void {
  const plain = payload === 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
  if (rejectCrcTrailers === 'XAmzContentSHA256Mismatch' && !plain) {
    throw new ServiceError(400, rejectCrcTrailers, 'The provided content hash does not match.');
  }
  if (rejectChunked || (rejectCrcTrailers && !plain)) {
    throw new ServiceError(
      501,
      'NotImplemented',
      'A header you provided implies functionality that is not implemented.',
      { Header: 'x-amz-trailer' },
    );
  }
}
