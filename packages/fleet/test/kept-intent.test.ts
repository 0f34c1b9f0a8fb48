import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { packIntent, unpackIntent } from '#src/kept-intent.js';

describe('what is about to be deleted, as a fleet writes it down', () => {
  it('is read as it was written, whatever keys begin with, and as text that any store of text takes', () => {
    // Half a character is a unit too, and beginnings end anywhere.
    const text = (maxLength: number) => fc.string({ unit: 'binary', maxLength });
    const stem = fc.oneof(
      text(10),
      fc.integer({ min: 60, max: 300 }).map((length) => 'a/💧'.repeat(length)),
    );
    const cases = fc.tuple(stem, fc.array(text(12), { minLength: 1, maxLength: 20 }), fc.nat(5));
    fc.assert(
      fc.property(cases, ([begin, ends, cut]) => {
        const keys = ends.map((end) => begin.slice(0, begin.length - cut) + end);
        const intent = { id: 3, pass: 1, keys, sizes: keys.map((key) => (key.length % 2 ? null : 7)) };
        const packed = packIntent(intent);
        expect(packed.isWellFormed()).to.equal(true);
        expect(unpackIntent(packed)).to.deep.equal(intent);
      }),
      { numRuns: 2000 },
    );
  });

  it('takes no more room for what all keys begin with', () => {
    const sizeOf = (begin: string): number =>
      packIntent({ id: 1, pass: 0, keys: Array.from({ length: 1000 }, (_, i) => `${begin}${i}`) }).length;
    expect(sizeOf('x'.repeat(900)) - sizeOf('x')).to.be.below(20_000);
  });
});
