import type { WriteResult } from '@store/core';

/** How many completed uploads are remembered, and for how long in milliseconds. */
const MAX_REMEMBERED = 1000;
const REMEMBERED_MS = 3_600_000;

interface Completion {
  readonly key: string;
  /** Of the parts and conditions. */
  readonly fingerprint: string;
  readonly result: WriteResult;
  readonly at: number;
}

/**
 * How uploads were completed a while ago. A client that did not hear the answer asks again, and is told the same; S3 does
 * so too.
 */
export class RecentCompletions {
  /** By upload id, the oldest first. */
  readonly #completions = new Map<string, Completion>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  add(uploadId: string, completion: Omit<Completion, 'at'>): void {
    this.#completions.set(uploadId, { ...completion, at: this.#now() });
    for (const [id, { at }] of this.#completions) {
      if (this.#completions.size <= MAX_REMEMBERED && this.#now() - at <= REMEMBERED_MS) break;
      this.#completions.delete(id);
    }
  }

  /** How the same request ended; undefined when there was none, or another. */
  find(uploadId: string, key: string, fingerprint: string): WriteResult | undefined {
    const found = this.#completions.get(uploadId);
    const same = found?.key === key && found.fingerprint === fingerprint;
    return same && this.#now() - found.at <= REMEMBERED_MS ? found.result : undefined;
  }
}
