import { estimateOf, type Level, type LevelEstimate } from './level.js';
import type { SampledEntry, SampledPage, Sampler } from './sampler.js';

/** A level of a store whose listings begin at the beginning only: page after page, and only what was seen counts. */
export class ListedLevel implements Level {
  readonly #sampler: Sampler;
  readonly #pages: AsyncIterator<SampledPage, void, undefined>;
  readonly #entries: SampledEntry[] = [];
  #more = true;

  constructor(sampler: Sampler, prefix: string) {
    this.#sampler = sampler;
    this.#pages = sampler.pages(prefix);
  }

  get estimate(): LevelEstimate {
    return estimateOf({
      entries: this.#entries,
      now: this.#sampler.now(),
      missing: { objects: 0, groups: 0 },
      doubt: this.#more ? 1 : 0,
    });
  }

  get sure(): boolean {
    return !this.#more;
  }

  async refine(pages: number): Promise<void> {
    for (let i = 0; i < pages && this.#more; i++) {
      const { value } = await this.#pages.next();
      if (!value) return;
      this.#entries.push(...value.entries);
      this.#more = value.more;
    }
  }
}
