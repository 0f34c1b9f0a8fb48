import { KeySpace } from './key-space.js';
import { likeOthers } from './like-others.js';

/** Of ASCII. */
const LAST_PRINTABLE = 0x7e;

/** Large scripts, and groups of small ones, end where these bits of a code point end. */
const SCRIPTS = 0x7fff;

const LAST_CHARACTER = 0x10fffd;

/** What words are made of, and what parts them. */
const WORDLY = /[!-/:-~]/;

/** What is known of the keys near the place where a range has come to. */
export interface Sight {
  /** Every name that is listed begins with this. */
  readonly prefix: string;
  /** The last name that was listed. */
  readonly cursor: string;
  /** Where the range ends; undefined when it has no end. */
  readonly upto: string | undefined;
  /** Some of the names that were listed last, in order. */
  readonly sample: readonly string[];
  /** What is behind the end, as far as somebody has seen it. */
  readonly behind?: Behind | undefined;
  /** Names from all over the listing, as far as it has come. */
  readonly elsewhere: readonly string[];
}

/** Names from the end of a range to another name. */
export interface Behind {
  readonly to: string;
  /** So many times as many as from the first of the sample to its last. */
  readonly times: number;
}

/** What is said of how much closer together names are somewhere is taken up to this: they were few that were looked at. */
const MOST_THINNING = 1e6;

/** Less than this is taken for chance: half of the places is a boundary that others are likely to have, too. */
const LEAST_THINNING = 100;

/** A name, and the directory that it is in. */
const MOST_LEVELS = 2;

/** Longest invented end of a boundary, in characters: more tells nothing apart. */
const MAX_INVENTED = 40;

/**
 * What no boundary contains, because services refuse it, change it, or decode it once more than they should: controls,
 * surrogates, noncharacters and `%` (LocalStack decoded `start-after` twice and left keys out without a word).
 */
const UNSENDABLE = /[\p{Cc}\p{Cs}\p{Noncharacter_Code_Point}%]/u;

/**
 * A place between the cursor and the end of a range, likely to have names on both sides.
 *
 * Names are taken for numbers with a digit per character, guessed from the sample. Nothing says where the names end when
 * the range has no end, or an end that somebody guessed. So `reach` says which digit is counted up: 0, the first one in
 * which the cursor and the end can differ, which halves the range; 1, the first one in which the sample itself differs,
 * which stays near the cursor; between them, the digits between these. Who finds nothing behind a boundary halves the distance to 1.
 *
 * @param kept the share that is to be on the lower side
 */
export function boundaryIn(sight: Sight, reach: number, kept = 1 / 2): string {
  const guess = guessIn(sight, reach, kept);
  const found = likeOthers(sight, guess, kept);
  if (!found) return guess;
  // To its end, wherever that is.
  return 'boundary' in found
    ? found.boundary
    : guessIn({ ...sight, prefix: found.inside, upto: undefined }, 1, kept);
}

function guessIn(sight: Sight, reach: number, kept: number): string {
  const { prefix, cursor, upto, sample } = sight;
  const [first = cursor] = sample;
  const far = Math.max(prefix.length, upto === undefined ? 0 : shared(cursor, upto));
  const near = Math.max(far, shared(first, cursor));
  const ends = likelyDigits(cursor, far, near);
  const stem = whole(cursor, ends[Math.round(reach * (ends.length - 1))] ?? far);
  const { space, from, to, thinning } = placesBehind(stem, sight);
  const guess = space.nameAt(from + (to - from) * shareOfPlaces(kept, thinning)).slice(0, MAX_INVENTED);
  // What was seen tells nothing of names that begin in another way.
  const invented = (upto === undefined && reach === 0 ? laterCharacter(stem, cursor) : undefined) ?? guess;
  return stem + invented;
}

/** Where a name may be counted up, from one place to another: not in the middle of a word that was the same in all names. */
function likelyDigits(name: string, far: number, near: number): readonly number[] {
  const digits = [far];
  for (let at = far + 1; at < near; at++)
    if (name[at - 1] === '/' || !WORDLY.test(name.charAt(at))) digits.push(at);
  return near > far ? [...digits, near] : digits;
}

/** Whether services take it for a boundary as it is. */
export function isSendable(boundary: string, maxBytes: number): boolean {
  return !UNSENDABLE.test(boundary) && Buffer.byteLength(boundary) <= maxBytes;
}

/** How many times the sample's stretch of names fits between the cursor and the end; Infinity without an end. */
export function stretchesLeft(sight: Sight): number {
  const { prefix, cursor, upto, sample } = sight;
  if (upto === undefined) return Infinity;
  const [first = cursor] = sample;
  const same = Math.min(shared(first, cursor), shared(cursor, upto));
  const stem = whole(cursor, Math.max(prefix.length, same));
  const { from, to, width } = placesBehind(stem, sight);
  if (to <= from) return 0;
  return width > 0 ? (to - from) / width : Infinity;
}

/** The share of the places below which there is this share of the names, where they thin out by the same factor from each place to the next. */
function shareOfPlaces(names: number, thinning: number): number {
  if (Math.abs(thinning - 1) < 1e-6) return names;
  return -Math.log(1 - names * (1 - 1 / thinning)) / Math.log(thinning);
}

/** Of the names that begin with a stem, taken for places from 0 to 1. */
interface Places {
  readonly space: KeySpace;
  /** The cursor and the end. */
  readonly from: number;
  readonly to: number;
  /** Of the sample. */
  readonly width: number;
  /** How many times as close together names are at the cursor as at the end; 1 where nothing says that they are not. */
  readonly thinning: number;
}

function placesBehind(stem: string, { cursor, upto, sample, behind, elsewhere }: Sight): Places {
  const space = new KeySpace();
  const [first = cursor] = sample;
  // Not the end: it may be invented, and names no alphabet then.
  const names = [...sample, cursor, ...elsewhere].filter((name) => name.startsWith(stem));
  space.add(names.map((name) => name.slice(stem.length, stem.length + MAX_INVENTED)));
  const place = (name: string): number => space.placeOf(name.slice(stem.length));
  const from = place(cursor);
  const to = upto?.startsWith(stem) ? place(upto) : 1;
  const width = from - place(first);
  // Between directories of several levels most places are empty: how far apart names are there depends on where a page ends.
  const isDeep = cursor.slice(stem.length).split('/').length > MOST_LEVELS;
  if (!behind || isDeep || !upto?.startsWith(stem)) return { space, from, to, width, thinning: 1 };
  const widthBehind = (behind.to.startsWith(stem) ? place(behind.to) : 1) - to;
  const isKnown = width > 0 && widthBehind > 0 && first.startsWith(stem);
  const thinning = isKnown ? widthBehind / (width * behind.times) : 1;
  const isChance = thinning < LEAST_THINNING && 1 / thinning < LEAST_THINNING;
  const bounded = Math.min(MOST_THINNING, Math.max(1 / MOST_THINNING, thinning));
  return { space, from, to, width, thinning: isChance ? 1 : bounded };
}

/** Half-way from the character behind the stem to the last one that is likely there. */
function laterCharacter(stem: string, cursor: string): string | undefined {
  const code = cursor.codePointAt(stem.length);
  if (code === undefined) return undefined;
  const last = code < LAST_PRINTABLE ? LAST_PRINTABLE : code | SCRIPTS;
  const middle = Math.ceil((code + last) / 2);
  return middle > code && middle <= LAST_CHARACTER ? String.fromCodePoint(middle) : undefined;
}

/** How many UTF-16 units two names begin with that are the same. */
function shared(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let i = 0;
  while (i < length && a.charCodeAt(i) === b.charCodeAt(i)) i++;
  return i;
}

/** The beginning of a name, without half a character at its end. */
function whole(name: string, length: number): string {
  const unit = name.charCodeAt(length - 1);
  return name.slice(0, unit >= 0xd800 && unit < 0xdc00 ? length - 1 : length);
}
