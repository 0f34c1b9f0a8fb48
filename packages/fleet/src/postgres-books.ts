import { StoreError, type DeletionFailure, type FailureReason } from '@store/core';
import type pg from 'pg';
import {
  KEPT_S,
  MOST_ERRORS,
  MOST_FAILURES,
  MOST_RUNS,
  MOST_WARNINGS,
  SHARING_MS,
  SILENCE_MS,
  UNFIT_S,
} from './books-limits.js';
import type {
  FleetBooks,
  FleetWorkers,
  Kept,
  KeptIntent,
  Lease,
  Leased,
  Look,
  NewPiece,
  PieceAccount,
  PieceChange,
  PieceEnd,
  PieceStatus,
  RowAccount,
  RowEnd,
  TakenPiece,
} from './fleet-books.js';
import { DEFAULT_FLEET, type FleetConnection } from './fleet-connection.js';
import type { FleetCommand, FleetRun, PieceId, RowId } from './fleet-run.js';
import { packIntent, unpackIntent } from './kept-intent.js';
import { runIn } from './run-record.js';
import { freshRate, LEASE_RULE, leaseFrom, type KeptRate } from './lease-rule.js';
import { transact, type Transaction, type TransactionOptions } from './postgres-connection.js';
import { prepareSchemas } from './postgres-schema.js';
import { counted, countsIn, tallyOf } from './tally.js';

/** Tables that have something of a run, by its name. */
const OF_RUN = ['intent', 'piece', 'weight', 'failure', 'counter', 'row'] as const;

const ROW = 'fleet = $1 AND run = $2 AND row = $3';
const PIECE = `${ROW} AND piece = $4`;

/** What may be lost when the database crashes. */
const PASSING: TransactionOptions = { isLasting: false };

/** Counters of a row, and by how much they go up. */
type Difference = Readonly<Record<string, number>>;

/**
 * The books of a fleet in PostgreSQL, in a schema of their own: each operation is a transaction, in which a piece is locked before
 * its row, and that before its counters.
 */
export class PostgresBooks implements FleetBooks {
  readonly #pool: pg.Pool;
  readonly #url: string;
  readonly #fleet: string;
  #prepared: Promise<void> | undefined;

  /** @param pool to be closed by whoever made it */
  constructor({ url, fleet = DEFAULT_FLEET }: FleetConnection, pool: pg.Pool) {
    this.#pool = pool;
    this.#url = url;
    this.#fleet = fleet;
  }

  /** Makes the tables that are missing; everything else does so first. @throws StoreError `Unavailable` */
  async prepare(): Promise<void> {
    this.#prepared ??= prepareSchemas(this.#pool, this.#url);
    try {
      await this.#prepared;
    } catch (error) {
      this.#prepared = undefined;
      throw error;
    }
  }

  async begin(run: FleetRun): Promise<void> {
    const text = JSON.stringify(run);
    await this.#transact(async (sql) => {
      const over = await sql.query<{ id: string }>(
        'SELECT id FROM store_fleet.run WHERE fleet = $1 AND forget_at < clock_timestamp() FOR UPDATE SKIP LOCKED',
        [this.#fleet],
      );
      for (const { id } of over.rows) await this.#forget(sql, id);
      await sql.query(
        'INSERT INTO store_fleet.run (fleet, id, started_at, run) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
        [this.#fleet, run.id, run.startedAt, text],
      );
      // It may have been this one, whose answer was not heard.
      if ((await this.#runText(sql, run.id)) !== text)
        throw new StoreError('PreconditionFailed', `there is a run ${run.id} already`);
    });
  }

  async run(id: string): Promise<FleetRun | undefined> {
    const text = await this.#transact((sql) => this.#runText(sql, id), PASSING);
    // Written by `begin`.
    return text === undefined ? undefined : runIn(text, id);
  }

  async runs(): Promise<readonly FleetRun[]> {
    const { rows } = await this.#transact(
      (sql) =>
        sql.query<{ id: string; run: string }>(
          'SELECT id, run FROM store_fleet.run WHERE fleet = $1 ORDER BY started_at DESC, id DESC LIMIT $2',
          [this.#fleet, MOST_RUNS],
        ),
      PASSING,
    );
    return rows.flatMap(({ id, run }) => {
      try {
        return [runIn(run, id)];
      } catch {
        // The others are shown.
        return [];
      }
    });
  }

  async command(id: string): Promise<FleetCommand> {
    return this.#transact((sql) => this.#command(sql, id), PASSING);
  }

  async tell(id: string, command: FleetCommand): Promise<void> {
    await this.#transact((sql) =>
      sql.query(
        // Where a run goes on that was stopped, failures are counted anew.
        `UPDATE store_fleet.run SET command = $3, failed_before =
           CASE WHEN command = 'stop' AND $3 = 'go' THEN ${FAILED} ELSE failed_before END
         WHERE fleet = $1 AND id = $2`,
        [this.#fleet, id, command],
      ),
    );
  }

  async forget(run: FleetRun | string): Promise<void> {
    await this.#transact((sql) => this.#forget(sql, typeof run === 'string' ? run : run.id));
  }

  async row(id: RowId): Promise<RowAccount> {
    return this.#transact((sql) => this.#rowAccount(sql, id), PASSING);
  }

  async beginPass(id: RowId, pass: number, piece: NewPiece): Promise<boolean> {
    return this.#transact(async (sql) => {
      const begun = await sql.query(
        `INSERT INTO store_fleet.row AS known (fleet, run, row, pass) VALUES ($1, $2, $3, $4)
         ON CONFLICT (fleet, run, row) DO UPDATE SET pass = excluded.pass WHERE known.pass < excluded.pass`,
        [...this.#of(id), pass],
      );
      if (begun.rowCount === 0) return false;
      await this.#create(sql, id, [piece]);
      await this.#count(sql, id, { 'is:open': 1 });
      return true;
    });
  }

  async endRow(id: RowId, { at, remaining, isCut = false, error }: RowEnd): Promise<boolean> {
    return this.#transact(async (sql) => {
      await sql.query(
        'INSERT INTO store_fleet.row (fleet, run, row, pass) VALUES ($1, $2, $3, -1) ON CONFLICT DO NOTHING',
        this.#of(id),
      );
      await sql.query(`SELECT 1 FROM store_fleet.row WHERE ${ROW} FOR UPDATE`, this.#of(id));
      const { pieces } = await this.#rowAccount(sql, id);
      if (pieces.open > 0) return false;
      const isPartly = isCut || pieces.left > 0;
      if (isPartly && !error && (await this.#command(sql, id.run)) !== 'stop') return false;
      await sql.query(
        `UPDATE store_fleet.row SET ended_at = $4, remaining = coalesce($5, remaining), is_cut = $6 WHERE ${ROW}`,
        [...this.#of(id), at, remaining ?? null, isCut],
      );
      await this.#note(sql, id, { failures: [], warnings: [], error });
      await this.#keepForAWhile(sql, id.run);
      return true;
    });
  }

  async openPieces(id: RowId): Promise<readonly number[]> {
    const { rows } = await this.#transact(
      (sql) =>
        sql.query<{ piece: number }>(
          `SELECT piece FROM store_fleet.piece WHERE ${ROW} AND status = 'open' ORDER BY piece`,
          this.#of(id),
        ),
      PASSING,
    );
    return rows.map(({ piece }) => piece);
  }

  async reopen(id: RowId): Promise<number> {
    return this.#transact(async (sql) => {
      const { rows } = await sql.query<{ piece: number }>(
        `SELECT piece FROM store_fleet.piece WHERE ${ROW} AND status = 'left' ORDER BY piece FOR UPDATE`,
        this.#of(id),
      );
      await sql.query(`UPDATE store_fleet.piece SET status = 'open' WHERE ${ROW} AND piece = ANY($4)`, [
        ...this.#of(id),
        rows.map(({ piece }) => piece),
      ]);
      const begun = await sql.query<{ again: number }>(
        `UPDATE store_fleet.row SET again = again + CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END,
           ended_at = NULL, remaining = NULL, is_cut = false
         WHERE ${ROW} RETURNING again`,
        this.#of(id),
      );
      await this.#count(sql, id, { 'is:left': -rows.length, 'is:open': rows.length });
      return begun.rows[0]?.again ?? 0;
    });
  }

  async takeOver(id: PieceId): Promise<TakenPiece | undefined> {
    return this.#transact(async (sql) => {
      await sql.query(
        `UPDATE store_fleet.piece SET epoch = epoch + 1, sequence = 0 WHERE ${PIECE} AND status = 'open'`,
        this.#ofPiece(id),
      );
      const { rows } = await sql.query<PieceRow>(
        `SELECT status, epoch, sequence, account, counts, children FROM store_fleet.piece WHERE ${PIECE}`,
        this.#ofPiece(id),
      );
      const [piece] = rows;
      if (!piece) return undefined;
      const intents = await sql.query<{ intent: string }>(
        `SELECT intent FROM store_fleet.intent WHERE ${PIECE} ORDER BY id`,
        this.#ofPiece(id),
      );
      return {
        // Written by this class and nobody else.
        status: piece.status,
        epoch: Number(piece.epoch),
        account: JSON.parse(piece.account ?? '{}') as PieceAccount,
        intents: intents.rows.map(({ intent }) => unpackIntent(intent)),
        counts: countsIn(named(countsOf(piece.counts))),
        children: JSON.parse(piece.children) as number[],
      };
    });
  }

  async write(id: PieceId, change: PieceChange): Promise<Kept> {
    const { epoch, sequence, whole, intents, closed, account, counts } = change;
    return this.#transact(async (sql) => {
      const seen = await this.#locked(sql, id);
      if (seen?.status !== 'open' || Number(seen.epoch) > epoch) return 'lost';
      if (whole) await sql.query(`DELETE FROM store_fleet.intent WHERE ${PIECE}`, this.#ofPiece(id));
      // A database that has lost its last changes has an older epoch, or another sequence.
      else if (Number(seen.epoch) !== epoch || Number(seen.sequence) !== sequence) return 'behind';
      const now = counts && counted(counts, account?.failures.byCode);
      await sql.query(
        `UPDATE store_fleet.piece SET epoch = $5, sequence = $6, account = coalesce($7, account), counts = coalesce($8, counts)
         WHERE ${PIECE}`,
        [
          ...this.#ofPiece(id),
          epoch,
          sequence + 1,
          account ? JSON.stringify(account) : null,
          now ? JSON.stringify(now) : null,
        ],
      );
      await this.#keepIntents(sql, id, intents);
      if (closed.length > 0) {
        const values = [...this.#ofPiece(id), closed];
        await sql.query(`DELETE FROM store_fleet.intent WHERE ${PIECE} AND id = ANY($5)`, values);
      }
      if (now) await this.#count(sql, id, named(differenceOf(countsOf(seen.counts), now)));
      return 'kept';
    });
  }

  async end(id: PieceId, end: PieceEnd): Promise<readonly number[] | undefined> {
    const { epoch, status, failures, warnings, error } = end;
    return this.#transact(async (sql) => {
      const seen = await this.#locked(sql, id);
      if (seen?.status !== 'open' || Number(seen.epoch) !== epoch) return undefined;
      const children = await this.#create(sql, id, end.children);
      await sql.query(
        `UPDATE store_fleet.piece SET status = $5, children = $6, account = CASE WHEN $5 = 'left' THEN account END WHERE ${PIECE}`,
        [...this.#ofPiece(id), status, JSON.stringify(children)],
      );
      if (status !== 'left')
        await sql.query(`DELETE FROM store_fleet.intent WHERE ${PIECE}`, this.#ofPiece(id));
      await this.#note(sql, id, { failures, warnings, error });
      await this.#count(sql, id, { 'is:open': children.length - 1, [`is:${status}`]: 1 });
      await sql.query(`DELETE FROM store_fleet.weight WHERE ${PIECE}`, this.#ofPiece(id));
      return children;
    });
  }

  async look(id: PieceId, weight: number): Promise<Look> {
    return this.#transact(async (sql) => {
      await sql.query(
        `INSERT INTO store_fleet.weight (fleet, run, row, piece, weight) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (fleet, run, row, piece) DO UPDATE SET weight = excluded.weight`,
        [...this.#ofPiece(id), weight],
      );
      const { rows } = await sql.query<{ failed: string | null; most: boolean }>(
        `SELECT ${FAILED} - (SELECT failed_before FROM store_fleet.run WHERE fleet = $1 AND id = $2) AS failed,
           NOT EXISTS (
             SELECT 1 FROM store_fleet.weight JOIN store_fleet.piece USING (fleet, run, row, piece)
             WHERE fleet = $1 AND status = 'open' AND (weight, run, row, piece) > ($5::double precision, $2, $3, $4)
           ) AS most`,
        [...this.#ofPiece(id), weight],
      );
      const command = await this.#command(sql, id.run);
      const { failed, most = false } = rows[0] ?? {};
      return {
        command,
        failed: Number(failed ?? 0),
        mayShare: weight > 0 && most && (await this.#share(sql, id)),
      };
    }, PASSING);
  }

  async beat(worker: string, slots: number): Promise<void> {
    await this.#transact(
      (sql) =>
        sql.query(
          `INSERT INTO store_fleet.worker (fleet, id, slots, said_at) VALUES ($1, $2, $3, clock_timestamp())
           ON CONFLICT (fleet, id) DO UPDATE SET slots = excluded.slots, said_at = excluded.said_at`,
          [this.#fleet, worker, slots],
        ),
      PASSING,
    );
  }

  async leave(worker: string): Promise<void> {
    // With it go those that were killed.
    await this.#transact((sql) =>
      sql.query(
        `DELETE FROM store_fleet.worker WHERE fleet = $1 AND (id = $2 OR said_at < clock_timestamp() - interval '1 day')`,
        [this.#fleet, worker],
      ),
    );
  }

  async workers(): Promise<FleetWorkers> {
    const { rows } = await this.#transact(
      (sql) =>
        sql.query<{ id: string; slots: number }>(
          `SELECT id, slots FROM store_fleet.worker
           WHERE fleet = $1 AND said_at > clock_timestamp() - make_interval(secs => $2)`,
          [this.#fleet, SILENCE_MS / 1000],
        ),
      PASSING,
    );
    const slots = rows.reduce((sum, one) => sum + one.slots, 0);
    return { workers: rows.length, ids: rows.map(({ id }) => id), slots };
  }

  async unfit(job: string, worker: string): Promise<readonly string[]> {
    return this.#transact(async (sql) => {
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
    });
  }

  async lease(name: string, lease: Lease): Promise<Leased> {
    return this.#transact(async (sql) => {
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
      const { kept, leased } = leaseFrom(
        isKnown ? (JSON.parse(rate) as KeptRate) : freshRate(now),
        lease,
        now,
      );
      await sql.query('UPDATE store_fleet.rate SET rate = $3, asked_at = $4 WHERE fleet = $1 AND name = $2', [
        ...names,
        JSON.stringify(kept),
        now,
      ]);
      return leased;
    }, PASSING);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #of({ run, row }: RowId): [string, string, number] {
    return [this.#fleet, run, row];
  }

  #ofPiece(id: PieceId): [string, string, number, number] {
    return [...this.#of(id), id.piece];
  }

  async #transact<T>(work: (sql: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T> {
    await this.prepare();
    return transact(this.#pool, this.#url, work, options);
  }

  async #runText(sql: Transaction, id: string): Promise<string | undefined> {
    const { rows } = await sql.query<{ run: string }>(
      'SELECT run FROM store_fleet.run WHERE fleet = $1 AND id = $2',
      [this.#fleet, id],
    );
    return rows[0]?.run;
  }

  async #command(sql: Transaction, run: string): Promise<FleetCommand> {
    const { rows } = await sql.query<{ command: FleetCommand }>(
      'SELECT command FROM store_fleet.run WHERE fleet = $1 AND id = $2',
      [this.#fleet, run],
    );
    return rows[0]?.command ?? 'go';
  }

  async #forget(sql: Transaction, run: string): Promise<void> {
    for (const table of OF_RUN)
      await sql.query(`DELETE FROM store_fleet.${table} WHERE fleet = $1 AND run = $2`, [this.#fleet, run]);
    await sql.query('DELETE FROM store_fleet.run WHERE fleet = $1 AND id = $2', [this.#fleet, run]);
  }

  async #rowAccount(sql: Transaction, id: RowId): Promise<RowAccount> {
    const { rows } = await sql.query<{
      pass: number;
      warnings: string;
      errors: string;
      remaining: string | null;
      is_cut: boolean;
      ended_at: string | null;
    }>(
      `SELECT pass, warnings, errors, remaining, is_cut, ended_at FROM store_fleet.row WHERE ${ROW}`,
      this.#of(id),
    );
    const counters = await sql.query<{ name: string; n: string }>(
      `SELECT name, n FROM store_fleet.counter WHERE ${ROW}`,
      this.#of(id),
    );
    const failures = await sql.query<{ failure: string }>(
      `SELECT failure FROM store_fleet.failure WHERE ${ROW} ORDER BY n`,
      this.#of(id),
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

  /** Of a run that is over, everything is forgotten after a while. */
  async #keepForAWhile(sql: Transaction, run: string): Promise<void> {
    const text = await this.#runText(sql, run);
    if (text === undefined) return;
    for (const row of runIn(text, run).rows.keys()) {
      const { endedAt, pieces, isCut } = await this.#rowAccount(sql, { run, row });
      if (endedAt === undefined || pieces.left > 0 || isCut) return;
    }
    await sql.query(
      `UPDATE store_fleet.run SET forget_at = clock_timestamp() + make_interval(secs => $3) WHERE fleet = $1 AND id = $2`,
      [this.#fleet, run, KEPT_S],
    );
  }

  async #locked(sql: Transaction, id: PieceId): Promise<PieceRow | undefined> {
    const { rows } = await sql.query<PieceRow>(
      `SELECT status, epoch, sequence, counts FROM store_fleet.piece WHERE ${PIECE} FOR UPDATE`,
      this.#ofPiece(id),
    );
    return rows[0];
  }

  /** Makes pieces, which are not counted yet. @returns their numbers */
  async #create(sql: Transaction, id: RowId, pieces: readonly NewPiece[]): Promise<number[]> {
    if (pieces.length === 0) return [];
    const { rows } = await sql.query<{ pieces: number }>(
      `UPDATE store_fleet.row SET pieces = pieces + $4 WHERE ${ROW} RETURNING pieces`,
      [...this.#of(id), pieces.length],
    );
    const first = (rows[0]?.pieces ?? 0) - pieces.length + 1;
    for (const [index, { account, intents }] of pieces.entries()) {
      const piece = { run: id.run, row: id.row, piece: first + index };
      await sql.query(
        'INSERT INTO store_fleet.piece (fleet, run, row, piece, account) VALUES ($1, $2, $3, $4, $5)',
        [...this.#ofPiece(piece), JSON.stringify(account)],
      );
      await this.#keepIntents(sql, piece, intents);
    }
    return pieces.map((_, index) => first + index);
  }

  async #keepIntents(sql: Transaction, id: PieceId, intents: readonly KeptIntent[]): Promise<void> {
    if (intents.length === 0) return;
    await sql.query(
      `INSERT INTO store_fleet.intent (fleet, run, row, piece, id, intent)
       SELECT $1, $2, $3, $4, * FROM unnest($5::bigint[], $6::text[])
       ON CONFLICT (fleet, run, row, piece, id) DO UPDATE SET intent = excluded.intent`,
      [...this.#ofPiece(id), intents.map((intent) => intent.id), intents.map(packIntent)],
    );
  }

  /** Adds to counters of a row: in the order of their names, so that nobody waits for somebody who waits for him. */
  async #count(sql: Transaction, id: RowId, difference: Difference): Promise<void> {
    const changed = Object.entries(difference)
      .filter(([, by]) => by !== 0)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    if (changed.length === 0) return;
    await sql.query(
      `INSERT INTO store_fleet.counter AS known (fleet, run, row, name, n)
       SELECT $1, $2, $3, * FROM unnest($4::text[], $5::bigint[])
       ON CONFLICT (fleet, run, row, name) DO UPDATE SET n = known.n + excluded.n`,
      [...this.#of(id), changed.map(([name]) => name), changed.map(([, by]) => by)],
    );
  }

  /** What is to be known of a row when one of its pieces ends. */
  async #note(
    sql: Transaction,
    id: RowId,
    { failures, warnings, error }: Pick<PieceEnd, 'failures' | 'warnings' | 'error'>,
  ): Promise<void> {
    if (failures.length === 0 && warnings.length === 0 && !error) return;
    const { rows } = await sql.query<{ warnings: string; errors: string; failures: string }>(
      `SELECT warnings, errors, (SELECT count(*) FROM store_fleet.failure WHERE ${ROW}) AS failures
       FROM store_fleet.row WHERE ${ROW} FOR UPDATE`,
      this.#of(id),
    );
    const [known] = rows;
    if (!known) return;
    const allWarnings = [...new Set([...(JSON.parse(known.warnings) as string[]), ...warnings])];
    const errors = [...(JSON.parse(known.errors) as FailureReason[]), ...(error ? [error] : [])];
    await sql.query(`UPDATE store_fleet.row SET warnings = $4, errors = $5 WHERE ${ROW}`, [
      ...this.#of(id),
      JSON.stringify(allWarnings.slice(0, MOST_WARNINGS)),
      JSON.stringify(errors.slice(0, MOST_ERRORS)),
    ]);
    const texts = failures
      .slice(0, Math.max(0, MOST_FAILURES - Number(known.failures)))
      .map((failure) => JSON.stringify(failure));
    if (texts.length === 0) return;
    await sql.query(
      'INSERT INTO store_fleet.failure (fleet, run, row, failure) SELECT $1, $2, $3, * FROM unnest($4::text[])',
      [...this.#of(id), texts],
    );
  }

  /** @returns whether nobody is being given a share just now */
  async #share(sql: Transaction, { run, row, piece }: PieceId): Promise<boolean> {
    const { rowCount } = await sql.query(
      `INSERT INTO store_fleet.sharing AS known (fleet, holder, until)
       VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3))
       ON CONFLICT (fleet) DO UPDATE SET holder = excluded.holder, until = excluded.until
       WHERE known.until <= clock_timestamp() OR known.holder = excluded.holder`,
      [this.#fleet, `${run}:${row}:${piece}`, SHARING_MS / 1000],
    );
    return rowCount === 1;
  }
}

/** Failures of the run $2 of the fleet $1, as SQL. */
const FAILED = `(SELECT coalesce(sum(n), 0) FROM store_fleet.counter
  WHERE fleet = $1 AND run = $2 AND name IN ('n:failed', 'n:blocked'))`;

/** `bigint` comes as text. */
interface PieceRow {
  readonly status: PieceStatus;
  readonly epoch: string;
  readonly sequence: string;
  readonly account: string | null;
  readonly counts: string;
  readonly children: string;
}

function countsOf(text: string): Difference {
  // Written by `write`.
  return JSON.parse(text) as Difference;
}

function differenceOf(before: Difference, after: Difference): Difference {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return Object.fromEntries(names.map((name) => [name, (after[name] ?? 0) - (before[name] ?? 0)]));
}

function named(counts: Difference): Difference {
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [`n:${name}`, count]));
}

function numberOf(text: string | null | undefined): number | undefined {
  return text === null || text === undefined ? undefined : Number(text);
}
