import type { Target } from './session.js';

/** What is special in a glob. */
const SPECIAL = /[*?[{]/;

/**
 * What somebody probably meant by a key that names no object, but looks like a pattern or a directory. Undefined for
 * keys that look like keys.
 */
export function patternHint({ key, address }: Pick<Target, 'key' | 'address'>): string | undefined {
  if (key.endsWith('/') && !SPECIAL.test(key)) {
    return `what is under it is deleted with -r: store rm -r ${quoted(address)}`;
  }
  if (!SPECIAL.test(key)) return undefined;
  return `keys are taken literally; did you mean: ${recursiveCommand({ key, address })}`;
}

/** The command for a pattern, which a key with something special in it was perhaps meant as. */
export function recursiveCommand({ key, address }: Pick<Target, 'key' | 'address'>): string {
  // As far as the pattern is none, it is a prefix.
  const start = key.lastIndexOf('/', key.search(SPECIAL)) + 1;
  const rest = key.slice(start);
  const pattern = rest.endsWith('/') ? `${rest}**` : rest;
  // In URLs keys are written in another way.
  const before = address.endsWith(key)
    ? quoted(address.slice(0, address.length - rest.length))
    : 'STORE:PREFIX';
  const everything = start === 0 ? ' --entire-store' : '';
  return `store rm -r${everything} --include ${quoted(pattern)} ${before}`;
}

/** As one word of a shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
