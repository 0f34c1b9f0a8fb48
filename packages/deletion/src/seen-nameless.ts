import type { RunPage } from './run.js';

/** Names that are remembered. Where there are more, so many keys have failed that the rest needs no second mention. */
const MAX_NAMES = 10_000;

type Pages<T> = AsyncGenerator<RunPage<T>, void, undefined>;

/**
 * Between two passes over one listing: what no request can name fails once, in the pass that sees it first. A service
 * may name an entry in one answer and garble it in the next, so what the second pass cannot name is not always what the
 * first one could not.
 */
export class SeenNameless {
  readonly #names = new Set<string>();

  /** The first pass. Begins anew, because a run that is verified lists twice. */
  async *remember<T>(pages: Pages<T>): Pages<T> {
    this.#names.clear();
    for await (const page of pages) {
      for (const { name } of page.unnameable ?? []) if (this.#names.size < MAX_NAMES) this.#names.add(name);
      yield page;
    }
  }

  /** The second pass, without what the first one has told of. */
  async *leaveOut<T>(pages: Pages<T>): Pages<T> {
    for await (const { unnameable = [], ...page } of pages) {
      yield { ...page, unnameable: unnameable.filter(({ name }) => !this.#isSeen(name)) };
    }
  }

  #isSeen(name: string): boolean {
    return this.#names.has(name) || this.#names.size === MAX_NAMES;
  }
}
