import type { Engine, Purpose } from '@store/engine';
import { StoreError, toStoreError, type FailureReason, type DeleteTarget } from '@store/driver';

const NOT_KNOWN = 'the answer to its delete was lost, and whether that was carried out is not known';

/**
 * What became of a target whose delete was sent again and refused, where an earlier request may have been carried out: its
 * condition does not hold then because of that one. So somebody has to look.
 *
 * @param purpose of the look
 * @param reason of the last refusal
 * @returns `gone`, or why it counts as not deleted: the same reason for what is there as it was, else `Unconfirmed`
 */
export async function refusedAgain<Reason extends FailureReason>(
  engine: Engine,
  purpose: Purpose,
  { key, versionId, ifMatch }: DeleteTarget,
  reason: Reason,
): Promise<'gone' | Reason | StoreError> {
  if (reason.code === 'NotFound') return 'gone';
  if (reason.code !== 'PreconditionFailed' || ifMatch === undefined) return reason;
  const { read } = engine.driver;
  try {
    const { etag } = await engine.request(purpose, (call) => read.head({ key, versionId }, call));
    if (etag !== undefined && bare(etag) === bare(ifMatch)) return reason;
    return unconfirmed(`${NOT_KNOWN}: another object is there now`, key);
  } catch (thrown) {
    const error = toStoreError(thrown, { operation: 'head' });
    return error.code === 'NotFound' ? 'gone' : unconfirmed(`${NOT_KNOWN}: ${error.reason}`, key, error);
  }
}

function unconfirmed(message: string, key: string, cause?: StoreError): StoreError {
  return new StoreError('Unconfirmed', message, { key, operation: 'delete', retryable: false, cause });
}

/** Callers name ETags with quotes and without. */
function bare(etag: string): string {
  return etag.replace(/^W\//, '').replaceAll('"', '');
}
