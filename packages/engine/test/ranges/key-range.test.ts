import { KeyRange } from '#src/ranges/key-range.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';

/** The order of UTF-8 bytes, by the bytes themselves. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 });

describe('ranges of keys', () => {
  it('have each key in exactly one of them, however they are split, and however far they have come', () => {
    const step = fc.record({ range: fc.nat(), at: key, advance: fc.option(key) });
    fc.assert(
      fc.property(
        fc.uniqueArray(key, { maxLength: 40 }),
        fc.array(step, { maxLength: 40 }),
        (keys, steps) => {
          const ranges = [new KeyRange()];
          const dealtWith = new Map<string, number>();
          const deal = (range: KeyRange, upto: string | undefined): void => {
            const { cursor } = range;
            const next = keys
              .filter((one) => range.has(one) && (cursor === undefined || byBytes(one, cursor) > 0))
              .filter((one) => upto === undefined || byBytes(one, upto) <= 0)
              .toSorted(byBytes);
            for (const one of next) dealtWith.set(one, (dealtWith.get(one) ?? 0) + 1);
            const last = next.at(-1);
            if (last !== undefined) range.advance(last);
          };
          for (const { range: index, at, advance } of steps) {
            const range = ranges[index % ranges.length];
            if (!range || range.complete) continue;
            if (advance !== null) deal(range, advance);
            if (range.splitsAt(at)) ranges.push(range.split(at));
            else expect(() => range.split(at)).to.throw(/no range can be split/);
          }
          for (const one of keys) expect(ranges.filter((range) => range.has(one))).to.have.length(1);
          for (const range of ranges) if (!range.complete) deal(range, undefined);
          for (const one of keys) expect(dealtWith.get(one), one).to.equal(1);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('can be written down and taken up again', () => {
    const range = new KeyRange({ after: 'a', upto: 'm' });
    range.advance('c');
    const again = new KeyRange(range.toJSON());
    expect(again).to.include({ after: 'a', upto: 'm', cursor: 'c', complete: false });
    again.advance('m');
    expect(new KeyRange(again.toJSON()).complete).to.equal(true);
    expect(again.splitsAt('d')).to.equal(false);
  });
});
