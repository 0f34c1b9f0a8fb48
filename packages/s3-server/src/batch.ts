import type { DeletedTarget, DeleteTarget, DriverCall, PassThrough } from '@store/driver';
import type { Bucket } from './bucket.js';
import type { FaceCall } from './face.js';
import type { BatchOutcome, KeyError } from './batch-outcome.js';
import { slowDown, type ServiceError } from './http/service-error.js';

/**
 * Deletes the targets of a batch, whatever the format that it came in, and completes its line in the log.
 *
 * @param unmet why a target is not to be deleted, for reasons of its own; buckets with a `deleteMany` see to conditions
 * themselves
 * @param pass what is handed on to the store
 * @throws ServiceError `SlowDown` when the rate limit has no room for it
 */
export async function deleteTargets<T extends DeleteTarget>(
  bucket: Bucket,
  { admit, refusalOf, entry, signal }: Pick<FaceCall, 'admit' | 'refusalOf' | 'entry' | 'signal'>,
  targets: readonly T[],
  unmet?: (target: T) => Promise<ServiceError | undefined>,
  pass?: PassThrough,
): Promise<BatchOutcome> {
  entry.keys = targets.length;
  const admitted = admit(targets.map(({ key }) => key));
  if (admitted === 0) throw slowDown();
  if (bucket.deleteMany) {
    const outcome = await bucket.deleteMany(targets, { signal, pass });
    entry.deleted = outcome.deleted.length;
    entry.refused = outcome.failed.length;
    entry.cause = outcome.failed.find(({ cause }) => cause !== undefined)?.cause;
    return outcome;
  }
  const outcome = await deleteEach(bucket, { admitted, refusalOf, call: { signal, pass }, unmet }, targets);
  entry.deleted = outcome.deleted.length;
  entry.refused = outcome.failed.length;
  return outcome;
}

interface Deleting<T> extends Pick<FaceCall, 'refusalOf'> {
  readonly call: DriverCall;
  readonly admitted: number;
  readonly unmet: ((target: T) => Promise<ServiceError | undefined>) | undefined;
}

/** Where no condition has to be looked at in between, a store that takes a batch is asked once for all that may go. */
async function deleteEach<T extends DeleteTarget>(
  { objects }: Bucket,
  { admitted, refusalOf, call, unmet }: Deleting<T>,
  targets: readonly T[],
): Promise<BatchOutcome> {
  const { batch } = objects;
  const together = batch?.keys === 'any' && !unmet && targets.length <= batch.maxKeys ? batch : undefined;
  const deleted: DeletedTarget[] = [];
  const failed: KeyError[] = [];
  const allowed: DeleteTarget[] = [];
  for (const [i, target] of targets.entries()) {
    const error = i >= admitted ? slowDown() : (refusalOf(target.key) ?? (unmet && (await unmet(target))));
    if (error) failed.push({ ...target, code: error.code, message: error.message });
    // The condition has been looked at.
    else if (together) allowed.push({ key: target.key, versionId: target.versionId });
    else deleted.push(await objects.delete.one({ ...target, ifMatch: undefined }, call));
  }
  if (!together || allowed.length === 0) return { deleted, failed };
  const answer = await together.delete(allowed, call);
  for (const { key, versionId, reason } of answer.failed)
    failed.push({ key, versionId, code: reason.code, message: reason.message });
  return { deleted: answer.deleted, failed };
}
