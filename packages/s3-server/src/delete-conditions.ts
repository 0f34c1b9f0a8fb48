import { StoreError, type DeleteTarget, type ObjectInfo } from '@store/driver';
import { ServiceError } from './http/service-error.js';
import type { Call } from './operation.js';
import { checkConditions, NO_CONDITIONS, simpleConditions, timeOf } from './read-conditions.js';
import { unkept } from './unkept.js';

/** What a delete is bound to, as the request has it; the size and the time are those of S3's directory buckets. */
export interface DeleteConditions {
  readonly ifMatch: string | undefined;
  /** In bytes. */
  readonly size: string | undefined;
  readonly lastModified: string | undefined;
}

/** What each of them is called where it stands. */
export interface ConditionNames extends Readonly<Record<keyof DeleteConditions, string>> {
  readonly what: 'header' | 'element';
}

/**
 * Refuses conditions that nobody could hold to. That an object is still what was looked at shows in its ETag, which says
 * nothing of its time: somebody may write the same again. A version stays what it is.
 *
 * @throws ServiceError `NotImplemented` with the name of the condition
 */
export function refuseUnholdable(
  { bucket, quirks }: Call,
  { versionId }: DeleteTarget,
  given: DeleteConditions,
  { what, ...names }: ConditionNames,
): void {
  const fixed = isFixed(versionId);
  const bound = bucket.objects.delete.ifMatch !== false;
  if (given.ifMatch !== undefined && !bound) throw unkept(what, names.ifMatch);
  for (const name of ['size', 'lastModified'] as const) {
    const held = fixed || (bound && name === 'size');
    if (given[name] !== undefined && !(quirks.deleteConditions && held)) throw unkept(what, names[name]);
  }
}

/**
 * Looks at the object, where a store cannot be asked.
 *
 * @returns the ETag that the delete is bound to; undefined where it need not be
 * @throws StoreError `NotFound`, `PreconditionFailed`; ServiceError `InvalidArgument` for what is no size, or no time
 */
export async function boundTo(
  { bucket, signal }: Call,
  { key, versionId }: DeleteTarget,
  { ifMatch, size, lastModified }: DeleteConditions,
): Promise<string | undefined> {
  const given = { ...NO_CONDITIONS, ifMatch };
  const more = size !== undefined || lastModified !== undefined;
  if (ifMatch === undefined && !more) return undefined;
  const simple = more ? undefined : simpleConditions(given);
  if (simple) return simple.ifMatch;
  const seen = await bucket.objects.read.head({ key, versionId }, { signal });
  checkConditions(given, seen);
  if (size !== undefined) need(seen.size === sizeIn(size));
  if (lastModified !== undefined) need(secondsOf(seen) === timeIn(lastModified));
  if (isFixed(versionId) || (ifMatch === '*' && !more)) return undefined;
  if (more) need(seen.etag !== undefined);
  return seen.etag;
}

/** The version `null` is replaced by the next write where versioning is not on. */
function isFixed(versionId: string | undefined): boolean {
  return versionId !== undefined && versionId !== 'null';
}

function need(holds: boolean): void {
  if (!holds) throw new StoreError('PreconditionFailed', 'a condition does not hold');
}

function sizeIn(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw invalid(`${text} is no size`);
}

/** HTTP's form in headers; in documents that of ISO 8601, too. */
function timeIn(text: string): number {
  const time = timeOf(text) ?? (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? Date.parse(text) : NaN);
  if (!Number.isNaN(time)) return Math.floor(time / 1000);
  throw invalid(`${text} is no time`);
}

function secondsOf({ lastModified }: ObjectInfo): number | undefined {
  return lastModified && Math.floor(lastModified.getTime() / 1000);
}

function invalid(message: string): ServiceError {
  return new ServiceError(400, 'InvalidArgument', message);
}
