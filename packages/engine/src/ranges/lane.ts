import { boundaryIn, isSendable, stretchesLeft, type Sight } from './boundary.js';
import type { KeyRange } from './key-range.js';
import type { RangeSource } from './range-source.js';

/** Names that are kept of a page, to guess by. */
const SAMPLE = 24;

/** Boundaries nearer and nearer to the cursor that are tried before a range is left alone for a while. */
const REACHES = 6;

/** Of fewer names nothing is said about how close together they are. */
const FEW = 50;

/** So many names up to another one. */
interface Seen {
  readonly to: string;
  readonly count: number;
}

/** How many of the sample's stretches are left, and for what that is so. */
interface Stretches {
  readonly cursor: string;
  readonly upto: string | undefined;
  readonly left: number;
}

/** The listing that a lane is a part of. */
export interface Surroundings extends Pick<RangeSource<never>, 'prefix' | 'maxKeyBytes'> {
  /** See {@link Sight}. */
  readonly elsewhere: readonly string[];
  /** Many guesses have been wrong of late: one at a time tells more. */
  readonly isPuzzling: boolean;
}

/** A range, who lists it, and what is known of where to split it. */
export class Lane {
  readonly range: KeyRange;
  /** Pages that have come. */
  pages = 0;
  /** The reader has had pages of it. */
  isTold = false;
  /** Splits of it in vain, in a row. */
  misses: number;
  /** Whose upper part this was, until its first page has come. */
  #from: Lane | undefined;
  /** Nothing has been seen near its end. */
  #open: boolean;
  /** So many have taken a part of it, of which it is not known yet whether there is something in it. */
  #unproven = 0;
  /** The page before which it is not split again. */
  #restUntil: number;
  /** See {@link boundaryIn}. */
  #reach = 0;
  #sample: readonly string[] = [];
  /** Entries of its last page. */
  #lastPage = 0;
  /** The last name behind its end that is known, and how many there are up to it. */
  #behind: Seen | undefined;
  #stretches: Stretches | undefined;

  /**
   * @param from whose upper part it is
   * @param serialPages that come before it is split, where it is nobody's
   */
  constructor(range: KeyRange, from: Lane | undefined, serialPages: number) {
    this.range = range;
    this.#from = from;
    this.#restUntil = from ? 1 : serialPages;
    this.#open = from === undefined || from.#open;
    this.misses = from !== undefined && from.#open ? from.misses : 0;
    if (!from) return;
    from.#unproven++;
    this.#behind = from.#behind;
    from.#behind = undefined;
  }

  /** Nothing was known of what is near its end; a real boundary is better than a guess then. */
  get open(): boolean {
    return this.#open;
  }

  /** Takes a look at the entries of a page from one index up to another one, exclusive. */
  see(keyAt: (index: number) => string, from: number, to: number): void {
    const count = to - from;
    const sample = Math.min(SAMPLE, count);
    this.#sample = Array.from({ length: sample }, (_, i) =>
      keyAt(from + Math.floor((i * (count - 1)) / Math.max(1, sample - 1))),
    );
    this.#lastPage = count;
  }

  /** Its first page has come, or no page at all: the one that it was split from learns whether that was of use. @returns that one, once */
  prove(entries: number): Lane | undefined {
    const lower = this.#from;
    if (!lower) return undefined;
    this.#from = undefined;
    lower.#unproven--;
    lower.#open = entries === 0;
    if (entries > 0) {
      if (lower.range.upto === this.range.after) lower.#behind = this.#seen;
      // Little was there: what is left is likely nearer.
      if (this.range.complete) lower.#goNearer();
      else lower.#reach = 0;
      lower.misses = 0;
    } else {
      lower.misses++;
      lower.#goNearer();
      // After a few in a row, more has to be seen first.
      if (lower.misses >= REACHES) lower.#restUntil = lower.pages + 1;
    }
    return lower;
  }

  /** How many entries it seems to have left, if it is worth splitting; else 0. @param pagesLeft the fewest that are worth it */
  entriesLeft({ prefix, elsewhere, isPuzzling }: Surroundings, pagesLeft: number): number {
    const { cursor, upto, complete } = this.range;
    const isUnclear = this.#unproven >= (this.#open ? 1 : isPuzzling ? 2 : Infinity);
    if (complete || isUnclear || this.#sample.length < 2 || this.pages < this.#restUntil) return 0;
    if (cursor === undefined) return 0;
    // Everybody asks after each page of anybody.
    if (this.#stretches?.cursor !== cursor || this.#stretches.upto !== upto)
      this.#stretches = { cursor, upto, left: stretchesLeft(this.#sight(prefix, cursor, elsewhere)) };
    const { left } = this.#stretches;
    return left < pagesLeft ? 0 : left * this.#lastPage;
  }

  /** Where to split it, so that there are likely so many parts of the same size above. Undefined: not for the time being. */
  boundary({ prefix, maxKeyBytes, elsewhere }: Surroundings, parts: number): string | undefined {
    const { cursor } = this.range;
    if (cursor === undefined) return undefined;
    const sight = this.#sight(prefix, cursor, elsewhere);
    const kept = this.#open ? 1 / 2 : parts / (parts + 1);
    for (let tries = 0; tries < REACHES; tries++) {
      const at = boundaryIn(sight, this.#reach, kept);
      if (this.range.splitsAt(at) && at.startsWith(prefix) && isSendable(at, maxKeyBytes)) return at;
      this.#goNearer();
    }
    this.#restUntil = this.pages + 1;
    this.#reach = 0;
    return undefined;
  }

  /** What its pages say of what is behind its beginning. */
  get #seen(): Seen | undefined {
    const { complete, upto, cursor } = this.range;
    const to = complete ? upto : cursor;
    return to === undefined ? undefined : { to, count: this.#lastPage };
  }

  #sight(prefix: string, cursor: string, elsewhere: readonly string[]): Sight {
    const { upto } = this.range;
    const [behind, count] = [this.#behind, this.#lastPage];
    // How close together a few names are is chance.
    const isTold = behind && Math.min(behind.count, count) >= FEW;
    const told = isTold ? { to: behind.to, times: behind.count / count } : undefined;
    return { prefix, cursor, upto, sample: this.#sample, behind: told, elsewhere };
  }

  #goNearer(): void {
    this.#reach = (1 + this.#reach) / 2;
  }
}
