import { createHash, type Hash } from 'node:crypto';
import { hasSigV2 } from './auth/sigv2.js';
import type { Signed } from './auth/sigv4.js';
import { ChunkDecoder, namesOf } from './aws-chunked.js';
import { beginChecksum, type Checksum } from './checksums.js';
import { Content } from './content.js';
import type { Incoming, RequestHead } from './http/incoming.js';
import { ServiceError } from './http/service-error.js';
import type { S3Quirks } from './quirks.js';

/** The body of a request, out of its transfer form. */
export interface Payload {
  /** A document; empty while {@link content} is on its way. */
  readonly body: Buffer;
  /** The same as the bytes of an object or a part. */
  readonly content: Content;
  /**
   * The digests that the request carries, in base64, by name: `content-md5`, `x-amz-checksum-crc32`, …; all are right. Those
   * of a body on its way are there when its content was read to the end.
   */
  readonly digests: ReadonlyMap<string, string>;
}

const CHECKSUM_HEADER = /^x-amz-checksum-(?!mode$|type$|algorithm$)(.+)$/;

/**
 * Takes the body out of its transfer form and holds it against every digest that came with it. The request's body is not what
 * it was afterwards: what chunks hold is moved together where it is, so that a body is in memory once.
 *
 * @throws ServiceError `BadDigest`, `XAmzContentSHA256Mismatch`, `InvalidDigest`, …
 */
export function readPayload(request: Incoming, signed: Signed, quirks: S3Quirks): Payload {
  const check = new PayloadCheck(request, signed, quirks);
  let bytes = 0;
  for (const piece of check.write(request.body)) bytes += piece.copy(request.body, bytes);
  const digests = check.end();
  const body = request.body.subarray(0, bytes);
  return { body, digests, content: Content.of(body) };
}

/**
 * The same for a body that is still on its way. Its last bytes are given on when all of it was found right, so that what is
 * wrong never becomes an object.
 *
 * @throws ServiceError for what the headers say; what the body says shows in its content
 */
export function arrivingPayload(
  request: RequestHead,
  arriving: AsyncIterable<Buffer>,
  signed: Signed,
  quirks: S3Quirks,
): Payload {
  const check = new PayloadCheck(request, signed, quirks);
  const digests = new Map<string, string>();
  return {
    body: Buffer.alloc(0),
    digests,
    content: new Content(check.size, checked(arriving, check, digests)),
  };
}

async function* checked(
  arriving: AsyncIterable<Buffer>,
  check: PayloadCheck,
  digests: Map<string, string>,
): AsyncGenerator<Buffer> {
  let held: Buffer | undefined;
  for await (const data of arriving) {
    for (const piece of check.write(data)) {
      if (held) yield held;
      held = piece;
    }
  }
  for (const [name, value] of check.end()) digests.set(name, value);
  if (held) yield held;
}

/** The bytes of a body as its headers announce them; undefined when they do not. */
export function announcedBytes({ headers }: RequestHead, chunked: boolean): number | undefined {
  const header = headers.get(chunked ? 'x-amz-decoded-content-length' : 'content-length');
  return header !== undefined && /^\d+$/.test(header) ? Number(header) : undefined;
}

/** Holds a body, as it comes, against what its request says about it. */
class PayloadCheck {
  readonly size: number | undefined;
  readonly #payload: string;
  readonly #decoder: ChunkDecoder | undefined;
  readonly #sha256: Hash | undefined;
  readonly #digests: DigestCheck;
  /** What has to come signed. */
  readonly #signedOnly: boolean;
  #bytes = 0;

  constructor(request: RequestHead, signed: Signed, quirks: S3Quirks) {
    const chunked = signed.payload.startsWith('STREAMING-');
    if (chunked) refuseChunked(signed.payload, quirks);
    const unsigned = signed.payload === 'UNSIGNED-PAYLOAD';
    this.#payload = signed.payload;
    this.#decoder = chunked ? new ChunkDecoder(request, signed) : undefined;
    this.size = announcedBytes(request, chunked);
    this.#sha256 = chunked || unsigned ? undefined : createHash('sha256');
    // Version 2 of the signature says nothing about the body.
    this.#signedOnly = quirks.requireSignedPayload === true && unsigned && !hasSigV2(request);
    const trailers = namesOf(request.headers.get('x-amz-trailer'));
    checkTrailers(trailers, signed.payload);
    this.#digests = new DigestCheck(request, trailers, quirks);
  }

  *write(data: Buffer): Generator<Buffer> {
    for (const piece of this.#decoder?.write(data) ?? [data]) {
      this.#bytes += piece.length;
      this.#sha256?.update(piece);
      this.#digests.update(piece);
      yield piece;
    }
  }

  /** @returns the digests that came along, by name; all are right */
  end(): Map<string, string> {
    const trailers = this.#decoder?.end() ?? new Map<string, string>();
    if (this.#signedOnly && this.#bytes > 0) {
      throw new ServiceError(400, 'XAmzContentSHA256Mismatch', 'The body has to come with its SHA-256.');
    }
    if (this.#sha256 && this.#sha256.digest('hex') !== this.#payload) {
      throw new ServiceError(
        400,
        'XAmzContentSHA256Mismatch',
        "The provided 'x-amz-content-sha256' header does not match what was computed.",
      );
    }
    return this.#digests.end(trailers);
  }
}

/**
 * Holds a body against the digests that came with it.
 *
 * @returns them by name; all are right
 * @throws ServiceError `BadDigest`, `InvalidDigest`, …
 */
export function readDigests(request: RequestHead, body: Buffer, quirks: S3Quirks): Map<string, string> {
  const check = new DigestCheck(request, [], quirks);
  check.update(body);
  return check.end(new Map());
}

class DigestCheck {
  readonly #md5: { readonly expected: string; readonly sum: Hash } | undefined;
  /** By the names of their headers and trailers; a trailer's value comes at the end. */
  readonly #checksums: {
    readonly name: string;
    readonly algorithm: string;
    readonly expected: string | undefined;
    readonly sum: Checksum;
  }[] = [];

  constructor(request: RequestHead, trailers: readonly string[], quirks: S3Quirks) {
    const { headers } = request;
    const md5 = headers.get('content-md5');
    if (md5 !== undefined && Buffer.from(md5, 'base64').length !== 16) {
      throw new ServiceError(400, 'InvalidDigest', 'The Content-MD5 you specified was invalid.');
    }
    this.#md5 = md5 === undefined ? undefined : { expected: md5, sum: createHash('md5') };
    const later = trailers.map((name) => [name, undefined] as const);
    // At the end of an upload they are those of its object.
    const ofBody = ofObject(request) ? [] : headers;
    for (const [name, expected] of [...ofBody, ...later]) {
      const algorithm = CHECKSUM_HEADER.exec(name)?.[1];
      if (algorithm === undefined) continue;
      if (quirks.rejectChecksumHeaders) throw unsupportedHeader(name);
      const sum = beginChecksum(algorithm);
      if (!sum) throw new ServiceError(400, 'InvalidRequest', `The algorithm of ${name} is not supported.`);
      this.#checksums.push({ name, algorithm, expected, sum });
    }
    if (headers.has('x-amz-sdk-checksum-algorithm') && quirks.rejectChecksumHeaders)
      throw unsupportedHeader('x-amz-sdk-checksum-algorithm');
    // Documented for S3: the announced checksum has to come with the request.
    this.#checkAnnounced(headers, 'x-amz-sdk-checksum-algorithm');
    if (!isWrite(request)) return;
    this.#checkAnnounced(headers, 'x-amz-checksum-algorithm');
    // Of bytes in one piece there is no other.
    if ((headers.get('x-amz-checksum-type') ?? 'FULL_OBJECT') !== 'FULL_OBJECT')
      throw new ServiceError(
        400,
        'InvalidRequest',
        'x-amz-checksum-type of one piece can be FULL_OBJECT alone.',
      );
  }

  /** @throws ServiceError `InvalidRequest` */
  #checkAnnounced(headers: ReadonlyMap<string, string>, header: string): void {
    const announced = headers.get(header);
    if (announced === undefined) return;
    const wanted = `x-amz-checksum-${announced.toLowerCase()}`;
    if (this.#checksums.some(({ name }) => name === wanted)) return;
    throw new ServiceError(
      400,
      'InvalidRequest',
      `${header} specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.`,
    );
  }

  update(data: Uint8Array): void {
    this.#md5?.sum.update(data);
    for (const { sum } of this.#checksums) sum.update(data);
  }

  end(trailers: ReadonlyMap<string, string>): Map<string, string> {
    const right = new Map<string, string>();
    const computed = this.#md5?.sum.digest('base64');
    if (this.#md5 && computed !== undefined && computed !== this.#md5.expected) {
      throw new ServiceError(
        400,
        'BadDigest',
        'The Content-MD5 you specified did not match what we received.',
        { ExpectedDigest: this.#md5.expected, CalculatedDigest: computed },
      );
    }
    if (computed !== undefined) right.set('content-md5', computed);
    for (const { name, algorithm, expected, sum } of this.#checksums) {
      const value = sum.base64();
      right.set(name, value);
      if ((expected ?? trailers.get(name)) === value) continue;
      throw new ServiceError(
        400,
        'BadDigest',
        `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`,
      );
    }
    return right;
  }
}

/** With bytes of its own: in the words of copies and of the beginnings of uploads the same header asks for a checksum. */
function isWrite({ method, headers }: RequestHead): boolean {
  return method === 'PUT' && !headers.has('x-amz-copy-source');
}

/**
 * Checksums are what may come behind a body, and only one in chunks has something behind it. What else was announced there would be
 * forgotten.
 *
 * @throws ServiceError `InvalidRequest`
 */
function checkTrailers(names: readonly string[], payload: string): void {
  const other = names.find((name) => !CHECKSUM_HEADER.test(name));
  if (other !== undefined)
    throw new ServiceError(400, 'InvalidRequest', `x-amz-trailer names ${other}, which is no checksum.`);
  if (names.length > 0 && !(payload.startsWith('STREAMING-') && payload.endsWith('-TRAILER')))
    throw new ServiceError(
      400,
      'InvalidRequest',
      'x-amz-trailer needs a body in chunks with trailers: x-amz-content-sha256: STREAMING-…-TRAILER.',
    );
}

function ofObject({ method, query }: RequestHead): boolean {
  return method === 'POST' && query.has('uploadId');
}

function unsupportedHeader(name: string): ServiceError {
  return new ServiceError(400, 'InvalidArgument', `Unsupported header '${name}' received for this API call.`);
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
