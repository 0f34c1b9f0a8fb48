import type { VersionInfo } from '../objects.js';

/** Which object versions a run deletes. */
export type VersionSelection = 'current' | 'noncurrent' | 'all';

/** Which delete markers a run deletes. */
export type DeleteMarkerSelection = 'keep' | 'expired' | 'all';

/** A version or marker that a run has looked at, and whether it is to go. */
export interface SelectedVersion extends VersionInfo {
  readonly doomed: boolean;
}

/** Markers of one key that are held until it is known whether an object version is left under them. */
const MAX_HELD_MARKERS = 10_000;

/**
 * First pass: the object versions. Markers belong to it only where they are kept anyway; where some of them are
 * to go, the second pass deals with all.
 */
export function* selectObjectVersions(
  versions: readonly VersionInfo[],
  wanted: VersionSelection,
  markers: DeleteMarkerSelection,
): Generator<SelectedVersion> {
  for (const version of versions) {
    if (!version.deleteMarker) yield { ...version, doomed: wanted === 'all' || !version.isLatest };
    else if (markers === 'keep') yield { ...version, doomed: false };
  }
}

/**
 * Second pass, after the first has been carried out: the delete markers.
 *
 * A marker that hides an object version is never deleted, because that would bring a deleted object back. So a
 * key's markers wait until its versions have been looked at, which come newest first.
 */
export class MarkerPass {
  readonly #markers: DeleteMarkerSelection;
  readonly #onTooMany: (key: string) => void;
  #key: string | undefined;
  #held: VersionInfo[] = [];
  #hasObject = false;

  /** @param onTooMany told of keys with more markers than can be held; the rest of those is not looked at */
  constructor(markers: DeleteMarkerSelection, onTooMany: (key: string) => void) {
    this.#markers = markers;
    this.#onTooMany = onTooMany;
  }

  /** Takes the next versions of the listing and returns the markers that are decided by them. */
  *next(versions: readonly VersionInfo[]): Generator<SelectedVersion> {
    for (const version of versions) {
      if (version.key !== this.#key) {
        yield* this.end();
        this.#key = version.key;
      }
      if (!version.deleteMarker) this.#hasObject = true;
      else if (this.#held.length < MAX_HELD_MARKERS) this.#held.push(version);
      else this.#onTooMany(version.key);
    }
  }

  /** The markers of the last key. */
  *end(): Generator<SelectedVersion> {
    for (const marker of this.#held) {
      const hides = this.#hasObject && marker.isLatest;
      const doomed = !this.#hasObject || (this.#markers === 'all' && !hides);
      yield { ...marker, doomed };
    }
    this.#held = [];
    this.#hasObject = false;
    this.#key = undefined;
  }
}
