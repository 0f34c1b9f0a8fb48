import type { BatchDeleteResult, DeletedTarget, DeleteTarget, FailureReason } from '@store/driver';
import { ByTarget } from './by-target.js';
import type { Candidate, Deleted } from './candidate.js';

/** What a batch answer means for each key that was asked for. */
export interface Accounted {
  readonly deleted: readonly Deleted[];
  readonly failed: readonly { readonly candidate: Candidate; readonly reason: FailureReason }[];
  /** Keys in the answer that nobody asked for. */
  readonly invented: readonly string[];
  /** How many of the deletes put a delete marker on top instead of freeing anything. */
  readonly markers: number;
}

const UNCONFIRMED: FailureReason = {
  code: 'Unconfirmed',
  message: 'the answer of the service does not say what became of this key',
  retryable: true,
};

/** The keys of one batch: what goes into its request, and what an answer to it means for each of them. */
export class AskedBatch {
  /** Those without an outcome, once somebody has to look for one. */
  readonly #left = new ByTarget<Candidate>();
  #isOpen = false;
  /** A caller may name a key twice; both share the one outcome. */
  readonly #again = new Map<Candidate, Candidate[]>();
  readonly #candidates: readonly Candidate[];
  #asked: ByTarget<Candidate> | undefined;
  /** Each target once, as it goes into the request. */
  readonly targets: readonly DeleteTarget[];

  constructor(candidates: readonly Candidate[]) {
    this.#candidates = candidates;
    if (areOfOnce(candidates)) this.targets = candidates.map(targetOf);
    else {
      this.#open();
      this.targets = Array.from(this.#left.values(), targetOf);
    }
  }

  /** Puts the candidates where each can be found. */
  #open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    for (const candidate of this.#candidates) {
      const first = this.#left.get(candidate);
      if (first === undefined) this.#left.set(candidate, candidate);
      else this.#again.set(first, [...(this.#again.get(first) ?? []), candidate]);
    }
  }

  /**
   * Holds the answer against what was asked. Every candidate gets exactly one outcome: what the answer does not
   * mention is `Unconfirmed`, and what it reports both as deleted and as failed has failed. For one answer only.
   */
  account(answer: BatchDeleteResult): Accounted {
    return this.#allDeleted(answer) ?? this.#oneByOne(answer);
  }

  /** Most answers name just what was asked for, in its order, which takes no search. */
  #allDeleted({ deleted: named, failed }: BatchDeleteResult): Accounted | undefined {
    const candidates = this.#candidates;
    if (failed.length > 0 || named.length !== candidates.length || this.#again.size > 0) return undefined;
    const deleted: Deleted[] = [];
    let markers = 0;
    for (let i = 0; i < candidates.length; i++) {
      const candidate = candidates[i];
      const target = named[i];
      if (!candidate || target?.key !== candidate.key || target.versionId !== candidate.versionId)
        return undefined;
      deleted.push(withMarker(candidate, target));
      if (createdMarker(candidate, target)) markers++;
    }
    return { deleted, failed: [], invented: [], markers };
  }

  #oneByOne(answer: BatchDeleteResult): Accounted {
    this.#open();
    const deleted: Deleted[] = [];
    const failed: { candidate: Candidate; reason: FailureReason }[] = [];
    const invented: string[] = [];
    let markers = 0;

    for (const failure of answer.failed) {
      const { reason } = failure;
      this.#settle(failure, invented, (candidate) => failed.push({ candidate, reason }));
    }
    for (const target of answer.deleted) {
      this.#settle(target, invented, (candidate) => {
        deleted.push(withMarker(candidate, target));
        if (createdMarker(candidate, target)) markers++;
      });
    }
    for (const first of this.#left.values()) {
      for (const candidate of this.#withTwins(first)) failed.push({ candidate, reason: UNCONFIRMED });
    }
    return { deleted, failed, invented, markers };
  }

  #settle(target: DeleteTarget, invented: string[], outcome: (candidate: Candidate) => void): void {
    const first = this.#left.get(target);
    if (first === undefined) {
      if (!this.#wasAsked(target)) invented.push(target.key);
      return;
    }
    this.#left.delete(target);
    if (this.#again.size === 0) outcome(first);
    else this.#withTwins(first).forEach(outcome);
  }

  #withTwins(first: Candidate): readonly Candidate[] {
    return [first, ...(this.#again.get(first) ?? [])];
  }

  /** Only a strange answer needs this, so it is made when one comes. */
  #wasAsked(target: DeleteTarget): boolean {
    if (this.#asked === undefined) {
      this.#asked = new ByTarget();
      for (const candidate of this.#candidates) this.#asked.set(candidate, candidate);
    }
    return this.#asked.get(target) !== undefined;
  }
}

/** Keys of so many pages may come together; where there are more, each is looked up. */
const MOST_RUNS = 64;

/** Whether no key is there twice, told without a place for each: keys come as they were listed, and those of ranges lie apart. */
function areOfOnce(candidates: readonly Candidate[]): boolean {
  const runs: { readonly first: string; last: string }[] = [];
  let run: (typeof runs)[number] | undefined;
  for (const { key } of candidates) {
    if (run && key > run.last) run.last = key;
    else if (runs.push((run = { first: key, last: key })) > MOST_RUNS) return false;
  }
  if (runs.length > 1) runs.sort((a, b) => (a.first < b.first ? -1 : 1));
  return runs.every(({ last }, at) => {
    const next = runs[at + 1];
    return !next || last < next.first;
  });
}

/** A candidate with what the answer says about a delete marker, if it says something. */
export function withMarker(
  candidate: Candidate,
  { deleteMarker, deleteMarkerVersionId }: DeletedTarget,
): Deleted {
  return deleteMarker ? { ...candidate, deleteMarker, deleteMarkerVersionId, asked: candidate } : candidate;
}

/** Whether a delete of the current object made a marker; deleting a version may remove one instead. */
export function createdMarker(asked: DeleteTarget, answer: DeletedTarget): boolean {
  return asked.versionId === undefined && answer.deleteMarker === true;
}

/** What a driver is told of a candidate. */
export function targetOf({ key, versionId, ifMatch }: Candidate): DeleteTarget {
  if (versionId === undefined) return ifMatch === undefined ? { key } : { key, ifMatch };
  return ifMatch === undefined ? { key, versionId } : { key, versionId, ifMatch };
}
