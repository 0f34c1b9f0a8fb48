import {
  compareKeys,
  type ListFacet,
  type ListPage,
  type ListPageRequest,
  type ObjectInfo,
  type StoreDriver,
} from '@store/core';
import { BARE, type Replaceable } from '@store/conformance';

/** What the objects are like. */
type Describe = (key: string) => Partial<ObjectInfo>;

/** A driver that lists many keys fast, and does nothing else. Keys have no characters beyond U+FFFF. */
export class SortedDriver implements StoreDriver {
  readonly provider = 'sorted';
  readonly place = 'sorted:';
  readonly keys = BARE.keys;
  readonly read = BARE.read;
  readonly write = BARE.write;
  readonly delete = BARE.delete;
  readonly close = BARE.close;
  readonly list: Replaceable<ListFacet>;
  readonly stored: readonly string[];
  requests = 0;

  readonly #describe: Describe;

  constructor(keys: Iterable<string>, list: Partial<ListFacet> = {}, describe: Describe = () => ({})) {
    this.#describe = describe;
    this.stored = Array.from(new Set(keys)).toSorted();
    this.list = { ...BARE.list, page: (request) => this.#page(request), ...list };
  }

  #page({ prefix, delimiter, maxKeys, startAfter = '', token }: ListPageRequest): Promise<ListPage> {
    this.requests++;
    const objects: ObjectInfo[] = [];
    const prefixes: { prefix: string }[] = [];
    let at =
      token === undefined
        ? this.#indexOf((key) => compareKeys(key, startAfter) > 0 && compareKeys(key, prefix) >= 0)
        : Number(token);
    const here = (): string | undefined => {
      const key = this.stored[at];
      return key?.startsWith(prefix) ? key : undefined;
    };
    for (let key = here(); key !== undefined && objects.length + prefixes.length < maxKeys; key = here()) {
      const end = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
      if (end < 0) {
        objects.push({ key, size: 10, lastModified: new Date(0), ...this.#describe(key) });
        at++;
      } else {
        const group = key.slice(0, end + 1);
        // What a listing begins behind may be in the middle of a group, which is behind it then.
        if (compareKeys(group, startAfter) > 0) prefixes.push({ prefix: group });
        at = this.#indexOf((other) => other > group && !other.startsWith(group));
      }
    }
    const truncated = here() !== undefined;
    return Promise.resolve({ objects, prefixes, truncated, nextToken: truncated ? String(at) : undefined });
  }

  /** The first key that is behind a place: `isBehind` is false for all keys before it. */
  #indexOf(isBehind: (key: string) => boolean): number {
    let low = 0;
    let high = this.stored.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBehind(this.stored[middle] ?? '')) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
