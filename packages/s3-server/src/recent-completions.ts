import { createHash } from 'node:crypto';
import type { CompleteUploadRequest, WriteResult } from '@store/driver';
import type { ElementText } from './joined-checksums.js';
import type { UploadClaims } from './upload-claims.js';

/** How many completed uploads are remembered, and for how long in milliseconds. */
const MAX_REMEMBERED = 1000;
const REMEMBERED_MS = 3_600_000;

/** What the end of an upload was answered with. */
export interface CompletedUpload {
  readonly result: WriteResult;
  /** Its checksums, as elements of the answer. */
  readonly fields: readonly ElementText[];
}

interface Completion<Result> {
  readonly key: string;
  /** Of the parts and conditions. */
  readonly fingerprint: string;
  readonly result: Result;
  readonly at: number;
}

/**
 * How uploads were completed a while ago. A client that did not hear the answer asks again, and is told the same; S3 does
 * so too.
 */
export class RecentCompletions<Result> {
  /** By upload id, the oldest first. */
  readonly #completions = new Map<string, Completion<Result>>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  add(uploadId: string, completion: Omit<Completion<Result>, 'at'>): void {
    this.#completions.set(uploadId, { ...completion, at: this.#now() });
    for (const [id, { at }] of this.#completions) {
      if (this.#completions.size <= MAX_REMEMBERED && this.#now() - at <= REMEMBERED_MS) break;
      this.#completions.delete(id);
    }
  }

  /** How the same request ended; undefined when there was none, or another. */
  find(uploadId: string, key: string, fingerprint: string): Result | undefined {
    const found = this.#completions.get(uploadId);
    const same = found?.key === key && found.fingerprint === fingerprint;
    return same && this.#now() - found.at <= REMEMBERED_MS ? found.result : undefined;
  }
}

/** The same for the same parts on the same conditions; short, however many parts there are. */
export function completionFingerprint(
  { parts, ifAbsent, ifMatch }: CompleteUploadRequest,
  claims: UploadClaims,
): string {
  const named = parts.map(({ partNumber, etag }) => [partNumber, etag]);
  return createHash('sha256')
    .update(JSON.stringify([named, ifAbsent ?? false, ifMatch ?? '', claims]))
    .digest('base64');
}
