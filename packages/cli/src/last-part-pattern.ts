import { UsageError } from './exit-codes.js';
import type { Target } from './session.js';

/** What an address with a pattern as its last part selects, in the words of the library. */
export interface SelectedByPattern {
  readonly prefix: string;
  /** Globs on what is behind the prefix. */
  readonly include: readonly string[];
}

/** What is special in a glob, or takes that away. */
const SPECIAL = /[*?[{\\]/;

/**
 * Reads an address with a `*` in its last part; undefined for others. In URLs only a star that stands there as itself counts.
 *
 * @param below also what is under the directories that match
 * @param narrow what the pattern begins with belongs to the prefix, so that nothing beside it is listed; filters of the
 *   caller then have to be none that look at the rest of the key
 */
export function lastPartPattern(
  { key, address }: Pick<Target, 'key' | 'address'>,
  { below, narrow }: { readonly below: boolean; readonly narrow: boolean },
): SelectedByPattern | undefined {
  const start = key.lastIndexOf('/') + 1;
  const part = key.slice(start);
  if (!mayBePattern(address) || !part.includes('*')) return undefined;
  checkBraces(key, address);
  const begin = narrow ? start + part.search(SPECIAL) : start;
  const glob = key.slice(begin);
  return { prefix: key.slice(0, begin), include: [below ? withBelow(glob) : glob] };
}

/**
 * Only the last part of an address is a pattern, so braces around a `/` begin in a part that is taken as it stands.
 *
 * @throws UsageError
 */
export function checkBraces(key: string, address: string): void {
  const start = key.lastIndexOf('/') + 1;
  if (depthOf(key.slice(0, start)).end === 0 || depthOf(key.slice(start)).least === 0) return;
  throw new UsageError(
    `${JSON.stringify(address)} has a "/" in braces: only the last part of an address is a pattern; name an address for each, ` +
      'or give -r, the directory and --include with the pattern',
  );
}

/** How deep braces are open at the end of a text, and how many of those that it closes were open before. */
function depthOf(text: string): { readonly end: number; readonly least: number } {
  let end = 0;
  let least = 0;
  for (const [brace] of text.matchAll(/\\.|[{}]/gs)) {
    if (brace === '{') end++;
    else if (brace === '}') least = Math.min(least, --end);
  }
  return { end: Math.max(0, end), least };
}

/** What matches, and what is under it: as one glob, so that it is one thing that may match nothing. */
export function withBelow(glob: string): string {
  // A backslash at the end is a mistake, and must not take the brace for its own.
  const [backslashes = ''] = /\\*$/.exec(glob) ?? [];
  return backslashes.length % 2 === 1 ? glob : `${glob}{,/**}`;
}

/** Whether {@link lastPartPattern} may find one, as far as that can be told without the configuration. */
export function mayBePattern(address: string): boolean {
  return address.includes('*');
}
