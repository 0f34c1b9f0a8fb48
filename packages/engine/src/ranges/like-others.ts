import { compareKeys } from '@store/driver';

/** In so many other directories names have been seen before they say what may be in one. */
const FEW = 3;

/** What is known of where a range has come to, and of other directories. */
interface Sight {
  /** The last name that was listed. */
  readonly cursor: string;
  /** Where the range ends; undefined when it has no end. */
  readonly upto: string | undefined;
  /** Names from all over the listing. */
  readonly elsewhere: readonly string[];
}

/** A real boundary, or the directory in which there must be one. */
export type LikeOthers = { readonly boundary: string } | { readonly inside: string };

/**
 * What becomes of a guess when directories are like others of the same depth, as those of tenants, of years, of months are: where
 * others have no later name than the one that the cursor is in, there is nothing behind it, and what is left is further down.
 *
 * @param kept the share of the names behind the cursor that is to be on the lower side
 * @returns undefined where others say nothing
 */
export function likeOthers(
  { cursor, upto, elsewhere }: Sight,
  guess: string,
  kept: number,
): LikeOthers | undefined {
  let start = startOfName(cursor, guess);
  for (let isKnown = false; ; isKnown = true) {
    const inside = cursor.slice(0, start);
    const end = cursor.indexOf('/', start);
    const names = end < 0 ? undefined : namesAt(depthOf(inside), elsewhere);
    if (!names) return isKnown ? { inside } : undefined;
    const behind = Array.from(names, (name) => `${inside}${name}/`)
      .filter((one) => compareKeys(one, cursor) > 0 && (upto === undefined || compareKeys(one, upto) < 0))
      .toSorted(compareKeys);
    const boundary = behind[Math.min(behind.length - 1, Math.floor(behind.length * kept))];
    if (boundary !== undefined) return { boundary };
    start = end + 1;
  }
}

/** Where the first name of the two paths begins that differs. */
function startOfName(a: string, b: string): number {
  let start = 0;
  for (let at = 0; at < a.length && a[at] === b[at]; at++) if (a[at] === '/') start = at + 1;
  return start;
}

function depthOf(directory: string): number {
  return directory.split('/').length - 1;
}

/** The directories at a depth, by their names; undefined where too few others have any. */
function namesAt(depth: number, paths: readonly string[]): ReadonlySet<string> | undefined {
  const parents = new Set<string>();
  const names = new Set<string>();
  for (const path of paths) {
    const parts = path.split('/');
    const name = parts[depth];
    if (name === undefined || depth === parts.length - 1) continue;
    parents.add(parts.slice(0, depth).join('/'));
    names.add(name);
  }
  return parents.size < FEW ? undefined : names;
}
