/** From the first to the last code point. */
type Range = readonly [first: number, last: number];

/** Alphabets that names are made of, the narrowest first. */
const USUAL: readonly (readonly Range[])[] = [
  [],
  ranges('09'),
  ranges('09', 'af'),
  ranges('09', 'AF'),
  ranges('az'),
  ranges('AZ'),
  ranges('09', 'az'),
  ranges('09', 'AZ'),
  ranges('09', 'AZ', 'az'),
];

const ALPHANUMERIC = ranges('09', 'AZ', 'az');

/** Of ASCII. */
const LAST_PRINTABLE = 0x7e;

/** So many different characters, each with room for as many between it and the next, are of alphabets that lie far apart. */
const MANY = 8;

/** UTF-16's surrogates are no characters. */
const SURROGATES: Range = [0xd800, 0xdfff];

/** The last code point that is a character. */
const LAST = 0x10fffd;

/** The characters that may stand at one position of names, in the order of UTF-8, which is that of code points. */
export class Alphabet {
  readonly #ranges: readonly Range[];
  readonly size: number;

  private constructor(given: readonly Range[]) {
    this.#ranges = given;
    this.size = given.reduce((sum, [first, last]) => sum + last - first + 1, 0);
  }

  /** Just these. */
  static of(chars: ReadonlySet<string>): Alphabet {
    const codes = Array.from(chars, codePoint).toSorted((a, b) => a - b);
    return new Alphabet(codes.map((code) => [code, code]));
  }

  /**
   * These and what else is likely. Letters and digits belong to alphabets. Of signs, and beyond ASCII, where alphabets are
   * many and large, there is as much again as there seems to be: who looks there finds out, and it grows. Where they turn out to
   * lie far apart, nothing is expected between them.
   *
   * @param nearby characters of other positions, which have the same alphabet beyond ASCII
   */
  static around(chars: ReadonlySet<string>, nearby: ReadonlySet<string> = chars): Alphabet {
    const codes = Array.from(chars, codePoint);
    const usual = codes.filter((code) => isIn(ALPHANUMERIC, code));
    const signs = codes.filter((code) => code <= LAST_PRINTABLE && !isIn(ALPHANUMERIC, code));
    const others = codes.some(isBeyondAscii) ? Array.from(nearby, codePoint).filter(isBeyondAscii) : [];
    return new Alphabet(
      merged([
        ...(USUAL.find((known) => usual.every((code) => isIn(known, code))) ?? []),
        ...asMuchAgain(signs, LAST_PRINTABLE),
        ...(areFarApart(others) ? others.map((code): Range => [code, code]) : asMuchAgain(others, LAST)),
      ]),
    );
  }

  /** The place of a character, or of the next one that there is; `size` behind all. */
  rankOf(char: string): { readonly rank: number; readonly exact: boolean } {
    const code = codePoint(char);
    let rank = 0;
    for (const [first, last] of this.#ranges) {
      if (code < first) return { rank, exact: false };
      if (code <= last) return { rank: rank + code - first, exact: true };
      rank += last - first + 1;
    }
    return { rank, exact: false };
  }

  charAt(rank: number): string {
    let rest = rank;
    for (const [first, last] of this.#ranges) {
      const size = last - first + 1;
      if (rest < size) return String.fromCodePoint(first + rest);
      rest -= size;
    }
    return '';
  }
}

function ranges(...given: readonly string[]): readonly Range[] {
  return given.map((ends) => [ends.charCodeAt(0), ends.charCodeAt(1)]);
}

function isIn(given: readonly Range[], code: number): boolean {
  return given.some(([first, last]) => first <= code && code <= last);
}

function isBeyondAscii(code: number): boolean {
  return code > LAST_PRINTABLE;
}

function areFarApart(codes: readonly number[]): boolean {
  return codes.length >= MANY && Math.max(...codes) - Math.min(...codes) > MANY * codes.length;
}

/** From the first code to the last, and as far again. */
function asMuchAgain(codes: readonly number[], limit: number): readonly Range[] {
  if (codes.length === 0) return [];
  const first = Math.min(...codes);
  const end = Math.min(limit, 2 * Math.max(...codes) - first + 1);
  const [from, to] = SURROGATES;
  const parts: readonly Range[] = [
    [first, Math.min(end, from - 1)],
    [Math.max(first, to + 1), end],
  ];
  return parts.filter(([low, high]) => low <= high);
}

function merged(given: readonly Range[]): readonly Range[] {
  const result: Range[] = [];
  for (const [first, last] of given.toSorted(([a], [b]) => a - b)) {
    const [from, to] = result.at(-1) ?? [0, -1];
    if (first <= to) result.splice(-1, 1, [from, Math.max(to, last)]);
    else result.push([first, last]);
  }
  return result;
}

function codePoint(char: string): number {
  return char.codePointAt(0) ?? 0;
}
