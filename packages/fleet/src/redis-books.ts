import { StoreError, type DeletionFailure, type FailureReason } from '@store/core';
import type { Redis } from 'ioredis';
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
  PieceStatus,
  RowAccount,
  RowEnd,
  TakenPiece,
} from './fleet-books.js';
import {
  KEPT_S,
  MOST_FAILURES,
  MOST_RUNS,
  PATIENCE_MS,
  SHARING_MS,
  SILENCE_MS,
  UNFIT_S,
} from './books-limits.js';
import { DEFAULT_FLEET, type FleetConnection } from './fleet-connection.js';
import type { FleetCommand, FleetRun, PieceId, RowId } from './fleet-run.js';
import { packIntent, unpackIntent } from './kept-intent.js';
import { connect } from './redis-connect.js';
import { runIn } from './run-record.js';
import * as scripts from './redis-scripts.js';
import { counted, countsIn, tallyOf } from './tally.js';

/** The books of a fleet in Redis: a hash for each run, row and piece, changed by scripts. */
export class RedisBooks implements FleetBooks {
  readonly #client: Redis;
  readonly #prefix: string;

  constructor(connection: FleetConnection) {
    this.#client = connect(connection);
    this.#prefix = `{${connection.fleet ?? DEFAULT_FLEET}}:`;
  }

  async begin(run: FleetRun): Promise<void> {
    const key = this.#key('run', run.id);
    if ((await this.#ask(this.#client.hsetnx(key, 'run', JSON.stringify(run)))) === 0) {
      throw new StoreError('PreconditionFailed', `there is a run ${run.id} already`);
    }
    await this.#ask(this.#client.zadd(this.#key('runs'), run.startedAt, run.id));
  }

  async run(id: string): Promise<FleetRun | undefined> {
    const text = await this.#ask(this.#client.hget(this.#key('run', id), 'run'));
    return text === null ? undefined : runIn(text, id);
  }

  async runs(): Promise<readonly FleetRun[]> {
    const ids = await this.#ask(this.#client.zrevrange(this.#key('runs'), 0, MOST_RUNS - 1));
    const runs = await Promise.all(
      ids.map((id) =>
        this.run(id).catch((error: unknown) => {
          // The others are shown.
          if (error instanceof StoreError && error.code === 'Internal') return undefined;
          throw error;
        }),
      ),
    );
    return runs.filter((run) => run !== undefined);
  }

  async command(id: string): Promise<FleetCommand> {
    const text = await this.#ask(this.#client.hget(this.#key('run', id), 'command'));
    return commandIn(text);
  }

  async tell(id: string, command: FleetCommand): Promise<void> {
    await this.#run(scripts.TELL, [this.#key('run', id)], [command]);
  }

  async forget(run: FleetRun | string): Promise<void> {
    const id = typeof run === 'string' ? run : run.id;
    await this.#ask(this.#client.zrem(this.#key('runs'), id));
    const keys = typeof run === 'string' ? [this.#key('run', id)] : await this.#keysOf(run);
    for (const key of keys) await this.#ask(this.#client.del(key));
  }

  async row(id: RowId): Promise<RowAccount> {
    const [fields, failures] = await Promise.all([
      this.#ask(this.#client.hgetall(this.#row(id))),
      this.#ask(this.#client.lrange(this.#failures(id), 0, -1)),
    ]);
    return {
      pass: Number(fields['pass'] ?? -1),
      ...tallyOf(fields),
      errors: list<FailureReason>(fields['errors']),
      warnings: list<string>(fields['warnings']),
      failures: failures.map((text) => JSON.parse(text) as DeletionFailure),
      isCut: fields['isCut'] === '1',
      remaining: fields['remaining'] === undefined ? undefined : Number(fields['remaining']),
      endedAt: fields['endedAt'] === undefined ? undefined : Number(fields['endedAt']),
    };
  }

  async beginPass(id: RowId, pass: number, { account, intents }: NewPiece): Promise<boolean> {
    const values = [pass, JSON.stringify(account), JSON.stringify(packed(intents))];
    return (await this.#run(scripts.BEGIN_PASS, [this.#row(id), this.#pieces(id)], values)) === 1;
  }

  async endRow(id: RowId, { at, remaining, isCut, error }: RowEnd): Promise<boolean> {
    const values = [at, remaining ?? '', isCut ? 1 : 0, error ? JSON.stringify(error) : ''];
    const isEnded = await this.#run(scripts.END_ROW, [this.#row(id), this.#key('run', id.run)], values);
    if (isEnded !== 1) return false;
    await this.#expire(id);
    return true;
  }

  /** Of a run that is over nothing is kept for ever. */
  async #expire(id: RowId): Promise<void> {
    const run = await this.run(id.run);
    const accounts = await Promise.all(run?.rows.map((_, row) => this.row({ run: id.run, row })) ?? []);
    if (
      !run ||
      accounts.some(({ endedAt, pieces, isCut }) => endedAt === undefined || isCut || pieces.left > 0)
    )
      return;
    for (const key of await this.#keysOf(run)) await this.#ask(this.#client.expire(key, KEPT_S));
  }

  async openPieces(id: RowId): Promise<readonly number[]> {
    return numbers(await this.#run(scripts.OPEN_PIECES, [this.#row(id)], [this.#pieces(id)]));
  }

  async reopen(id: RowId): Promise<number> {
    return Number(await this.#run(scripts.REOPEN, [this.#row(id)], [this.#pieces(id)]));
  }

  async takeOver(id: PieceId): Promise<TakenPiece | undefined> {
    const pairs = await this.#run(scripts.TAKE_OVER, [this.#piece(id)], []);
    if (!Array.isArray(pairs) || pairs.length === 0) return undefined;
    const fields: Record<string, string> = {};
    for (let i = 0; i < pairs.length; i += 2) fields[String(pairs[i])] = String(pairs[i + 1]);
    const intents = Object.entries(fields).filter(([name]) => name.startsWith('i:'));
    return {
      // Written by these scripts and nobody else.
      status: fields['status'] as PieceStatus,
      epoch: Number(fields['epoch']),
      account: JSON.parse(fields['account'] ?? '{}') as PieceAccount,
      intents: intents.map(([, text]) => unpackIntent(text)),
      counts: countsIn(fields),
      children: list<number>(fields['children']),
    };
  }

  async write(id: PieceId, change: PieceChange): Promise<Kept> {
    const { epoch, sequence, whole, intents, closed, account, counts } = change;
    const values = [
      epoch,
      sequence,
      whole ? 1 : 0,
      account ? JSON.stringify(account) : '',
      counts ? JSON.stringify(counted(counts, account?.failures.byCode)) : '',
      intents.length,
      ...intents.flatMap((intent) => [intent.id, packIntent(intent)]),
      ...closed,
    ];
    // The script says nothing else.
    return (await this.#run(
      scripts.WRITE,
      [this.#piece(id), this.#row(id), this.#key('run', id.run)],
      values,
    )) as Kept;
  }

  async end(id: PieceId, end: PieceEnd): Promise<readonly number[] | undefined> {
    const keys = [this.#piece(id), this.#row(id), this.#pieces(id), this.#failures(id), this.#key('weights')];
    const children = end.children.map(({ account, intents }) => ({
      account: JSON.stringify(account),
      intents: packed(intents),
    }));
    const values = [
      end.epoch,
      end.status,
      JSON.stringify(children),
      JSON.stringify(end.failures.map((failure) => JSON.stringify(failure))),
      JSON.stringify(end.warnings),
      end.error ? JSON.stringify(end.error) : '',
      MOST_FAILURES,
      memberOf(id),
    ];
    const text = await this.#run(scripts.END, keys, values);
    return typeof text === 'string' ? list<number>(text) : undefined;
  }

  async look(id: PieceId, weight: number): Promise<Look> {
    const answer = await this.#run(
      scripts.LOOK,
      [this.#key('weights'), this.#key('sharing'), this.#key('run', id.run)],
      [memberOf(id), weight, SHARING_MS, this.#key('piece', '')],
    );
    const [command, failed, share] = Array.isArray(answer) ? answer.map(String) : [];
    return { command: commandIn(command), failed: Number(failed), mayShare: share === '1' };
  }

  async unfit(job: string, worker: string): Promise<readonly string[]> {
    const key = this.#key('unfit', job);
    await this.#ask(this.#client.sadd(key, worker));
    await this.#ask(this.#client.expire(key, UNFIT_S));
    return this.#ask(this.#client.smembers(key));
  }

  async beat(worker: string, slots: number): Promise<void> {
    await this.#run(scripts.BEAT, [this.#key('workers')], [worker, slots]);
  }

  async leave(worker: string): Promise<void> {
    await this.#ask(this.#client.hdel(this.#key('workers'), worker));
  }

  async workers(): Promise<FleetWorkers> {
    const answer = await this.#run(scripts.WORKERS, [this.#key('workers')], [SILENCE_MS / 1000]);
    const alive = Array.isArray(answer) ? answer.map(String) : [];
    const ids = alive.filter((_text, index) => index % 2 === 0);
    const slots = alive.filter((_text, index) => index % 2 === 1).map(Number);
    return { workers: ids.length, ids, slots: slots.reduce((sum, one) => sum + one, 0) };
  }

  async lease(name: string, lease: Lease): Promise<Leased> {
    const { keys, taken, throttledIn, fixed, hot = 0, refused = 0, good = 0 } = lease;
    const values = [keys, taken, throttledIn ?? '', fixed ?? '', hot, refused, good];
    const answer = await this.#run(scripts.LEASE, [this.#key('rate', name)], values);
    const [wait, rate, epoch, young] = Array.isArray(answer) ? answer.map(String) : [];
    return {
      waitMs: Number(wait),
      rate: rate ? Number(rate) : undefined,
      epoch: Number(epoch),
      isYoung: young === '1',
    };
  }

  async close(): Promise<void> {
    this.#client.disconnect();
    await Promise.resolve();
  }

  #key(...names: readonly (string | number)[]): string {
    return this.#prefix + names.join(':');
  }

  #row({ run, row }: RowId): string {
    return this.#key('row', run, row);
  }

  #failures({ run, row }: RowId): string {
    return this.#key('failures', run, row);
  }

  /** How the keys of its pieces begin. */
  #pieces({ run, row }: RowId): string {
    return this.#key('piece', run, row, '');
  }

  #piece(id: PieceId): string {
    return this.#pieces(id) + id.piece;
  }

  async #keysOf({ id, rows }: FleetRun): Promise<readonly string[]> {
    const ofRows = rows.map(async (_, row) => {
      const one = { run: id, row };
      const pieces = Number((await this.#ask(this.#client.hget(this.#row(one), 'pieces'))) ?? 0);
      const ofPieces = Array.from({ length: pieces }, (_none, n) => this.#piece({ ...one, piece: n + 1 }));
      return [this.#row(one), this.#failures(one), ...ofPieces];
    });
    return [this.#key('run', id), ...(await Promise.all(ofRows)).flat()];
  }

  #run(script: scripts.RedisScript, keys: readonly string[], values: readonly (string | number)[]) {
    return this.#ask(script.run(this.#client, keys, values));
  }

  /** @throws StoreError `Unavailable` where Redis is away for too long, `Internal` for what it refuses */
  async #ask<T>(asked: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<never>((_resolve, reject) => {
      const message = `Redis has not answered for ${PATIENCE_MS / 1000} seconds`;
      timer = setTimeout(() => reject(new StoreError('Unavailable', message)), PATIENCE_MS).unref();
    });
    try {
      return await Promise.race([asked, patience]);
    } catch (error) {
      if (error instanceof StoreError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw new StoreError('Unavailable', `Redis: ${message}`, { cause: error });
    } finally {
      clearTimeout(timer);
    }
  }
}

function commandIn(text: string | null | undefined): FleetCommand {
  return text === 'pause' || text === 'stop' ? text : 'go';
}

function memberOf({ run, row, piece }: PieceId): string {
  return `${run}:${row}:${piece}`;
}

function packed(intents: NewPiece['intents']): Record<string, string> {
  return Object.fromEntries(intents.map((intent) => [intent.id, packIntent(intent)]));
}

function list<T>(text: string | undefined): T[] {
  const value: unknown = text === undefined ? [] : JSON.parse(text);
  // Lua writes an empty list as an object; what is in the others was written by these scripts.
  return Array.isArray(value) ? (value as T[]) : [];
}

function numbers(value: unknown): number[] {
  return Array.isArray(value) ? value.map(Number) : [];
}
