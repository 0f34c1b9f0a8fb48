import { toStoreError, type StoreDriver, type StoreError } from '@store/driver';
import { aroundCalls, type DriverRequest } from './around-calls.js';

/** Told how a request ended, in milliseconds after it began; `error` when it failed. */
export type OnAnswer = (outcome: { readonly ms: number; readonly error?: StoreError | undefined }) => void;

/**
 * The driver with a hook around each request to the provider, retries included: for logs, traces and metrics.
 *
 * @param hook called before each request; what it returns is called when that has ended. What it throws fails the request
 */
export function onRequest(
  driver: StoreDriver,
  hook: (request: DriverRequest) => OnAnswer | undefined | void,
): StoreDriver {
  return aroundCalls(driver, async (request, proceed) => {
    const begun = performance.now();
    const onAnswer = hook(request);
    try {
      const result = await proceed();
      onAnswer?.({ ms: performance.now() - begun });
      return result;
    } catch (thrown) {
      const error = toStoreError(thrown, { operation: request.name, provider: driver.provider });
      onAnswer?.({ ms: performance.now() - begun, error });
      throw thrown;
    }
  });
}
