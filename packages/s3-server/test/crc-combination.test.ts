import { beginChecksum } from '#src/checksums.js';
import { combinedCrc } from '#src/crc-combination.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';

function sumOf(algorithm: string, bytes: Uint8Array): string {
  const sum = beginChecksum(algorithm);
  sum?.update(bytes);
  return sum?.base64() ?? '';
}

describe('CRCs of pieces', () => {
  for (const algorithm of ['crc32', 'crc32c', 'crc64nvme']) {
    it(`come to that of the whole (${algorithm})`, () => {
      fc.assert(
        fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), (pieces) => {
          const summed = pieces.map((piece) => ({ size: piece.length, value: sumOf(algorithm, piece) }));
          expect(combinedCrc(algorithm, summed)).to.equal(sumOf(algorithm, Buffer.concat(pieces)));
        }),
      );
    });
  }

  it('are none of hashes', () => {
    expect(combinedCrc('sha256', [])).to.equal(undefined);
  });
});
