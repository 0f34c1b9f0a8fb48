import { StoreError } from '@store/core';
import type pg from 'pg';
import { KEPT_S, MOST_RUNS, SHARING_MS } from './books-limits.js';
import type {
  FleetBooks,
  FleetWorkers,
  Kept,
  Lease,
  Leased,
  Look,
  NewPiece,
  PieceAccount,
  PieceChange,
  PieceEnd,
  RowAccount,
  RowEnd,
  TakenPiece,
} from './fleet-books.js';
import { DEFAULT_FLEET, type FleetConnection } from './fleet-connection.js';
import type { FleetCommand, FleetRun, PieceId, RowId } from './fleet-run.js';
import { unpackIntent } from './kept-intent.js';
import { runIn } from './run-record.js';
import { transact, type Transaction, type TransactionOptions } from './postgres-connection.js';
import { PIECE, PostgresRows, ROW, type Difference, type PieceRow } from './postgres-rows.js';
import { prepareSchemas } from './postgres-schema.js';
import { PostgresWorkers } from './postgres-workers.js';
import { counted, countsIn } from './tally.js';

/** Tables that have something of a run, by its name. */
const OF_RUN = ['intent', 'piece', 'weight', 'failure', 'counter', 'row'] as const;

/** What may be lost when the database crashes. */
const PASSING: TransactionOptions = { isLasting: false };

/**
 * The books of a fleet in PostgreSQL, in a schema of their own: each operation is a transaction, in which a piece is locked before
 * its row, and that before its counters.
 */
export class PostgresBooks implements FleetBooks {
  readonly #pool: pg.Pool;
  readonly #url: string;
  readonly #fleet: string;
  readonly #rows: PostgresRows;
  readonly #workers: PostgresWorkers;
  #prepared: Promise<void> | undefined;

  /** @param pool to be closed by whoever made it */
  constructor({ url, fleet = DEFAULT_FLEET }: FleetConnection, pool: pg.Pool) {
    this.#pool = pool;
    this.#url = url;
    this.#fleet = fleet;
    this.#rows = new PostgresRows(fleet);
    this.#workers = new PostgresWorkers(fleet);
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
    return this.#transact((sql) => this.#rows.account(sql, id), PASSING);
  }

  async beginPass(id: RowId, pass: number, piece: NewPiece): Promise<boolean> {
    return this.#transact(async (sql) => {
      const begun = await sql.query(
        `INSERT INTO store_fleet.row AS known (fleet, run, row, pass) VALUES ($1, $2, $3, $4)
         ON CONFLICT (fleet, run, row) DO UPDATE SET pass = excluded.pass WHERE known.pass < excluded.pass`,
        [...this.#rows.of(id), pass],
      );
      if (begun.rowCount === 0) return false;
      await this.#rows.create(sql, id, [piece]);
      await this.#rows.count(sql, id, { 'is:open': 1 });
      return true;
    });
  }

  async endRow(id: RowId, { at, remaining, isCut = false, error }: RowEnd): Promise<boolean> {
    return this.#transact(async (sql) => {
      await sql.query(
        'INSERT INTO store_fleet.row (fleet, run, row, pass) VALUES ($1, $2, $3, -1) ON CONFLICT DO NOTHING',
        this.#rows.of(id),
      );
      await sql.query(`SELECT 1 FROM store_fleet.row WHERE ${ROW} FOR UPDATE`, this.#rows.of(id));
      const { pieces } = await this.#rows.account(sql, id);
      if (pieces.open > 0) return false;
      const isPartly = isCut || pieces.left > 0;
      if (isPartly && !error && (await this.#command(sql, id.run)) !== 'stop') return false;
      await sql.query(
        `UPDATE store_fleet.row SET ended_at = $4, remaining = coalesce($5, remaining), is_cut = $6 WHERE ${ROW}`,
        [...this.#rows.of(id), at, remaining ?? null, isCut],
      );
      await this.#rows.note(sql, id, { failures: [], warnings: [], error });
      await this.#keepForAWhile(sql, id.run);
      return true;
    });
  }

  async openPieces(id: RowId): Promise<readonly number[]> {
    const { rows } = await this.#transact(
      (sql) =>
        sql.query<{ piece: number }>(
          `SELECT piece FROM store_fleet.piece WHERE ${ROW} AND status = 'open' ORDER BY piece`,
          this.#rows.of(id),
        ),
      PASSING,
    );
    return rows.map(({ piece }) => piece);
  }

  async reopen(id: RowId): Promise<number> {
    return this.#transact(async (sql) => {
      const { rows } = await sql.query<{ piece: number }>(
        `SELECT piece FROM store_fleet.piece WHERE ${ROW} AND status = 'left' ORDER BY piece FOR UPDATE`,
        this.#rows.of(id),
      );
      await sql.query(`UPDATE store_fleet.piece SET status = 'open' WHERE ${ROW} AND piece = ANY($4)`, [
        ...this.#rows.of(id),
        rows.map(({ piece }) => piece),
      ]);
      const begun = await sql.query<{ again: number }>(
        `UPDATE store_fleet.row SET again = again + CASE WHEN ended_at IS NULL THEN 0 ELSE 1 END,
           ended_at = NULL, remaining = NULL, is_cut = false
         WHERE ${ROW} RETURNING again`,
        this.#rows.of(id),
      );
      await this.#rows.count(sql, id, { 'is:left': -rows.length, 'is:open': rows.length });
      return begun.rows[0]?.again ?? 0;
    });
  }

  async takeOver(id: PieceId): Promise<TakenPiece | undefined> {
    return this.#transact(async (sql) => {
      await sql.query(
        `UPDATE store_fleet.piece SET epoch = epoch + 1, sequence = 0 WHERE ${PIECE} AND status = 'open'`,
        this.#rows.ofPiece(id),
      );
      const { rows } = await sql.query<PieceRow>(
        `SELECT status, epoch, sequence, account, counts, children FROM store_fleet.piece WHERE ${PIECE}`,
        this.#rows.ofPiece(id),
      );
      const [piece] = rows;
      if (!piece) return undefined;
      const intents = await sql.query<{ intent: string }>(
        `SELECT intent FROM store_fleet.intent WHERE ${PIECE} ORDER BY id`,
        this.#rows.ofPiece(id),
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
      const seen = await this.#rows.locked(sql, id);
      if (seen?.status !== 'open' || Number(seen.epoch) > epoch) return 'lost';
      if (whole) await sql.query(`DELETE FROM store_fleet.intent WHERE ${PIECE}`, this.#rows.ofPiece(id));
      // A database that has lost its last changes has an older epoch, or another sequence.
      else if (Number(seen.epoch) !== epoch || Number(seen.sequence) !== sequence) return 'behind';
      const now = counts && counted(counts, account?.failures.byCode);
      await sql.query(
        `UPDATE store_fleet.piece SET epoch = $5, sequence = $6, account = coalesce($7, account), counts = coalesce($8, counts)
         WHERE ${PIECE}`,
        [
          ...this.#rows.ofPiece(id),
          epoch,
          sequence + 1,
          account ? JSON.stringify(account) : null,
          now ? JSON.stringify(now) : null,
        ],
      );
      await this.#rows.keepIntents(sql, id, intents);
      if (closed.length > 0) {
        const values = [...this.#rows.ofPiece(id), closed];
        await sql.query(`DELETE FROM store_fleet.intent WHERE ${PIECE} AND id = ANY($5)`, values);
      }
      if (now) await this.#rows.count(sql, id, named(differenceOf(countsOf(seen.counts), now)));
      return 'kept';
    });
  }

  async end(id: PieceId, end: PieceEnd): Promise<readonly number[] | undefined> {
    const { epoch, status, failures, warnings, error } = end;
    return this.#transact(async (sql) => {
      const seen = await this.#rows.locked(sql, id);
      if (seen?.status !== 'open' || Number(seen.epoch) !== epoch) return undefined;
      const children = await this.#rows.create(sql, id, end.children);
      await sql.query(
        `UPDATE store_fleet.piece SET status = $5, children = $6, account = CASE WHEN $5 = 'left' THEN account END WHERE ${PIECE}`,
        [...this.#rows.ofPiece(id), status, JSON.stringify(children)],
      );
      if (status !== 'left')
        await sql.query(`DELETE FROM store_fleet.intent WHERE ${PIECE}`, this.#rows.ofPiece(id));
      await this.#rows.note(sql, id, { failures, warnings, error });
      await this.#rows.count(sql, id, { 'is:open': children.length - 1, [`is:${status}`]: 1 });
      await sql.query(`DELETE FROM store_fleet.weight WHERE ${PIECE}`, this.#rows.ofPiece(id));
      return children;
    });
  }

  async look(id: PieceId, weight: number): Promise<Look> {
    return this.#transact(async (sql) => {
      await sql.query(
        `INSERT INTO store_fleet.weight (fleet, run, row, piece, weight) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (fleet, run, row, piece) DO UPDATE SET weight = excluded.weight`,
        [...this.#rows.ofPiece(id), weight],
      );
      const { rows } = await sql.query<{ failed: string | null; most: boolean }>(
        `SELECT ${FAILED} - (SELECT failed_before FROM store_fleet.run WHERE fleet = $1 AND id = $2) AS failed,
           NOT EXISTS (
             SELECT 1 FROM store_fleet.weight JOIN store_fleet.piece USING (fleet, run, row, piece)
             WHERE fleet = $1 AND status = 'open' AND (weight, run, row, piece) > ($5::double precision, $2, $3, $4)
           ) AS most`,
        [...this.#rows.ofPiece(id), weight],
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

  beat(worker: string, slots: number): Promise<void> {
    return this.#transact((sql) => this.#workers.beat(sql, worker, slots), PASSING);
  }

  leave(worker: string): Promise<void> {
    return this.#transact((sql) => this.#workers.leave(sql, worker));
  }

  workers(): Promise<FleetWorkers> {
    return this.#transact((sql) => this.#workers.present(sql), PASSING);
  }

  unfit(job: string, worker: string): Promise<readonly string[]> {
    return this.#transact((sql) => this.#workers.unfit(sql, job, worker));
  }

  lease(name: string, lease: Lease): Promise<Leased> {
    return this.#transact((sql) => this.#workers.lease(sql, name, lease), PASSING);
  }

  close(): Promise<void> {
    return Promise.resolve();
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

  /** Of a run that is over, everything is forgotten after a while. */
  async #keepForAWhile(sql: Transaction, run: string): Promise<void> {
    const text = await this.#runText(sql, run);
    if (text === undefined) return;
    for (const row of runIn(text, run).rows.keys()) {
      const { endedAt, pieces, isCut } = await this.#rows.account(sql, { run, row });
      if (endedAt === undefined || pieces.left > 0 || isCut) return;
    }
    await sql.query(
      `UPDATE store_fleet.run SET forget_at = clock_timestamp() + make_interval(secs => $3) WHERE fleet = $1 AND id = $2`,
      [this.#fleet, run, KEPT_S],
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
