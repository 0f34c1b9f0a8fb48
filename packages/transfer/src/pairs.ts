import { compareKeys, type LeftOut, type ObjectInfo, type Unnameable } from '@store/core';
import { objectPages } from '@store/engine/pages';
import { rangedObjectPages } from '@store/engine/ranges';
import { Hidden, placeBehind } from './hidden.js';
import type { Side } from './place.js';

/** Pages of the source that are listed at the same time, where no order is needed. */
const PAGES_AT_ONCE = 4;

/** What the listings say of one key behind the prefixes: at one end or at both. */
export interface Pair {
  readonly source?: ObjectInfo | undefined;
  readonly target?: ObjectInfo | undefined;
  /** Nobody knows whether the source has the target's key: a link stands there, or a directory that cannot be read. */
  readonly hidden?: boolean | undefined;
}

export interface ListingPurpose {
  readonly operation: string;
  readonly signal: AbortSignal;
  /** Told of what a listing shows and no request can name. */
  readonly onUnnameable: (entry: Unnameable, side: 'source' | 'target') => Promise<void>;
  /** Told of what the listing of the source leaves out. */
  readonly onLeftOut: (entry: LeftOut) => Promise<void>;
}

/** Everything at the source, in no order. */
export async function* sourcesAlone(
  { engine, prefix }: Side,
  { onUnnameable, onLeftOut, ...purpose }: ListingPurpose,
): AsyncGenerator<Pair> {
  const pages = rangedObjectPages(engine, { prefix }, purpose, { concurrency: PAGES_AT_ONCE });
  for await (const { page } of pages) {
    for (const entry of page.unnameable ?? []) await onUnnameable(entry, 'source');
    for (const entry of page.leftOut ?? []) await onLeftOut(entry);
    for (const source of page.objects) yield { source };
  }
}

/** Both ends side by side, in the order of their keys: a page of each is held, and nothing else. */
export async function* merged(from: Side, to: Side, purpose: ListingPurpose): AsyncGenerator<Pair> {
  const sources = new Ahead(entries(from, purpose, 'source'));
  const targets = new Ahead(entries(to, purpose, 'target'));
  const hidden = new Hidden();
  try {
    let [source, target] = await Promise.all([sources.next(), targets.next()]);
    while (source || target) {
      const order = !source ? 1 : !target ? -1 : compareKeys(source.rest, target.rest);
      if (source && !source.object && order <= 0) {
        hidden.add(source.rest);
        source = await sources.next();
      } else if (order < 0) {
        yield { source: source?.object };
        source = await sources.next();
      } else if (order > 0) {
        yield { target: target?.object, hidden: target && hidden.has(target.rest) };
        target = await targets.next();
      } else {
        yield { source: source?.object, target: target?.object };
        [source, target] = await Promise.all([sources.next(), targets.next()]);
      }
    }
  } finally {
    await Promise.all([sources.return(), targets.return()]);
  }
}

interface Entry {
  /** Of the key, behind the prefix. */
  readonly rest: string;
  /** Absent for what is no object, and may have some under it. */
  readonly object?: ObjectInfo | undefined;
}

/** The entries of pages, the next of which is on its way already. */
class Ahead {
  readonly #pages: AsyncGenerator<readonly Entry[], void, undefined>;
  #page: readonly Entry[] = [];
  #at = 0;
  #coming: ReturnType<AsyncGenerator<readonly Entry[], void, undefined>['next']> | undefined;

  constructor(pages: AsyncGenerator<readonly Entry[], void, undefined>) {
    this.#pages = pages;
  }

  async next(): Promise<Entry | undefined> {
    while (this.#at >= this.#page.length) {
      const page = await (this.#coming ?? this.#pages.next());
      if (page.done) {
        this.#coming = undefined;
        return undefined;
      }
      this.#page = page.value;
      this.#at = 0;
      this.#coming = this.#pages.next();
      // Whoever waits for it hears of it.
      this.#coming.catch(() => undefined);
    }
    return this.#page[this.#at++];
  }

  async return(): Promise<void> {
    await this.#coming?.catch(() => undefined);
    await this.#pages.return();
  }
}

async function* entries(
  { engine, prefix }: Side,
  { onUnnameable, onLeftOut, ...purpose }: ListingPurpose,
  side: 'source' | 'target',
): AsyncGenerator<readonly Entry[], void, undefined> {
  for await (const { objects, unnameable = [], leftOut = [] } of objectPages(engine, { prefix }, purpose)) {
    for (const entry of unnameable) await onUnnameable(entry, side);
    const found = objects.map((object): Entry => ({ rest: object.key.slice(prefix.length), object }));
    if (side === 'target') {
      yield found;
      continue;
    }
    for (const entry of leftOut) await onLeftOut(entry);
    const places = [...unnameable, ...leftOut].flatMap((entry) => placeBehind(prefix, entry) ?? []);
    yield places.length === 0
      ? found
      : [...places.map((rest): Entry => ({ rest })), ...found].toSorted((a, b) =>
          compareKeys(a.rest, b.rest),
        );
  }
}
