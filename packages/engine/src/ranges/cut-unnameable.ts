import { compareKeys, type Unnameable } from '@store/driver';
import type { KeyRange } from './key-range.js';

/**
 * Which of the entries that cannot be named belong to a range, of a page that goes beyond it. Where an entry stands in
 * the order of keys, and does not say so, only the part of its name before the first strange byte tells. One of which it does not is taken
 * for a part of the range, once: the neighbour may see it too, or may not.
 */
export class CutUnnameable {
  readonly #taken = new Set<string>();

  of({ unnameable = [] }: { readonly unnameable?: readonly Unnameable[] | undefined }, range: KeyRange) {
    return unnameable.filter(({ name, at }) => {
      if (at !== undefined) return range.has(at);
      const [known = ''] = name.split('\\', 1);
      if (isUnclear(known, range.after) || isUnclear(known, range.upto)) {
        if (this.#taken.has(name)) return false;
        this.#taken.add(name);
        return true;
      }
      const { after, upto } = range;
      return (
        (after === undefined || compareKeys(known, after) > 0) &&
        (upto === undefined || compareKeys(known, upto) < 0)
      );
    });
  }
}

function isUnclear(known: string, boundary: string | undefined): boolean {
  return boundary?.startsWith(known) ?? false;
}
