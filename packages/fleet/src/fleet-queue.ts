import { Queue, type JobsOptions } from 'bullmq';
import { Redis } from 'ioredis';
import type { PieceId, RowId } from './fleet-run.js';
import { within } from './within.js';

/** Where a fleet meets. */
export interface FleetConnection {
  /** `redis://[user:password@]host[:port][/database]`, or `rediss://…` */
  readonly url: string;
  /** Of the fleet: several can share a Redis. Default `store-fleet`. */
  readonly fleet?: string | undefined;
}

export const DEFAULT_FLEET = 'store-fleet';

/** What a job is about: a row, which waits for its pieces, or one of these. */
export type FleetJob = RowId | PieceJob;

export interface PieceJob extends PieceId {
  /** The job that waits for it. */
  readonly rowJob: string;
}

/** Ended jobs that are kept for people to look at. */
const KEPT_JOBS = 1000;

/** A job that fails is tried again after this, in milliseconds. */
const AGAIN_MS = 2000;

/** How long a connection may take to end, in milliseconds. */
const CLOSE_MS = 2000;

/** Jobs fail by errors that may pass: for how many, `piece-work.ts` and `row-work.ts` decide. */
const ATTEMPTS = 1_000_000;

/**
 * A connection for BullMQ, to be closed by whoever made it.
 *
 * @param over connections that BullMQ has made of it do not look for Redis any more
 */
export function connect({ url }: FleetConnection, over?: AbortSignal): Redis {
  // Who waits for a job waits as long as Redis is away.
  const client = new Redis(url, {
    maxRetriesPerRequest: null,
    retryStrategy: (times) => (over?.aborted ? null : Math.min(times * 50, 2000)),
  });
  // What waits hears of it; without a listener the process would end.
  client.on('error', () => undefined);
  return client;
}

/** The jobs of a fleet. */
export class FleetQueue {
  readonly #client: Redis;
  readonly #queue: Queue<FleetJob>;

  constructor(connection: FleetConnection) {
    this.#client = connect(connection);
    this.#queue = new Queue(connection.fleet ?? DEFAULT_FLEET, { connection: this.#client });
    // What waits hears of it; without a listener the process would end.
    this.#queue.on('error', () => undefined);
  }

  /** Begins with a row. @param again how often it was begun before: a job that has ended is not done again */
  async addRow(id: RowId, again: number): Promise<void> {
    const name = `${id.run}.${id.row}.row.${again}`;
    const before = await this.#queue.getJob(name);
    // Redis may have lost the end of a row and kept that of its job.
    const isOver = before !== undefined && ((await before.isCompleted()) || (await before.isFailed()));
    const jobId = isOver ? `${name}.${Date.now()}` : name;
    await this.#queue.add('row', { run: id.run, row: id.row }, { ...OPTIONS, jobId });
  }

  /** Adds what is not there, for the row's job to wait for. `anew`: the jobs that there were are over, and the pieces are not. */
  async addPieces(
    id: RowId,
    pieces: readonly number[],
    { rowJob, anew = false }: { readonly rowJob: string; readonly anew?: boolean | undefined },
  ): Promise<void> {
    const suffix = anew ? `.${Date.now()}` : '';
    const parent = { id: rowJob, queue: this.#queue.qualifiedName };
    await this.#queue.addBulk(
      pieces.map((piece) => ({
        name: 'piece',
        data: { ...id, piece, rowJob },
        // A piece that is gone on with after a stop has a job of that time: the one before has ended, and is not done again.
        opts: { ...OPTIONS, jobId: `${rowJob}.${piece}${suffix}`, parent },
      })),
    );
  }

  /** Slots that have nothing to do, where no job waits. @param slots of all workers */
  async idle(slots: number): Promise<number> {
    const {
      waiting = 0,
      prioritized = 0,
      active = 0,
    } = await this.#queue.getJobCounts('waiting', 'prioritized', 'active');
    return waiting + prioritized > 0 ? 0 : Math.max(0, slots - active);
  }

  /** Jobs that nobody is at yet. */
  async waiting(): Promise<number> {
    const counts = await this.#queue.getJobCounts('waiting', 'prioritized', 'delayed');
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  }

  async close(): Promise<void> {
    const closed = this.#queue.close();
    closed.catch(() => undefined);
    // Where Redis is away there is nothing to wait for, and where it only seems to be there not for long.
    if (this.#client.status === 'ready') await within(CLOSE_MS, closed);
    this.#client.disconnect();
  }
}

const OPTIONS: JobsOptions = {
  attempts: ATTEMPTS,
  backoff: { type: 'fixed', delay: AGAIN_MS },
  removeOnComplete: { count: KEPT_JOBS },
  removeOnFail: { count: KEPT_JOBS },
};
