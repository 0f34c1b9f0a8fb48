import { compareKeys, quoteKey } from '@store/driver';
import type { Engine, Purpose } from '../engine.js';
import { untrusted } from '../follow-pages.js';
import { RepeatWatch } from '../repeat-watch.js';

/**
 * Measures whether a listing of versions or uploads gets on, by what it names and not by its tokens, which can be new
 * for ever: keys never go back, and within a key nothing comes again. Where keys have no order, entries may not come
 * again and again.
 */
export class EntryOrder<T extends { readonly key: string }> {
  readonly #engine: Engine;
  readonly #operation: string;
  readonly #idOf: (entry: T) => string;
  readonly #prefix: string;
  readonly #ordered: boolean;
  /** No entry comes at or before it; forgotten once there is one. */
  #startAfter: string | undefined;
  #key: string | undefined;
  #ids = new RepeatWatch();

  /**
   * @param idOf what tells an entry from the others of its key
   * @param startAfter where an ordered listing begins
   */
  constructor(
    engine: Engine,
    prefix: string,
    { operation }: Purpose,
    idOf: (entry: T) => string,
    startAfter?: string,
  ) {
    this.#startAfter = startAfter;
    this.#engine = engine;
    this.#operation = operation;
    this.#idOf = idOf;
    this.#prefix = prefix;
    this.#ordered = engine.driver.list.order === 'utf8';
  }

  /** Takes a page in. @throws StoreError `Corrupt` when it does not go on from the last; an ordered one is not remembered */
  take(entries: readonly T[]): void {
    const problem = this.#problem(entries);
    if (problem !== undefined) throw untrusted({ engine: this.#engine, operation: this.#operation }, problem);
  }

  #problem(entries: readonly T[]): string | undefined {
    const foreign = entries.find(({ key }) => !key.startsWith(this.#prefix));
    if (foreign) {
      return `it names ${quoteKey(foreign.key)}, which is outside the prefix ${quoteKey(this.#prefix)}`;
    }
    return this.#ordered ? this.#goesBack(entries) : this.#goesRound(entries);
  }

  #goesBack(entries: readonly T[]): string | undefined {
    const [first] = entries;
    if (first && this.#startAfter !== undefined) {
      if (compareKeys(first.key, this.#startAfter) <= 0)
        return `it begins with ${quoteKey(first.key)}, and not behind ${quoteKey(this.#startAfter)}`;
      this.#startAfter = undefined;
    }
    let last = this.#key;
    let ids = new Set<string>();
    for (const entry of entries) {
      const { key } = entry;
      const id = this.#idOf(entry);
      if (last !== undefined && key !== last) {
        if (compareKeys(key, last) < 0) return `it goes back from ${quoteKey(last)} to ${quoteKey(key)}`;
        ids = new Set();
      }
      if (ids.has(id) || (key === this.#key && this.#ids.has(id))) {
        return `an entry of ${quoteKey(key)} came again`;
      }
      ids.add(id);
      last = key;
    }
    if (last !== this.#key) this.#ids = new RepeatWatch();
    for (const id of ids) this.#ids.add(id);
    this.#key = last;
    return undefined;
  }

  #goesRound(entries: readonly T[]): string | undefined {
    for (const entry of entries) this.#ids.add(`${entry.key.length}:${entry.key}${this.#idOf(entry)}`);
    return this.#ids.circles ? 'it names the same entries again and again' : undefined;
  }
}
