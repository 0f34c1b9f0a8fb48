import { StoreError } from '@store/core';
import { assertPostgresVersion } from 'bullmq';
import pg from 'pg';
import type { FleetConnection } from './fleet-connection.js';
import { postgresError } from './postgres-connection.js';

/** How long PostgreSQL has to answer, in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Asks PostgreSQL whether a fleet can meet there, before anything is begun.
 *
 * @returns what is against it and does not keep a fleet from working, as sentences
 * @throws StoreError `Unavailable` where it is not there or does not answer within 10 seconds, `AccessDenied` where it refuses the
 * user or the password, `NotFound` where it has no such database, `Unsupported` for a standby and for what is older than 13. The
 * password is in none of them.
 */
export async function checkPostgres(
  { url }: FleetConnection,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: PATIENCE_MS,
    query_timeout: PATIENCE_MS,
  });
  client.on('error', () => undefined);
  const stopped = new Promise<never>((_, reject) => {
    const stop = (): void =>
      reject(new StoreError('Aborted', 'PostgreSQL was not waited for', { cause: signal?.reason }));
    signal?.addEventListener('abort', stop, { once: true });
    if (signal?.aborted) stop();
  });
  stopped.catch(() => undefined);
  const asked = ask(client, url);
  try {
    return await Promise.race([asked, stopped]);
  } catch (error) {
    throw error instanceof StoreError ? error : postgresError(error, url);
  } finally {
    asked.catch(() => undefined);
    // It waits for an answer that may never come.
    client.end().catch(() => undefined);
  }
}

async function ask(client: pg.Client, url: string): Promise<readonly string[]> {
  await client.connect();
  await assertPostgresVersion(client);
  const { rows } = await client.query<{ standby: boolean; fsync: string; commit: string }>(
    `SELECT pg_is_in_recovery() AS standby, current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commit`,
  );
  const { standby, fsync, commit } = rows[0] ?? {};
  if (standby)
    throw postgresError(Object.assign(new pg.DatabaseError('a standby', 0, 'error'), { code: '25006' }), url);
  return [
    ...(fsync === 'off'
      ? [
          'this PostgreSQL does not write down what it is told (fsync off): when its machine ends, runs and their accounts are lost',
        ]
      : []),
    ...(commit === 'off'
      ? [
          'this PostgreSQL may lose its last moment when it crashes (synchronous_commit off); set synchronous_commit on',
        ]
      : []),
  ];
}
