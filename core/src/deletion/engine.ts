import type { Clock } from '../clock.js';
import type { StoreDriver } from '../driver.js';
import type { OnRetry, RetryPolicy } from '../retry.js';

/** What a run works with. */
export interface Engine {
  readonly driver: StoreDriver;
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  /** Told of every wait before a request is repeated. */
  readonly onRetry?: OnRetry | undefined;
}
