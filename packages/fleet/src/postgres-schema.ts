import { assertSchemaCompatibility, DEFAULT_SCHEMA, LATEST_SCHEMA_VERSION, runMigrations } from 'bullmq';
import type pg from 'pg';
import { transact, withClient } from './postgres-connection.js';

/** Of BullMQ; with a pool it takes no other. */
export const QUEUE_SCHEMA = DEFAULT_SCHEMA;

/** Anybody who makes the tables takes it: two that do so at once are in each other's way. */
const LOCK = 0x53_46_4c_54;

/**
 * What is JSON is kept as text: `jsonb` refuses the character 0, which a key may have. Texts of intents are packed, and are not
 * to be compressed again.
 */
const TABLES = `
CREATE SCHEMA IF NOT EXISTS store_fleet;
CREATE TABLE IF NOT EXISTS store_fleet.run (
  fleet text, id text, started_at bigint NOT NULL, run text NOT NULL, command text NOT NULL DEFAULT 'go',
  forget_at timestamptz, PRIMARY KEY (fleet, id)
);
CREATE TABLE IF NOT EXISTS store_fleet.row (
  fleet text, run text, row integer, pass integer NOT NULL, pieces integer NOT NULL DEFAULT 0,
  warnings text NOT NULL DEFAULT '[]', errors text NOT NULL DEFAULT '[]', remaining bigint, ended_at bigint,
  is_cut boolean NOT NULL DEFAULT false, again integer NOT NULL DEFAULT 0,
  PRIMARY KEY (fleet, run, row)
);
CREATE TABLE IF NOT EXISTS store_fleet.counter (
  fleet text, run text, row integer, name text, n bigint NOT NULL, PRIMARY KEY (fleet, run, row, name)
);
CREATE TABLE IF NOT EXISTS store_fleet.failure (
  fleet text, run text, row integer, n bigint GENERATED ALWAYS AS IDENTITY, failure text NOT NULL,
  PRIMARY KEY (fleet, run, row, n)
);
CREATE TABLE IF NOT EXISTS store_fleet.piece (
  fleet text, run text, row integer, piece integer, status text NOT NULL DEFAULT 'open', epoch bigint NOT NULL DEFAULT 0,
  sequence bigint NOT NULL DEFAULT 0, account text, counts text NOT NULL DEFAULT '{}', children text NOT NULL DEFAULT '[]',
  PRIMARY KEY (fleet, run, row, piece)
);
CREATE TABLE IF NOT EXISTS store_fleet.intent (
  fleet text, run text, row integer, piece integer, id bigint, intent text NOT NULL, PRIMARY KEY (fleet, run, row, piece, id)
);
ALTER TABLE store_fleet.intent ALTER COLUMN intent SET STORAGE EXTERNAL;
CREATE TABLE IF NOT EXISTS store_fleet.weight (
  fleet text, run text, row integer, piece integer, weight double precision NOT NULL, PRIMARY KEY (fleet, run, row, piece)
);
CREATE TABLE IF NOT EXISTS store_fleet.sharing (fleet text PRIMARY KEY, until timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS store_fleet.worker (
  fleet text, id text, slots integer NOT NULL, said_at timestamptz NOT NULL, PRIMARY KEY (fleet, id)
);
CREATE TABLE IF NOT EXISTS store_fleet.unfit (
  fleet text, job text, worker text, said_at timestamptz NOT NULL, PRIMARY KEY (fleet, job, worker)
);
CREATE TABLE IF NOT EXISTS store_fleet.rate (
  fleet text, name text, rate text NOT NULL, asked_at double precision NOT NULL, PRIMARY KEY (fleet, name)
);
`;

/** Columns that tables were first made without. In the order in which others lock these tables. */
const COLUMNS = [
  { table: 'store_fleet.run', column: 'failed_before', type: 'bigint NOT NULL DEFAULT 0' },
  { table: 'store_fleet.sharing', column: 'holder', type: `text NOT NULL DEFAULT ''` },
] as const;

/** Makes what is missing of the tables of the books and of BullMQ's. @throws StoreError as `transact` */
export async function prepareSchemas(pool: pg.Pool, url: string): Promise<void> {
  await transact(pool, url, async (transaction) => {
    // Who may not make tables can work where they have been made.
    const { rows } = await transaction.query<{ known: number }>(
      `SELECT count(*)::integer AS known FROM unnest($1::text[], $2::text[]) AS needed (needed_table, needed_column)
       JOIN pg_attribute ON attrelid = to_regclass(needed_table) AND attname = needed_column AND NOT attisdropped`,
      [COLUMNS.map(({ table }) => table), COLUMNS.map(({ column }) => column)],
    );
    if (rows[0]?.known === COLUMNS.length) return;
    await transaction.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    await transaction.query(TABLES);
    for (const { table, column, type } of COLUMNS)
      await transaction.query(`ALTER TABLE ${table} ADD COLUMN IF NOT EXISTS ${column} ${type}`);
  });
  await withClient(pool, url, async (client) => {
    const version = await assertSchemaCompatibility(client, QUEUE_SCHEMA).catch((error: unknown) => {
      if (error instanceof Error && error.name === 'SchemaMigrationRequiredError') return 0;
      throw error;
    });
    if (version < LATEST_SCHEMA_VERSION) await runMigrations(client, QUEUE_SCHEMA);
  });
}
