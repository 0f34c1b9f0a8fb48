import { seededRandom } from '@store/conformance';
import { LeftRanges } from '#src/left-ranges.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

describe('ranges in which something was left', () => {
  it('meet the parts that have a key in common with one of them', () => {
    const random = seededRandom(1);
    const letter = (): number => Math.floor(random() * LETTERS.length);
    for (let round = 0; round < 2000; round++) {
      const left = new LeftRanges();
      const has = new Set<number>();
      // Of neighbours every second one, told of in no order, the first and the last without an end.
      const ends = Array.from(new Set(Array.from({ length: 5 }, letter))).toSorted((a, b) => a - b);
      const parts = [undefined, ...ends].map((from, i) => ({ id: i, from, to: ends[i] }));
      for (const { id, from, to } of parts.filter(({ id }) => id % 2 === round % 2).toReversed()) {
        left.add({ id, after: nameOf(from), upto: nameOf(from) });
        left.add({ id, after: nameOf(from), upto: nameOf(to) });
        for (let i = (from ?? -1) + 1; i <= (to ?? LETTERS.length); i++) has.add(i);
      }
      const [after, upto] = [letter(), letter()].toSorted((a, b) => a - b);
      const asked = { from: random() < 0.2 ? undefined : after, to: random() < 0.2 ? undefined : upto };
      let expected = false;
      for (let i = (asked.from ?? -1) + 1; i <= (asked.to ?? LETTERS.length); i++) expected ||= has.has(i);
      if (asked.from !== undefined && asked.from === asked.to) continue;
      const met = left.meets({ after: nameOf(asked.from), upto: nameOf(asked.to) });
      expect(met, JSON.stringify({ parts, asked })).to.equal(expected);
    }
  });
});

function nameOf(index: number | undefined): string | undefined {
  return index === undefined ? undefined : LETTERS[index];
}
