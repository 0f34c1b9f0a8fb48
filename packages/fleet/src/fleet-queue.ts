import type { JobsOptions } from 'bullmq';
import type { FleetPlace, JobQueue } from './fleet-place.js';
import type { RowId } from './fleet-run.js';
import { within } from './within.js';

/** Ended jobs that are kept for people to look at. */
const KEPT_JOBS = 1000;

/** A job that fails is tried again after this, in milliseconds. */
const AGAIN_MS = 2000;

/** How long a connection may take to end, in milliseconds. */
const CLOSE_MS = 2000;

/** Jobs fail by errors that may pass: for how many, `piece-work.ts` and `row-work.ts` decide. */
const ATTEMPTS = 1_000_000;

/** The jobs of a fleet. */
export class FleetQueue {
  readonly #place: FleetPlace;
  #opened: Promise<JobQueue> | undefined;

  constructor(place: FleetPlace) {
    this.#place = place;
  }

  /** Begins with a row. @param again how often it was begun before: a job that has ended is not done again */
  async addRow(id: RowId, again: number): Promise<void> {
    const name = `${id.run}.${id.row}.row.${again}`;
    const queue = await this.#queue();
    const before = await queue.getJob(name);
    // The place may have lost the end of a row and kept that of its job.
    const isOver = before !== undefined && ((await before.isCompleted()) || (await before.isFailed()));
    const jobId = isOver ? `${name}.${Date.now()}` : name;
    await queue.add('row', { run: id.run, row: id.row }, { ...OPTIONS, jobId });
  }

  /** Adds what is not there, for the row's job to wait for. `anew`: the jobs that there were are over, and the pieces are not. */
  async addPieces(
    id: RowId,
    pieces: readonly number[],
    { rowJob, anew = false }: { readonly rowJob: string; readonly anew?: boolean | undefined },
  ): Promise<void> {
    const suffix = anew ? `.${Date.now()}` : '';
    const queue = await this.#queue();
    const parent = { id: rowJob, queue: queue.qualifiedName };
    await queue.addBulk(
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
    const queue = await this.#queue();
    const {
      waiting = 0,
      prioritized = 0,
      active = 0,
    } = await queue.getJobCounts('waiting', 'prioritized', 'active');
    return waiting + prioritized > 0 ? 0 : Math.max(0, slots - active);
  }

  /** Jobs that nobody is at yet. */
  async waiting(): Promise<number> {
    const queue = await this.#queue();
    const counts = await queue.getJobCounts('waiting', 'prioritized', 'delayed');
    return Object.values(counts).reduce((sum, count) => sum + count, 0);
  }

  async close(): Promise<void> {
    const queue = await this.#opened?.catch(() => undefined);
    const closed = queue?.close();
    closed?.catch(() => undefined);
    // Where the place is away there is nothing to wait for, and where it only seems to be there not for long.
    if (closed && this.#place.isThere) await within(CLOSE_MS, closed);
  }

  async #queue(): Promise<JobQueue> {
    this.#opened ??= this.#place.openQueue();
    try {
      return await this.#opened;
    } catch (error) {
      this.#opened = undefined;
      throw error;
    }
  }
}

const OPTIONS: JobsOptions = {
  attempts: ATTEMPTS,
  backoff: { type: 'fixed', delay: AGAIN_MS },
  removeOnComplete: { count: KEPT_JOBS },
  removeOnFail: { count: KEPT_JOBS },
};
