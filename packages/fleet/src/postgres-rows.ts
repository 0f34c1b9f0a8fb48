import type { DeletionFailure, FailureReason } from '@store/core';
import { MOST_ERRORS, MOST_FAILURES, MOST_WARNINGS } from './books-limits.js';
import type { KeptIntent, NewPiece, PieceEnd, PieceStatus, RowAccount } from './fleet-books.js';
import type { PieceId, RowId } from './fleet-run.js';
import { packIntent } from './kept-intent.js';
import type { Transaction } from './postgres-connection.js';
import { tallyOf } from './tally.js';

/** A row and a piece, as SQL. */
export const ROW = 'fleet = $1 AND run = $2 AND row = $3';
export const PIECE = `${ROW} AND piece = $4`;

/** Counters of a row, and by how much they go up. */
export type Difference = Readonly<Record<string, number>>;

/** `bigint` comes as text. */
export interface PieceRow {
  readonly status: PieceStatus;
  readonly epoch: string;
  readonly sequence: string;
  readonly account: string | null;
  readonly counts: string;
  readonly children: string;
}

/** The rows of runs, their pieces and counters in the tables of PostgreSQL, for transactions of the books. */
export class PostgresRows {
  readonly #fleet: string;

  constructor(fleet: string) {
    this.#fleet = fleet;
  }

  /** What {@link ROW} begins with. */
  of({ run, row }: RowId): [string, string, number] {
    return [this.#fleet, run, row];
  }

  /** What {@link PIECE} begins with. */
  ofPiece(id: PieceId): [string, string, number, number] {
    return [...this.of(id), id.piece];
  }

  async account(sql: Transaction, id: RowId): Promise<RowAccount> {
    const { rows } = await sql.query<{
      pass: number;
      warnings: string;
      errors: string;
      remaining: string | null;
      is_cut: boolean;
      ended_at: string | null;
    }>(
      `SELECT pass, warnings, errors, remaining, is_cut, ended_at FROM store_fleet.row WHERE ${ROW}`,
      this.of(id),
    );
    const counters = await sql.query<{ name: string; n: string }>(
      `SELECT name, n FROM store_fleet.counter WHERE ${ROW}`,
      this.of(id),
    );
    const failures = await sql.query<{ failure: string }>(
      `SELECT failure FROM store_fleet.failure WHERE ${ROW} ORDER BY n`,
      this.of(id),
    );
    const [row] = rows;
    return {
      pass: row?.pass ?? -1,
      ...tallyOf(Object.fromEntries(counters.rows.map(({ name, n }) => [name, n]))),
      errors: JSON.parse(row?.errors ?? '[]') as FailureReason[],
      warnings: JSON.parse(row?.warnings ?? '[]') as string[],
      failures: failures.rows.map(({ failure }) => JSON.parse(failure) as DeletionFailure),
      remaining: numberOf(row?.remaining),
      isCut: row?.is_cut ?? false,
      endedAt: numberOf(row?.ended_at),
    };
  }

  async locked(sql: Transaction, id: PieceId): Promise<PieceRow | undefined> {
    const { rows } = await sql.query<PieceRow>(
      `SELECT status, epoch, sequence, counts FROM store_fleet.piece WHERE ${PIECE} FOR UPDATE`,
      this.ofPiece(id),
    );
    return rows[0];
  }

  /** Makes pieces, which are not counted yet. @returns their numbers */
  async create(sql: Transaction, id: RowId, pieces: readonly NewPiece[]): Promise<number[]> {
    if (pieces.length === 0) return [];
    const { rows } = await sql.query<{ pieces: number }>(
      `UPDATE store_fleet.row SET pieces = pieces + $4 WHERE ${ROW} RETURNING pieces`,
      [...this.of(id), pieces.length],
    );
    const first = (rows[0]?.pieces ?? 0) - pieces.length + 1;
    for (const [index, { account, intents }] of pieces.entries()) {
      const piece = { run: id.run, row: id.row, piece: first + index };
      await sql.query(
        'INSERT INTO store_fleet.piece (fleet, run, row, piece, account) VALUES ($1, $2, $3, $4, $5)',
        [...this.ofPiece(piece), JSON.stringify(account)],
      );
      await this.keepIntents(sql, piece, intents);
    }
    return pieces.map((_, index) => first + index);
  }

  async keepIntents(sql: Transaction, id: PieceId, intents: readonly KeptIntent[]): Promise<void> {
    if (intents.length === 0) return;
    await sql.query(
      `INSERT INTO store_fleet.intent (fleet, run, row, piece, id, intent)
       SELECT $1, $2, $3, $4, * FROM unnest($5::bigint[], $6::text[])
       ON CONFLICT (fleet, run, row, piece, id) DO UPDATE SET intent = excluded.intent`,
      [...this.ofPiece(id), intents.map((intent) => intent.id), intents.map(packIntent)],
    );
  }

  /** Adds to counters of a row: in the order of their names, so that nobody waits for somebody who waits for him. */
  async count(sql: Transaction, id: RowId, difference: Difference): Promise<void> {
    const changed = Object.entries(difference)
      .filter(([, by]) => by !== 0)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    if (changed.length === 0) return;
    await sql.query(
      `INSERT INTO store_fleet.counter AS known (fleet, run, row, name, n)
       SELECT $1, $2, $3, * FROM unnest($4::text[], $5::bigint[])
       ON CONFLICT (fleet, run, row, name) DO UPDATE SET n = known.n + excluded.n`,
      [...this.of(id), changed.map(([name]) => name), changed.map(([, by]) => by)],
    );
  }

  /** What is to be known of a row when one of its pieces ends. */
  async note(
    sql: Transaction,
    id: RowId,
    { failures, warnings, error }: Pick<PieceEnd, 'failures' | 'warnings' | 'error'>,
  ): Promise<void> {
    if (failures.length === 0 && warnings.length === 0 && !error) return;
    const { rows } = await sql.query<{ warnings: string; errors: string; failures: string }>(
      `SELECT warnings, errors, (SELECT count(*) FROM store_fleet.failure WHERE ${ROW}) AS failures
       FROM store_fleet.row WHERE ${ROW} FOR UPDATE`,
      this.of(id),
    );
    const [known] = rows;
    if (!known) return;
    const allWarnings = [...new Set([...(JSON.parse(known.warnings) as string[]), ...warnings])];
    const errors = [...(JSON.parse(known.errors) as FailureReason[]), ...(error ? [error] : [])];
    await sql.query(`UPDATE store_fleet.row SET warnings = $4, errors = $5 WHERE ${ROW}`, [
      ...this.of(id),
      JSON.stringify(allWarnings.slice(0, MOST_WARNINGS)),
      JSON.stringify(errors.slice(0, MOST_ERRORS)),
    ]);
    const texts = failures
      .slice(0, Math.max(0, MOST_FAILURES - Number(known.failures)))
      .map((failure) => JSON.stringify(failure));
    if (texts.length === 0) return;
    await sql.query(
      'INSERT INTO store_fleet.failure (fleet, run, row, failure) SELECT $1, $2, $3, * FROM unnest($4::text[])',
      [...this.of(id), texts],
    );
  }
}

function numberOf(text: string | null | undefined): number | undefined {
  return text === null || text === undefined ? undefined : Number(text);
}
