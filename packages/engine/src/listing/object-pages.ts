import { allWithSoundFacts, compareKeys, quoteKey, type ListPage, type StoreError } from '@store/driver';
import type { Engine, Purpose } from '../engine.js';
import { untrusted } from '../follow-pages.js';
import { RepeatWatch } from '../repeat-watch.js';

export interface ObjectPagesRequest {
  readonly prefix: string;
  /** Of a page that was listed before, where this listing goes on. */
  readonly token?: string | undefined;
  /** Where it begins; with a token, the last name of the page that it is of. */
  readonly startAfter?: string | undefined;
  readonly delimiter?: string | undefined;
  readonly pageSize?: number | undefined;
  /** Keys and sizes are enough. */
  readonly brief?: boolean | undefined;
}

/** The pages of a listing of current objects, each checked against the request and the page before. */
export function objectPages(
  engine: Engine,
  { prefix, token: begin, delimiter, startAfter, pageSize = Infinity, brief }: ObjectPagesRequest,
  purpose: Purpose,
): AsyncGenerator<ListPage, void, undefined> {
  const { list } = engine.driver;
  const maxKeys = Math.min(pageSize, list.maxPageSize);
  const order = new PageOrder(engine, { prefix, delimiter, startAfter }, purpose.operation);
  return engine.pages(
    purpose,
    async (next, call) => {
      const token = next ?? begin;
      const way = token === undefined ? { startAfter } : { token };
      const page = await list.page({ prefix, delimiter, maxKeys, brief, ...way }, call);
      const objects = allWithSoundFacts(page.objects);
      return objects === page.objects ? page : { ...page, objects };
    },
    {
      check: (page) => order.check(page),
      size: ({ objects, prefixes }) => objects.length + prefixes.length,
    },
  );
}

/**
 * Notices pages that do not belong to the listing: keys outside the prefix (a service that ignores the
 * parameter would have them deleted), pages that come again, keys that go backwards.
 */
class PageOrder {
  readonly #engine: Engine;
  readonly #request: ObjectPagesRequest;
  readonly #operation: string;
  readonly #ordered: boolean;
  readonly #watch = new RepeatWatch();
  #last: string | undefined;
  #lastFirst: string | undefined;

  constructor(engine: Engine, request: ObjectPagesRequest, operation: string) {
    this.#engine = engine;
    this.#request = request;
    this.#operation = operation;
    this.#ordered = engine.driver.list.order === 'utf8';
    this.#last = this.#ordered ? request.startAfter : undefined;
  }

  check(page: ListPage): void {
    const [group] = page.prefixes;
    if (group && this.#request.delimiter === undefined) {
      throw this.#corrupt(
        `it puts the keys under ${quoteKey(group.prefix)} together, which it was not asked for; they would be left behind`,
      );
    }
    const { objects, prefixes } = page;
    const lastKey = this.#checkEntries(objects, ({ key }) => key);
    const lastGroup = this.#checkEntries(prefixes, ({ prefix }) => prefix);
    const first = smallest(objects[0]?.key, prefixes[0]?.prefix);
    if (first === undefined) return;
    if (this.#ordered) this.#last = largest(lastKey, lastGroup);
    else this.#checkRepeats(first, page);
  }

  #checkRepeats(first: string, { objects, prefixes }: ListPage): void {
    if (first === this.#lastFirst) throw this.#corrupt(`the page with ${quoteKey(first)} came again`);
    this.#lastFirst = first;
    for (const { key } of objects) this.#watch.add(key);
    for (const { prefix } of prefixes) this.#watch.add(prefix);
    if (this.#watch.circles) throw this.#corrupt('it names the same keys again and again');
  }

  /** Looks at each of them; returns the last. */
  #checkEntries<T>(entries: readonly T[], nameOf: (entry: T) => string): string | undefined {
    const { prefix } = this.#request;
    const ordered = this.#ordered;
    let previous = this.#last;
    let last: string | undefined;
    for (const one of entries) {
      const entry = nameOf(one);
      last = entry;
      if (!entry.startsWith(prefix)) {
        throw this.#corrupt(`it names ${quoteKey(entry)}, which is outside the prefix ${quoteKey(prefix)}`);
      }
      if (!ordered) continue;
      if (previous !== undefined && compareKeys(entry, previous) <= 0) {
        throw this.#corrupt(
          `it goes back from ${quoteKey(previous)} to ${quoteKey(entry)} (a page that repeats, or keys out of order)`,
        );
      }
      previous = entry;
    }
    return last;
  }

  #corrupt(what: string): StoreError {
    return untrusted({ engine: this.#engine, operation: this.#operation }, what);
  }
}

function smallest(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareKeys(a, b) <= 0 ? a : b;
}

function largest(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareKeys(a, b) >= 0 ? a : b;
}
