import { compareKeys } from '@store/driver';
import { isSendable } from './boundary.js';
import type { KeyRange } from './key-range.js';
import type { RangeSource } from './range-source.js';

/** Directories that are remembered. */
const MOST_REMEMBERED = 5000;

/** Levels of directories that are asked for, at a time. */
const MOST_LEVELS = 3;

type Source = Pick<RangeSource<never>, 'prefix' | 'maxKeyBytes' | 'directories'>;

/** Directories that a listing has asked for: real places to split at. Nothing depends on them. */
export class Directories {
  readonly #source: Source;
  readonly #signal: AbortSignal;
  #known: readonly string[] = [];
  /** Without directories behind where a range had come to. */
  readonly #barren = new Set<string>();
  readonly #ranges = new Set<KeyRange>();
  #mayAsk = true;

  constructor(source: Source, signal: AbortSignal) {
    this.#source = source;
    this.#signal = signal;
  }

  /** The middle one of those that begin in what is left of a range. */
  in(range: KeyRange): string | undefined {
    const { maxKeyBytes } = this.#source;
    const inside = this.#known.filter((one) => range.splitsAt(one) && isSendable(one, maxKeyBytes));
    return inside[inside.length >>> 1];
  }

  /**
   * Asks for some in what is left of a range, from the top down, if none is known there.
   *
   * @param onRequest told of each request
   */
  async lookIn(range: KeyRange, onRequest: () => void): Promise<void> {
    const { prefix, directories } = this.#source;
    if (!directories || !this.#mayAsk || this.#ranges.has(range) || this.in(range) !== undefined) return;
    this.#ranges.add(range);
    try {
      for (const parent of parentsOf(prefix, range)) {
        if (this.#barren.has(parent)) continue;
        const { cursor = parent } = range;
        const found = await directories(parent, cursor, this.#signal);
        onRequest();
        this.#known = merged(this.#known, found).slice(0, MOST_REMEMBERED);
        if (found.length === 0) this.#barren.add(parent);
        if (this.in(range) !== undefined) break;
      }
    } catch {
      // Not allowed, or not to be had now.
      this.#mayAsk = false;
    } finally {
      this.#ranges.delete(range);
    }
  }
}

/** Directories that the cursor of a range is in, and its end may be too, from the top down. */
function parentsOf(prefix: string, { cursor = '', upto }: KeyRange): readonly string[] {
  const parents = [prefix];
  for (let at = cursor.indexOf('/', prefix.length); at >= 0; at = cursor.indexOf('/', at + 1)) {
    const parent = cursor.slice(0, at + 1);
    if (upto?.startsWith(parent)) parents.length = 0;
    parents.push(parent);
  }
  return parents.slice(0, MOST_LEVELS);
}

/** Both lists as one, in order, each name once. */
function merged(a: readonly string[], b: readonly string[]): readonly string[] {
  return Array.from(new Set([...a, ...b])).toSorted(compareKeys);
}
