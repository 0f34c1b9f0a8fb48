import { StoreError, type ObjectInfo } from '@store/driver';
import type { Call } from './operation.js';
import { checkConditions, NO_CONDITIONS, simpleConditions } from './read-conditions.js';
import { unkept } from './unkept.js';

/** What a write is bound to; its store holds it itself. */
export interface WriteConditions {
  readonly ifAbsent: boolean;
  readonly ifMatch?: string;
}

/**
 * `If-None-Match: *` and `If-Match` with an ETag, as S3 has them. Other conditions of HTTP (`If-Match: *`, `If-None-Match` with an
 * ETag, lists) are looked at where the service takes them, and the write is bound to what was seen: where somebody is faster it fails,
 * also if the condition would still hold.
 *
 * @throws ServiceError `NotImplemented` with the name of the header; StoreError `NotFound`, `PreconditionFailed`
 */
export async function writeConditions(call: Call): Promise<WriteConditions> {
  const { quirks, bucket } = call;
  const { write } = bucket.objects;
  const ifMatch = call.request.headers.get('if-match');
  const ifNoneMatch = call.request.headers.get('if-none-match');
  const conditional = quirks.noConditionalPut !== true;
  const held = { ifAbsent: conditional && write.ifAbsent, ifMatch: conditional && write.ifMatch };
  const ifAbsent = ifNoneMatch === '*';
  const tag = ifMatch === undefined ? undefined : simpleConditions({ ...NO_CONDITIONS, ifMatch })?.ifMatch;
  const odd =
    ifNoneMatch !== undefined && !ifAbsent
      ? 'if-none-match'
      : ifMatch !== undefined && tag === undefined
        ? 'if-match'
        : undefined;
  if (odd !== undefined) {
    if (!quirks.anyWriteCondition || !held.ifAbsent || !held.ifMatch) throw unkept('header', odd);
    return boundToSeen(call, { ...NO_CONDITIONS, ifMatch, ifNoneMatch });
  }
  if (ifAbsent && !held.ifAbsent) throw unkept('header', 'if-none-match');
  if (tag === undefined) return { ifAbsent };
  if (!held.ifMatch) throw unkept('header', 'if-match');
  return { ifAbsent, ifMatch: tag };
}

async function boundToSeen(
  { bucket, key, signal }: Call,
  given: Parameters<typeof checkConditions>[0],
): Promise<WriteConditions> {
  let seen: ObjectInfo;
  try {
    seen = await bucket.objects.read.head({ key }, { signal });
  } catch (error) {
    const absent = error instanceof StoreError && error.code === 'NotFound' && given.ifMatch === undefined;
    if (!absent) throw error;
    return { ifAbsent: true };
  }
  try {
    checkConditions(given, seen);
  } catch {
    // Of a write nothing is said to be as it was.
    throw new StoreError('PreconditionFailed', 'a condition does not hold');
  }
  if (seen.etag === undefined) throw unkept('header', 'if-match');
  return { ifAbsent: false, ifMatch: seen.etag };
}
