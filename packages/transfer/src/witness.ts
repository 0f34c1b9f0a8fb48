import { StoreError } from '@store/core';
import type { Ledger } from './ledger.js';
import type { Side } from './place.js';

export const GONE =
  'the source no longer has what it was listed with, as when a disk goes away in the middle, so that not all of it may have been listed; ' +
  'look at the source, and begin again';

/**
 * Tells a source that has gone away from one in which objects were deleted. A disk that is unmounted in the middle leaves an empty
 * directory, and the rest of a listing then ends like that of a directory which somebody has emptied. What was listed before is gone
 * with it; as long as some of that is there, so was all that was listed until now.
 */
export class Witness {
  readonly #from: Side;
  #first: string | undefined;
  #last: string | undefined;

  constructor(from: Side) {
    this.#from = from;
  }

  /** The source was listed with this key. */
  saw(key: string): void {
    this.#first ??= key;
    this.#last = key;
  }

  /** Whether the last of what was seen is there, or the first: one may be deleted just now. Also where nothing was seen. */
  async isThere(operation: string, signal: AbortSignal): Promise<boolean> {
    const keys = new Set([this.#last, this.#first].filter((key) => key !== undefined));
    if (keys.size === 0) return true;
    for (const key of keys) if (await this.#has(key, operation, signal)) return true;
    return false;
  }

  /** The same at the end of a run: a source that has gone is told of, and leaves the run incomplete. */
  async check(
    run: { readonly over: boolean; readonly signal: AbortSignal; readonly ledger: Ledger },
    operation: string,
  ): Promise<boolean> {
    if (run.over || (await this.isThere(operation, run.signal))) return true;
    run.ledger.warn(GONE);
    return false;
  }

  async #has(key: string, operation: string, signal: AbortSignal): Promise<boolean> {
    const { engine } = this.#from;
    try {
      await engine.request({ operation, signal }, (call) => engine.driver.read.head({ key }, call));
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.code === 'NotFound') return false;
      // Only what is there can be refused.
      if (error.code !== 'AccessDenied') throw error;
    }
    return true;
  }
}
