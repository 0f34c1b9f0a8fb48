import { StoreError, type ObjectInfo } from '@store/driver';
import type { DeletePrefixOptions } from '@store/deletion';
import { compileFilter } from '#src/filter.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';

const NOW = Date.UTC(2026, 0, 31);
const DAY = 86_400_000;

function object(rest: string, more: Partial<ObjectInfo> = {}): ObjectInfo {
  return { key: `p/${rest}`, size: 10, lastModified: new Date(NOW - DAY), ...more };
}

function matching(options: DeletePrefixOptions, rests: readonly string[]): string[] {
  const filter = compileFilter('p/', options, NOW);
  return rests.filter((rest) => filter(object(rest)));
}

describe('deletePrefix filters', () => {
  it('rules decide in their order, the first that matches the end of a key, as those of rclone', () => {
    const rests = ['a.tmp', 'd/a.tmp', 'd/b.log', 'keep/c.tmp', 'x/keep/c.tmp', 'keepme'];
    const by = (...filter: readonly string[]): string[] => matching({ filter }, rests);
    expect(by()).to.deep.equal(rests);
    expect(by('- *.tmp')).to.deep.equal(['d/b.log', 'keepme']);
    expect(by('- /*.tmp')).to.deep.equal(rests.slice(1));
    expect(by('+ keep/', '- *.tmp')).to.deep.equal(['d/b.log', 'keep/c.tmp', 'x/keep/c.tmp', 'keepme']);
    expect(by('+ /keep/**', '- *.tmp')).to.deep.equal(['d/b.log', 'keep/c.tmp', 'keepme']);
    expect(by('+ *.log', '- *')).to.deep.equal(['d/b.log']);
    expect(by('- *', '!', '- *.log')).to.deep.equal(rests.filter((rest) => rest !== 'd/b.log'));
    expect(matching({ filter: ['+ *.tmp', '- *'], exclude: 'd/**' }, rests)).to.deep.equal([
      'a.tmp',
      'keep/c.tmp',
      'x/keep/c.tmp',
    ]);
    for (const wrong of ['*.tmp', '-*.tmp', '+', '+ ', '! x', ''])
      expect(() => by(wrong), wrong).to.throw(StoreError, /filter: .*(is no rule|cannot be read)/);
  });

  it('globs match the rest of the key, and * stops at the slash', () => {
    const rests = ['a.log', 'x/a.log', 'a.txt', '.hidden.log', 'a.log/'];
    expect(matching({ include: '*.log' }, rests)).to.deep.equal(['a.log', '.hidden.log']);
    expect(matching({ include: '**/*.log' }, rests)).to.deep.equal(['a.log', 'x/a.log', '.hidden.log']);
    expect(matching({ include: ['*.txt', 'x/**'] }, rests)).to.deep.equal(['x/a.log', 'a.txt']);
    expect(matching({ include: '**', exclude: '*.log' }, rests)).to.deep.equal([
      'x/a.log',
      'a.txt',
      'a.log/',
    ]);
  });

  it('exclude keeps awkward keys as well: dot segments, line breaks, empty names', () => {
    const rests = ['keep/../x', 'keep/./x', 'keep/a\nb', 'keep//x', 'keep/..', 'keep/a\u2028b'];
    expect(matching({ exclude: 'keep/**' }, rests)).to.deep.equal([]);
    expect(matching({ include: '**' }, ['', ...rests])).to.have.length(7);
    expect(matching({ include: '\\../x' }, ['../x', 'ab/x', 'x'])).to.deep.equal(['../x']);
  });

  it('refuses what matches nothing by mistake, and so would protect nothing, and says what to write', () => {
    const rests = ['keep/a', 'keep/ x', 'b'];
    for (const [glob, said] of [
      ['keep/ ', /blank.*\[ \]/],
      ['keep/**\t', /blank/],
      [' keep/**', /blank/],
      ['keep/\r', /blank/],
      ['a\rkeep/**', /control character.*write \?/],
      ['keep/** # the books', /comment.*\\#/],
      ['keep/ #mine', /comment/],
      ['./keep/**', /begins with \.\/.*leave that out/],
      ['a/../keep/**', /keys are no paths/],
      ['keep//**', /has \/\/ in it/],
      ['//keep/**', /has \/\/ in it/],
    ] as const) {
      const rule = `- ${glob.trimStart()}`;
      for (const options of [{ exclude: glob }, { include: [glob] }, { filter: [rule] }]) {
        // Blanks behind the sign of a rule are no part of it.
        if (options.filter && glob.startsWith(' ')) continue;
        expect(() => matching(options, rests), JSON.stringify(options)).to.throw(StoreError, said);
      }
    }
    expect(() => matching({ exclude: '/keep/**' }, rests)).to.throw(
      StoreError,
      /begins with \/.*leave the \/ out/,
    );
    expect(matching({ exclude: 'keep/' }, rests)).to.deep.equal(['b']);
    expect(matching({ include: 'keep/' }, rests)).to.deep.equal(['keep/a', 'keep/ x']);
    const odd = ['./a', 'a//b', 'a ', 'a #1', 'a # b', '/a', 'keep/', 'a\nb'];
    for (const [glob, key] of [
      ['\\./a', './a'],
      ['a/\\/b', 'a//b'],
      ['a[ ]', 'a '],
      ['a\\ ', 'a '],
      ['a #1', 'a #1'],
      ['a \\# b', 'a # b'],
      ['\\/a', '/a'],
      ['keep\\/', 'keep/'],
      ['a\\\nb', 'a\nb'],
    ] as const)
      expect(matching({ include: glob }, odd), glob).to.deep.equal([key]);
  });

  it('takes ! as a character of the name', () => {
    expect(matching({ include: '!a' }, ['!a', 'b'])).to.deep.equal(['!a']);
  });

  it('refuses globs that cannot be read', () => {
    for (const include of ['[a', 'a{b', '[z-a]', '']) {
      expect(() => compileFilter('p/', { include }, NOW), include).to.throw(StoreError, /^include: the glob/);
    }
  });

  it('takes the sharpest bound on age, and both bounds exclusively', () => {
    const at = (ms: number): ObjectInfo => object('x', { lastModified: new Date(ms) });
    const older = compileFilter('p/', { olderThan: DAY, notAfterStart: true }, NOW);
    expect([at(NOW - DAY - 1), at(NOW - DAY), at(NOW)].map(older)).to.deep.equal([true, false, false]);
    const newer = compileFilter('p/', { newerThan: DAY }, NOW);
    expect([at(NOW - DAY), at(NOW - DAY + 1)].map(newer)).to.deep.equal([false, true]);
    const before = compileFilter('p/', { modifiedBefore: new Date(NOW - 5), olderThan: 0 }, NOW);
    expect([at(NOW - 6), at(NOW - 5)].map(before)).to.deep.equal([true, false]);
    const notAfterStart = compileFilter('p/', { notAfterStart: true }, NOW);
    expect([at(NOW - 1), at(NOW)].map(notAfterStart)).to.deep.equal([true, false]);
  });

  it('bounds sizes inclusively and refuses bounds that nothing can meet', () => {
    const filter = compileFilter('p/', { minSize: 5, maxSize: 7 }, NOW);
    expect([4, 5, 7, 8].map((size) => filter(object('x', { size })))).to.deep.equal([
      false,
      true,
      true,
      false,
    ]);
    expect(() => compileFilter('p/', { minSize: 8, maxSize: 7 }, NOW)).to.throw(
      StoreError,
      /nothing can match/,
    );
  });
});
