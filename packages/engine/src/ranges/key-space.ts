import { Alphabet } from './alphabet.js';

const ALPHANUMERIC = /^[0-9A-Za-z]$/;

const HEXADECIMAL = '0123456789abcdef';

/** A character that is so many times less frequent than another is rare. */
const RARE = 20;

/** What comes later in a name hardly ever tells names apart. */
const MAX_POSITIONS = 256;

/**
 * Names as places from 0 to 1, in the order of their bytes, so that names that count up, or are random, are spread evenly.
 * Each position of a name has an alphabet, guessed from the names that were seen: among four-digit names `0042` is at the
 * very beginning, and not near the middle as among all strings.
 */
export class KeySpace {
  readonly #seen: Map<string, number>[] = [];
  #alphabets: readonly Alphabet[] = [];

  /** Learns from names; the places of all names may change. */
  add(names: readonly string[]): void {
    for (const name of names) {
      let at = 0;
      for (const char of name) {
        if (at === MAX_POSITIONS) break;
        const seen = (this.#seen[at++] ??= new Map());
        seen.set(char, (seen.get(char) ?? 0) + 1);
      }
    }
    this.#alphabets = alphabetsOf(this.#seen.map(usual));
  }

  placeOf(name: string): number {
    const chars = Array.from(name);
    let place = 0;
    let unit = 1;
    for (const [at, alphabet] of this.#alphabets.entries()) {
      const char = chars[at];
      if (char === undefined) break;
      const { rank, exact } = alphabet.rankOf(char);
      unit /= alphabet.size;
      place += rank * unit;
      if (!exact) break;
    }
    return place;
  }

  /** A name near a place, no longer than places can tell apart. */
  nameAt(place: number): string {
    let rest = place;
    let unit = 1;
    let name = '';
    for (const alphabet of this.#alphabets) {
      if (unit < Number.EPSILON) break;
      unit /= alphabet.size;
      const scaled = rest * alphabet.size;
      const rank = Math.min(alphabet.size - 1, Math.floor(scaled));
      name += alphabet.charAt(rank);
      rest = scaled - rank;
    }
    return name;
  }
}

function alphabetsOf(seen: readonly ReadonlySet<string>[]): readonly Alphabet[] {
  const alphabets: Alphabet[] = [];
  for (let at = 0; at < seen.length;) {
    const end = seen.findIndex((chars, i) => i >= at && isFixed(chars));
    const block = seen.slice(at, end < 0 ? undefined : end);
    // Digits beside letters, as in hexadecimal names, are numbers of the same kind.
    const all = new Set(block.flatMap((chars) => Array.from(chars)));
    const common = Array.from(all).every((char) => ALPHANUMERIC.test(char)) ? all : undefined;
    const shared = common && Alphabet.around(common);
    alphabets.push(...block.map((chars) => shared ?? Alphabet.around(chars, all)));
    const fixed = seen[end];
    if (fixed) alphabets.push(Alphabet.of(fixed));
    at += block.length + 1;
  }
  return alphabets;
}

/**
 * Numbers of different lengths have the signs behind them at the place of a digit now and then: among digits, what is rare
 * does not count.
 */
function usual(seen: ReadonlyMap<string, number>): ReadonlySet<string> {
  const most = Math.max(...seen.values());
  const frequent = new Set<string>();
  for (const [char, count] of seen) if (count * RARE >= most) frequent.add(char);
  return Array.from(frequent).every((char) => HEXADECIMAL.includes(char.toLowerCase()))
    ? frequent
    : new Set(seen.keys());
}

/** One letter or sign everywhere is part of a word: nothing says that there are others. */
function isFixed(chars: ReadonlySet<string>): boolean {
  const [char = ''] = chars;
  return chars.size === 1 && char <= '~' && !/[0-9]/.test(char);
}
