import type { FailureReason, StoreError } from '@store/core';

/** An error as plain data. */
export function reasonOf(error: StoreError): FailureReason {
  const { code, message, retryable, providerCode, status } = error;
  return { code, message, retryable, providerCode, status };
}
