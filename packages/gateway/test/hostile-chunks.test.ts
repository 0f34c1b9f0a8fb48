import { crc32 } from 'node:zlib';
import { buffer } from 'node:stream/consumers';
import type { StoreDriver } from '@store/core';
import { startGateway, type Gateway } from '@store/gateway';
import { memoryDriver } from '@store/memory';
import { expect } from 'chai';
import fc from 'fast-check';
import { after, before, beforeEach, describe, it } from 'mocha';
import { exchange, KEYS, type RawAnswer, sha256, signed } from './raw-client.js';

type Form =
  | 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'
  | 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD'
  | 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';

const FORMS: readonly Form[] = [
  'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
  'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
];

/** How a body in chunks can be wrong. Each is refused, and leaves nothing behind. */
const WRONGS = {
  'the last chunk is missing': 'any',
  'it ends in the middle of a chunk': 'any',
  'it ends behind a size': 'any',
  'the line behind the trailers is missing': 'any',
  'a size is no number': 'any',
  'a size is negative': 'any',
  'a size is larger than what comes': 'any',
  'a size is beyond all numbers': 'any',
  'a size is smaller than what comes': 'any',
  'a size has spaces': 'any',
  'a line ends in a line feed alone': 'any',
  'bytes follow the end': 'any',
  'it declares another length': 'any',
  'it declares no length': 'any',
  'a byte of a chunk is another': 'any',
  'chunks have changed places': 'signed',
  'a signature is missing': 'signed',
  'a signature is another': 'signed',
  'a signature is of the chunk before': 'signed',
  'the last chunk is not signed': 'signed',
  'a chunk is signed that need not be': 'unsigned',
  'the trailer is missing': 'trailer',
  'the trailer is another': 'trailer',
  'the trailer is there twice': 'trailer',
  'a trailer was not announced': 'trailer',
  'the checksum is of another body': 'trailer',
  'the trailers are not signed': 'signed trailer',
  'the signature of the trailers is another': 'signed trailer',
  'a trailer follows their signature': 'signed trailer',
  'trailers come that the form does not have': 'no trailer',
  'the form is none': 'any',
} as const;

type Wrong = keyof typeof WRONGS;

describe('gateway, with bodies in chunks', () => {
  let driver: StoreDriver;
  let gateway: Gateway;
  before(async () => {
    driver = memoryDriver();
    gateway = await startGateway({ minPartBytes: 0, stores: { demo: driver }, credentials: [KEYS] });
  });
  after(() => gateway.close());
  beforeEach(() => driver.delete.one({ key: 'k' }, {}));

  const put = (form: Form, chunks: readonly Buffer[], wrong?: Wrong): Promise<RawAnswer> => {
    const { head, body } = inChunks(form, chunks, wrong);
    return exchange(gateway.url, head, body);
  };
  /** Two or three chunks that differ, the first of the size that S3 wants. */
  const chunks = fc
    .tuple(
      fc.integer({ min: 8192, max: 20_000 }),
      fc.array(fc.integer({ min: 1, max: 9000 }), { minLength: 1, maxLength: 2 }),
    )
    .map(([first, rest]) => [first, ...rest].map((length, i) => Buffer.alloc(length, `${i}\r\n${length};`)));

  it('takes those that are right, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...FORMS), fc.oneof(chunks, fc.constant([])), async (form, sent) => {
        expect((await put(form, sent)).body).to.equal('');
        const { body } = await driver.read.get({ key: 'k' }, {});
        expect((await buffer(body)).equals(Buffer.concat(sent))).to.equal(true);
      }),
      { numRuns: 60 },
    );
  });

  for (const form of FORMS) {
    const has = (what: string): boolean => {
      if (what === 'any') return true;
      const isSigned = !form.startsWith('STREAMING-UNSIGNED');
      const trailer = form.endsWith('-TRAILER');
      if (what === 'signed') return isSigned;
      if (what === 'unsigned') return !isSigned;
      if (what === 'trailer') return trailer;
      return what === 'no trailer' ? !trailer : isSigned && trailer;
    };
    const wrongs = (Object.keys(WRONGS) as Wrong[]).filter((wrong) => has(WRONGS[wrong]));
    it(`refuses those of ${form} that are wrong in any way, and keeps nothing`, async () => {
      const seen = new Set<Wrong>();
      await fc.assert(
        fc.asyncProperty(
          chunks,
          fc.shuffledSubarray(wrongs, { minLength: 3, maxLength: 8 }),
          async (sent, some) => {
            for (const wrong of seen.size === 0 ? wrongs : some) {
              seen.add(wrong);
              const answer = await put(form, sent, wrong);
              expect([400, 403, 411], `${wrong}: ${answer.body}`).to.include(answer.status);
              expect((await driver.list.page({ prefix: '', maxKeys: 1 }, {})).objects, wrong).to.have.length(
                0,
              );
            }
          },
        ),
        { numRuns: 15 },
      );
    });
  }

  it('takes no body that is cut into crumbs', async () => {
    const crumbs = Array.from({ length: 3000 }, () => Buffer.from('x'));
    expect(await put('STREAMING-UNSIGNED-PAYLOAD-TRAILER', crumbs)).to.include({
      status: 403,
      code: 'InvalidChunkSizeError',
    });
  });

  it('answers anything that is said to be in chunks', async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        '0',
        '1',
        'a',
        'ffffffff',
        '\r\n',
        '\r',
        '\n',
        ';chunk-signature=',
        ':',
        'x-amz-checksum-crc32',
      ),
      fc.constantFrom('0\r\n', '1\r\na\r\n', 'x-amz-checksum-crc32:AAAAAA==\r\n', 'x-amz-trailer-signature:'),
      fc.string({ unit: 'binary-ascii', maxLength: 4 }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...FORMS),
        fc.array(piece, { maxLength: 12 }),
        async (form, pieces) => {
          const body = pieces.join('');
          const headers = { 'content-length': String(body.length), 'x-amz-decoded-content-length': '1' };
          const { head } = signed({ method: 'PUT', path: '/demo/k', payload: form, headers });
          const { status } = await exchange(gateway.url, head, body);
          // One byte in a chunk is a body; that it comes about in the unsigned form alone is right.
          if (status === 200) expect(body).to.match(/^0*1\r\n[^]\r\n0+\r\n\r\n$/);
          else expect([400, 403]).to.include(status);
        },
      ),
      { numRuns: 200 },
    );
  });
});

/** A PUT of `k` in chunks, by AWS's specification, and then wrong in one way. */
function inChunks(form: Form, chunks: readonly Buffer[], wrong?: Wrong): { head: string; body: Buffer } {
  const isSigned = !form.startsWith('STREAMING-UNSIGNED');
  const hasTrailer = form.endsWith('-TRAILER');
  const whole = Buffer.concat(chunks);
  const framed = frameLengths(chunks, isSigned, hasTrailer, wrong);
  const declared =
    wrong === 'it declares no length'
      ? {}
      : {
          'x-amz-decoded-content-length': String(
            wrong === 'it declares another length' ? whole.length + 1 : whole.length,
          ),
        };
  const request = {
    method: 'PUT',
    path: '/demo/k',
    payload: wrong === 'the form is none' ? `${form}-X` : form,
    headers: {
      'content-encoding': 'aws-chunked',
      ...declared,
      ...(hasTrailer ? { 'x-amz-trailer': 'x-amz-checksum-crc32' } : {}),
    },
  };
  // The length is not signed, so that the frame may depend on the signature.
  const { head, signature, sign, scope, date } = signed(request);
  const body = framed({ seed: signature, sign, scope, date });
  return { head: head.replace(/\r\n\r\n$/, `\r\ncontent-length: ${body.length}\r\n\r\n`), body };
}

interface Signer {
  readonly seed: string;
  readonly sign: (text: string) => string;
  readonly scope: string;
  readonly date: string;
}

function frameLengths(
  given: readonly Buffer[],
  isSigned: boolean,
  hasTrailer: boolean,
  wrong: Wrong | undefined,
): (signer: Signer) => Buffer {
  return ({ seed, sign, scope, date }) => {
    let previous = seed;
    const chunks = [...given, Buffer.alloc(0)].map((bytes) => {
      const text = ['AWS4-HMAC-SHA256-PAYLOAD', date, scope, previous, sha256(''), sha256(bytes)].join('\n');
      const before = previous;
      previous = sign(text);
      return { bytes, size: bytes.length.toString(16), signature: previous, before };
    });
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(crc32(Buffer.concat(given)));
    let checksum = crc.toString('base64');
    const trailerOf = (value: string): string => {
      const text = [
        'AWS4-HMAC-SHA256-TRAILER',
        date,
        scope,
        previous,
        sha256(`x-amz-checksum-crc32:${value}\n`),
      ];
      return sign(text.join('\n'));
    };
    if (wrong === 'the checksum is of another body') checksum = 'AAAAAA==';
    let trailerSignature = trailerOf(checksum);
    if (wrong === 'the signature of the trailers is another') trailerSignature = trailerOf('AAAAAA==');

    const pieces: (string | Buffer)[] = [];
    const order = wrong === 'chunks have changed places' ? swapped(chunks) : chunks;
    for (const [i, { bytes, size, signature, before }] of order.entries()) {
      const last = i === chunks.length - 1;
      if (last && wrong === 'the last chunk is missing') return joinedOf(pieces);
      let shown = i > 0 ? size : (sizes(size)[wrong ?? ''] ?? size);
      if (i === 0 && wrong === 'a signature is another') shown += `;chunk-signature=${'0'.repeat(64)}`;
      else if (i === 1 && wrong === 'a signature is of the chunk before')
        shown += `;chunk-signature=${before}`;
      else if (
        isSigned &&
        !(i === 0 && wrong === 'a signature is missing') &&
        !(last && wrong === 'the last chunk is not signed')
      )
        shown += `;chunk-signature=${signature}`;
      if (i === 0 && wrong === 'a chunk is signed that need not be') shown += `;chunk-signature=${signature}`;
      pieces.push(`${shown}${i === 0 && wrong === 'a line ends in a line feed alone' ? '\n' : '\r\n'}`);
      if (i === 0 && wrong === 'it ends behind a size') return joinedOf(pieces);
      if (last) break;
      const sent = Buffer.from(bytes);
      if (i === 0 && wrong === 'a byte of a chunk is another') sent[7] = (sent[7] ?? 0) ^ 1;
      if (i === 0 && wrong === 'it ends in the middle of a chunk')
        return joinedOf([...pieces, sent.subarray(0, 100)]);
      pieces.push(sent, '\r\n');
    }
    // Without signatures and trailers nothing could tell; a length that is declared can.
    if (wrong === 'a byte of a chunk is another' && !isSigned && !hasTrailer)
      throw new Error('not detectable');
    const closing = `x-amz-trailer-signature:${trailerSignature}\r\n`;
    if (wrong === 'a trailer follows their signature') pieces.push(closing);
    const trailer = `x-amz-checksum-crc32:${checksum}\r\n`;
    if (hasTrailer && wrong !== 'the trailer is missing') {
      pieces.push(wrong === 'the trailer is another' ? trailer.replace('crc32', 'sha1') : trailer);
    }
    if (wrong === 'the trailer is there twice') pieces.push(trailer);
    if (wrong === 'a trailer was not announced') pieces.push('x-amz-meta-more: 1\r\n');
    if (wrong === 'trailers come that the form does not have') pieces.push(trailer);
    const unclosed = wrong === 'the trailers are not signed' || wrong === 'a trailer follows their signature';
    if (isSigned && hasTrailer && !unclosed) pieces.push(closing);
    if (wrong !== 'the line behind the trailers is missing') pieces.push('\r\n');
    if (wrong === 'bytes follow the end') pieces.push('more');
    return joinedOf(pieces);
  };
}

/** What stands for the size of the first chunk. */
function sizes(size: string): Readonly<Record<string, string>> {
  const bytes = Number.parseInt(size, 16);
  return {
    'a size is no number': 'xyz',
    'a size is negative': `-${size}`,
    'a size is larger than what comes': (bytes + 1_000_000).toString(16),
    'a size is beyond all numbers': 'f'.repeat(300),
    'a size is smaller than what comes': (bytes - 1).toString(16),
    'a size has spaces': ` ${size} `,
  };
}

function swapped<T>([first, second, ...rest]: readonly T[]): T[] {
  return [second, first, ...rest].filter((one) => one !== undefined);
}

function joinedOf(pieces: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
}
