import { Redis } from 'ioredis';
import type { FleetConnection } from './fleet-connection.js';

/**
 * A connection to Redis, to be closed by whoever made it.
 *
 * @param over connections that BullMQ has made of it do not look for Redis any more
 */
export function connect({ url }: FleetConnection, over?: AbortSignal): Redis {
  // Who waits for a job waits as long as Redis is away.
  const client = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (over?.aborted ? null : Math.min(times * 50, 2000)),
  });
  // What waits hears of it; without a listener the process would end.
  client.on('error', () => undefined);
  return client;
}
