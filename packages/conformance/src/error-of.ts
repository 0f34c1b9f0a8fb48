import { StoreError, type StoreErrorCode } from '@store/core';

/**
 * The `StoreError` that a call ends with.
 *
 * @param code that it has to have; default: any
 * @throws Error when the call succeeds, or when the code is another; whatever else the call ends with
 */
export async function errorOf(call: Promise<unknown>, code?: StoreErrorCode): Promise<StoreError> {
  let value: unknown;
  try {
    value = await call;
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    if (code === undefined || error.code === code) return error;
    throw new Error(`expected ${code}, but it was ${error.code}: ${error.message}`, { cause: error });
  }
  throw new Error(`expected ${code ?? 'a StoreError'}, but it resolved to ${JSON.stringify(value)}`);
}
