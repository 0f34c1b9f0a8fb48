import type { Unnameable, VersionInfo } from '@store/driver';

/** Which object versions a run deletes. */
export type VersionSelection = 'current' | 'noncurrent' | 'all';

/** Which delete markers a run deletes. */
export type DeleteMarkerSelection = 'keep' | 'expired' | 'all';

/** A version or marker that a run has looked at, and whether it is to go. */
export interface SelectedVersion extends VersionInfo {
  readonly doomed: boolean;
  /** It would be to go, if it were clear that it is not the latest. */
  readonly doubtful?: true;
}

/** Markers of one key that are held until it is known whether an object version is left under them. */
const MAX_HELD_MARKERS = 10_000;

/** Which versions and markers of keys a run means: once, for the run, for its dry run and for what is left after it. */
export interface SelectionRules {
  readonly versions: VersionSelection;
  readonly deleteMarkers: DeleteMarkerSelection;
}

/** Which of the versions that a listing names, in its order, a run means. */
export interface VersionPass {
  /**
   * Takes the next versions of the listing and returns those that are decided by them.
   *
   * @param unnameable what the listing shows beside them
   */
  next(versions: readonly VersionInfo[], unnameable?: readonly Unnameable[]): Iterable<SelectedVersion>;
  /** Those that were waiting for more. */
  end(): Iterable<SelectedVersion>;
}

/**
 * First pass: the object versions. Markers belong to it only where they are kept anyway; where some of them are
 * to go, the second pass deals with all.
 */
export class ObjectVersionPass implements VersionPass {
  readonly #rules: SelectionRules;
  /**
   * The last key that was seen to have a latest version, which comes first. Where a service says of none that it is the
   * latest, all of them look noncurrent, the current one too.
   */
  #latestOf: string | undefined;

  constructor(rules: SelectionRules) {
    this.#rules = rules;
  }

  *next(versions: readonly VersionInfo[]): Generator<SelectedVersion> {
    const { versions: wanted, deleteMarkers } = this.#rules;
    for (const version of versions) {
      if (version.isLatest) this.#latestOf = version.key;
      const isClear = wanted === 'all' || this.#latestOf === version.key;
      if (!version.deleteMarker) {
        const doomed = wanted === 'all' || !version.isLatest;
        yield isClear ? { ...version, doomed } : { ...version, doomed, doubtful: true };
      } else if (deleteMarkers === 'keep') yield { ...version, size: 0, doomed: false };
    }
  }

  end(): readonly SelectedVersion[] {
    return [];
  }
}

/**
 * Second pass: the delete markers, as they are when the first pass has been carried out.
 *
 * A marker that hides an object version is never deleted, because that would bring a deleted object back. So a
 * key's markers wait until its versions have been looked at, which come newest first.
 */
export class MarkerPass implements VersionPass {
  readonly #markers: DeleteMarkerSelection;
  readonly #isGone: (version: VersionInfo) => boolean;
  readonly #onTooMany: (key: string) => void;
  #key: string | undefined;
  #held: VersionInfo[] = [];
  #hasObject = false;
  /** The first that is left when the first pass is done: it is on top then, when it is not already. */
  #top: VersionInfo | undefined;
  /** What no request could name on the page before: the rest of its versions may be on this one. */
  #namelessBefore: ReadonlySet<string> = new Set();

  /**
   * @param isGone which object versions are to be taken for deleted; told of all that is listed, in its order. In a run
   * none, because it lists what its first pass left; in a dry run those that the first pass would have deleted
   * @param onTooMany told of keys with more markers than can be held; the rest of those is not looked at
   */
  constructor(
    markers: DeleteMarkerSelection,
    isGone: (version: VersionInfo) => boolean,
    onTooMany: (key: string) => void,
  ) {
    this.#markers = markers;
    this.#isGone = isGone;
    this.#onTooMany = onTooMany;
  }

  /** @param unnameable a version that lacks its id is an object all the same, and would be back without the marker above */
  *next(
    versions: readonly VersionInfo[],
    unnameable: readonly Unnameable[] = [],
  ): Generator<SelectedVersion> {
    const nameless = new Set(unnameable.map(({ name }) => name));
    if (this.#key !== undefined && nameless.has(this.#key)) this.#hasObject = true;
    for (const version of versions) {
      if (version.key !== this.#key) {
        yield* this.end();
        this.#key = version.key;
        this.#hasObject = nameless.has(version.key) || this.#namelessBefore.has(version.key);
      }
      const isGone = this.#isGone(version);
      if (!version.deleteMarker && isGone) continue;
      this.#top ??= version;
      if (!version.deleteMarker) this.#hasObject = true;
      else if (this.#held.length < MAX_HELD_MARKERS) this.#held.push(version);
      else this.#onTooMany(version.key);
    }
    this.#namelessBefore = nameless;
  }

  /** The markers of the last key. */
  *end(): Generator<SelectedVersion> {
    for (const marker of this.#held) {
      const hides = this.#hasObject && (marker.isLatest || marker === this.#top);
      const doomed = !this.#hasObject || (this.#markers === 'all' && !hides);
      yield { ...marker, size: 0, doomed };
    }
    this.#held = [];
    this.#hasObject = false;
    this.#top = undefined;
    this.#key = undefined;
  }
}
