import { compareKeys } from '@store/core';
import { KeySpace } from '@store/engine/ranges';
import { estimateOf, foundIn, type Found, type Level, type LevelEstimate } from './level.js';
import { settled, type SampledEntry, type SampledPage, type Sampler } from './sampler.js';
import { sumOf } from './tally.js';

/** A stretch of the level that was listed: behind `from` and up to `to` there are these entries and no others. */
interface Run {
  readonly from: string;
  /** Undefined: there is nothing behind. */
  readonly to: string | undefined;
  readonly entries: number;
  /** The name of the first of them. */
  readonly first: string | undefined;
  readonly found: Found;
}

/** What lies between two runs, in places of the key space. */
interface Gap {
  /** The last name before it. */
  readonly behind: string;
  /** Behind which the next run begins. */
  readonly until: string;
  readonly from: number;
  readonly to: number;
  readonly entries: number;
  /** How many of them are groups, as around it. */
  readonly groups: number;
  /** How far `entries` may be off; infinite where names differ by less than places do. */
  readonly doubt: number;
}

interface Coverage {
  readonly entries: number;
  readonly width: number;
}

/** What is not listed is a guess, however evenly the rest is spread. */
export const LEAST_DOUBT = 0.03;

/** Below this share of doubt no more pages are asked for. */
const ENOUGH = 0.05;

/** So many pages are asked for before an even spread is believed. */
const FEWEST_PAGES = 12;

/** So many pages look for names that begin in another way; if there are still more kinds, the end is where it must be. */
const KINDS = 6;

/** Behind every name that begins alike. A valid character, unlike the very last. */
const BEHIND = '\u{10fffd}';

/**
 * Estimates a level that is too large to be listed: pages that begin at different places tell how thick it is there, and
 * most of them go where that is least certain.
 */
export class SampledLevel implements Level {
  readonly #sampler: Sampler;
  readonly #prefix: string;
  readonly #pageSize: number;
  readonly #space = new KeySpace();
  readonly #runs: Run[] = [];
  #gaps: readonly Gap[] = [];

  constructor(sampler: Sampler, prefix: string, first: SampledPage) {
    this.#sampler = sampler;
    this.#prefix = prefix;
    this.#pageSize = first.entries.length;
    this.#add('', first);
  }

  get estimate(): LevelEstimate {
    const groups = sumOf(this.#gaps, (gap) => gap.groups);
    const objects = sumOf(this.#gaps, (gap) => gap.entries) - groups;
    const found = this.#runs.map((run) => run.found);
    return estimateOf(found, { objects, groups }, this.#doubt());
  }

  get sure(): boolean {
    const doubt = this.#doubt();
    return doubt === 0 || (doubt < ENOUGH && this.#runs.length >= FEWEST_PAGES);
  }

  get surveyed(): boolean {
    return this.#doubt() === 0 || this.#runs.length >= FEWEST_PAGES;
  }

  async refine(pages: number): Promise<void> {
    for (let left = pages; !this.sure;) {
      const most = Math.min(left, this.#sampler.left, this.#sampler.concurrency);
      if (most <= 0) return;
      const places = this.#nextPlaces(most);
      left -= places.length;
      const found = await settled(places.map((at) => this.#sampler.page(this.#prefix, this.#prefix + at)));
      for (const [i, page] of found.entries()) this.#add(places[i] ?? '', page);
    }
  }

  /** @param at what the page's listing began behind */
  #add(at: string, page: SampledPage): void {
    const index = this.#runs.findIndex((run) => compareKeys(run.from, at) > 0);
    const next = index < 0 ? undefined : this.#runs[index];
    // The first page may have the prefix itself, whose name is empty here; others the group that they begin in.
    const behind =
      at === '' ? page.entries : page.entries.filter((entry) => compareKeys(this.#nameOf(entry), at) > 0);
    // What the next run has as well is counted there.
    const entries = next
      ? behind.filter((entry) => compareKeys(this.#nameOf(entry), next.from) <= 0)
      : behind;
    const reaches = entries.length < behind.length || !page.more;
    const names = entries.map((entry) => this.#nameOf(entry));
    this.#space.add(names);
    this.#runs.splice(next ? index : this.#runs.length, 0, {
      from: at,
      to: reaches ? next?.from : (names.at(-1) ?? at),
      entries: names.length,
      first: names[0],
      found: foundIn(entries, this.#sampler.now()),
    });
    this.#gaps = this.#findGaps();
  }

  #findGaps(): Gap[] {
    const unevenness = this.#unevenness();
    return this.#runs.flatMap((run, i) => {
      const next = this.#runs[i + 1];
      if (!next || run.to === undefined || compareKeys(run.to, next.from) >= 0) return [];
      const from = this.#space.placeOf(run.to);
      const to = this.#space.placeOf(next.from);
      const names = { behind: run.to, until: next.from };
      if (to <= from) return [{ ...names, from, to, entries: 0, groups: 0, doubt: Infinity }];
      const before = this.#coverage(run);
      const after = this.#coverage(next);
      const density = densityOf({
        entries: before.entries + after.entries,
        width: before.width + after.width,
      });
      // The gap may begin or end in a cluster that is as thick as what was listed of it.
      const extremes = [densityOf(this.#coverage(run, true)), densityOf(after)];
      const difference = Math.max(...extremes.map((extreme) => Math.abs(extreme - density)));
      if (!extremes.every(Number.isFinite))
        return [{ ...names, from, to, entries: 0, groups: 0, doubt: Infinity }];
      const entries = (to - from) * density;
      const doubt = (to - from) * difference + entries * unevenness;
      const groups = entries * shareOfGroups(run, next);
      return [{ ...names, from, to, entries, groups, doubt }];
    });
  }

  /** How far the estimate may be off, as a share of it. */
  #doubt(): number {
    if (!this.#hasEnd()) return 1;
    const doubtful = sumOf(this.#gaps, (gap) => gap.doubt);
    if (doubtful === 0) return 0;
    return LEAST_DOUBT + doubtful / (this.#listed() + sumOf(this.#gaps, (gap) => gap.entries));
  }

  /**
   * Where to look next, at most at `most` places: after the second page for the end, passing over names that begin as the
   * last one does; then in the gaps that are most doubtful.
   */
  #nextPlaces(most: number): readonly string[] {
    const last = this.#runs.at(-1)?.to ?? '';
    // Many levels have little more than a page.
    if (this.#runs.length === 1) return [last];
    const [begin = ''] = last;
    if (!this.#hasEnd()) return [this.#runs.length < KINDS ? begin + BEHIND : BEHIND];
    const doubtful = this.#gaps.filter(({ doubt }) => doubt > 0).toSorted((a, b) => b.doubt - a.doubt);
    const places = doubtful.map((gap) => this.#placeIn(gap));
    const [widest] = doubtful;
    // At first, also on from where the listing ended: many levels have a few pages only.
    if (widest && this.#runs.length < FEWEST_PAGES / 2) places.push(widest.behind);
    return Array.from(new Set(places)).slice(0, most);
  }

  #placeIn({ from, to, entries, doubt, behind, until }: Gap): string {
    if (entries + doubt < this.#pageSize) return behind;
    const at = this.#space.nameAt((from + to) / 2);
    const inside = compareKeys(at, behind) > 0 && compareKeys(at, until) < 0;
    return inside ? at : behind;
  }

  #nameOf(entry: SampledEntry): string {
    return entry.name.slice(this.#prefix.length);
  }

  #hasEnd(): boolean {
    return this.#runs.at(-1)?.to === undefined;
  }

  #listed(): number {
    return sumOf(this.#runs, ({ entries }) => entries);
  }

  /** How wide a run is, with what is empty at its beginning: where a listing begins is nearer to wide spaces. */
  #coverage({ from, to, entries, first }: Run, withoutSpace = false): Coverage {
    const end = to === undefined ? 1 : this.#space.placeOf(to);
    const begin = (withoutSpace && entries > 1 ? first : undefined) ?? from;
    return { entries, width: Math.max(0, end - this.#space.placeOf(begin)) };
  }

  /** The standard error of the mean density, as a share of it. */
  #unevenness(): number {
    const densities = this.#runs
      .map((run) => densityOf(this.#coverage(run)))
      .filter((density) => density > 0 && Number.isFinite(density));
    const mean = sumOf(densities, (density) => density) / densities.length;
    const squares = sumOf(densities, (density) => (density - mean) ** 2);
    if (densities.length < 2) return 1;
    return Math.min(1, Math.sqrt(squares / (densities.length - 1) / densities.length) / mean);
  }
}

function shareOfGroups(...runs: readonly Run[]): number {
  const entries = sumOf(runs, (run) => run.entries);
  return entries === 0 ? 0 : sumOf(runs, ({ found }) => found.groups.length) / entries;
}

function densityOf({ entries, width }: Coverage): number {
  return entries === 0 ? 0 : entries / width;
}
