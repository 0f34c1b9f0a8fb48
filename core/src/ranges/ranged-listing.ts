import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../engine/clock.js';
import type { Page } from '../engine/follow-pages.js';
import { StoreError, type StoreErrorCode } from '../errors.js';
import { compareKeys } from '../keys.js';
import type { Unnameable } from '../requests.js';
import { boundaryIn, isSendable, stretchesLeft } from './boundary.js';
import { CutUnnameable } from './cut-unnameable.js';
import { KeyRange } from './key-range.js';
import { PageQueue } from './page-queue.js';
import type { SplitRules } from '../engine/split-rules.js';

/** What is listed, and how. */
export interface RangeSource<P extends Page> {
  readonly prefix: string;
  /** Pages behind a key, in order, each checked: one that does not begin behind it is `Corrupt`. */
  readonly pages: (after: string | undefined, signal: AbortSignal) => AsyncIterable<P>;
  readonly size: (page: P) => number;
  readonly keyAt: (page: P, index: number) => string;
  /** A key can have several entries, also on several pages. */
  readonly several?: boolean | undefined;
  /** Longest key in bytes of UTF-8. */
  readonly maxKeyBytes: number;
  /** The entries from one index up to another one, exclusive, and what could not be named. */
  readonly part: (page: P, from: number, to: number, unnameable: readonly Unnameable[]) => P;
  /** Some of the directories right below one, in order, from the one that a key is in; where a store can tell. */
  readonly directories?:
    ((inside: string, from: string, signal: AbortSignal) => Promise<readonly string[]>) | undefined;
}

export interface RangeSettings {
  readonly clock: Pick<Clock, 'now'>;
  readonly rules: SplitRules;
  /** Most pages asked for at the same time. */
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
  /** Told when the service does not list from the middle as it should: everything is listed from the beginning then. */
  readonly onSerial?: ((message: string) => void) | undefined;
  /** Told of each page that named nothing new. */
  readonly onWasted?: (() => void) | undefined;
}

/** A page of one of the ranges that a listing was split into. */
export interface RangedPage<P> {
  readonly range: KeyRange;
  readonly page: P;
  /** Nothing comes of this range any more. */
  readonly last: boolean;
}

/** Pages that wait for the reader, at least; each lister holds one more. */
const PAGES_AHEAD = 2;

/** How long requests are waited for in the end that nobody needs any more, in milliseconds. */
const PATIENCE_MS = 1000;

/** Names that are kept of a page, to guess by. */
const SAMPLE = 24;

/** Boundaries nearer and nearer to the cursor that are tried before a range is left alone for a while. */
const REACHES = 6;

const MISSES_BEFORE_LOOKING = 2;

/** Directories that are remembered. */
const MOST_DIRECTORIES = 5000;

/** What a look counts for among the misses. */
const LOOK = 1;

/** Levels of directories that are looked at, at a time. */
const MOST_LOOKS = 3;

/** Splits in vain that are allowed, by the pages that have come: many at the beginning, while little is known. */
function mostMisses(pages: number): number {
  return Math.min(2 + pages / 4, 12 + pages / 16);
}

/** A range and who lists it. */
interface Lane {
  readonly range: KeyRange;
  sample: readonly string[];
  /** Entries of its last page. */
  lastPage: number;
  /** How many of the sample's stretches are left, and for which part of the range that is so. */
  stretches:
    { readonly cursor: string; readonly upto: string | undefined; readonly left: number } | undefined;
  pages: number;
  /** See {@link boundaryIn}. */
  reach: number;
  /** Nothing has been seen near its end. */
  open: boolean;
  /** Splits in vain, and the page before which it is not split again. */
  misses: number;
  restUntil: number;
  /** Whose upper part this was, until its first page has come. */
  from: Lane | undefined;
  /** The reader has had pages of it. */
  isTold: boolean;
  /** Somebody has taken a part of it, and it is not known yet whether there is something in that part. */
  shared: boolean;
  /** Directories are being looked for. */
  looking: boolean;
}

/**
 * Lists a prefix by ranges side by side. It begins with one range; while pages keep coming and the reader waits for them,
 * whoever is free takes the upper part of the range that seems to have most left. Pages of one range come in order, those
 * of different ranges as they arrive.
 */
export async function* rangedListing<P extends Page>(
  source: RangeSource<P>,
  settings: RangeSettings,
): AsyncGenerator<RangedPage<P>, void, undefined> {
  const listing = new RangedListing(source, settings);
  let isLeft = true;
  try {
    listing.begin();
    yield* listing.queue;
    isLeft = false;
  } finally {
    await listing.close(isLeft);
  }
}

class RangedListing<P extends Page> {
  readonly queue: PageQueue<RangedPage<P>>;
  readonly #source: RangeSource<P>;
  readonly #settings: RangeSettings;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #lanes = new Map<Lane, Promise<void>>();
  readonly #strange = new CutUnnameable();
  /** Real places to split at, in order. */
  #directories: readonly string[] = [];
  /** Without directories behind where a range had come to. */
  readonly #barren = new Set<string>();
  /** How long a page takes, in milliseconds, by the last few. */
  #pageMs = 0;
  #mayLook = true;
  readonly #looks = new Set<Promise<void>>();
  /** One of the ranges has come to an error. */
  #failed = false;
  #pages = 0;
  #misses = 0;
  /** Ranges whose first page has not come yet. */
  #unproven = 0;
  #splits: boolean;

  constructor(source: RangeSource<P>, settings: RangeSettings) {
    this.#source = source;
    this.#settings = settings;
    this.#splits = settings.concurrency > 1;
    const { signal } = settings;
    this.#signal = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal;
    // Each range may wait for a retry.
    setMaxListeners(0, this.#signal);
    this.queue = new PageQueue(() => Math.max(PAGES_AHEAD, this.#lanes.size / 4));
  }

  begin(): void {
    this.#start(new KeyRange(), undefined);
  }

  /** @param isLeft the reader has gone before the end */
  async close(isLeft: boolean): Promise<void> {
    this.queue.end();
    const all = Promise.allSettled([...this.#lanes.values(), ...this.#looks]);
    // Else what is in flight may come to its end, so that no request reaches the service when all is over.
    if (!isLeft || this.#failed) await Promise.race([all, delay(PATIENCE_MS, undefined, { ref: false })]);
    this.#stop.abort();
    await all;
  }

  #start(range: KeyRange, from: Lane | undefined): void {
    const lane: Lane = {
      range,
      sample: [],
      lastPage: 0,
      stretches: undefined,
      pages: 0,
      reach: 0,
      open: from?.open ?? true,
      misses: from?.open ? from.misses : 0,
      restUntil: from ? 1 : this.#settings.rules.serialPages,
      from,
      isTold: false,
      shared: false,
      looking: false,
    };
    if (from) {
      from.shared = true;
      this.#unproven++;
    }
    const work = this.#list(lane).then(
      () => this.#end(lane),
      (error: unknown) => this.#end(lane, { error }),
    );
    this.#lanes.set(lane, work);
  }

  #end(lane: Lane, failure?: { readonly error: unknown }): void {
    this.#lanes.delete(lane);
    if (failure) {
      this.#failed = true;
      this.queue.end(failure);
    } else if (this.#lanes.size === 0) this.queue.end();
    else if (this.queue.hungry) this.#split();
  }

  async #list(lane: Lane): Promise<void> {
    const { after } = lane.range;
    try {
      for await (const page of this.#timed(this.#source.pages(after, this.#signal))) {
        if (await this.#take(lane, page)) return;
      }
    } catch (error) {
      if (after === undefined || lane.pages > 0 || !isRefusal(error)) throw error;
      return this.#listFromTheBeginning(lane, error);
    }
  }

  /** Measures how long pages take. */
  async *#timed(pages: AsyncIterable<P>): AsyncGenerator<P, void, undefined> {
    const { clock } = this.#settings;
    let asked = clock.now();
    for await (const page of pages) {
      const ms = clock.now() - asked;
      this.#pageMs = this.#pages === 0 ? ms : (3 * this.#pageMs + ms) / 4;
      yield page;
      asked = clock.now();
    }
  }

  /** The service ignored where to begin, or began at the very key. Its pages one after the other can still be right. */
  async #listFromTheBeginning(lane: Lane, { reason }: StoreError): Promise<void> {
    this.#splits = false;
    this.#settings.onSerial?.(
      `the service does not begin a listing where it is asked to (${reason}); keys are listed one page after the other`,
    );
    for await (const page of this.#source.pages(undefined, this.#signal)) {
      if (await this.#take(lane, page)) return;
    }
  }

  /** Passes on what belongs to the range; true when it is complete. */
  async #take(lane: Lane, page: P): Promise<boolean> {
    const { range } = lane;
    const size = this.#source.size(page);
    const keyAt = (index: number): string => this.#source.keyAt(page, index);
    const from = range.after === undefined ? 0 : firstBehind(range.after, size, keyAt);
    const to = range.upto === undefined ? size : firstBehind(range.upto, size, keyAt);
    const isWhole = from === 0 && to === size;
    const count = to - from;
    if (count > 0) {
      const sample = Math.min(SAMPLE, count);
      lane.sample = Array.from({ length: sample }, (_, i) =>
        keyAt(from + Math.floor((i * (count - 1)) / Math.max(1, sample - 1))),
      );
      lane.lastPage = count;
      range.advance(keyAt(to - 1), this.#source.several === true && to === size && page.truncated);
    }
    // The listing goes on, or there is something behind the range.
    if (to < size || !page.truncated) range.finish();
    lane.pages++;
    this.#pages++;
    if (count === 0 && size > 0) this.#settings.onWasted?.();
    this.#prove(lane, count);
    // What cannot be named may stand behind the last key, and behind the range.
    const isAll = range.after === undefined && range.upto === undefined;
    const strange = isAll ? page.unnameable : this.#strange.of(page, range);
    const isAwaited = this.queue.hungry;
    if (count > 0 || strange?.length || (range.complete && lane.isTold)) {
      lane.isTold = true;
      const isSame = isWhole && (isAll || page.unnameable === undefined);
      const part = isSame ? page : this.#source.part(page, from, to, strange ?? []);
      await this.queue.push({ range, page: part, last: range.complete });
    }
    if (isAwaited) this.#split();
    return range.complete || this.#failed || this.#stop.signal.aborted;
  }

  /** Its first page has come: whether splitting was of use. */
  #prove(lane: Lane, entries: number): void {
    const { from: lower } = lane;
    if (!lower) return;
    lane.from = undefined;
    lower.shared = false;
    this.#unproven--;
    lower.open = entries === 0;
    if (entries > 0) {
      lower.reach = 0;
      lower.misses = 0;
      return;
    }
    this.#misses++;
    lower.misses++;
    lower.reach = (1 + lower.reach) / 2;
    if (lower.misses >= MISSES_BEFORE_LOOKING) this.#beginLook(lower);
    // After a few in a row, more has to be seen first.
    if (lower.misses >= REACHES) lower.restUntil = lower.pages + lower.misses;
  }

  /** Has the free ones take over parts of what is left, no more at once than have been seen to get something. */
  #split(): void {
    for (let free = this.#free(); free > 0; free = this.#free()) {
      const lanes = Array.from(this.#lanes.keys(), (lane) => ({ lane, left: this.#entriesLeft(lane) }))
        .filter(({ left }) => left > 0)
        .toSorted((a, b) => b.left - a.left);
      const [largest] = lanes;
      // As even as can be, where others wait to take parts of the same range.
      if (!largest || !this.#splitLane(largest.lane, Math.max(1, Math.floor(free / lanes.length)))) return;
    }
  }

  /** How many may begin now. */
  #free(): number {
    if (!this.#splits || this.#failed || this.#signal.aborted || this.#misses >= mostMisses(this.#pages))
      return 0;
    if (this.#pageMs < this.#settings.rules.pageMs) return 0;
    const proven = this.#lanes.size - this.#unproven;
    return Math.min(this.#settings.concurrency - this.#lanes.size, Math.max(1, proven) - this.#unproven);
  }

  #entriesLeft(lane: Lane): number {
    const { range, sample, lastPage, pages, restUntil } = lane;
    const { cursor } = range;
    if (
      range.complete ||
      (lane.open && lane.shared) ||
      sample.length < 2 ||
      cursor === undefined ||
      pages < restUntil
    )
      return 0;
    const { prefix } = this.#source;
    const { upto } = range;
    // Everybody asks after each page of anybody.
    if (lane.stretches?.cursor !== cursor || lane.stretches.upto !== upto)
      lane.stretches = { cursor, upto, left: stretchesLeft({ prefix, cursor, upto, sample }) };
    const left = lastPage * lane.stretches.left;
    return left < this.#settings.rules.pagesLeft * lastPage ? 0 : left;
  }

  #splitLane(lane: Lane, parts: number): boolean {
    const { range, sample } = lane;
    const { cursor, upto } = range;
    if (cursor === undefined) return false;
    const { prefix, maxKeyBytes } = this.#source;
    const real = lane.open ? this.#directoryIn(range) : undefined;
    for (let tries = 0; tries < REACHES; tries++) {
      const at =
        real ??
        boundaryIn({ prefix, cursor, upto, sample }, lane.reach, lane.open ? 1 / 2 : parts / (parts + 1));
      if (range.splitsAt(at) && at.startsWith(prefix) && isSendable(at, maxKeyBytes)) {
        this.#start(range.split(at), lane);
        return true;
      }
      lane.reach = (1 + lane.reach) / 2;
    }
    lane.restUntil = lane.pages + REACHES;
    lane.reach = 0;
    return false;
  }

  /** The middle one of the directories that begin in a range. */
  #directoryIn(range: KeyRange): string | undefined {
    const inside = this.#directories.filter((directory) => range.splitsAt(directory));
    return inside[inside.length >>> 1];
  }

  /** What looks for directories is waited for in the end, as every request. */
  #beginLook(lane: Lane): void {
    const look = this.#look(lane).finally(() => this.#looks.delete(look));
    this.#looks.add(look);
  }

  /** Asks for directories in what is left of a range, from the top down. Nothing depends on them. */
  async #look(lane: Lane): Promise<void> {
    const { range } = lane;
    const { prefix, directories } = this.#source;
    if (!directories || !this.#mayLook || lane.looking || this.#directoryIn(range) !== undefined) return;
    lane.looking = true;
    this.#unproven++;
    try {
      for (const parent of parentsOf(prefix, range)) {
        if (this.#barren.has(parent)) continue;
        const { cursor = parent } = range;
        const found = await directories(parent, cursor, this.#signal);
        this.#misses += LOOK;
        this.#directories = merged(this.#directories, found).slice(0, MOST_DIRECTORIES);
        if (found.length === 0) this.#barren.add(parent);
        if (this.#directoryIn(range) !== undefined) break;
      }
    } catch {
      // Not allowed, or not to be had now.
      this.#mayLook = false;
    } finally {
      lane.looking = false;
      this.#unproven--;
    }
    if (this.queue.hungry) this.#split();
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
  return parents.slice(0, MOST_LOOKS);
}

/** Both lists as one, in order, each name once. */
function merged(a: readonly string[], b: readonly string[]): readonly string[] {
  return Array.from(new Set([...a, ...b])).toSorted(compareKeys);
}

/** The index of the first key behind this one; keys are in order. */
function firstBehind(key: string, size: number, keyAt: (index: number) => string): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareKeys(keyAt(middle), key) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What a service answers that does not list from the middle, or does not let one. It may still list from the beginning. */
function isRefusal(error: unknown): error is StoreError {
  return error instanceof StoreError && REFUSALS.includes(error.code);
}

const REFUSALS: readonly StoreErrorCode[] = ['Corrupt', 'InvalidArgument', 'AccessDenied', 'Unsupported'];
