/**
 * What a glob means, read out of the table in the README's decision on globs and written without a look at the product:
 * a reader that makes a tree, and a matcher that tries (with a memory, or it would try for ever).
 */
type Part =
  | { readonly is: 'text'; readonly character: string }
  | { readonly is: 'any' }
  | { readonly is: 'set'; readonly negated: boolean; readonly ranges: readonly (readonly [number, number])[] }
  | { readonly is: 'star' }
  | { readonly is: 'stars' }
  | { readonly is: 'choice'; readonly of: readonly (readonly Part[])[] };

/** The glob is one that users would read in different ways, or not at all. */
export class UnclearGlob extends Error {}

/** @throws UnclearGlob */
export function globMatches(glob: string, text: string): boolean {
  if (lastRead?.glob !== glob) lastRead = { glob, parts: readGlob(glob) };
  return new Attempt(lastRead.parts, Array.from(text)).succeeds();
}

/** The same glob is asked about many texts. */
let lastRead: { readonly glob: string; readonly parts: readonly Part[] } | undefined;

/** Whether the product has to refuse it. */
export function isUnclear(glob: string): boolean {
  try {
    readGlob(glob);
    return false;
  } catch (error) {
    if (error instanceof UnclearGlob) return true;
    throw error;
  }
}

function readGlob(glob: string): readonly Part[] {
  if (glob === '' || !glob.isWellFormed() || isMistake(glob)) throw new UnclearGlob(glob);
  const { parts, rest } = readParts(Array.from(glob), false);
  if (rest.length > 0) throw new Error('the reader left something');
  // What ends in a slash is about everything under it.
  return meantCharacters(glob).at(-1) === '/' ? [...parts, { is: 'stars' }] : parts;
}

/** The characters of a glob; undefined stands for one that is escaped. */
function meantCharacters(glob: string): readonly (string | undefined)[] {
  const meant: (string | undefined)[] = [];
  const all = Array.from(glob);
  for (let at = 0; at < all.length; at++) {
    const isEscape = all[at] === '\\' && at + 1 < all.length;
    meant.push(isEscape ? undefined : all[at]);
    if (isEscape) at++;
  }
  return meant;
}

/** Whether it is written for another tool, or by mistake: blanks at an end, names that no path has, line ends, comments. */
function isMistake(glob: string): boolean {
  const all = meantCharacters(glob);
  const isBlank = (at: number): boolean => all[at]?.trim() === '';
  if (isBlank(0) || isBlank(all.length - 1)) return true;
  if (all.some((one) => one !== undefined && (one < ' ' || (one >= '\u007f' && one <= '\u009f'))))
    return true;
  const names: (string | undefined)[][] = [[]];
  for (const one of all) {
    if (one === '/') names.push([]);
    else names.at(-1)?.push(one);
  }
  const isNoName = (name: readonly (string | undefined)[], at: number): boolean =>
    name.length === 0 ? at < names.length - 1 : name.length <= 2 && name.every((one) => one === '.');
  if (names.some(isNoName)) return true;
  return all.some((one, at) => {
    if ((one !== '#' && one !== ';') || !isBlank(at - 1)) return false;
    let before = at - 1;
    while (isBlank(before)) before--;
    const isBehindPattern = all[before] === '/' || all[before] === '*';
    return isBehindPattern || at === all.length - 1 || isBlank(at + 1);
  });
}

interface Reading<T> {
  readonly value: T;
  readonly rest: readonly string[];
}

function readParts(given: readonly string[], nested: boolean): { parts: Part[]; rest: readonly string[] } {
  const parts: Part[] = [];
  let rest = given;
  for (;;) {
    const [first] = rest;
    if (first === undefined || (nested && (first === ',' || first === '}'))) return { parts, rest };
    const { value, rest: after } = readPart(rest);
    parts.push(value);
    rest = after;
  }
}

function readPart([first = '', ...rest]: readonly string[]): Reading<Part> {
  if (first === '*') {
    const stars = rest.findIndex((character) => character !== '*');
    const more = stars < 0 ? rest.length : stars;
    return { value: { is: more > 0 ? 'stars' : 'star' }, rest: rest.slice(more) };
  }
  if (first === '?') return { value: { is: 'any' }, rest };
  if (first === '[') return readSet(rest);
  if (first === '{') return readChoice(rest);
  if (first !== '\\') return { value: { is: 'text', character: first }, rest };
  const [escaped, ...after] = rest;
  if (escaped === undefined) throw new UnclearGlob('a backslash at the end');
  return { value: { is: 'text', character: escaped }, rest: after };
}

function readSet(given: readonly string[]): Reading<Part> {
  const negated = given[0] === '!' || given[0] === '^';
  let rest = negated ? given.slice(1) : given;
  const ranges: [number, number][] = [];
  while (rest[0] !== ']' || ranges.length === 0) {
    const from = readMember(rest);
    rest = from.rest;
    let to = from.value;
    if (rest[0] === '-' && rest[1] !== ']') {
      const end = readMember(rest.slice(1));
      to = end.value;
      rest = end.rest;
    }
    if (to < from.value) throw new UnclearGlob('a range that goes backwards');
    ranges.push([from.value, to]);
  }
  return { value: { is: 'set', negated, ranges }, rest: rest.slice(1) };
}

function readMember([first, ...rest]: readonly string[]): Reading<number> {
  if (first === undefined) throw new UnclearGlob('a set that is not closed');
  if (first === '[' && (rest[0] === ':' || rest[0] === '.' || rest[0] === '='))
    throw new UnclearGlob('a class');
  if (first !== '\\') return { value: numberOf(first), rest };
  const [escaped, ...after] = rest;
  if (escaped === undefined) throw new UnclearGlob('a backslash at the end');
  return { value: numberOf(escaped), rest: after };
}

function readChoice(given: readonly string[]): Reading<Part> {
  const of: Part[][] = [];
  let rest = given;
  for (;;) {
    const choice = readParts(rest, true);
    of.push(choice.parts);
    const [end, ...after] = choice.rest;
    if (end === undefined) throw new UnclearGlob('braces that are not closed');
    rest = after;
    if (end === '}') break;
  }
  if (of.length < 2) throw new UnclearGlob('braces without a comma');
  return { value: { is: 'choice', of }, rest };
}

function numberOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}

/** What is still to be matched: the parts of this level, then those of the levels around it. */
interface Rest {
  readonly parts: readonly Part[];
  readonly at: number;
  readonly outer: Rest | undefined;
}

/** One glob against one text. */
class Attempt {
  readonly #parts: readonly Part[];
  readonly #text: readonly string[];
  readonly #failed = new Map<readonly Part[], Set<string>>();

  constructor(parts: readonly Part[], text: readonly string[]) {
    this.#parts = parts;
    this.#text = text;
  }

  succeeds(): boolean {
    return this.#matches({ parts: this.#parts, at: 0, outer: undefined }, 0, false);
  }

  /** @param slashTaken `**` stands for no segment at all, so the slash behind it is not in the text */
  #matches(rest: Rest | undefined, place: number, slashTaken: boolean): boolean {
    if (rest === undefined) return place === this.#text.length && !slashTaken;
    // What the outer levels are follows from the parts: each list of parts stands in one place of the glob.
    const tried = this.#failed.get(rest.parts) ?? new Set<string>();
    this.#failed.set(rest.parts, tried);
    const state = `${rest.at} ${place} ${slashTaken}`;
    if (tried.has(state)) return false;
    const found = this.#try(rest, place, slashTaken);
    if (!found) tried.add(state);
    return found;
  }

  #try(rest: Rest, place: number, slashTaken: boolean): boolean {
    const part = rest.parts[rest.at];
    if (part === undefined) return this.#matches(rest.outer, place, slashTaken);
    const next = { ...rest, at: rest.at + 1 };
    const character = this.#text[place];
    switch (part.is) {
      case 'choice':
        return part.of.some((parts) => this.#matches({ parts, at: 0, outer: next }, place, slashTaken));
      case 'star':
      case 'stars':
        return this.#span(part.is === 'stars', next, place, slashTaken);
      case 'text':
        if (slashTaken) return part.character === '/' && this.#matches(next, place, false);
        return character === part.character && this.#matches(next, place + 1, false);
      case 'any':
      case 'set':
        if (slashTaken || character === undefined || character === '/') return false;
        return (
          (part.is === 'any' || isIn(part, numberOf(character))) && this.#matches(next, place + 1, false)
        );
    }
  }

  #span(slashes: boolean, next: Rest, place: number, slashTaken: boolean): boolean {
    // Between the one `**` and its slash there may be more that stands for nothing.
    if (slashTaken) return this.#matches(next, place, true);
    for (let end = place; end <= this.#text.length; end++) {
      const segmentBegins = end === 0 || this.#text[end - 1] === '/';
      if (!slashes && end > place && segmentBegins) return false;
      if (this.#matches(next, end, false)) return true;
      if (slashes && segmentBegins && this.#matches(next, end, true)) return true;
    }
    return false;
  }
}

function isIn({ negated, ranges }: Part & { readonly is: 'set' }, code: number): boolean {
  return ranges.some(([from, to]) => code >= from && code <= to) !== negated;
}
