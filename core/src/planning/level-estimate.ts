import { compareKeys } from '../keys.js';
import { KeySpace } from './key-space.js';
import type { SampledEntry, SampledPage, Sampler } from './sampler.js';

/** What stands directly under a prefix: objects, and groups up to the next delimiter. */
export interface LevelEstimate {
  readonly objects: number;
  readonly bytes: number;
  readonly groups: number;
  /** Some of the groups, or all of them. */
  readonly seen: readonly string[];
  /** How many objects were really listed. */
  readonly listed: number;
  /** How far the numbers may be off, as a share of them; 0 when everything was listed. */
  readonly doubt: number;
}

/** A stretch of the level that was listed: behind `from` and up to `to` there are these entries and no others. */
interface Run {
  readonly from: string;
  /** Undefined: there is nothing behind. */
  readonly to: string | undefined;
  readonly entries: readonly SampledEntry[];
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
  /** How far `entries` may be off; infinite where names differ by less than places do. */
  readonly doubt: number;
}

interface Coverage {
  readonly entries: number;
  readonly width: number;
}

/** What is not listed is a guess, however evenly the rest is spread. */
const LEAST_DOUBT = 0.03;

/** Below this share of doubt no more pages are asked for. */
const ENOUGH = 0.05;

/** So many pages are asked for before an even spread is believed. */
const FEWEST_PAGES = 12;

/** Behind every name that begins alike. A valid character, unlike the very last. */
const BEHIND = '\u{10fffd}';

/**
 * Estimates a level that is too large to be listed: pages that begin at different places tell how thick it is there, and
 * most of them go where that is least certain.
 */
export async function estimateLevel(
  sampler: Sampler,
  prefix: string,
  moreRequests: (first: SampledPage) => number,
): Promise<LevelEstimate> {
  const first = await sampler.page(prefix);
  const level = new Level(prefix, first);
  const most = first.more && sampler.anywhere ? 1 + moreRequests(first) : 1;
  for (let used = 1; ; used++) {
    const gaps = level.gaps();
    const doubt = level.doubt(gaps);
    const sure = doubt === 0 || (doubt < ENOUGH && used >= FEWEST_PAGES);
    if (sure || used >= most || sampler.left <= 0) return level.estimate(gaps);
    const at = level.nextPlace(gaps);
    level.add(at, await sampler.page(prefix, prefix + at));
  }
}

class Level {
  readonly #prefix: string;
  readonly #pageSize: number;
  readonly #space = new KeySpace();
  readonly #runs: Run[] = [];

  constructor(prefix: string, first: SampledPage) {
    this.#prefix = prefix;
    this.#pageSize = first.entries.length;
    this.add('', first);
  }

  /** @param at what the page's listing began behind */
  add(at: string, page: SampledPage): void {
    const index = this.#runs.findIndex((run) => compareKeys(run.from, at) > 0);
    const next = index < 0 ? undefined : this.#runs[index];
    const all = page.entries.map(({ name, size }) => ({ name: name.slice(this.#prefix.length), size }));
    // What the next run has as well is counted there.
    const entries = next ? all.filter(({ name }) => compareKeys(name, next.from) <= 0) : all;
    const reaches = entries.length < all.length || !page.more;
    const to = reaches ? next?.from : (entries.at(-1)?.name ?? at);
    this.#space.add(entries.map(({ name }) => name));
    this.#runs.splice(next ? index : this.#runs.length, 0, { from: at, to, entries });
  }

  gaps(): Gap[] {
    const unevenness = this.#unevenness();
    return this.#runs.flatMap((run, i) => {
      const next = this.#runs[i + 1];
      if (!next || run.to === undefined || compareKeys(run.to, next.from) >= 0) return [];
      const from = this.#space.placeOf(run.to);
      const to = this.#space.placeOf(next.from);
      const names = { behind: run.to, until: next.from };
      if (to <= from) return [{ ...names, from, to, entries: 0, doubt: Infinity }];
      const before = this.#coverage(run);
      const after = this.#coverage(next);
      const density = densityOf({
        entries: before.entries + after.entries,
        width: before.width + after.width,
      });
      // The gap may begin or end in a cluster that is as thick as what was listed of it.
      const extremes = [densityOf(this.#coverage(run, true)), densityOf(after)];
      const difference = Math.max(...extremes.map((extreme) => Math.abs(extreme - density)));
      if (!extremes.every(Number.isFinite)) return [{ ...names, from, to, entries: 0, doubt: Infinity }];
      const entries = (to - from) * density;
      const doubt = (to - from) * difference + entries * unevenness;
      return [{ ...names, from, to, entries, doubt }];
    });
  }

  /** How far the estimate may be off, as a share of it. */
  doubt(gaps: readonly Gap[]): number {
    if (!this.#hasEnd()) return 1;
    const doubtful = sumOf(gaps, (gap) => gap.doubt);
    if (doubtful === 0) return 0;
    return LEAST_DOUBT + doubtful / (this.#listed() + sumOf(gaps, (gap) => gap.entries));
  }

  /** After the second page the end is looked for, passing over names that begin as the last one does; then what is most doubtful. */
  nextPlace(gaps: readonly Gap[]): string {
    const last = this.#runs.at(-1)?.to ?? '';
    // Many levels have little more than a page.
    if (this.#runs.length === 1) return last;
    const [begin = ''] = last;
    const [widest] = gaps.toSorted((a, b) => b.doubt - a.doubt);
    if (!this.#hasEnd() || !widest) return begin + BEHIND;
    if (widest.entries + widest.doubt < this.#pageSize) return widest.behind;
    const at = this.#space.nameAt((widest.from + widest.to) / 2);
    const inside = compareKeys(at, widest.behind) > 0 && compareKeys(at, widest.until) < 0;
    return inside ? at : widest.behind;
  }

  estimate(gaps: readonly Gap[]): LevelEstimate {
    const entries = this.#runs.flatMap((run) => run.entries);
    const objects = entries.filter(({ size }) => size !== undefined);
    const seen = entries.filter(({ size }) => size === undefined);
    const scale = entries.length === 0 ? 1 : 1 + sumOf(gaps, (gap) => gap.entries) / entries.length;
    return {
      objects: objects.length * scale,
      bytes: sumOf(objects, ({ size }) => size ?? 0) * scale,
      groups: seen.length * scale,
      seen: seen.map(({ name }) => this.#prefix + name),
      listed: objects.length,
      doubt: this.doubt(gaps),
    };
  }

  #hasEnd(): boolean {
    return this.#runs.at(-1)?.to === undefined;
  }

  #listed(): number {
    return sumOf(this.#runs, ({ entries }) => entries.length);
  }

  /** How wide a run is, with what is empty at its beginning: where a listing begins is nearer to wide spaces. */
  #coverage({ from, to, entries }: Run, withoutSpace = false): Coverage {
    const end = to === undefined ? 1 : this.#space.placeOf(to);
    const begin = (withoutSpace && entries.length > 1 ? entries[0]?.name : undefined) ?? from;
    return { entries: entries.length, width: Math.max(0, end - this.#space.placeOf(begin)) };
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

function densityOf({ entries, width }: Coverage): number {
  return entries === 0 ? 0 : entries / width;
}

export function sumOf<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((sum, value) => sum + of(value), 0);
}
