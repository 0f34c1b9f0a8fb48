import type { ObjectInfo } from '@store/core';
import { rangedObjectPages } from '@store/engine/ranges';
import type { Side } from './place.js';

/** Counts what is meant at the source, beside the work; undefined until it has come to the end. */
export class Totals {
  #total: { objects: number; bytes: number } | undefined;

  get total(): { readonly objects: number; readonly bytes: number } | undefined {
    return this.#total;
  }

  /** What goes wrong here goes wrong in the run too, which says so. */
  async count(
    { engine, prefix }: Side,
    isMeant: (object: ObjectInfo) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const found = { objects: 0, bytes: 0 };
    try {
      const purpose = { operation: 'list', signal };
      for await (const { page } of rangedObjectPages(engine, { prefix }, purpose, { concurrency: 2 })) {
        for (const object of page.objects) {
          if (!isMeant(object)) continue;
          found.objects++;
          found.bytes += object.size ?? 0;
        }
      }
      this.#total = found;
    } catch {
      // Then nobody knows how much there is.
    }
  }
}
