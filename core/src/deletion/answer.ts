import type { BatchDeleteResult, DeletedTarget, DeleteTarget } from '../driver.js';
import type { FailureReason } from '../errors.js';
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

/**
 * Holds an answer against what was asked. Every candidate gets exactly one outcome: what the answer does not
 * mention is `Unconfirmed`, and what it reports both as deleted and as failed has failed.
 */
export function account(asked: readonly Candidate[], answer: BatchDeleteResult): Accounted {
  // A caller may name a key twice; both share the one outcome.
  const open = new Map<string, Candidate[]>();
  for (const candidate of asked) {
    const id = identity(candidate);
    const same = open.get(id);
    if (same) same.push(candidate);
    else open.set(id, [candidate]);
  }
  const deleted: Deleted[] = [];
  const failed: { candidate: Candidate; reason: FailureReason }[] = [];
  const invented: string[] = [];
  const settled = new Set<string>();
  let markers = 0;

  const settle = (target: DeleteTarget, outcome: (candidate: Candidate) => void): void => {
    const id = identity(target);
    const candidates = open.get(id);
    if (candidates) {
      candidates.forEach(outcome);
      open.delete(id);
      settled.add(id);
    } else if (!settled.has(id)) {
      invented.push(target.key);
    }
  };

  for (const { reason, ...target } of answer.failed) {
    settle(target, (candidate) => failed.push({ candidate, reason }));
  }
  for (const target of answer.deleted) {
    settle(target, (candidate) => {
      deleted.push(withMarker(candidate, target));
      if (createdMarker(candidate, target)) markers++;
    });
  }
  for (const candidates of open.values()) {
    for (const candidate of candidates) failed.push({ candidate, reason: UNCONFIRMED });
  }
  return { deleted, failed, invented, markers };
}

/** A candidate with what the answer says about a delete marker, if it says something. */
export function withMarker(
  candidate: Candidate,
  { deleteMarker, deleteMarkerVersionId }: DeletedTarget,
): Deleted {
  return deleteMarker ? { ...candidate, deleteMarker, deleteMarkerVersionId } : candidate;
}

/** Whether a delete of the current object made a marker; deleting a version may remove one instead. */
export function createdMarker(asked: DeleteTarget, answer: DeletedTarget): boolean {
  return asked.versionId === undefined && answer.deleteMarker === true;
}

/** Each target once, as it goes into a request. */
export function distinctTargets(candidates: readonly Candidate[]): DeleteTarget[] {
  const targets = new Map<string, DeleteTarget>();
  for (const { key, versionId, ifMatch } of candidates) {
    const target = {
      key,
      ...(versionId === undefined ? {} : { versionId }),
      ...(ifMatch === undefined ? {} : { ifMatch }),
    };
    targets.set(identity(target), target);
  }
  return [...targets.values()];
}

/** A string that two targets share only when they are the same: the length keeps id and key apart. */
function identity({ key, versionId }: DeleteTarget): string {
  return versionId === undefined ? `k${key}` : `v${versionId.length}:${versionId}${key}`;
}
