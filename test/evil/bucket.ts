import type { Random } from './random.js';
import { byteKey, Truth } from './truth.js';

/** What is deleted in every run. */
export const PREFIX = 'd/';

const HOUR = 3_600_000;

/** Ages and sizes on both sides of what filters ask for. */
export const AGES = [10 * 60_000, 30 * 24 * HOUR] as const;
export const SIZES = [1, 5000] as const;
export const OLDER_THAN = HOUR;
export const MIN_SIZE = 1000;

/** Rests of keys behind the prefix. Some are alike to a service or a client that is careless. */
const RESTS = [
  '',
  'a',
  'a ',
  ' a',
  'a b',
  'a+b',
  'a%20b',
  'a%2520b',
  'a\tb',
  'a\nb',
  'a\r\nb',
  'a&amp;b',
  'a&b',
  '<a>',
  '"a\'',
  '\u00e9',
  'e\u0301',
  '中文',
  '\u{1f600}',
  '\u{10ffff}',
  '\ufeffa',
  'a\ufffdb',
  'keep/a',
  'keep/b c',
  'x//y',
  './x',
  '../x',
  ' ',
  '\n',
  '%',
  '%zz',
  '\\',
  '__proto__',
  'constructor',
  'null',
  'true',
  'z/z/z',
] as const;

/** Keys that are nobody's business here. */
const OUTSIDE = ['c', 'd', 'd0', 'D/a', 'dd/a', 'e/d/a', 'x', '\u{1f600}/d/a'] as const;

/** A small bucket: some of the keys under the prefix and beside it, in a versioned bucket with histories. */
export function randomBucket(random: Random, versioned: boolean, now = Date.now()): Truth {
  const truth = new Truth(versioned);
  const rests = random.shuffled(RESTS).slice(0, 2 + random.int(10));
  const outside = random.shuffled(OUTSIDE).slice(0, 2 + random.int(3));
  for (const key of [...rests.map((rest) => PREFIX + rest), ...outside].map(byteKey)) {
    const versions = versioned ? 1 + random.int(3) : 1;
    for (let i = 0; i < versions; i++) {
      if (versioned && random.chance(0.2)) truth.remove({ key });
      const modified = now - random.pick(AGES);
      truth.put(key, { size: random.pick(SIZES), modified: modified - (modified % 1000) });
    }
    if (versioned && random.chance(0.25)) truth.remove({ key });
  }
  return truth;
}
