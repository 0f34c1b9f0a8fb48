import type { Candidate, Deleted } from './candidate.js';
import type { Segment } from './segment.js';

/** Candidates that have not been sent, and the parts of the listing that named them. They go mostly in the order in which they came. */
export class Expected {
  #candidates: (Candidate | undefined)[] = [];
  #segments: (Segment | undefined)[] = [];
  /** Those before it have gone. */
  #head = 0;

  add(candidate: Candidate, segment: Segment | undefined): void {
    this.#candidates.push(candidate);
    this.#segments.push(segment);
  }

  take(candidate: Candidate): Segment | undefined {
    const at = this.#candidates.indexOf(candidate, this.#head);
    if (at < 0) return undefined;
    const segment = this.#segments[at];
    this.#candidates[at] = undefined;
    while (this.#head < this.#candidates.length && this.#candidates[this.#head] === undefined) this.#head++;
    // Half of it is gone.
    if (this.#head > 1000 && this.#head > this.#candidates.length / 2) {
      this.#candidates = this.#candidates.slice(this.#head);
      this.#segments = this.#segments.slice(this.#head);
      this.#head = 0;
    }
    return segment;
  }
}

/** Keys that were written down together before they were sent. */
export interface Intent {
  readonly id: number;
  readonly candidates: readonly Candidate[];
  readonly segments: readonly (Segment | undefined)[];
}

/** One of the keys of an intent. */
export interface Sent {
  readonly id: number;
  readonly index: number;
  readonly segment: Segment | undefined;
}

/**
 * What has been sent and has no outcome. Answers mostly tell of all keys of a request: where one does not, those of its intent
 * are looked at one by one from then on. (Maps of objects are dear: each object gets a hash for them.)
 */
export class Intents {
  readonly #whole = new Set<Intent>();
  /** Where the keys are of which some have had their outcome. */
  readonly #parts = new Map<Candidate, Sent>();

  add(intent: Intent): void {
    this.#whole.add(intent);
  }

  /** The intent of which these are all keys, in its order; it is over. */
  takeWhole(deleted: readonly Deleted[]): Intent | undefined {
    for (const intent of this.#whole) {
      if (!isAll(intent, deleted)) continue;
      this.#whole.delete(intent);
      return intent;
    }
    return undefined;
  }

  /** Where a candidate is that has its outcome; undefined when it was not sent. */
  take(candidate: Candidate): Sent | undefined {
    if (!this.#parts.has(candidate)) this.#takeApart(candidate);
    const sent = this.#parts.get(candidate);
    this.#parts.delete(candidate);
    return sent;
  }

  #takeApart(candidate: Candidate): void {
    for (const intent of this.#whole) {
      const { id, candidates, segments } = intent;
      if (!candidates.includes(candidate)) continue;
      this.#whole.delete(intent);
      for (const [index, one] of candidates.entries())
        this.#parts.set(one, { id, index, segment: segments[index] });
      return;
    }
  }
}

function isAll({ candidates }: Intent, deleted: readonly Deleted[]): boolean {
  return (
    deleted.length === candidates.length &&
    deleted.every((one, i) => one === candidates[i] || one.asked === candidates[i])
  );
}
