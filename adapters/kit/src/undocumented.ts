import { StoreError, type StoreErrorDetails } from '@store/driver';

/**
 * An answer that is not the one that is documented: `Corrupt`. Something on the way, such as a proxy, may have answered in
 * the place of the service, and that passes, so the same request is worth another attempt: reads, deletes and writes of
 * a whole object can be repeated. It is repeated as often as `maxAttempts` says.
 */
export function undocumented(message: string, details: StoreErrorDetails = {}): StoreError {
  return new StoreError('Corrupt', message, { ...details, retryable: true });
}
