import { compareKeys } from '@store/driver';
import { Alphabet } from '#src/ranges/alphabet.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';

describe('the alphabet around some characters', () => {
  const charsOf = (seen: string): string => {
    const alphabet = Alphabet.around(new Set(seen));
    return Array.from({ length: alphabet.size }, (_, rank) => alphabet.charAt(rank)).join('');
  };

  it('completes letters and digits, and goes beyond signs and other scripts', () => {
    expect(charsOf('13')).to.equal('0123456789');
    expect(charsOf('1c')).to.equal('0123456789abcdef');
    expect(charsOf('1z')).to.equal('0123456789abcdefghijklmnopqrstuvwxyz');
    expect(charsOf('Q')).to.equal('ABCDEFGHIJKLMNOPQRSTUVWXYZ');
    expect(charsOf('-')).to.equal('-.');
    expect(charsOf('+.')).to.equal('+,-./012');
    expect(charsOf('ад')).to.equal('абвгдежзий');
    expect(charsOf('x-')).to.equal('-.abcdefghijklmnopqrstuvwxyz');
  });

  it('has each character once, in the order of keys, and none that is no character', () => {
    for (const seen of [
      '+a',
      '!~z9Z',
      'ü~',
      '\u{d7a3}\u{c000}',
      '\u{10fffd}\u{10ff00}',
      '\u{ffff}',
      'a日\u{1f600}',
    ]) {
      const alphabet = Alphabet.around(new Set(seen));
      const ranks = Array.from({ length: Math.min(alphabet.size, 70_000) }, (_, rank) => rank);
      for (const rank of ranks) {
        const char = alphabet.charAt(rank);
        if (rank > 0) expect(compareKeys(alphabet.charAt(rank - 1), char)).to.be.below(0);
        expect(char.isWellFormed(), `character ${rank} of ${JSON.stringify(seen)}`).to.equal(true);
        expect(alphabet.rankOf(char)).to.deep.equal({ rank, exact: true });
      }
      for (const char of seen) expect(alphabet.rankOf(char).exact).to.equal(true);
    }
  });

  it('places what it has not before what is next', () => {
    const alphabet = Alphabet.of(new Set('cfa'));
    expect(alphabet.size).to.equal(3);
    expect(alphabet.rankOf('b')).to.deep.equal({ rank: 1, exact: false });
    expect(alphabet.rankOf('f')).to.deep.equal({ rank: 2, exact: true });
    expect(alphabet.rankOf('g')).to.deep.equal({ rank: 3, exact: false });
  });
});
