import { once, setMaxListeners } from 'node:events';
import { PassThrough } from 'node:stream';
import {
  quoteKey,
  StoreError,
  type DeleteManyOptions,
  type DeleteTarget,
  type DeletionReport,
} from '@store/core';
import { withSoundFacts } from '@store/driver';
import { Apart } from './apart.js';
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

const CHANGED = 'it changed after it was copied';
const RELINKED =
  'something other than its size and time changed after it was copied, as when source and target were one file with two names (hard links)';
const MAY_BE_ONE = 'source and target may be one object, under two names of one store';
const DOUBTED = 'the target no longer has what was written there';

/** Deletes at the source, while others are copied. */
export class Removal {
  readonly #from: Side;
  /** Undefined within one bucket, where no key is copied onto itself. */
  readonly #apart: Apart | undefined;
  readonly #onFailure: CheckedTransferOptions['onFailure'];
  readonly #waiting = new PassThrough({ objectMode: true, highWaterMark: WAITING });
  /** Why something stays, how often, and the first of it. */
  readonly #kept = new Map<string, { count: number; readonly first: string }>();
  #deletion: Promise<DeletionReport> | undefined;

  /** @param onFailure told of what was copied and stays */
  constructor(from: Side, to: Side, onFailure: CheckedTransferOptions['onFailure']) {
    this.#from = from;
    this.#onFailure = onFailure;
    this.#apart = shareBucket(from, to) ? undefined : new Apart(from, to);
    // As many wait as copies are on their way.
    setMaxListeners(0, this.#waiting);
  }

  /** Before it is copied: what is not at the target yet is another object there. */
  async before(key: string, to: string): Promise<void> {
    if (key === to) await this.#apart?.isProven(key);
  }

  async add({ from: key, to, source, doubt }: Copied): Promise<void> {
    const { driver } = this.#from.engine;
    const conditional = driver.delete.ifMatch !== false && source.etag !== undefined;
    if (doubt !== undefined) return this.#keep(key, DOUBTED, doubt);
    if (key === to && this.#apart && !(await this.#apart.isProven(key))) return this.#keep(key, MAY_BE_ONE);
    const change = conditional ? undefined : await this.#changeOf(key, source);
    if (change !== undefined) return this.#keep(key, change);
    const target: DeleteTarget = conditional ? { key, ifMatch: source.etag } : { key };
    this.#deletion ??= this.#begin();
    if (!this.#waiting.destroyed && !this.#waiting.write(target)) await this.#room();
    // Nobody takes any more: why not, ends the run.
    if (this.#waiting.destroyed) await this.#deletion;
  }

  /** Waits until all of them are deleted: what was copied has to go also when the run ended early. */
  async end({ ledger }: Run): Promise<{ deletion: DeletionReport | null; incomplete: boolean }> {
    for (const [why, { count, first }] of this.#kept)
      ledger.warn(
        count === 1
          ? `${quoteKey(first)} stays at the source: ${why}`
          : `${count} objects stay at the source: ${why}; the first of them is ${quoteKey(first)}`,
      );
    this.#waiting.end();
    const deletion = (await this.#deletion) ?? null;
    return { deletion, incomplete: this.#kept.size > 0 };
  }

  async #keep(key: string, why: string, detail = why): Promise<void> {
    const known = this.#kept.get(why);
    if (known) known.count++;
    else this.#kept.set(why, { count: 1, first: key });
    const message = `${detail}; it stays at the source`;
    await this.#onFailure?.({ key, code: 'Conflict', message, undeletedAt: 'source' });
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

  async #changeOf(key: string, source: Copied['source']): Promise<string | undefined> {
    const { engine } = this.#from;
    try {
      const given = await engine.request({ operation: 'head' }, (call) =>
        engine.driver.read.head({ key }, call),
      );
      const now = withSoundFacts(given);
      const isAlike =
        now.size === source.size &&
        (source.lastModified === undefined || isSameTime(now.lastModified, source.lastModified));
      if (isAlike && now.etag === source.etag) return undefined;
      return isAlike && engine.driver.keys.paths ? RELINKED : CHANGED;
    } catch (error) {
      if (error instanceof StoreError && error.code === 'NotFound') return CHANGED;
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
