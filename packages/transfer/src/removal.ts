import { once, setMaxListeners } from 'node:events';
import { PassThrough } from 'node:stream';
import {
  quoteKey,
  StoreError,
  type DeleteManyOptions,
  type DeleteTarget,
  type DeletionReport,
} from '@store/core';
import { withSoundFacts } from '@store/core/extend';
import type { Copied } from './copy-object.js';
import type { CheckedTransferOptions } from './options.js';
import { shareBucket, type Side } from './place.js';
import type { Run } from './run.js';

/** For `onFailure` of deletes that belong to a transfer. */
export function undeleted(
  undeletedAt: 'source' | 'target',
  onFailure: CheckedTransferOptions['onFailure'],
): DeleteManyOptions['onFailure'] {
  return (
    onFailure &&
    (({ versionId: _version, attempts: _attempts, ...failure }) => onFailure({ ...failure, undeletedAt }))
  );
}

/** Copied objects that wait for their delete, at most. */
const WAITING = 2000;

/** Deletes at the source, while others are copied. */
export class Removal {
  readonly #from: Side;
  readonly #mayBeOne: boolean;
  readonly #onFailure: CheckedTransferOptions['onFailure'];
  readonly #waiting = new PassThrough({ objectMode: true, highWaterMark: WAITING });
  readonly #changed: string[] = [];
  #deletion: Promise<DeletionReport> | undefined;
  #changedCount = 0;

  /** @param onFailure told of what was copied and stays */
  constructor(from: Side, to: Side, onFailure: CheckedTransferOptions['onFailure']) {
    this.#from = from;
    this.#onFailure = onFailure;
    // Two endpoints can lead to one bucket. There a copy onto its own key is the source: its ETag is the same, its time is not.
    this.#mayBeOne = !shareBucket(from, to) && from.engine.provider === to.engine.provider;
    // As many wait as copies are on their way.
    setMaxListeners(0, this.#waiting);
  }

  async add({ from: key, to, source }: Copied): Promise<void> {
    const { driver } = this.#from.engine;
    const conditional = driver.delete.ifMatch !== false && source.etag !== undefined;
    const mustLook = !conditional || (this.#mayBeOne && key === to);
    if (mustLook && !(await this.#isUnchanged(key, source))) {
      this.#changedCount++;
      if (this.#changed.length === 0) this.#changed.push(key);
      const message = 'it changed after it was copied, and stays at the source';
      await this.#onFailure?.({ key, code: 'Conflict', message, undeletedAt: 'source' });
      return;
    }
    const target: DeleteTarget = conditional ? { key, ifMatch: source.etag } : { key };
    this.#deletion ??= this.#begin();
    if (!this.#waiting.destroyed && !this.#waiting.write(target)) await this.#room();
    // Nobody takes any more: why not, ends the run.
    if (this.#waiting.destroyed) await this.#deletion;
  }

  /** Waits until all of them are deleted: what was copied has to go also when the run ended early. */
  async end({ ledger }: Run): Promise<{ deletion: DeletionReport | null; incomplete: boolean }> {
    if (this.#changedCount > 0)
      ledger.warn(
        `${this.#changedCount} objects changed after they were copied, and stay at the source; the first of them is ${quoteKey(this.#changed[0] ?? '')}`,
      );
    this.#waiting.end();
    const deletion = (await this.#deletion) ?? null;
    return { deletion, incomplete: this.#changedCount > 0 };
  }

  #begin(): Promise<DeletionReport> {
    const deletion = this.#from.store.deleteMany(this.#waiting as AsyncIterable<DeleteTarget>, {
      onFailure: undeleted('source', this.#onFailure),
    });
    // `add` and `end` hear of it; what waits must not wait for ever.
    deletion.catch(() => this.#waiting.destroy());
    return deletion;
  }

  async #room(): Promise<void> {
    const settled = new AbortController();
    const { signal } = settled;
    try {
      await Promise.race([
        once(this.#waiting, 'drain', { signal }),
        once(this.#waiting, 'close', { signal }),
      ]);
    } finally {
      settled.abort();
    }
  }

  async #isUnchanged(key: string, source: Copied['source']): Promise<boolean> {
    const { engine } = this.#from;
    try {
      const given = await engine.request({ operation: 'head' }, (call) =>
        engine.driver.read.head({ key }, call),
      );
      const now = withSoundFacts(given);
      return (
        now.etag === source.etag &&
        now.size === source.size &&
        (source.lastModified === undefined || isSameTime(now.lastModified, source.lastModified))
      );
    } catch (error) {
      if (error instanceof StoreError && error.code === 'NotFound') return false;
      throw error;
    }
  }
}

/**
 * A listing may tell milliseconds where a look at one object, by an HTTP date, tells whole seconds (RADOS Gateway and MinIO
 * do so): then seconds are what can be compared.
 */
function isSameTime(now: Date | undefined, listed: Date): boolean {
  if (now === undefined) return false;
  const [a, b] = [now.getTime(), listed.getTime()];
  return a === b || (a % 1000 === 0 && a === b - (b % 1000));
}
