import fc from 'fast-check';
import { isUnclear } from './glob-oracle.js';

/** How a glob comes from the names that it is to be tried on; most random globs match none of them. */
export type GlobRecipe =
  | { readonly kind: 'raw'; readonly glob: string }
  | { readonly kind: 'usual'; readonly glob: string }
  | { readonly kind: 'from'; readonly name: number; readonly edits: readonly Edit[] };

/** What stands in place of some characters of a name. */
interface Edit {
  readonly at: number;
  readonly length: number;
  readonly by: string;
}

/** `own` is the character that was there. */
const REPLACEMENTS = [
  ...'? * ** **/ /** [own] [!own] [^own] [a-z] [!a-z] [own-] []own] [!]own]'.split(' '),
  ...'{own,x} {,own} {own,} {x,{own,y/}} {**,x} {*/,**} \\own'.split(' '),
  '',
];

const SYMBOLS = '* ** ? [ ] [! [^ { } , \\ - ! ^ / . a b c 0 ( | + @ ) : \u{1f600}'.split(' ');

const USUAL = [
  ...'* ** **/* */ */* */** **/ ? ?? ?* [!a]* [a-c]* {a,b}* **/a a/** a**'.split(' '),
  ...'*.* .* **. [!/] [^.]* {*,*/**} **/{a,b} *b **b'.split(' '),
];

/** Any text of what globs are made of, clear or not. */
export const rawGlob = fc
  .array(fc.constantFrom(...SYMBOLS, '\n'), { maxLength: 9 })
  .map((all) => all.join(''));

export const globRecipe: fc.Arbitrary<GlobRecipe> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('raw' as const), glob: rawGlob }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('usual' as const),
      glob: fc.constantFrom(...USUAL),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('from' as const),
      name: fc.nat(11),
      edits: fc.array(fc.record({ at: fc.nat(8), length: fc.nat(2), by: fc.constantFrom(...REPLACEMENTS) }), {
        maxLength: 3,
      }),
    }),
  },
);

/** A glob that the product has to take: what is not clear becomes the same text, all of it escaped. */
export function followGlob(recipe: GlobRecipe, names: readonly string[]): string {
  if (recipe.kind !== 'from') return isUnclear(recipe.glob) ? escaped(recipe.glob || 'a') : recipe.glob;
  const name = names[recipe.name % Math.max(1, names.length)] ?? '';
  const glob = edited(name, recipe.edits);
  return isUnclear(glob) ? escaped(name || 'a') : glob;
}

function edited(name: string, edits: readonly Edit[]): string {
  const pieces = Array.from(name, literal);
  const own = Array.from(name);
  for (const { at, length, by } of edits) {
    if (own.length === 0) continue;
    const place = at % own.length;
    const replaced = by.replace('own', inSet(own[place] ?? '', by));
    pieces[place] = replaced;
    for (let more = 1; more < length && place + more < own.length; more++) pieces[place + more] = '';
  }
  return pieces.join('');
}

/** A character that stands for itself wherever it is. */
function literal(character: string): string {
  return /[*?[\]{},\\]/.test(character) ? `\\${character}` : character;
}

function inSet(character: string, by: string): string {
  if (by === '\\own') return character;
  return /[\]\\^!\-[:.=*?{},]/.test(character) ? `\\${character}` : character;
}

export function escaped(name: string): string {
  return Array.from(name, (character) => `\\${character}`).join('');
}
