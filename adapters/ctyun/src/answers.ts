import { expectation, restate, StoreError } from '@store/driver';
import { saysTruncated, undocumented } from '@store/kit';
import * as v from 'valibot';

/**
 * A `returnObj` in the shape that it is documented to have; without one, an answer says nothing.
 *
 * @throws StoreError `Corrupt`, without quoting it
 */
export function readAnswer<T>(schema: v.GenericSchema<unknown, T>, returnObj: unknown, operation: string): T {
  // One reason will do: a list may have millions of entries.
  const result = v.safeParse(schema, returnObj, { abortEarly: true, message: expectation });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const where = v.getDotPath(issue) ?? 'returnObj';
  throw corrupt(`the answer is not as documented: ${where}: ${issue.message}`, operation);
}

/** Whether a listing goes on. @throws StoreError `Corrupt` when its `isTruncated` does not say */
export function goesOn(isTruncated: unknown, operation: string): boolean {
  try {
    // Of what is no answer, nothing long is shown.
    return saysTruncated(typeof isTruncated === 'object' && isTruncated !== null ? '{…}' : isTruncated);
  } catch (error) {
    throw error instanceof StoreError ? restate(error, { provider: 'ctyun', operation }) : error;
  }
}

export function corrupt(message: string, operation: string): StoreError {
  return undocumented(message, { provider: 'ctyun', operation });
}
