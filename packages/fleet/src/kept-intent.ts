import type { KeptIntent } from './fleet-books.js';

/** Keys of a page are much alike: each is written as how much of the one before it begins with, and the rest. */
interface Packed extends Omit<KeptIntent, 'keys'> {
  /** UTF-16 units. */
  readonly same: readonly number[];
  readonly rest: readonly string[];
}

/**
 * An intent as text, short: a thousand keys are most of what a fleet writes down. Compressing it would take half of their
 * bytes away where they are random, and a tenth of all CPU time.
 */
export function packIntent({ keys, ...others }: KeptIntent): string {
  const same: number[] = [];
  const rest: string[] = [];
  let before = '';
  for (const key of keys) {
    const length = Math.min(before.length, key.length);
    let at = 0;
    while (at < length && before.charCodeAt(at) === key.charCodeAt(at)) at++;
    same.push(at);
    rest.push(key.slice(at));
    before = key;
  }
  const packed: Packed = { ...others, same, rest };
  return JSON.stringify(packed);
}

export function unpackIntent(text: string): KeptIntent {
  // Written by the function above.
  const { same, rest, ...others } = JSON.parse(text) as Packed;
  let before = '';
  const keys = rest.map((end, index) => (before = before.slice(0, same[index]) + end));
  return { ...others, keys };
}
