import type { FailureReason, StoreError } from '@store/core';

/** An error as plain data. */
export function reasonOf(error: StoreError): FailureReason {
  const { code, reason, retryable, providerCode, status } = error;
  return { code, message: reason, retryable, providerCode, status };
}
