import {
  DeletionError,
  StoreError,
  type Deletion,
  type DeletionReport,
  type FailureReason,
  type ObjectStore,
} from '@store/core';
import { engineOf, shareRate } from '@store/core/extend';
import { headerOf } from '@store/journal';
import { setTimeout as delay } from 'node:timers/promises';
import type { EndedStatus, FleetBooks, TakenPiece } from './fleet-books.js';
import { optionsFrom } from './fleet-options.js';
import { AllRates, FleetRate } from './fleet-rate.js';
import type { FleetRow, FleetRun, PieceId } from './fleet-run.js';
import { PieceSession } from './piece-session.js';
import { reasonOf } from './reason-of.js';
import { settledBy, shared, type Rest } from './rest.js';

/** Between two looks at what the fleet wants, in milliseconds. */
const LOOK_MS = 250;

/** A piece is not taken apart before, in milliseconds: it has hardly begun. */
const YOUNG_MS = 500;

export interface PieceWork {
  readonly books: FleetBooks;
  readonly id: PieceId;
  readonly run: FleetRun;
  readonly row: FleetRow;
  readonly open: (address: string) => Promise<ObjectStore>;
  /** Most requests in flight. */
  readonly concurrency?: number | undefined;
  /** Slots of workers that have nothing to do, when none of the jobs waits. */
  readonly idle: () => Promise<number>;
  /** The worker has to go; somebody else goes on. */
  readonly leave: AbortSignal;
  /** Somebody else may have the job already. */
  readonly lost: AbortSignal | undefined;
}

/** Somebody else has the piece. */
export class PieceLost extends Error {}

/** Why a piece stops before its end. */
type Stop = 'share' | 'turn' | 'command' | 'leave';

/**
 * Deletes what is left of a piece, until its end, until it is the turn of others, or until somebody wants a share.
 *
 * @returns the numbers of the pieces that go on with what is left
 * @throws PieceLost; StoreError for what may pass
 */
export async function workOnPiece(work: PieceWork): Promise<readonly number[]> {
  const { books, id } = work;
  const taken = await books.takeOver(id);
  if (!taken) throw new PieceLost(`there is no piece ${id.piece} of ${id.run} any more`);
  if (taken.status !== 'open') return taken.children;
  if ((await books.command(id.run)) === 'stop') {
    await endPiece(work, taken, { status: 'left' });
    return [];
  }
  return new PieceRun(work, taken).perform();
}

class PieceRun {
  readonly #work: PieceWork;
  readonly #taken: TakenPiece;
  readonly #session: PieceSession;
  readonly #begunAt = performance.now();
  #stop: { readonly why: Stop; readonly share: number } | undefined;
  readonly #over = new AbortController();

  constructor(work: PieceWork, taken: TakenPiece) {
    const { books, id, run, row } = work;
    this.#work = work;
    this.#taken = taken;
    const { prefix, provider, place } = row;
    const outline = { operation: 'deletePrefix', provider, place, prefix, options: run.options } as const;
    const header = headerOf({ ...outline, startedAt: run.startedAt }, { audit: false });
    this.#session = new PieceSession(books, id, header, taken);
  }

  async perform(): Promise<readonly number[]> {
    const { books, run, row, open } = this.#work;
    await using store = await open(row.address);
    const engine = engineOf(store, 'deletePrefixOnFleet');
    const { provider, driver } = engine;
    if (provider !== row.provider || driver.place !== row.place) {
      const message = `${row.address} is ${driver.place} of ${provider} on this worker, and ${row.place} of ${row.provider} for whoever began the run`;
      throw new StoreError('InvalidArgument', message, { operation: 'deletePrefixOnFleet' });
    }
    const paced = new FleetRate(books, `${provider} ${driver.place}`);
    const rates = [
      paced,
      ...(run.maxKeysPerSecond === undefined ? [] : [new FleetRate(books, run.id, run.maxKeysPerSecond)]),
    ];
    await paced.open();
    shareRate(engine, new AllRates(rates));
    try {
      return await this.#delete(store);
    } finally {
      await paced.close();
    }
  }

  async #delete(store: ObjectStore): Promise<readonly number[]> {
    const { run, row, concurrency } = this.#work;
    const { verify: _later, ...options } = optionsFrom(run.options);
    const deletion = store.deletion(row.prefix, {
      ...options,
      ...(concurrency === undefined ? {} : { concurrency }),
      journal: { begin: () => Promise.resolve(this.#session) },
      onProgress: ({ throttled }) => {
        this.#session.throttled = throttled;
      },
    });
    const watch = this.#watch(deletion);
    try {
      const report = await deletion;
      return await this.#settle(report);
    } catch (error) {
      if (this.#session.isLost) throw new PieceLost('another worker has the piece', { cause: error });
      if (!(error instanceof DeletionError) || error.retryable) throw error;
      this.#session.count(error.report);
      await this.#end('broken', { report: error.report, error: reasonOf(error) });
      return [];
    } finally {
      this.#over.abort();
      await watch;
    }
  }

  /** Looks now and then what the fleet wants, and stops the run for it. */
  async #watch(deletion: Deletion): Promise<void> {
    const { signal } = this.#over;
    const { leave, lost } = this.#work;
    const either = AbortSignal.any([leave, ...(lost ? [lost] : [])]);
    const onLeave = (): void => this.#stopFor('leave', 1, deletion);
    either.addEventListener('abort', onLeave, { once: true });
    if (either.aborted) onLeave();
    try {
      while (!signal.aborted && !this.#stop) {
        await delay(LOOK_MS, undefined, { signal, ref: false }).catch(() => undefined);
        // What cannot be asked now is asked again; the run itself needs the books, and ends when they are gone.
        if (!signal.aborted) await this.#look(deletion).catch(() => undefined);
      }
    } finally {
      either.removeEventListener('abort', onLeave);
    }
  }

  async #look(deletion: Deletion): Promise<void> {
    const { books, id, run, idle } = this.#work;
    const { ranges, deleted, filtered } = this.#session.state.summaryWithoutIntents();
    const { command, failed, mayShare } = await books.look(id, ranges.length);
    if (run.maxFailures !== undefined && failed > run.maxFailures && command !== 'stop') {
      await books.tell(id.run, 'stop');
      this.#stopFor('command', 1, deletion);
    } else if (command === 'stop') this.#stopFor('command', 1, deletion);
    else if (command === 'pause') deletion.pause();
    else deletion.resume();
    const before = this.#taken.account;
    const dealtWith = deleted + filtered - before.deleted - before.filtered;
    if (dealtWith >= run.keysPerJob) this.#stopFor('turn', 1 + (await idle()), deletion);
    if (!mayShare || performance.now() - this.#begunAt < YOUNG_MS) return;
    const others = await idle();
    if (others > 0) this.#stopFor('share', 1 + others, deletion);
  }

  #stopFor(why: Stop, share: number, deletion: Deletion): void {
    if (this.#stop) return;
    this.#stop = { why, share };
    // Its end is awaited elsewhere.
    deletion.stop().then(
      () => undefined,
      () => undefined,
    );
  }

  async #settle(report: DeletionReport): Promise<readonly number[]> {
    this.#session.count(report);
    const { state } = this.#session;
    const soFar = state.soFar();
    const ranges = soFar.ranges.filter(({ id }) => !this.#session.isFailed(id));
    if (!report.aborted || ranges.length === 0) return this.#end('done', { report });
    if (this.#stop?.why === 'command') return this.#end('left', { report });
    const rest: Rest = { ranges, unsettled: soFar.unsettled };
    // What nobody can see again is gone.
    for (const { intent, index, size = 0 } of settledBy(rest))
      this.#session.append({ type: 'settled', intent, indexes: [index], alive: false, bytes: size });
    return this.#end('split', { report, rest });
  }

  async #end(
    status: EndedStatus,
    how: { report: DeletionReport; rest?: Rest; error?: FailureReason },
  ): Promise<readonly number[]> {
    try {
      await this.#session.checkpoint();
    } catch (error) {
      throw this.#session.isLost ? new PieceLost('another worker has the piece', { cause: error }) : error;
    }
    return endPiece(this.#work, this.#taken, {
      status,
      children: how.rest ? shared(how.rest, this.#stop?.share ?? 1) : [],
      failures: this.#session.state.failures.sample,
      warnings: how.report.warnings,
      error: how.error,
    });
  }
}

async function endPiece(
  { books, id }: PieceWork,
  { epoch }: TakenPiece,
  end: Partial<Parameters<FleetBooks['end']>[1]> & { readonly status: EndedStatus },
): Promise<readonly number[]> {
  const { children = [], failures = [], warnings = [], ...rest } = end;
  const numbers = await books.end(id, { ...rest, epoch, children, failures, warnings });
  if (!numbers) throw new PieceLost('another worker has the piece');
  return numbers;
}
