import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { abortedError, compareKeys, StoreError, type StoreErrorCode } from '@store/driver';
import type { Page } from '../follow-pages.js';
import { CutUnnameable } from './cut-unnameable.js';
import { Directories } from './directories.js';
import { KeyRange } from './key-range.js';
import { Lane, type Surroundings } from './lane.js';
import { PageQueue } from './page-queue.js';
import type { RangedPage, RangeSettings, RangeSource } from './range-source.js';

/** Pages that wait for the reader, at least; each lister holds one more. */
const PAGES_AHEAD = 2;

/** How long requests are waited for in the end that nobody needs any more, in milliseconds. */
const PATIENCE_MS = 1000;

const MISSES_BEFORE_LOOKING = 2;

/** Names that are kept of all pages, to guess by. */
const MOST_ELSEWHERE = 24;

/** Splits in vain that are allowed, by the pages that have come: many at the beginning, while little is known. */
function mostMisses(pages: number): number {
  return Math.min(2 + pages / 6, 12 + pages / 16);
}

/** From so many on guesses are puzzling. */
function fewMisses(pages: number): number {
  return Math.max(5, pages / 16);
}

/** Pages that are allowed beyond those that the entries would have filled: each range has one that is not full. */
function mostBeyond(pages: number): number {
  return 6 + pages / 8;
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
  /** Ranges that nobody has begun. */
  readonly #pending: KeyRange[];
  readonly #strange = new CutUnnameable();
  /** The first names of pages that came last: see {@link Surroundings}. */
  readonly #elsewhere: string[] = [];
  readonly #around: Omit<Surroundings, 'isPuzzling'>;
  readonly #directories: Directories;
  /** How long a page takes, in milliseconds, by the last few. */
  #pageMs = 0;
  readonly #looks = new Set<Promise<void>>();
  /** One of the ranges has come to an error. */
  #failed = false;
  #pages = 0;
  #entries = 0;
  /** Entries of the fullest page. */
  #fullest = 1;
  #misses = 0;
  /** Ranges of which the reader wants no more for the moment. */
  #held = 0;
  /** Ranges whose first page has not come yet. */
  #unproven = 0;
  #splits: boolean;

  constructor(source: RangeSource<P>, settings: RangeSettings) {
    this.#source = source;
    this.#settings = settings;
    this.#splits = settings.concurrency > 1;
    const { prefix, maxKeyBytes } = source;
    this.#around = { prefix, maxKeyBytes, elsewhere: this.#elsewhere };
    const { signal, ranges = [new KeyRange()] } = settings;
    this.#pending = [...ranges];
    this.#signal = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal;
    // Each range may wait for a retry.
    setMaxListeners(0, this.#signal);
    this.#directories = new Directories(source, this.#signal);
    this.queue = new PageQueue(() => Math.max(PAGES_AHEAD, this.#lanes.size / 4));
  }

  begin(): void {
    this.#goOn();
    this.#endIfIdle();
  }

  /** Nobody begins what is left when the signal has fired, and the reader would wait for it. */
  #endIfIdle(): void {
    if (this.#lanes.size > 0) return;
    const { signal } = this.#settings;
    if (this.#pending.length > 0 && signal?.aborted) this.queue.end({ error: abortedError(signal, 'list') });
    else this.queue.end();
  }

  /** Takes up what is waiting, as far as there is room. */
  #goOn(): void {
    while (!this.#failed && !this.#signal.aborted && this.#busy < this.#settings.concurrency) {
      const range = this.#pending.shift();
      if (!range) return;
      this.#start(range, undefined);
    }
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
    const lane = new Lane(range, from, this.#settings.rules.serialPages);
    if (from) this.#unproven++;
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
      return;
    }
    if (lane.range.complete && !lane.isTold) this.#settings.onEmpty?.(lane.range);
    this.#goOn();
    this.#endIfIdle();
    if (this.#lanes.size > 0 && this.queue.hungry) this.#split();
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
      lane.see(keyAt, from, to);
      this.#elsewhere.push(keyAt(from));
      if (this.#elsewhere.length > MOST_ELSEWHERE) this.#elsewhere.shift();
      range.advance(keyAt(to - 1), this.#source.several === true && to === size && page.truncated);
    }
    // What cannot be named may stand behind the last key, and behind the range.
    const isAll = range.after === undefined && range.upto === undefined;
    const strange = isAll ? page.unnameable : this.#strange.of(page, range);
    const leftOut = page.leftOut?.filter(({ at }) => at === undefined || range.has(at));
    advanceOver(range, strange);
    advanceOver(range, leftOut);
    // The listing goes on, or there is something behind the range.
    if (to < size || !page.truncated) range.finish();
    lane.pages++;
    this.#pages++;
    this.#entries += count;
    this.#fullest = Math.max(this.#fullest, size);
    if (count === 0 && size > 0) this.#settings.onWasted?.();
    this.#prove(lane, count);
    const isAwaited = this.queue.hungry;
    if (count > 0 || strange?.length || leftOut?.length || (range.complete && lane.isTold)) {
      lane.isTold = true;
      const isSame = isWhole && (isAll || (page.unnameable ?? page.leftOut) === undefined);
      const part = isSame ? page : { ...this.#source.part(page, from, to, strange ?? []), leftOut };
      await this.queue.push({ range, page: part, last: range.complete });
    }
    if (isAwaited) this.#split();
    if (!range.complete) await this.#hold(range);
    return range.complete || this.#failed || this.#stop.signal.aborted;
  }

  /** Waits while the reader wants no more of a range. Another one may take its turn; so many are held at most. */
  async #hold(range: KeyRange): Promise<void> {
    const held = this.#settings.holds?.(range, this.#signal);
    if (!held) return;
    const isCounted = this.#held < this.#settings.concurrency;
    if (isCounted) this.#held++;
    this.#goOn();
    if (this.queue.hungry) this.#split();
    await held;
    if (isCounted) this.#held--;
  }

  /** Ranges that are being listed. */
  get #busy(): number {
    return this.#lanes.size - this.#held;
  }

  /** Its first page has come: whether splitting was of use. */
  #prove(lane: Lane, entries: number): void {
    const lower = lane.prove(entries);
    if (!lower) return;
    this.#unproven--;
    if (entries > 0) return;
    this.#misses++;
    if (lower.misses >= MISSES_BEFORE_LOOKING) this.#beginLook(lower);
  }

  /** Has the free ones take over parts of what is left, no more at once than have been seen to get something. */
  #split(): void {
    for (let free = this.#free(); free > 0; free = this.#free()) {
      const surroundings = this.#surroundings;
      const lanes = Array.from(this.#lanes.keys(), (lane) => ({
        lane,
        left: lane.entriesLeft(surroundings, this.#settings.rules.pagesLeft),
      }))
        .filter(({ left }) => left > 0)
        .toSorted((a, b) => b.left - a.left);
      // As even as can be, where others wait to take parts of the same range.
      const parts = Math.max(1, Math.floor(free / lanes.length));
      if (!lanes.some(({ lane }) => this.#splitLane(lane, parts))) return;
    }
  }

  /** How many may begin now. */
  #free(): number {
    if (!this.#splits || this.#failed || this.#signal.aborted || this.#isWasteful) return 0;
    const { rules, concurrency, worthwhile } = this.#settings;
    if (this.#pageMs < rules.pageMs) return 0;
    const most = Math.min(concurrency, worthwhile?.() ?? concurrency);
    const proven = this.#lanes.size - this.#unproven;
    return Math.min(most - this.#busy, Math.max(1, proven) - this.#unproven);
  }

  get #surroundings(): Surroundings {
    return { ...this.#around, isPuzzling: this.#misses >= fewMisses(this.#pages) };
  }

  get #isWasteful(): boolean {
    return this.#pages - this.#entries / this.#fullest >= mostBeyond(this.#pages);
  }

  #splitLane(lane: Lane, parts: number): boolean {
    const real = lane.open ? this.#directories.in(lane.range) : undefined;
    // Behind a real one there is something.
    const mayGuess = this.#misses < mostMisses(this.#pages);
    const at = real ?? (mayGuess ? lane.boundary(this.#surroundings, parts) : undefined);
    if (at === undefined) return false;
    const upper = lane.range.split(at);
    this.#settings.onSplit?.(lane.range, upper);
    this.#start(upper, lane);
    return true;
  }

  /** What looks for directories is waited for in the end, as every request. */
  #beginLook(lane: Lane): void {
    const look = this.#look(lane).finally(() => this.#looks.delete(look));
    this.#looks.add(look);
  }

  /** A request counts as a split in vain. */
  async #look({ range }: Lane): Promise<void> {
    this.#unproven++;
    await this.#directories.lookIn(range, () => this.#misses++);
    this.#unproven--;
    if (this.queue.hungry) this.#split();
  }
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

/** What was told of behind the last key has been dealt with too, and whoever takes over the rest must not tell of it again. */
function advanceOver(range: KeyRange, told: readonly { readonly at?: string | undefined }[] = []): void {
  for (const { at } of told) {
    if (at === undefined || !range.has(at)) continue;
    if (range.cursor === undefined || compareKeys(at, range.cursor) > 0) range.advance(at);
  }
}

/** What a service answers that does not list from the middle, or does not let one. It may still list from the beginning. */
function isRefusal(error: unknown): error is StoreError {
  return error instanceof StoreError && REFUSALS.includes(error.code);
}

const REFUSALS: readonly StoreErrorCode[] = ['Corrupt', 'InvalidArgument', 'AccessDenied', 'Unsupported'];
