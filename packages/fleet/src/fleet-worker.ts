import { toStoreError, type ObjectStore, type StoreError } from '@store/core';
import { WaitingChildrenError, type Job } from 'bullmq';
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { FleetBooks } from './fleet-books.js';
import type { FleetConnection } from './fleet-connection.js';
import type { FleetJob, PieceJob } from './fleet-job.js';
import { openPlace, type FleetPlace, type JobWorker } from './fleet-place.js';
import { FleetQueue } from './fleet-queue.js';
import type { FleetRow, FleetRun, PieceId, RowId } from './fleet-run.js';
import type { PieceCounts } from './piece-counts.js';
import { LentStores } from './lent-stores.js';
import { PieceLeft, PieceLost, workOnPiece } from './piece-work.js';
import { reasonOf } from './reason-of.js';
import { workOnRow } from './row-work.js';
import { WorkerRefused, WorkerUnfit } from './unfit.js';
import { within } from './within.js';

/** See {@link FleetWorkerOptions.lockMs}. */
const LOCK_MS = 15_000;

/** Looks for jobs whose worker says nothing, in the time after which they are somebody else's. */
const LOOKS = 3;

/** Between two times that a worker says that it is there, in milliseconds. */
const BEAT_MS = 3000;

/** When Redis has not answered for so long, a worker that goes does not wait for it, in milliseconds. */
const AWAY_MS = 10_000;

/** Between two times that it asks, in milliseconds. */
const ASKS_MS = 500;

/** For so long it is taken for known how many workers there are, in milliseconds. */
const SLOTS_MS = 500;

/** A piece that has come to an error this often, one after the other, is given up. */
const MOST_FAILED = 10;

/** How long a worker rests that cannot do what others may, in milliseconds: twice as long each time, up to the second. */
const REST_MS = 5000;
const MOST_REST_MS = 60_000;

export interface FleetWorkerOptions {
  readonly connection: FleetConnection;
  /**
   * Opens the store that an address of a run means, such as `NAME:prefix/`. A piece has one for itself; the next one
   * has it again, and the worker closes it.
   * What it throws is tried again, by this worker or another.
   */
  readonly open: (address: string) => Promise<ObjectStore>;
  /** Pieces that it deals with at once. One keeps a core busy. Default 1. */
  readonly concurrency?: number | undefined;
  /** Most requests in flight for each piece. Default: as `deletePrefix`. */
  readonly requests?: number | undefined;
  /**
   * A piece is somebody else's when its worker has said nothing for so long, in milliseconds: it was killed, or is cut off from
   * where the fleet meets. Default 15,000.
   */
  readonly lockMs?: number | undefined;
  /** Told of what has been counted in a piece since it was told last, as it gets into the account of the run. */
  readonly onCounts?: ((piece: PieceId, counts: PieceCounts) => void) | undefined;
  /** Told of what happens. */
  readonly onEvent?: ((event: FleetWorkerEvent) => void) | undefined;
}

/** What a worker tells of itself, fit for JSON. */
export type FleetWorkerEvent =
  | {
      readonly type: 'begun' | 'ended' | 'left' | 'lost';
      readonly run: string;
      readonly row: number;
      readonly piece?: number;
    }
  | {
      readonly type: 'failed';
      readonly run: string;
      readonly row: number;
      readonly piece?: number;
      readonly message: string;
    }
  /** It cannot do what others may, and takes nothing on for so many milliseconds. */
  | { readonly type: 'resting'; readonly ms: number; readonly message: string }
  /** Something is wrong with the place where the fleet meets, or with what came from there. */
  | { readonly type: 'trouble'; readonly message: string };

/** A worker of a fleet, at work until it is closed. */
export class FleetWorker implements AsyncDisposable {
  readonly id = `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  readonly #options: FleetWorkerOptions;
  readonly #books: FleetBooks;
  readonly #queue: FleetQueue;
  readonly #place: FleetPlace;
  readonly #stores: LentStores;
  #worker: JobWorker | undefined;
  readonly #leave = new AbortController();
  #beating: Promise<void> | undefined;
  /** It takes no jobs for a while; so often that has been, one after the other. */
  #isResting = false;
  #rests = 0;
  /** Of all workers, and when that was asked. */
  #slots = 0;
  #slotsAt = -Infinity;
  /** Errors of pieces and rows, one after the other. */
  readonly #failed = new Map<string, number>();

  private constructor(options: FleetWorkerOptions) {
    this.#options = options;
    this.#place = openPlace(options.connection);
    this.#books = this.#place.books;
    this.#stores = new LentStores(options.open, options.concurrency ?? 1);
    this.#queue = new FleetQueue(this.#place);
  }

  /** Begins to work. @throws StoreError `Unavailable` where nothing answers where the fleet meets */
  static async start(options: FleetWorkerOptions): Promise<FleetWorker> {
    const worker = new FleetWorker(options);
    try {
      await worker.#start();
    } catch (error) {
      await worker.#place.close();
      throw error;
    }
    return worker;
  }

  async #start(): Promise<void> {
    const { concurrency = 1, lockMs = LOCK_MS } = this.#options;
    await this.#sayThere();
    const worker = await this.#place.openWorker((job, token, signal) => this.#perform(job, token, signal), {
      concurrency,
      autorun: false,
      lockDuration: lockMs,
      stalledInterval: lockMs / LOOKS,
      // A worker that is killed says nothing of the piece.
      maxStalledCount: 1_000_000,
    });
    this.#worker = worker;
    worker.on('error', (error) => this.#tell({ type: 'trouble', message: error.message }));
    worker.on('lockRenewalFailed', (jobs) => {
      for (const job of jobs) worker.cancelJob(job);
    });
    this.#beating = this.#beat();
    // It ends with `close`, and tells of errors by its events.
    worker.run().catch(() => undefined);
  }

  /** Jobs of the fleet that nobody is at yet. */
  waiting(): Promise<number> {
    return this.#queue.waiting();
  }

  /** Stops what it deals with in an orderly way: what is left goes to others. */
  async close(): Promise<void> {
    if (this.#leave.signal.aborted) return;
    this.#leave.abort();
    await this.#beating;
    const closed = Promise.resolve(this.#worker?.close()).then(
      () => true,
      () => true,
    );
    const over = new AbortController();
    const isHandedOver = await Promise.race([closed, this.#placeIsAway(over.signal)]);
    over.abort();
    if (isHandedOver) await within(AWAY_MS, this.#books.leave(this.id));
    await this.#stores.close();
    await this.#queue.close();
    await this.#place.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Ends when nothing has answered for a while where the fleet meets: what is in hand cannot be handed over. */
  async #placeIsAway(over: AbortSignal): Promise<false> {
    while (!over.aborted && (await within(AWAY_MS, this.#books.workers())))
      await delay(ASKS_MS, undefined, { signal: over }).catch(() => undefined);
    return false;
  }

  async #beat(): Promise<void> {
    const { signal } = this.#leave;
    while (!signal.aborted) {
      await delay(BEAT_MS, undefined, { signal }).catch(() => undefined);
      // The next one says it.
      if (!signal.aborted) await this.#sayThere().catch(() => undefined);
    }
  }

  async #perform(
    job: Job<FleetJob>,
    token: string | undefined,
    lost: AbortSignal | undefined,
  ): Promise<void> {
    const { data } = job;
    const { run: id, row } = data;
    const where = { run: id, row, ...('piece' in data ? { piece: data.piece } : {}) };
    try {
      const run = await this.#books.run(id);
      const rowOf = run?.rows[row];
      // It was forgotten.
      if (!run || !rowOf) return;
      this.#tell({ type: 'begun', ...where });
      if ('piece' in data) await this.#piece(data, { run, row: rowOf }, lost);
      else await this.#row(job, token, data, { run, row: rowOf });
      this.#tell({ type: 'ended', ...where });
    } catch (error) {
      if (error instanceof WaitingChildrenError) throw error;
      if (error instanceof PieceLost) {
        this.#tell({ type: 'lost', ...where });
        return;
      }
      if (error instanceof PieceLeft) {
        this.#tell({ type: 'left', ...where });
        throw error;
      }
      this.#tell({
        type: 'failed',
        ...where,
        message: error instanceof Error ? error.message : String(error),
      });
      throw error;
    }
  }

  async #piece(data: PieceJob, of: { run: FleetRun; row: FleetRow }, lost: AbortSignal | undefined) {
    const { run: id, row, piece, rowJob } = data;
    const name = `${id}.${row}.${piece}`;
    const { requests, onCounts } = this.#options;
    const work = {
      books: this.#books,
      id: { run: id, row, piece },
      ...of,
      lend: (address: string) => this.#stores.lend(address),
      concurrency: requests,
      onCounts: onCounts && ((counts: PieceCounts) => onCounts({ run: id, row, piece }, counts)),
      idle: () => this.#idle(),
      leave: this.#leave.signal,
      lost,
    };
    try {
      const children = await workOnPiece(work);
      if (children.length > 0) await this.#queue.addPieces({ run: id, row }, children, { rowJob });
      this.#failed.delete(name);
      this.#rests = 0;
    } catch (error) {
      if (error instanceof PieceLost || error instanceof PieceLeft) throw error;
      await this.#giveUp(data, error);
    }
  }

  /** Slots of all workers that have nothing to do, when none of the jobs waits. */
  async #idle(): Promise<number> {
    const now = performance.now();
    if (now - this.#slotsAt > SLOTS_MS) {
      this.#slots = (await this.#books.workers()).slots;
      this.#slotsAt = now;
    }
    // One of them is where this is asked.
    return this.#slots > 1 ? this.#queue.idle(this.#slots) : 0;
  }

  /** An error that comes again and again ends a piece. @throws it when it may pass */
  async #giveUp({ run, row, piece }: PieceJob, thrown: unknown): Promise<void> {
    const name = `${run}.${row}.${piece}`;
    const error = await this.#lastOf(name, thrown);
    const id = { run, row, piece };
    const taken = await this.#books.takeOver(id);
    if (taken?.status !== 'open') return;
    const end = { epoch: taken.epoch, status: 'broken', children: [], failures: [], warnings: [] } as const;
    await this.#books.end(id, { ...end, error: reasonOf(error) });
    this.#failed.delete(name);
  }

  /** @returns an error that has come again and again, to whoever could do the job. @throws it when it may pass */
  async #lastOf(name: string, thrown: unknown): Promise<StoreError> {
    const failed = (this.#failed.get(name) ?? 0) + 1;
    this.#failed.set(name, failed);
    const isUnfit = thrown instanceof WorkerUnfit;
    const error = isUnfit ? thrown.reason : toStoreError(thrown, { operation: 'deletePrefixOnFleet' });
    const unfit = isUnfit ? await this.#books.unfit(name, this.id) : undefined;
    const most = thrown instanceof WorkerRefused ? 1 : MOST_FAILED;
    if (!unfit) {
      if (failed < most) throw error;
      return error;
    }
    const { ids } = await this.#books.workers();
    const isWanted = ids.some((id) => !unfit.includes(id));
    if (isWanted) await this.#rest(error);
    if (failed < most || isWanted) throw error;
    return error;
  }

  /** Others may do what this one cannot, which would take one job after the other out of their hands. It takes none for a while. */
  async #rest({ message }: StoreError): Promise<void> {
    const { signal } = this.#leave;
    if (this.#isResting || signal.aborted) return;
    this.#isResting = true;
    const ms = Math.min(MOST_REST_MS, REST_MS * 2 ** this.#rests++);
    this.#tell({ type: 'resting', ms, message });
    // Nobody is to share anything with it meanwhile. What is not heard now is said by the next beat: it rests, and goes on, all the same.
    await this.#sayThere().catch(() => undefined);
    await this.#worker?.pause(true);
    void delay(ms, undefined, { signal, ref: false })
      .then(async () => {
        this.#isResting = false;
        await this.#worker?.resume();
        await this.#sayThere();
      })
      // It goes.
      .catch(() => undefined);
  }

  async #sayThere(): Promise<void> {
    const { concurrency = 1 } = this.#options;
    await this.#books.beat(this.id, this.#isResting ? 0 : concurrency);
  }

  async #row(job: Job<FleetJob>, token: string | undefined, id: RowId, of: { run: FleetRun; row: FleetRow }) {
    const { id: rowJob = '' } = job;
    const name = `${id.run}.${id.row}`;
    try {
      const outcome = await workOnRow({
        books: this.#books,
        id: { run: id.run, row: id.row },
        ...of,
        lend: (address) => this.#stores.lend(address),
        addPieces: (pieces, anew) =>
          this.#queue.addPieces({ run: id.run, row: id.row }, pieces, { rowJob, anew }),
        mustWait: () => job.moveToWaitingChildren(token ?? ''),
        leave: this.#leave.signal,
      });
      this.#failed.delete(name);
      if (outcome === 'waits') throw new WaitingChildrenError();
    } catch (error) {
      if (error instanceof WaitingChildrenError || this.#leave.signal.aborted) throw error;
      const last = await this.#lastOf(name, error);
      const end = { at: Date.now(), error: reasonOf(last) };
      if (!(await this.#books.endRow({ run: id.run, row: id.row }, end))) throw error;
      this.#failed.delete(name);
    }
  }

  #tell(event: FleetWorkerEvent): void {
    this.#options.onEvent?.(event);
  }
}
