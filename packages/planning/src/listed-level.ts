import { estimateOf, foundIn, type Found, type Level, type LevelEstimate } from './level.js';
import type { SampledPage, Sampler } from './sampler.js';

/** A level of a store whose listings begin at the beginning only: page after page, and only what was seen counts. */
export class ListedLevel implements Level {
  readonly #sampler: Sampler;
  readonly #pages: AsyncIterator<SampledPage, void, undefined>;
  readonly #found: Found[] = [];
  #more = true;

  constructor(sampler: Sampler, prefix: string) {
    this.#sampler = sampler;
    this.#pages = sampler.pages(prefix);
  }

  get estimate(): LevelEstimate {
    return estimateOf(this.#found, { objects: 0, groups: 0 }, this.#more ? 1 : 0);
  }

  get sure(): boolean {
    return !this.#more;
  }

  get surveyed(): boolean {
    return this.sure;
  }

  async refine(pages: number): Promise<void> {
    for (let i = 0; i < pages && this.#more; i++) {
      const { value } = await this.#pages.next();
      if (!value) return;
      this.#found.push(foundIn(value.entries, this.#sampler.now()));
      this.#more = value.more;
    }
  }
}
