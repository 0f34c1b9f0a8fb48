import { createHash } from 'node:crypto';
import { compareKeys } from '@store/driver';
import { boundaryIn, stretchesLeft } from '#src/ranges/boundary.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';

describe('boundaries', () => {
  it('take an end that was invented for no name', () => {
    const names = Array.from(
      { length: 20_000 },
      (_, i) => `p/${createHash('md5').update(`${i}`).digest('hex')}`,
    );
    names.sort(compareKeys);
    const end = names.findIndex((name) => name >= 'p/b') + 500;
    const page = names.slice(end - 1000, end);
    const sample = page.filter((_, i) => i % 40 === 0);
    const elsewhere = names.filter((_, i) => i % 1000 === 0);
    const sight = { prefix: 'p/', cursor: page.at(-1) ?? '', upto: 'p/p', sample, elsewhere };
    expect(boundaryIn(sight, 0)).to.match(/^p\/[b-f][0-9a-f]+$/);
    const left = (names.length - end) / page.length;
    expect(stretchesLeft(sight)).to.be.within(left * 0.8, left * 1.2);
  });

  it('learn from names that were seen elsewhere', () => {
    const letters = Array.from('bcdfghjkmnpq', (letter) => `p/${letter}${letter}`);
    const [cursor = ''] = letters;
    const half = (elsewhere: readonly string[]): string =>
      boundaryIn({ prefix: 'p/', cursor, sample: [cursor], upto: 'p/zz', elsewhere }, 0);
    expect(compareKeys(half([]), 'p/d')).to.be.below(0);
    expect(half(letters)).to.match(/^p\/[h-q]/);
  });

  it('are nearer to where names are closer together', () => {
    const sample = Array.from({ length: 25 }, (_, i) => `p/0${String(i * 4).padStart(4, '0')}`);
    const sight = { prefix: 'p/', cursor: sample.at(-1) ?? '', upto: 'p/80000', sample, elsewhere: [] };
    const numberAt = (times: number, to: string): number =>
      Number(
        boundaryIn({ ...sight, behind: { to, times } }, 0)
          .slice(2, 7)
          .padEnd(5, '0'),
      );
    // A page of as many names is as long on both sides, a thousand times as long behind the end, or a thousandth.
    expect(numberAt(1, 'p/80096')).to.be.within(35_000, 45_000);
    expect(numberAt(1 / 10, 'p/89600')).to.be.within(5000, 20_000);
    expect(numberAt(1000, 'p/80096')).to.be.within(60_000, 79_000);
    // Nothing is known where somebody has come past the end of all these names.
    expect(numberAt(1, 'p/80000')).to.be.within(35_000, 45_000);
  });
});
