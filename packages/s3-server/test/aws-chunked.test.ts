import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { sha256, type Signed } from '#src/auth/sigv4.js';
import { ChunkDecoder } from '#src/aws-chunked.js';
import { Query } from '#src/http/query.js';
import { ServiceError } from '#src/http/service-error.js';

const signChunk: Signed['signChunk'] = (previous, hash, kind) => sha256([previous, hash, kind].join());

interface Outcome {
  readonly body: string;
  readonly trailers: Readonly<Record<string, string>>;
  readonly code: string | undefined;
}

describe('aws-chunked', () => {
  const frame = (form: string, chunks: readonly Buffer[]): { text: Buffer; size: number } => {
    const isSigned = !form.includes('UNSIGNED');
    let previous = 'seed';
    const pieces = [...chunks, Buffer.alloc(0)].map((chunk) => {
      previous = signChunk(previous, sha256(chunk), 'payload');
      const line = chunk.length.toString(16) + (isSigned ? `;chunk-signature=${previous}` : '');
      return Buffer.concat([Buffer.from(`${line}\r\n`), chunk, Buffer.from(chunk.length > 0 ? '\r\n' : '')]);
    });
    const trailer = 'x-amz-checksum-crc32:AAAAAA==\n';
    if (form.endsWith('TRAILER')) pieces.push(Buffer.from(`${trailer.trim()}\r\n`));
    if (form.endsWith('TRAILER') && isSigned)
      pieces.push(
        Buffer.from(`x-amz-trailer-signature:${signChunk(previous, sha256(trailer), 'trailer')}\r\n`),
      );
    return {
      text: Buffer.concat([...pieces, Buffer.from('\r\n')]),
      size: Buffer.concat(chunks).length,
    };
  };
  const decode = (form: string, size: number, pieces: readonly Buffer[]): Outcome => {
    const headers = new Map([
      ['x-amz-decoded-content-length', String(size)],
      ['x-amz-trailer', 'x-amz-checksum-crc32'],
    ]);
    const head = {
      method: 'PUT',
      rawPath: '/',
      rawQuery: '',
      query: Query.parse(''),
      receivedAt: 0,
      headers,
    };
    const decoder = new ChunkDecoder(head, {
      accessKeyId: 'AK',
      payload: form,
      signature: 'seed',
      signedHeaders: [],
      signChunk,
    });
    const got: Buffer[] = [];
    try {
      for (const piece of pieces) got.push(...decoder.write(piece));
      return {
        body: Buffer.concat(got).toString('hex'),
        trailers: Object.fromEntries(decoder.end()),
        code: undefined,
      };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      return { body: '', trailers: {}, code: error.code };
    }
  };
  const form = fc.constantFrom(
    'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
  );
  const chunks = fc
    .array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { maxLength: 4 })
    .map((list) => list.map((bytes) => Buffer.from(bytes)));
  const cuts = fc.array(fc.nat(400), { maxLength: 6 });

  it('reads the same, wherever the bytes are cut on their way', () => {
    fc.assert(
      fc.property(form, chunks, cuts, (name, sent, at) => {
        const { text, size } = frame(name, sent);
        const outcome = decode(name, size, cut(text, at));
        expect(outcome.code).to.equal(undefined);
        expect(outcome.body).to.equal(Buffer.concat(sent).toString('hex'));
        expect(Object.keys(outcome.trailers)).to.have.length(name.endsWith('TRAILER') ? 1 : 0);
      }),
      { numRuns: 500 },
    );
  });

  it('refuses what is cut off, and what is another by a byte of its frame, wherever it is cut', () => {
    fc.assert(
      fc.property(form, chunks, cuts, fc.nat(1000), (name, sent, at, where) => {
        const { text, size } = frame(name, sent);
        const end = where % text.length;
        expect(decode(name, size, cut(text.subarray(0, end), at)).code).to.be.a('string');
        if (name.includes('UNSIGNED')) return;
        const other = Buffer.from(text);
        // Not the case of a letter, which means nothing in a size.
        other[end] = (other[end] ?? 0) ^ 0x80;
        expect(decode(name, size, cut(other, at)).code).to.be.a('string');
      }),
      { numRuns: 500 },
    );
  });
});

function cut(text: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((place) => Math.min(place, text.length)).sort((a, b) => a - b), text.length];
  return places.slice(1).map((place, i) => text.subarray(places[i], place));
}
