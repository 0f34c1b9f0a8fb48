import { inflateRawSync } from 'node:zlib';
import type { KeptIntent } from './fleet-books.js';

/** Long keys of a page are much alike: each is written as how much of the one before it begins with, and the rest. */
interface Packed extends Omit<KeptIntent, 'keys'> {
  /** What all of them begin with. */
  readonly stem: string;
  /** How much more, in UTF-16 units. */
  readonly same: readonly number[];
  readonly rest: readonly string[];
}

/** Keys that begin with no more than this in common are written as they are: packing takes longer than their bytes do. */
const LONG_STEM = 64;

/**
 * An intent as text: a thousand keys are most of what a fleet writes down. Compressing it would take half of their bytes away
 * where they are random, and a tenth of all CPU time.
 */
export function packIntent(intent: KeptIntent): string {
  const { keys, ...others } = intent;
  let [stem = ''] = keys;
  for (const key of keys) {
    if (!key.startsWith(stem)) stem = stem.slice(0, sameLength(stem, key, 0));
    if (stem.length <= LONG_STEM) return JSON.stringify(intent);
  }
  const same: number[] = [];
  const rest: string[] = [];
  let before = stem;
  for (const key of keys) {
    const length = sameLength(before, key, stem.length);
    same.push(length - stem.length);
    rest.push(key.slice(length));
    before = key;
  }
  const packed: Packed = { ...others, stem, same, rest };
  return JSON.stringify(packed);
}

export function unpackIntent(text: string): KeptIntent {
  // As runs have it that were begun before: compressed, in base64, which has no brace.
  if (!text.startsWith('{'))
    return JSON.parse(inflateRawSync(Buffer.from(text, 'base64')).toString()) as KeptIntent;
  // Written by the function above.
  const written = JSON.parse(text) as Packed | KeptIntent;
  if ('keys' in written) return written;
  const { stem, same, rest, ...others } = written;
  let before = stem;
  const keys = rest.map((end, index) => (before = before.slice(0, stem.length + (same[index] ?? 0)) + end));
  return { ...others, keys };
}

/** @param from they are the same up to there. Half a character is written as JSON has it, and is whole again when it is read. */
function sameLength(a: string, b: string, from: number): number {
  const length = Math.min(a.length, b.length);
  let at = from;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}
