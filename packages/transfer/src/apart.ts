import { StoreError, type ObjectInfo } from '@store/core';
import { withSoundFacts } from '@store/driver';
import type { Side } from './place.js';

/**
 * Whether one key in two stores is two objects. Two endpoints can lead to one bucket, and what is copied there onto its own key
 * *is* the source: with the same bytes, and within one second with the same ETag and time.
 */
export class Apart {
  readonly #from: Side;
  readonly #to: Side;
  #isProven = false;

  constructor(from: Side, to: Side) {
    this.#from = from;
    this.#to = to;
  }

  /**
   * Looks at both under this key. What one key has shown holds for all of the two stores.
   *
   * @returns false when they may be one
   */
  async isProven(key: string): Promise<boolean> {
    if (this.#isProven) return true;
    const before = await look(this.#to, key);
    if (before === 'unknown') return false;
    const source = await look(this.#from, key);
    if (source === undefined || source === 'unknown' || !this.#differ(source, before)) return false;
    // Somebody may have written between the two looks.
    const after = await look(this.#to, key);
    if (after === 'unknown' || !this.#differ(source, after)) return false;
    this.#isProven = true;
    return true;
  }

  #differ(source: ObjectInfo, target: ObjectInfo | undefined): boolean {
    if (target === undefined) return true;
    if (source.size !== target.size || secondOf(source) !== secondOf(target)) return true;
    // Two adapters may tell these of one object in two ways.
    if (this.#from.engine.provider !== this.#to.engine.provider) return false;
    return source.etag !== target.etag || source.versionId !== target.versionId;
  }
}

/** HTTP dates have whole seconds. */
function secondOf({ lastModified }: ObjectInfo): number | undefined {
  return lastModified && Math.floor(lastModified.getTime() / 1000);
}

async function look({ engine }: Side, key: string): Promise<ObjectInfo | undefined | 'unknown'> {
  try {
    const given = await engine.request({ operation: 'head' }, (call) =>
      engine.driver.read.head({ key }, call),
    );
    return withSoundFacts(given);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return error.code === 'NotFound' ? undefined : 'unknown';
  }
}
