import { SILENCE_MS, UNFIT_S } from './books-limits.js';
import type { FleetWorkers, Lease, Leased } from './fleet-books.js';
import { freshRate, LEASE_RULE, leaseFrom, type KeptRate } from './lease-rule.js';
import type { Transaction } from './postgres-connection.js';

/** The workers of a fleet in the tables of PostgreSQL, and the rates that they share, for transactions of the books. */
export class PostgresWorkers {
  readonly #fleet: string;

  constructor(fleet: string) {
    this.#fleet = fleet;
  }

  async beat(sql: Transaction, worker: string, slots: number): Promise<void> {
    await sql.query(
      `INSERT INTO store_fleet.worker (fleet, id, slots, said_at) VALUES ($1, $2, $3, clock_timestamp())
       ON CONFLICT (fleet, id) DO UPDATE SET slots = excluded.slots, said_at = excluded.said_at`,
      [this.#fleet, worker, slots],
    );
  }

  /** With it go those that were killed. */
  async leave(sql: Transaction, worker: string): Promise<void> {
    await sql.query(
      `DELETE FROM store_fleet.worker WHERE fleet = $1 AND (id = $2 OR said_at < clock_timestamp() - interval '1 day')`,
      [this.#fleet, worker],
    );
  }

  async present(sql: Transaction): Promise<FleetWorkers> {
    const { rows } = await sql.query<{ id: string; slots: number }>(
      `SELECT id, slots FROM store_fleet.worker
       WHERE fleet = $1 AND said_at > clock_timestamp() - make_interval(secs => $2)`,
      [this.#fleet, SILENCE_MS / 1000],
    );
    const slots = rows.reduce((sum, one) => sum + one.slots, 0);
    return { workers: rows.length, ids: rows.map(({ id }) => id), slots };
  }

  async unfit(sql: Transaction, job: string, worker: string): Promise<readonly string[]> {
    await sql.query(
      `INSERT INTO store_fleet.unfit (fleet, job, worker, said_at) VALUES ($1, $2, $3, clock_timestamp())
       ON CONFLICT (fleet, job, worker) DO UPDATE SET said_at = excluded.said_at`,
      [this.#fleet, job, worker],
    );
    await sql.query(
      `DELETE FROM store_fleet.unfit WHERE fleet = $1 AND said_at < clock_timestamp() - make_interval(secs => $2)`,
      [this.#fleet, UNFIT_S],
    );
    const { rows } = await sql.query<{ worker: string }>(
      'SELECT worker FROM store_fleet.unfit WHERE fleet = $1 AND job = $2',
      [this.#fleet, job],
    );
    return rows.map(({ worker: name }) => name);
  }

  async lease(sql: Transaction, name: string, lease: Lease): Promise<Leased> {
    const names = [this.#fleet, name];
    await sql.query(
      `INSERT INTO store_fleet.rate (fleet, name, rate, asked_at) VALUES ($1, $2, '', 0) ON CONFLICT DO NOTHING`,
      names,
    );
    const { rows } = await sql.query<{ rate: string; asked_at: number; now: number }>(
      `SELECT rate, asked_at, (extract(epoch FROM clock_timestamp()) * 1000)::double precision AS now
       FROM store_fleet.rate WHERE fleet = $1 AND name = $2 FOR UPDATE`,
      names,
    );
    const { rate = '', asked_at: askedAt = 0, now = 0 } = rows[0] ?? {};
    const isKnown = rate !== '' && now - askedAt < LEASE_RULE.keptMs;
    // An earlier version may have kept less of it.
    const known = { ...freshRate(now), ...(isKnown ? (JSON.parse(rate) as Partial<KeptRate>) : {}) };
    const { kept, leased } = leaseFrom(known, lease, now);
    await sql.query('UPDATE store_fleet.rate SET rate = $3, asked_at = $4 WHERE fleet = $1 AND name = $2', [
      ...names,
      JSON.stringify(kept),
      now,
    ]);
    return leased;
  }
}
