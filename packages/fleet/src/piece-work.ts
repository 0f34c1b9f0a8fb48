import {
  DeletionError,
  StoreError,
  type DeletePrefixOptions,
  type Deletion,
  type DeletionReport,
  type FailureReason,
  type ObjectStore,
  type OpenRange,
} from '@store/core';
import { engineOf } from '@store/engine';
import { shareRate } from '@store/deletion/runs';
import { headerOf } from '@store/journal';
import { cutAt, cutsIn, type Ground } from './cuts.js';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { EndedStatus, FleetBooks, TakenPiece } from './fleet-books.js';
import { optionsFrom } from './fleet-options.js';
import { AllRates, FleetRate } from './fleet-rate.js';
import type { FleetRow, FleetRun, PieceId } from './fleet-run.js';
import type { PieceCounts } from './piece-counts.js';
import type { Lent } from './lent-stores.js';
import { PieceSession } from './piece-session.js';
import { reasonOf } from './reason-of.js';
import { settledBy, shared, type Rest } from './rest.js';
import { openOn, WorkerRefused, WorkerUnfit } from './unfit.js';

/** See {@link PieceWork.lookMs}. */
const LOOK_MS = 100;

/** A piece is not shared before so many looks: it has hardly begun. */
const YOUNG = 3;

/** When nothing could be shared, it is not tried again before so many looks. */
const AGAIN = 10;

/** Pieces for each slot that is idle: they are not alike, and who is done with his takes the next. */
const PARTS = 4;

/** Ranges for each piece, from distant places: a busy partition of the service is a part of many pieces then, and all of none. */
const RANGES = 2;

export interface PieceWork {
  readonly books: FleetBooks;
  readonly id: PieceId;
  readonly run: FleetRun;
  readonly row: FleetRow;
  readonly lend: (address: string) => Promise<Lent>;
  /** Most requests in flight. */
  readonly concurrency?: number | undefined;
  /** Told of what has been counted since it was told last. */
  readonly onCounts?: ((counts: PieceCounts) => void) | undefined;
  /** Slots of workers that have nothing to do, when none of the jobs waits. */
  readonly idle: () => Promise<number>;
  /** Between two looks at what the fleet wants, in milliseconds. Default 100. */
  readonly lookMs?: number | undefined;
  /** The worker has to go; somebody else goes on. */
  readonly leave: AbortSignal;
  /** Somebody else may have the job already. */
  readonly lost: AbortSignal | undefined;
}

/** Somebody else has the piece. */
export class PieceLost extends Error {}

/** The worker has to go: the piece is as it is in the books, and somebody else takes it up. */
export class PieceLeft extends Error {}

/** Why a piece stops before its end. */
type Stop = 'share' | 'turn' | 'command' | 'leave';

/**
 * Deletes what is left of a piece, until its end, until it is the turn of others, or until somebody wants a share.
 *
 * @returns the numbers of the pieces that go on with what is left
 * @throws PieceLost, PieceLeft; StoreError for what may pass
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
  #stop: Stop | undefined;
  /** Pieces that go on with what is left. */
  #share = 1;
  /** Where ranges are cut when it is shared. */
  #cuts: readonly string[] = [];
  #cutting: Promise<unknown> = Promise.resolve();
  /** How often it has looked, and when it may be shared. */
  #looks = 0;
  #sharedFrom = YOUNG;
  readonly #over = new AbortController();

  constructor(work: PieceWork, taken: TakenPiece) {
    const { books, id, run, row, onCounts } = work;
    this.#work = work;
    this.#taken = taken;
    // All listings by which it is cut listen to this one signal.
    setMaxListeners(0, this.#over.signal);
    const { prefix, provider, place } = row;
    const outline = { operation: 'deletePrefix', provider, place, prefix, options: run.options } as const;
    const header = headerOf({ ...outline, startedAt: run.startedAt }, { audit: false });
    this.#session = new PieceSession(books, id, header, taken, onCounts);
  }

  async perform(): Promise<readonly number[]> {
    const { books, run, row, lend } = this.#work;
    await using lent = await openOn(lend, row.address);
    const { store } = lent;
    const engine = engineOf(store, 'deletePrefixOnFleet');
    const { provider, driver } = engine;
    if (provider !== row.provider || driver.place !== row.place) {
      const message = `${row.address} is ${driver.place} of ${provider} on this worker, and ${row.place} of ${row.provider} for whoever began the run`;
      throw new WorkerUnfit(new StoreError('InvalidArgument', message, { operation: 'deletePrefixOnFleet' }));
    }
    const { slots: sharers } = await books.workers();
    const { clock } = engine;
    const paced = new FleetRate(books, `${provider} ${driver.place}`, { sharers, clock });
    const { maxKeysPerSecond: fixed } = run;
    const rates = [
      paced,
      ...(fixed === undefined ? [] : [new FleetRate(books, run.id, { fixed, sharers, clock })]),
    ];
    await paced.open();
    shareRate(engine, new AllRates(rates));
    try {
      const children = await this.#delete(store);
      lent.keep();
      return children;
    } catch (error) {
      throw this.#isRefused(error) ? new WorkerRefused(error) : error;
    } finally {
      await paced.close();
    }
  }

  async #delete(store: ObjectStore): Promise<readonly number[]> {
    const { run, row, concurrency } = this.#work;
    const { verify: _later, ...options } = optionsFrom(run.options);
    const ground = groundOf(store, row.prefix, options, this.#over.signal);
    if (await this.#isSharedAtOnce(ground)) {
      const { ranges } = this.#session.soFar;
      return this.#end('split', { rest: { ranges: cutAt(ranges, this.#cuts), unsettled: [] } });
    }
    const deletion = store.deletion(row.prefix, {
      ...options,
      ...(concurrency === undefined ? {} : { concurrency }),
      journal: { begin: () => Promise.resolve(this.#session) },
      onProgress: ({ throttled }) => {
        this.#session.throttled = throttled;
      },
    });
    const watch = this.#watch(deletion, ground);
    try {
      const report = await deletion;
      // What could not be cut goes on as it is.
      if (this.#stop === 'share') await this.#cutting.catch(() => undefined);
      return await this.#settle(report);
    } catch (error) {
      if (this.#session.isLost) throw new PieceLost('another worker has the piece', { cause: error });
      if (!(error instanceof DeletionError) || error.retryable || this.#isRefused(error)) throw error;
      this.#session.count(error.report);
      await this.#end('broken', { report: error.report, error: reasonOf(error) });
      return [];
    } finally {
      this.#over.abort();
      await watch;
    }
  }

  /** It is this worker that is not let in: nothing has been seen of the piece. */
  #isRefused(error: unknown): boolean {
    return error instanceof StoreError && error.code === 'AccessDenied' && !this.#session.hasSeen;
  }

  /** A listing that nobody has begun is cut before, where others have nothing to do. */
  async #isSharedAtOnce(ground: Ground): Promise<boolean> {
    const { ranges, unsettled } = this.#session.soFar;
    const [{ after, upto } = {}, ...more] = ranges;
    if (after !== undefined || upto !== undefined || more.length > 0 || unsettled.length > 0) return false;
    const others = await this.#work.idle();
    return others > 0 && this.#cut(ranges, others, ground);
  }

  /** Where ranges can be cut for so many others who have nothing to do: how they are. */
  async #cut(
    ranges: readonly OpenRange[],
    others: number,
    ground: Ground,
    onSure?: () => void,
  ): Promise<boolean> {
    const wanted = PARTS * (1 + others);
    this.#cuts = await cutsIn(ranges, RANGES * wanted, ground, onSure);
    this.#share = wanted;
    return ranges.length + this.#cuts.length > 1;
  }

  /** Looks now and then what the fleet wants, and stops the run for it. */
  async #watch(deletion: Deletion, ground: Ground): Promise<void> {
    const { signal } = this.#over;
    const { leave, lost, lookMs = LOOK_MS } = this.#work;
    const either = AbortSignal.any([leave, ...(lost ? [lost] : [])]);
    const onLeave = (): void => this.#stopFor('leave', deletion);
    either.addEventListener('abort', onLeave, { once: true });
    if (either.aborted) onLeave();
    try {
      while (!signal.aborted && !this.#stop) {
        await delay(lookMs, undefined, { signal, ref: false }).catch(() => undefined);
        // What cannot be asked now is asked again; the run itself needs the books, and ends when they are gone.
        if (!signal.aborted) await this.#look(deletion, ground).catch(() => undefined);
      }
    } finally {
      either.removeEventListener('abort', onLeave);
    }
  }

  async #look(deletion: Deletion, ground: Ground): Promise<void> {
    const { books, id, run } = this.#work;
    // What has its outcome is told soon, also where nothing new is sent for a while.
    await this.#session.tell();
    const { ranges, deleted, filtered } = this.#session.state.summaryWithoutIntents();
    // What cannot be shared just now stands in nobody's way.
    const isShareable = this.#looks++ >= this.#sharedFrom;
    const { command, failed, mayShare } = await books.look(id, isShareable ? ranges.length : 0);
    if (run.maxFailures !== undefined && failed > run.maxFailures && command !== 'stop') {
      await books.tell(id.run, 'stop');
      this.#stopFor('command', deletion);
    } else if (command === 'stop') this.#stopFor('command', deletion);
    else if (command === 'pause') deletion.pause();
    else deletion.resume();
    const before = this.#taken.account;
    const dealtWith = deleted + filtered - before.deleted - before.filtered;
    if (dealtWith >= run.keysPerJob) this.#stopFor('turn', deletion);
    if (!isShareable || !mayShare || this.#stop) return;
    const others = await this.#work.idle();
    if (others === 0) return;
    // Deletes are what takes long, so a run that is busy may have one range only, with millions of keys in it.
    const open = this.#session.state.soFar().ranges.filter(({ id: range }) => !this.#session.isFailed(range));
    // The others wait: what has been listed comes to its end while it is still being cut.
    const cutting = this.#cut(open, others, ground, () => this.#stopFor('share', deletion));
    this.#cutting = cutting;
    if (!(await cutting)) this.#sharedFrom = this.#looks + AGAIN;
  }

  #stopFor(why: Stop, deletion: Deletion): void {
    if (this.#stop) return;
    this.#stop = why;
    // Others get what is left of the listing, and what has been listed comes to its end here. Who is told to stop, or has to go,
    // does not wait for that: whoever takes the piece up begins with what was not tried again. Its end is awaited elsewhere.
    const ended = why === 'share' || why === 'turn' ? deletion.finish() : deletion.stop();
    ended.then(
      () => undefined,
      () => undefined,
    );
  }

  async #settle(report: DeletionReport): Promise<readonly number[]> {
    this.#session.count(report);
    const { state } = this.#session;
    const soFar = state.soFar();
    const ranges = soFar.ranges.filter(({ id }) => !this.#session.isFailed(id));
    const why = this.#stop;
    if (report.aborted && soFar.ranges.length > 0) {
      if (why === 'leave') throw new PieceLeft('this worker goes; another one goes on');
      if (why === 'command') return this.#end('left', { report });
    }
    const rest: Rest = { ranges: cutAt(ranges, this.#cuts), unsettled: soFar.unsettled };
    // What nobody can see again is gone.
    for (const { intent, index, size = 0 } of settledBy(rest))
      this.#session.append({ type: 'settled', intent, indexes: [index], alive: false, bytes: size });
    return this.#end(ranges.length === 0 ? 'done' : 'split', { report, rest });
  }

  async #end(
    status: EndedStatus,
    how: { report?: DeletionReport; rest?: Rest; error?: FailureReason },
  ): Promise<readonly number[]> {
    try {
      await this.#session.checkpoint();
    } catch (error) {
      throw this.#session.isLost ? new PieceLost('another worker has the piece', { cause: error }) : error;
    }
    return endPiece(this.#work, this.#taken, {
      status,
      children: how.rest ? shared(how.rest, this.#share) : [],
      failures: this.#session.failures,
      warnings: how.report?.warnings ?? [],
      error: how.error,
    });
  }
}

/** What the run lists, one page at a time. */
function groundOf(
  store: ObjectStore,
  prefix: string,
  { versions = 'current' }: DeletePrefixOptions,
  signal: AbortSignal,
): Ground {
  const engine = engineOf(store, 'deletePrefixOnFleet');
  const { driver } = engine;
  const purpose = { operation: 'list', signal };
  return {
    prefix,
    maxKeyBytes: driver.keys.maxBytes,
    async look(after, count = driver.list.maxPageSize) {
      const request = { prefix, startAfter: after, maxKeys: count };
      if (versions === 'current' || !driver.versions) {
        const { objects, truncated } = await engine.request(purpose, (call) =>
          driver.list.page(request, call),
        );
        return { names: objects.map(({ key }) => key), truncated };
      }
      const { page: pageOf } = driver.versions;
      const page = await engine.request(purpose, (call) => pageOf(request, call));
      return { names: page.versions.map(({ key }) => key), truncated: page.truncated };
    },
  };
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
