import { StoreError } from '@store/driver';
import { compileGlob } from '#src/glob.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';

function matches(glob: string, ...texts: string[]): string[] {
  return texts.filter(compileGlob(glob, 'include'));
}

/** Whether each glob matches the texts under `yes` and none of those under `no`. */
const TABLE: readonly {
  readonly glob: string;
  readonly yes: readonly string[];
  readonly no: readonly string[];
}[] = [
  { glob: '*', yes: ['', 'a', '.a', '..', 'a\nb', 'a\u2028'], no: ['a/', '/', 'a/b'] },
  { glob: '**', yes: ['', 'a', 'a/b', '../a', 'a//b/'], no: [] },
  { glob: 'keep**', yes: ['keep', 'keepers', 'keep/a/b', 'keep/'], no: ['kee', 'a/keep'] },
  { glob: 'keep/*', yes: ['keep/', 'keep/a', 'keep/..'], no: ['keep', 'keep/a/', 'keep/a/b'] },
  { glob: '**/*', yes: ['a', 'a/b', 'keep/', ''], no: [] },
  { glob: '**/a', yes: ['a', 'x/a', 'x/y/a', '/a'], no: ['xa', 'a/'] },
  { glob: 'a/**/b', yes: ['a/b', 'a/x/b', 'a//b', 'a/x/y/b'], no: ['ab', 'a/xb', 'axb'] },
  { glob: 'x**/b', yes: ['x/b', 'xy/b', 'x/y/b'], no: ['xb'] },
  { glob: '{**,x}/b', yes: ['b', 'a/b', 'x/b'], no: ['ab'] },
  { glob: '{a,b/}**/c', yes: ['b/c', 'b/x/c', 'ax/c', 'a/c'], no: ['ac'] },
  { glob: '**{/a,-b}', yes: ['a', 'x/a', 'x-b', '-b'], no: ['xa', 'b'] },
  { glob: '?', yes: ['a', '\u{1F600}', '\uF8FF', '\u{10FFFF}'], no: ['', '/', 'ab', 'e\u0301'] },
  { glob: '[!x]', yes: ['a', '!', '\u{1F600}'], no: ['x', '/', '', 'ab'] },
  { glob: '[^x]', yes: ['a'], no: ['x', '/'] },
  { glob: '[!o]*', yes: ['new', 'x'], no: ['old', 'o', ''] },
  { glob: '[]a]', yes: [']', 'a'], no: ['b'] },
  { glob: '[!]a]', yes: ['b'], no: [']', 'a'] },
  { glob: '[a-]', yes: ['a', '-'], no: ['b'] },
  { glob: '[\\]-a]', yes: [']', '^', 'a'], no: ['b', '-'] },
  { glob: '[\u{1F600}-\u{1F610}]', yes: ['\u{1F605}'], no: ['\u{1F620}', '\uD83D'] },
  { glob: '[+--]', yes: ['+', ',', '-'], no: ['.', '/'] },
  { glob: 'a[.-0]b', yes: ['a.b', 'a0b'], no: ['a/b'] },
  { glob: '{a,b{c,d},}', yes: ['a', 'bc', 'bd', ''], no: ['b', 'c'] },
  { glob: '\\*\\{\\[\\\\', yes: ['*{[\\'], no: ['a{[\\'] },
  { glob: 'report (1).txt', yes: ['report (1).txt'], no: ['report 1.txt'] },
  { glob: '+(a)|@(b)!(c)^$.', yes: ['+(a)|@(b)!(c)^$.'], no: ['a', '+(a)'] },
  { glob: '!a', yes: ['!a'], no: ['a', 'b'] },
  { glob: 'a}', yes: ['a}'], no: ['a'] },
  { glob: '.', yes: ['.'], no: ['\uF8FF', 'a'] },
  { glob: '..', yes: ['..'], no: ['\uF8FF\uF8FF'] },
];

describe('globs', () => {
  for (const { glob, yes, no } of TABLE) {
    it(`${glob} matches what it should and nothing else`, () => {
      expect(matches(glob, ...yes, ...no)).to.deep.equal([...yes]);
    });
  }

  it('refuses what cannot be read, or is read in different ways, and names the option', () => {
    for (const glob of [
      '',
      '[a',
      '[]',
      '[!]',
      'a{b',
      '{a,{b}',
      '[z-a]',
      'a\\',
      '{a}',
      '{1..3}',
      '[[:alpha:]]',
      '\uD800',
    ]) {
      expect(() => compileGlob(glob, 'exclude'), glob).to.throw(StoreError, /^exclude: the glob/);
    }
    expect(() => compileGlob('{'.repeat(5000), 'exclude')).to.throw(StoreError, /longer than/);
  });

  it('takes every text for itself when all its characters are escaped', () => {
    const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(text, text, (one, other) => {
        const escaped = Array.from(one, (character) => `\\${character}`).join('');
        expect(compileGlob(escaped, 'include')(one)).to.equal(true);
        expect(compileGlob(escaped, 'include')(other)).to.equal(one === other);
      }),
    );
  });

  it('is not slow on globs that make other matchers try for ever', () => {
    const tried = '*a'.repeat(30) + 'b';
    expect(matches(tried, 'a'.repeat(1000), `${'a'.repeat(1000)}b`)).to.have.length(1);
    expect(matches('{a,aa}'.repeat(30), 'a'.repeat(61), 'a'.repeat(60))).to.have.length(1);
  });
});
