import { createHash, type Hash } from 'node:crypto';
import { sameText, sha256, type Signed } from './auth/sigv4.js';
import type { RequestHead } from './http/incoming.js';
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

type State = 'size' | 'data' | 'behind data' | 'trailers' | 'done';

/**
 * Decodes `aws-chunked` as it arrives, and verifies the signatures of chunks and trailers where they have them. What it gives
 * may still be wrong: only {@link end} says that it was not.
 *
 * @throws ServiceError `IncompleteBody`, `InvalidChunkSizeError`, `MalformedTrailerError`, `SignatureDoesNotMatch`, …
 */
export class ChunkDecoder {
  /** Bytes of the body, as the client says. */
  readonly size: number;
  readonly #signed: Signed;
  readonly #form: { readonly signatures: boolean; readonly trailers: boolean };
  readonly #announced: readonly string[];
  #state: State = 'size';
  /** The signature before. */
  #previous: string;
  /** Bytes that the chunk still has, and what its signature is of. */
  #left = 0;
  #hash: Hash | undefined;
  #signature: string | undefined;
  #small = 0;
  #decoded = 0;
  /** The beginning of a line whose end has not come yet. */
  #line: Buffer = Buffer.alloc(0);
  readonly #trailers = new Map<string, string>();
  #trailerText = '';
  #trailerSignature: string | undefined;

  constructor({ headers }: RequestHead, signed: Signed) {
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
    if (!/^\d+$/.test(declared)) throw incomplete();
    this.size = Number(declared);
    this.#signed = signed;
    this.#form = form;
    this.#announced = form.trailers ? namesOf(headers.get('x-amz-trailer')) : [];
    this.#previous = signed.signature;
  }

  /** @returns what of the data belongs to the body, piece by piece: views of it, not copies */
  *write(data: Buffer): Generator<Buffer> {
    let rest = this.#line.length > 0 ? Buffer.concat([this.#line, data]) : data;
    while (rest.length > 0) {
      if (this.#state === 'data') {
        const piece = rest.subarray(0, this.#left);
        rest = rest.subarray(piece.length);
        this.#take(piece);
        yield piece;
        continue;
      }
      const end = rest.subarray(0, MAX_LINE_BYTES).indexOf('\r\n');
      if (this.#state === 'done' || (end < 0 && rest.length >= MAX_LINE_BYTES)) throw incomplete();
      if (end < 0) break;
      this.#read(rest.toString('latin1', 0, end));
      rest = rest.subarray(end + 2);
    }
    this.#line = rest;
  }

  /** @returns the trailers, when all is there and right */
  end(): ReadonlyMap<string, string> {
    if (this.#state !== 'done' || this.#decoded !== this.size) throw incomplete();
    return this.#trailers;
  }

  #read(line: string): void {
    if (this.#state === 'size') this.#begin(line);
    else if (this.#state === 'trailers') this.#readTrailer(line);
    else if (line === '') this.#state = 'size';
    else throw incomplete();
  }

  #begin(line: string): void {
    const [, size = '', signature] =
      /^([0-9a-f]{1,8})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line) ?? [];
    if (size === '' || this.#form.signatures !== (signature !== undefined)) throw incomplete();
    this.#left = Number.parseInt(size, 16);
    this.#decoded += this.#left;
    if (this.#decoded > this.size) throw incomplete();
    this.#signature = signature;
    this.#hash = signature === undefined ? undefined : createHash('sha256');
    if (this.#left === 0) {
      this.#verify();
      this.#state = 'trailers';
      return;
    }
    if (this.#small > MAX_SMALL_CHUNKS) {
      throw new ServiceError(
        403,
        'InvalidChunkSizeError',
        `Only the last chunk is allowed to have a size less than ${MIN_CHUNK_BYTES} bytes`,
      );
    }
    if (this.#left < MIN_CHUNK_BYTES) this.#small++;
    this.#state = 'data';
  }

  #take(piece: Buffer): void {
    this.#hash?.update(piece);
    this.#left -= piece.length;
    if (this.#left > 0) return;
    this.#verify();
    this.#state = 'behind data';
  }

  #verify(): void {
    if (this.#signature === undefined || !this.#hash) return;
    const expected = this.#signed.signChunk(this.#previous, this.#hash.digest('hex'), 'payload');
    if (!sameText(expected, this.#signature)) throw chunkMismatch();
    this.#previous = this.#signature;
  }

  /** Trailers are those that the headers announce, no other and none less; the last line is their signature. */
  #readTrailer(line: string): void {
    const isSigned = this.#form.signatures && this.#form.trailers;
    if (line === '') {
      if (this.#trailers.size < this.#announced.length) throw malformedTrailer();
      const expected = isSigned
        ? this.#signed.signChunk(this.#previous, sha256(this.#trailerText), 'trailer')
        : '';
      if (!sameText(expected, this.#trailerSignature ?? '')) throw chunkMismatch();
      this.#state = 'done';
      return;
    }
    const [, name = '', value = ''] = /^([^:]+):([^]*)$/.exec(line) ?? [];
    if (this.#trailerSignature !== undefined || this.#trailers.size >= MAX_TRAILERS) throw malformedTrailer();
    const lower = name.toLowerCase().trim();
    if (isSigned && lower === 'x-amz-trailer-signature') {
      this.#trailerSignature = value.trim();
      return;
    }
    if (this.#trailers.has(lower) || !this.#announced.includes(lower)) throw malformedTrailer();
    this.#trailers.set(lower, value.trim());
    this.#trailerText += `${lower}:${value.trim()}\n`;
  }
}

/** The names in `x-amz-trailer`. */
export function namesOf(header: string | undefined): string[] {
  return (header ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
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
