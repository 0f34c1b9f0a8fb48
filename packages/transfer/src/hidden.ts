import type { LeftOut } from '@store/core';

/** Where the source has something of which nobody knows what it holds; places come in the order of keys. */
export class Hidden {
  /** Each begins with the one before, so there are no more than a key has characters. */
  readonly #places: string[] = [];

  add(place: string): void {
    this.#leaveBehind(place);
    this.#places.push(place);
  }

  /** Whether a key, which is not below one that was asked of before, stands there or under it. */
  has(key: string): boolean {
    this.#leaveBehind(key);
    return this.#places.some(
      (place) => place === '' || key === place || key.startsWith(place.replace(/\/?$/, '/')),
    );
  }

  /** Of what is no beginning of this, nothing comes any more. */
  #leaveBehind(key: string): void {
    for (
      let last = this.#places.at(-1);
      last !== undefined && !key.startsWith(last);
      last = this.#places.at(-1)
    )
      this.#places.pop();
  }
}

/** Where it is behind a prefix; empty when all that is under the prefix is there. Undefined: nowhere. */
export function placeBehind(prefix: string, { at }: Pick<LeftOut, 'at'>): string | undefined {
  if (at === undefined) return undefined;
  return prefix.startsWith(at.replace(/\/?$/, '/')) ? '' : at.slice(prefix.length);
}
