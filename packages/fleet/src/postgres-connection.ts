import { StoreError } from '@store/core';
import { MINIMUM_POSTGRES_VERSION } from 'bullmq';
import { setTimeout as delay } from 'node:timers/promises';
import pg, { type ClientBase, type PoolClient } from 'pg';
import { PATIENCE_MS } from './books-limits.js';
import type { FleetConnection } from './fleet-connection.js';
import { placeOf } from './place-of.js';

/** Connections of one worker, or of who looks at a run: one listens for jobs. A database has 100 unless told otherwise. */
const MOST_CONNECTIONS = 5;

/** How long a connection may take to be made, in milliseconds. */
const CONNECT_MS = 10_000;

/** Whoever has been stopped in the middle of a change must not hold up all others for longer, in milliseconds. */
const IDLE_MS = 5000;

/** Between two tries to reach a database that is away, in milliseconds. */
const AGAIN_MS = 250;

/** Errors of the network and of the driver after which a connection is of no use. */
const AWAY =
  /ECONN|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|terminat|timeout|not queryable|connection error/i;

/**
 * Of PostgreSQL's: connections (08), that it ends or comes up (57P), too many clients, a server that takes no writes yet after a
 * failover, a session that was idle in a transaction, and transactions that another one was in the way of (40).
 */
const AWAY_STATE = /^(08...|57P..|53300|25006|25P03|40...)$/;

/** A pool whose connections are waited for while the database is away: for BullMQ, which has no patience of its own. */
class PatientPool extends pg.Pool {
  override connect(): Promise<PoolClient>;
  override connect(
    callback: (
      error: Error | undefined,
      client: PoolClient | undefined,
      done: (release?: unknown) => void,
    ) => void,
  ): void;
  override connect(callback?: (...answer: never[]) => void): unknown {
    const connected = this.#connect();
    if (!callback) return connected;
    // As the pool calls back itself; one signature of both kinds cannot be written down.
    const answer = callback as (
      error?: Error,
      client?: PoolClient,
      done?: (release?: unknown) => void,
    ) => void;
    connected.then(
      (client) =>
        answer(undefined, client, (release) => client.release(release === true || release instanceof Error)),
      (error: unknown) =>
        answer(error instanceof Error ? error : new Error(String(error)), undefined, () => undefined),
    );
    return undefined;
  }

  async #connect(): Promise<PoolClient> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await super.connect();
      } catch (error) {
        if (this.ending || !isAway(error) || Date.now() > end) throw error;
        await delay(AGAIN_MS);
      }
    }
  }
}

/** @param searchPath the schema of what does not name one */
export function connectPostgres({ url }: FleetConnection, searchPath: string): pg.Pool {
  const pool = new PatientPool({
    connectionString: url,
    max: MOST_CONNECTIONS,
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: PATIENCE_MS,
    idle_in_transaction_session_timeout: IDLE_MS,
    application_name: 'store-fleet',
    options: `-c search_path=${searchPath}`,
  });
  // What waits hears of it; without a listener the process would end. A client that is in use has to have its own.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return pool;
}

/** One transaction as the books have it. */
export type Transaction = Pick<ClientBase, 'query'>;

export interface TransactionOptions {
  /** False: a database that crashes may forget it, and it is quicker. Default true. */
  readonly isLasting?: boolean | undefined;
}

/**
 * Does something in one transaction, again where the database was away before it was heard that it has been done. So it may
 * have been done before.
 *
 * @throws StoreError `Unavailable` where the database is away for too long, and as {@link postgresError}
 */
export function transact<T>(
  pool: pg.Pool,
  url: string,
  work: (transaction: Transaction) => Promise<T>,
  { isLasting = true }: TransactionOptions = {},
): Promise<T> {
  return withClient(pool, url, async (client) => {
    await client.query(isLasting ? 'BEGIN' : 'BEGIN; SET LOCAL synchronous_commit = off');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  });
}

/** Does something with a connection of its own, again and with another one where the database was away. @throws as {@link transact} */
export async function withClient<T>(
  pool: pg.Pool,
  url: string,
  work: (client: PoolClient) => Promise<T>,
): Promise<T> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await once(pool, work);
    } catch (error) {
      if (error instanceof StoreError) throw error;
      if (!isAway(error) || pool.ending || Date.now() > end) throw postgresError(error, url);
      await delay(AGAIN_MS);
    }
  }
}

async function once<T>(pool: pg.Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let isDone = false;
  try {
    const result = await work(client);
    isDone = true;
    return result;
  } finally {
    // A connection that has failed is ended, and its transaction with it.
    client.release(!isDone);
  }
}

function isAway(error: unknown): boolean {
  const state = stateOf(error);
  if (state !== undefined) return AWAY_STATE.test(state);
  // Several addresses of one name, none of which answers.
  if (error instanceof AggregateError) return error.errors.some(isAway);
  return error instanceof Error && AWAY.test(`${'code' in error ? String(error.code) : ''} ${error.message}`);
}

function stateOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? (error.code ?? '') : undefined;
}

/**
 * An error of PostgreSQL, or of the way there, as this library has them. The password is in none of them.
 *
 * @returns `AccessDenied` for a user or a password that is refused, and for what the user may not do, `NotFound` for a database that
 * is not there, `Unsupported` for a standby and for a version that is too old, else `Unavailable`
 */
export function postgresError(error: unknown, url: string): StoreError {
  const { where, hasPassword } = placeOf(url);
  const at = `PostgreSQL at ${where}`;
  const state = stateOf(error);
  const message = messageOf(error);
  if (state?.startsWith('28') || /password must be a string|no password/i.test(message)) {
    return new StoreError(
      'AccessDenied',
      hasPassword
        ? `${at} refuses the user or the password of its URL`
        : `${at} wants a password, or another user: postgres://USER:PASSWORD@${where}/DATABASE`,
    );
  }
  if (state === '42501') {
    const needed =
      'the user has to own the schemas store_fleet and bullmq, or to have CREATE on the database once';
    return new StoreError('AccessDenied', `${at} does not let this user work: ${message}; ${needed}`);
  }
  if (state === '3D000') {
    return new StoreError(
      'NotFound',
      `${at}: ${message}; make it with createdb, or name another one in the URL`,
    );
  }
  if (state === '25006') {
    return new StoreError('Unsupported', `${at} is a standby, which takes no writes; name the primary`);
  }
  if (error instanceof Error && error.name === 'UnsupportedPostgresVersionError') {
    return new StoreError(
      'Unsupported',
      `${at} is too old; a fleet needs ${MINIMUM_POSTGRES_VERSION} or later`,
    );
  }
  if (state === undefined || AWAY_STATE.test(state)) {
    const todo = 'start it, or correct the URL; what was begun goes on when it is there again';
    return new StoreError('Unavailable', `${at} cannot be reached: ${message}; ${todo}`);
  }
  return new StoreError('Unavailable', `${at}: ${message}`);
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return messageOf(error.errors[0]);
  return error instanceof Error ? error.message : String(error);
}
