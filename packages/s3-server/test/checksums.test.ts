import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { beginChecksum } from '#src/checksums.js';

/** Of `123456789`: the check values of https://reveng.sourceforge.io/crc-catalogue/all.htm, and RFC 1321's and FIPS 180's kin. */
const CHECKS: Readonly<Record<string, string>> = {
  crc32: 'cbf43926',
  crc32c: 'e3069283',
  crc64nvme: 'ae8b14860a799888',
  md5: '25f9e794323b453885f5181f1b624d0b',
  sha1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  sha256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
};

describe('checksums', () => {
  for (const [algorithm, check] of Object.entries(CHECKS)) {
    it(`computes ${algorithm}, however the bytes come`, () => {
      const of = (pieces: readonly Uint8Array[]): string => {
        const sum = beginChecksum(algorithm);
        for (const piece of pieces) sum?.update(piece);
        return Buffer.from(sum?.base64() ?? '', 'base64').toString('hex');
      };
      expect(of([Buffer.from('123456789')])).to.equal(check);
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(60), fc.nat(60), (bytes, a, b) => {
          const [first, second] = [Math.min(a, b), Math.max(a, b)];
          const pieces = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
          expect(of(pieces)).to.equal(of([bytes]));
        }),
      );
    });
  }

  it('knows no others', () => {
    expect(beginChecksum('crc16')).to.equal(undefined);
  });
});
