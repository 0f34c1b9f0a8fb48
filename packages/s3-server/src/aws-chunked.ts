import { sameText, type Signed } from './auth/sigv4.js';
import type { Incoming } from './http/incoming.js';
import { ServiceError } from './http/service-error.js';

/** The ways of sending a body in chunks: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html */
const FORMS: Readonly<Record<string, { readonly signatures: boolean; readonly trailers: boolean }>> = {
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER': { signatures: false, trailers: true },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD': { signatures: true, trailers: false },
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER': { signatures: true, trailers: true },
};

/** All chunks but the last, as S3 wants them. */
const MIN_CHUNK_BYTES = 8192;

/** Chunks of a stream that are smaller nevertheless: streams of SDKs are sent as they come. */
const MAX_SMALL_CHUNKS = 1000;

/** Of the size of a chunk with its signature, and of a trailer. */
const MAX_LINE_BYTES = 1024;
const MAX_TRAILERS = 16;

export interface Decoded {
  readonly body: Buffer;
  readonly trailers: ReadonlyMap<string, string>;
}

/**
 * Decodes `aws-chunked` and verifies the signatures of chunks and trailers where they have them. What the chunks hold is
 * moved together where it is, so that a body is in memory once: the request's body is not what it was afterwards.
 *
 * @throws ServiceError `IncompleteBody`, `InvalidChunkSizeError`, `MalformedTrailerError`, `SignatureDoesNotMatch`, …
 */
export function decodeChunks({ body, headers }: Incoming, signed: Signed): Decoded {
  const form = FORMS[signed.payload];
  if (!form) {
    throw new ServiceError(
      400,
      'InvalidArgument',
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-…, or a valid sha256 value.',
    );
  }
  const declared = headers.get('x-amz-decoded-content-length');
  if (declared === undefined) {
    throw new ServiceError(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  const lines = new Lines(body);
  let previous = signed.signature;
  let decoded = 0;
  let small = 0;
  for (;;) {
    const line = lines.next();
    const [, size = '', signature] =
      /^([0-9a-f]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line) ?? [];
    if (size === '' || form.signatures !== (signature !== undefined)) throw incomplete();
    const chunk = lines.take(Number.parseInt(size, 16));
    if (signature !== undefined) {
      if (!sameText(signed.signChunk(previous, chunk, 'payload'), signature)) throw chunkMismatch();
      previous = signature;
    }
    if (chunk.length === 0) break;
    if (small > MAX_SMALL_CHUNKS) {
      throw new ServiceError(
        403,
        'InvalidChunkSizeError',
        `Only the last chunk is allowed to have a size less than ${MIN_CHUNK_BYTES} bytes`,
      );
    }
    if (chunk.length < MIN_CHUNK_BYTES) small++;
    decoded += chunk.copy(body, decoded);
    if (lines.next() !== '') throw incomplete();
  }
  const announced = form.trailers ? namesOf(headers.get('x-amz-trailer')) : [];
  const trailers = readTrailers(lines, announced, form.signatures && form.trailers, previous, signed);
  if (lines.left > 0 || Number(declared) !== decoded) throw incomplete();
  return { body: body.subarray(0, decoded), trailers };
}

/** A body that is read line by line, and in pieces of a known length. */
class Lines {
  readonly #body: Buffer;
  #at = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  get left(): number {
    return this.#body.length - this.#at;
  }

  next(): string {
    const end = this.#body.subarray(this.#at, this.#at + MAX_LINE_BYTES).indexOf('\r\n');
    if (end < 0) throw incomplete();
    const line = this.#body.toString('latin1', this.#at, this.#at + end);
    this.#at += end + 2;
    return line;
  }

  take(bytes: number): Buffer {
    if (bytes > this.left) throw incomplete();
    this.#at += bytes;
    return this.#body.subarray(this.#at - bytes, this.#at);
  }
}

function namesOf(header: string | undefined): string[] {
  return (header ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Reads the trailers that the headers announce, no other and none less; the last line is their signature. */
function readTrailers(
  lines: Lines,
  announced: readonly string[],
  isSigned: boolean,
  previous: string,
  signed: Signed,
): Map<string, string> {
  const trailers = new Map<string, string>();
  let text = '';
  let signature: string | undefined;
  for (let line = lines.next(); line !== ''; line = lines.next()) {
    const [, name = '', value = ''] = /^([^:]+):([^]*)$/.exec(line) ?? [];
    if (signature !== undefined || trailers.size >= MAX_TRAILERS) throw malformedTrailer();
    if (isSigned && name.toLowerCase() === 'x-amz-trailer-signature') {
      signature = value.trim();
      continue;
    }
    const lower = name.toLowerCase().trim();
    if (trailers.has(lower) || !announced.includes(lower)) throw malformedTrailer();
    trailers.set(lower, value.trim());
    text += `${lower}:${value.trim()}\n`;
  }
  if (trailers.size < announced.length) throw malformedTrailer();
  if (isSigned && !sameText(signed.signChunk(previous, Buffer.from(text), 'trailer'), signature ?? ''))
    throw chunkMismatch();
  return trailers;
}

function incomplete(): ServiceError {
  return new ServiceError(400, 'IncompleteBody', 'The request body terminated unexpectedly');
}

function malformedTrailer(): ServiceError {
  return new ServiceError(
    400,
    'MalformedTrailerError',
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  );
}

function chunkMismatch(): ServiceError {
  return new ServiceError(403, 'SignatureDoesNotMatch', 'The signature of a chunk does not match.');
}
