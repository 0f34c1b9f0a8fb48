import type { FleetConnection } from './fleet-connection.js';
import { placeOf } from './place-of.js';
import { checkPostgres } from './postgres-check.js';
import { checkRedis } from './redis-check.js';

/**
 * Asks the place whether a fleet can meet there, before anything is begun.
 *
 * @returns what is against it and does not keep a fleet from working, as sentences
 * @throws StoreError as `checkRedis` and `checkPostgres` do; `InvalidArgument` for a URL of something else
 */
export async function checkPlace(
  connection: FleetConnection,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  return placeOf(connection.url).kind === 'redis'
    ? checkRedis(connection, signal)
    : checkPostgres(connection, signal);
}
