import { compareKeys, type VersionInfo } from '@store/core';
import { newestFirst } from '@store/kit';

/** Above every other character; what follows it sorts last. */
const LAST_CHARACTER = '\u{10ffff}';

interface Version {
  readonly key: string;
  readonly versionID: string;
  readonly isLatest: boolean;
  readonly lastModified: Date | undefined;
}

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

/** Versions and delete markers, which come apart, as one list: by key, the latest first, then by time. */
export function versionInfos(
  versions: readonly (Version & {
    readonly size: number | undefined;
    readonly ETag: string | undefined;
    readonly storageClass: string | undefined;
  })[],
  markers: readonly Version[],
): VersionInfo[] {
  return newestFirst([
    ...versions.map(({ versionID, ETag, ...one }) => ({
      ...one,
      versionId: versionID,
      etag: ETag,
      deleteMarker: false,
    })),
    ...markers.map(({ versionID, ...one }) => ({
      ...one,
      versionId: versionID,
      deleteMarker: true,
      size: 0,
    })),
  ]);
}
