import { compareKeys } from '@store/driver';

/** Above every other character; what follows it sorts last. */
const LAST_CHARACTER = '\u{10ffff}';

/** How to ask for the versions under a prefix, so that none is left out. */
export interface VersionQuery {
  readonly prefix: string | undefined;
  readonly keyMarker: string | undefined;
}

/**
 * `list-object-versions` leaves out a key that is the prefix itself (documented), and a directory's own object is
 * such a key. So the prefix is asked for without its last character, from the place just before the real one on.
 */
export function versionQuery(prefix: string, from: string | undefined): VersionQuery {
  const shorter = Array.from(prefix).slice(0, -1).join('');
  const last = prefix.slice(shorter.length).codePointAt(0) ?? 0;
  const before =
    last === 0 ? shorter : shorter + String.fromCodePoint(previousCharacter(last)) + LAST_CHARACTER;
  const start = [before, from ?? ''].sort(compareKeys).at(-1);
  return prefix === ''
    ? { prefix: undefined, keyMarker: from }
    : { prefix: shorter || undefined, keyMarker: start || undefined };
}

/** Half characters are none. */
function previousCharacter(codePoint: number): number {
  return codePoint === 0xe000 ? 0xd7ff : codePoint - 1;
}
