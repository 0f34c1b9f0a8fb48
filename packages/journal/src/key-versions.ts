import type { VersionInfo } from '@store/core';
import type { DeletedKey } from './deleted-keys.js';

/** What is to be done about a key that a run deleted. */
export type Finding =
  /** These markers go. `still`: why the key stays hidden all the same. */
  | { readonly kind: 'remove'; readonly ids: readonly string[]; readonly still?: string | undefined }
  /** No marker of the run is there any more, and the key has an object. */
  | { readonly kind: 'back' }
  | { readonly kind: 'left'; readonly reason: string };

const left = (reason: string): Finding => ({ kind: 'left', reason });

/** The versions of one key, as a listing names them: the latest first. */
export class KeyVersions {
  readonly #deleted: DeletedKey;
  #top: VersionInfo | undefined;
  /** Markers of the run with nothing of others above them. */
  readonly #above: string[] = [];
  /** The first one that is none of those. */
  #under: VersionInfo | undefined;
  #isBuried = false;
  #isNameless = false;

  constructor(deleted: DeletedKey) {
    this.#deleted = deleted;
  }

  get key(): string {
    return this.#deleted.key;
  }

  add(version: VersionInfo): void {
    const { deleteMarker, versionId } = version;
    this.#top ??= version;
    const isOurs = deleteMarker && this.#deleted.ids.has(versionId);
    if (isOurs && this.#under === undefined) this.#above.push(versionId);
    else if (isOurs) this.#isBuried = true;
    else this.#under ??= version;
  }

  /** The listing shows something of this key that no request can name. */
  addNameless(): void {
    this.#isNameless = true;
  }

  finding(): Finding {
    const top = this.#top;
    const under = this.#under;
    const { doubt = 'a delete marker is on top that is not of this run' } = this.#deleted;
    if (this.#isNameless) return left('the listing shows a version of it that no request can name');
    if (!top) return left('no version of it is left');
    if (!top.isLatest)
      return left('the listing does not say which version is the latest: nothing was touched');
    if (this.#above.length > 0) {
      if (!under) return left('the version under its marker is gone: there is nothing to bring back');
      const still = under.deleteMarker
        ? "the run's marker is gone, and under it is another one that this journal does not name"
        : undefined;
      return { kind: 'remove', ids: this.#above, still };
    }
    if (this.#isBuried)
      return left(top.deleteMarker ? 'it was written and deleted again since' : 'it was written since');
    return top.deleteMarker ? left(doubt) : { kind: 'back' };
  }
}
