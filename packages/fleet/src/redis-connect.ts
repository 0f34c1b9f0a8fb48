import { Redis } from 'ioredis';
import type { FleetConnection } from './fleet-connection.js';

/** A connection to Redis, to be closed by whoever made it. */
export function connect({ url }: FleetConnection): Redis {
  // Who waits for a job waits as long as Redis is away.
  const client = new Redis(url, { maxRetriesPerRequest: null });
  // What waits hears of it; without a listener the process would end.
  client.on('error', () => undefined);
  return client;
}
