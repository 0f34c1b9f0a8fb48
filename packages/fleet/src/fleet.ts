import { StoreError, type ObjectStore } from '@store/core';
import { checkPrefix } from '@store/deletion/filters';
import { engineOf } from '@store/engine';
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { FleetBooks } from './fleet-books.js';
import { fleetOptions, plainOptions, type FleetOptions } from './fleet-options.js';
import type { FleetConnection } from './fleet-connection.js';
import { openPlace, type FleetPlace } from './fleet-place.js';
import { FleetQueue } from './fleet-queue.js';
import { fleetReport, type FleetReport } from './fleet-report.js';
import type { FleetCommand, FleetRow, FleetRun } from './fleet-run.js';

/** See {@link WaitOptions.everyMs}. */
const LOOK_MS = 500;

/** One of the prefixes that a run is to delete. */
export interface FleetTarget {
  /** As the workers know it: `NAME:prefix/`. */
  readonly address: string;
  readonly store: ObjectStore;
  readonly prefix: string;
}

export interface WaitOptions {
  /** Ends the waiting. */
  readonly signal?: AbortSignal | undefined;
  /** Called with each look. */
  readonly onProgress?: ((report: FleetReport) => void) | undefined;
  /** Between two looks at the run, in milliseconds. Default 500. */
  readonly everyMs?: number | undefined;
}

/** What there is of the runs of a fleet, and what they are told. Workers do the work: {@link FleetWorker}. */
export class Fleet implements AsyncDisposable {
  readonly #place: FleetPlace;
  readonly #books: FleetBooks;
  readonly #queue: FleetQueue;

  /** @throws StoreError `InvalidArgument` for a URL of what is neither Redis nor PostgreSQL */
  constructor(connection: FleetConnection) {
    this.#place = openPlace(connection);
    this.#books = this.#place.books;
    this.#queue = new FleetQueue(this.#place);
  }

  /**
   * Begins a run that deletes everything under each of these prefixes.
   *
   * @returns its name
   * @throws StoreError `InvalidArgument` for what a fleet does not do, and for prefixes that mean more than they seem to
   */
  async begin(targets: readonly FleetTarget[], options: FleetOptions = {}): Promise<string> {
    const checked = fleetOptions.check(options);
    const rows = checkTargets(targets, checked);
    const startedAt = Date.now();
    const run: FleetRun = {
      id: `${new Date(startedAt).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}-${randomBytes(2).toString('hex')}`,
      startedAt,
      rows,
      options: plainOptions(checked),
      keysPerJob: checked.keysPerJob,
      maxKeysPerSecond: checked.maxKeysPerSecond,
      maxFailures: checked.maxFailures,
    };
    await this.#books.begin(run);
    for (const row of rows.keys()) await this.#queue.addRow({ run: run.id, row }, 0);
    return run.id;
  }

  /** The newest first. */
  async runs(): Promise<readonly FleetReport[]> {
    return Promise.all((await this.#books.runs()).map((run) => this.#report(run)));
  }

  /** How far a run is. @throws StoreError `NotFound` */
  async report(id: string): Promise<FleetReport> {
    return this.#report(await this.#run(id));
  }

  /**
   * Waits for the end of a run. It goes on whether somebody waits or not.
   *
   * @throws the reason of the signal, after which the run goes on
   */
  async wait(id: string, { signal, onProgress, everyMs = LOOK_MS }: WaitOptions = {}): Promise<FleetReport> {
    const run = await this.#run(id);
    for (;;) {
      const report = await this.#report(run);
      onProgress?.(report);
      if (report.state === 'done' || report.state === 'stopped') return report;
      await delay(everyMs, undefined, { signal });
    }
  }

  /** Nothing new is sent until `resume`. */
  pause(id: string): Promise<void> {
    return this.#tell(id, 'pause');
  }

  /** Ends a run: what is in flight is waited for, what is left stays. `resume` goes on with it. */
  stop(id: string): Promise<void> {
    return this.#tell(id, 'stop');
  }

  /** Goes on with a run that was paused, or stopped, or whose beginning was cut off. `maxFailures` counts anew after a stop. */
  async resume(id: string): Promise<void> {
    const run = await this.#run(id);
    if ((await this.#report(run)).state === 'done') return;
    await this.#books.tell(id, 'go');
    for (const row of run.rows.keys()) {
      const { pieces, isCut, endedAt } = await this.#books.row({ run: id, row });
      if (endedAt !== undefined && pieces.left === 0 && !isCut) continue;
      // Each of these does nothing where it was done: who is cut off in between, or comes second, does no harm.
      await this.#queue.addRow({ run: id, row }, await this.#books.reopen({ run: id, row }));
    }
  }

  /** Forgets a run that is over. @throws StoreError `PreconditionFailed` for one that is not */
  async forget(id: string): Promise<void> {
    const run = await this.#run(id).catch((error: unknown) => {
      // Nobody can say whether it is over.
      if (error instanceof StoreError && error.code === 'Internal') return undefined;
      throw error;
    });
    if (!run) return this.#books.forget(id);
    const { state } = await this.#report(run);
    if (state !== 'done' && state !== 'stopped') {
      throw new StoreError('PreconditionFailed', `the run ${id} is ${state}; stop it first`);
    }
    await this.#books.forget(run);
  }

  async close(): Promise<void> {
    await this.#queue.close();
    await this.#place.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #run(id: string): Promise<FleetRun> {
    const run = await this.#books.run(id);
    if (run) return run;
    throw new StoreError('NotFound', `this fleet has no run ${id}`);
  }

  async #report(run: FleetRun): Promise<FleetReport> {
    const [command, workers, ...rows] = await Promise.all([
      this.#books.command(run.id),
      this.#books.workers(),
      ...run.rows.map((_, row) => this.#books.row({ run: run.id, row })),
    ]);
    return fleetReport(run, { command, workers, rows });
  }

  async #tell(id: string, command: FleetCommand): Promise<void> {
    await this.#run(id);
    await this.#books.tell(id, command);
  }
}

/**
 * Deletes everything under a prefix with the workers of a fleet, and waits for its end.
 *
 * @throws StoreError as {@link Fleet.begin}; `Aborted` when the signal fires, after which the run goes on: see {@link Fleet.stop}
 */
export async function deletePrefixOnFleet(
  target: FleetTarget,
  connection: FleetConnection,
  { signal, onProgress, everyMs, ...options }: FleetOptions & WaitOptions = {},
): Promise<FleetReport> {
  await using fleet = new Fleet(connection);
  const run = await fleet.begin([target], options);
  return fleet.wait(run, { signal, onProgress, everyMs });
}

/**
 * Before anybody is asked: refuses what {@link Fleet.begin} would refuse.
 *
 * @returns the prefixes as a run has them
 * @throws StoreError as {@link Fleet.begin}
 */
export function checkTargets(targets: readonly FleetTarget[], options: FleetOptions): readonly FleetRow[] {
  const checked = fleetOptions.check(options);
  if (targets.length === 0) throw invalid('there is nothing to delete: give at least one prefix');
  return targets.map((target) => rowOf(target, checked));
}

function rowOf({ address, store, prefix }: FleetTarget, options: FleetOptions): FleetRow {
  const { driver, provider } = engineOf(store, fleetOptions.method);
  checkPrefix(prefix, options);
  if (driver.list.order !== 'utf8') {
    const message = `this ${provider} store does not list from the middle, so its keys cannot be shared; use deletePrefix`;
    throw new StoreError('Unsupported', message, { operation: fleetOptions.method, provider });
  }
  return { address, prefix, provider, place: driver.place };
}

function invalid(message: string): StoreError {
  return new StoreError('InvalidArgument', message, { operation: fleetOptions.method });
}
