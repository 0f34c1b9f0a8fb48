import { setMaxListeners } from 'node:events';
import {
  LONGEST_TIMER_MS,
  passThrough,
  quoteKey,
  toStoreError,
  type LeftOut,
  type PassThrough,
  type Unnameable,
  type StoreError,
} from '@store/driver';
import { IN_FLIGHT, type Engine, type Purpose, type Slot } from '@store/engine';
import type { SideBySide } from '@store/engine/ranges';
import { RequestSlots, type RequestKind } from './request-slots.js';
import type { Backup } from './backup.js';
import type { Candidate } from './candidate.js';
import type { RunControls } from './deletion-handle.js';
import type { RangeKey } from './hot-ranges.js';
import type { Verdict } from './filter.js';
import type { JournalKeeper, PageRecord, PassRecord } from './journal-keeper.js';
import { Ledger } from './ledger.js';
import type { DeleteManyOptions } from './options.js';
import { Pacer } from './pacer.js';
import { paceOf } from './pace.js';
import { sharedRateOf } from './shared-rate.js';
import { ProgressReporter } from './progress.js';
import { DeletionError, type DeletionReport, type DeletionStrategy, type UploadsReport } from './report.js';
import type { DeletingCalls, Trash } from './trash.js';
import type { VersionSelection } from './version-selection.js';

/** Survivors that the report names. */
const REMAINING_SAMPLE = 20;

/** One page of what a run deals with. */
export interface RunPage<T> {
  readonly entries: readonly T[];
  /** Under the prefix, and no request can name them: they fail, whatever the filters say. */
  readonly unnameable?: readonly Unnameable[] | undefined;
  /** Stands among the entries, and stays. */
  readonly leftOut?: readonly LeftOut[] | undefined;
  /** Where its entries belong in the journal. */
  readonly record?: PageRecord | undefined;
  /** The range of the listing that it is of. */
  readonly range?: RangeKey | undefined;
}

/** Where the keys of a run come from, and which of them are meant. */
export interface RunSource<T extends Candidate> {
  readonly prefix: string | null;
  readonly versions?: VersionSelection | undefined;
  /** What comes before the deletes. */
  readonly uploads?: ((run: Run) => Promise<UploadsReport>) | undefined;
  /**
   * Pages of keys, pass by pass: a pass begins when every key of the one before has its outcome. What one throws ends
   * the run, after all keys before it have been dealt with.
   */
  readonly passes: readonly ((run: Run, record?: PassRecord) => AsyncIterable<RunPage<T>>)[];
  /** Why an entry cannot be sent at all; such an entry fails. */
  readonly problem?: ((entry: T) => string | undefined) | undefined;
  readonly matches: (entry: T) => Verdict;
  readonly onMatch?: ((entry: T) => unknown) | undefined;
  /** Whether something that stays would be meant, were it an object; default: all of it. */
  readonly wouldMatch?: ((entry: LeftOut) => boolean) | undefined;
  /** The rules that nothing has matched, for a warning when all has been listed. */
  readonly unmet?: { readonly warning: string | undefined } | undefined;
  /** List once more when all is done. */
  readonly verify?: boolean | undefined;
}

/** Who else has to do with a run. */
export interface RunCompany {
  readonly keeper?: JournalKeeper | undefined;
  readonly controls?: RunControls | undefined;
  readonly trash?: Trash | undefined;
  readonly backup?: Backup | undefined;
}

/** How the keys of a run are deleted. */
interface Deleting {
  /** What the report calls it, in the end. */
  readonly strategy: DeletionStrategy;
  /** Resolves when every key has its outcome, or the run is over. */
  deleteAll(): Promise<void>;
}

/** What is the same in every run: its books, its pace, how it ends, and what comes before and after the deletes. */
export class Run {
  readonly engine: Engine;
  readonly options: DeleteManyOptions;
  readonly pass: PassThrough | undefined;
  /** Most requests in flight. */
  readonly concurrency: number;
  readonly #slots: RequestSlots;
  readonly #controls: RunControls | undefined;
  readonly ledger: Ledger;
  readonly keeper: JournalKeeper | undefined;
  /** What it deletes by. */
  readonly calls: DeletingCalls;
  readonly #bin: string | null;
  /** Copies what is about to be deleted. */
  readonly backup: Backup | undefined;
  readonly progress: ProgressReporter;
  readonly pacer: Pacer;
  /** How many more keys may be sent for deletion. */
  allowance: number;
  maxDeleteReached = false;
  #finishing = false;
  readonly #startedAt: number;
  readonly #stop = new AbortController();
  readonly #ended = new AbortController();
  #error: StoreError | undefined;
  #stoppedBy: DeletionReport['stoppedBy'] = null;

  /** @param maxBatch most keys in one request */
  constructor(
    engine: Engine,
    options: DeleteManyOptions,
    maxBatch: number,
    { keeper, controls, trash, backup }: RunCompany = {},
  ) {
    const { clock, driver } = engine;
    const { maxKeysPerSecond, maxDelete = Infinity, concurrency = IN_FLIGHT } = options;
    const breakOff = (error: unknown): void => this.breakOff(error);
    this.engine = engine;
    this.options = options;
    this.#startedAt = clock.now();
    this.pass = passThrough(options, driver, 'delete');
    this.keeper = keeper;
    this.calls = trash?.calls ?? driver;
    this.#bin = trash?.bin ?? null;
    this.backup = backup;
    const { deleted = 0, unsettled = [] } = keeper?.soFar ?? {};
    // Of what may have been deleted, it counts as deleted until a listing shows it.
    this.allowance = maxDelete - deleted - unsettled.length;
    this.concurrency = concurrency;
    // Every retry that waits listens to this one signal.
    setMaxListeners(0, this.stop);
    this.ledger = new Ledger(options, {
      onCallbackError: breakOff,
      onTooMany: () => this.#stopBy('maxFailures'),
      keeper,
    });
    this.progress = new ProgressReporter(this.ledger, clock, options.onProgress, breakOff);
    this.#slots = new RequestSlots(concurrency, this.stop, clock);
    this.#controls = controls;
    controls?.onBegin({
      setPaused: (paused) => {
        this.#slots.paused = paused;
      },
      finish: () => {
        this.#finishing = true;
      },
      over: this.stop,
    });
    const [pace, shared] = [paceOf(engine), sharedRateOf(engine)];
    this.pacer = new Pacer(
      { maxBatch, maxKeysPerSecond, slots: this.#slots, pace, shared },
      clock,
      this.stop,
    );
  }

  /** Fires when nothing new may be sent: the caller aborted, or the run broke. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  /** A limit of the caller ends the run. */
  #stopBy(limit: 'maxDuration' | 'maxFailures'): void {
    if (this.stop.aborted) return;
    this.#stoppedBy = limit;
    this.#stop.abort();
  }

  /** Stops the run in time. Ends with it, however it ends. */
  async #watchTime(): Promise<void> {
    const { maxDuration } = this.options;
    if (maxDuration === undefined) return;
    const { signal } = this.#ended;
    for (let left = maxDuration; left > 0 && !signal.aborted; left -= LONGEST_TIMER_MS)
      await this.engine.clock.sleep(Math.min(left, LONGEST_TIMER_MS), signal);
    if (!this.#ended.signal.aborted) this.#stopBy('maxDuration');
  }

  /** Nothing more is to be listed; what has been is dealt with. */
  get finishing(): boolean {
    return this.#finishing;
  }

  /** Nothing more is to be taken up. */
  get over(): boolean {
    return this.finishing || this.stop.aborted || this.maxDeleteReached || this.#error !== undefined;
  }

  /** Ends the run at once with this error. */
  breakOff(error: unknown): void {
    const { provider } = this.engine;
    this.#error ??= toStoreError(error, { provider });
    this.#stop.abort(error);
  }

  /** Does a part of the run whose failure ends it after all keys before have been dealt with. */
  async attempt(operation: string, part: () => Promise<void>): Promise<void> {
    try {
      await part();
    } catch (error) {
      // What was ended because the run stops is no failure of its own.
      if (!this.stop.aborted) this.#error ??= toStoreError(error, { operation });
    }
  }

  /** For the listings of the run: counted, ended with it, and their throttling heeded. */
  listing(operation: string): Purpose {
    return {
      operation,
      signal: this.stop,
      pass: this.pass,
      slot: this.slot('list'),
      onRequest: (again) => this.ledger.countListRequest(again),
      onError: (error) => {
        if (error.adjusted !== undefined) this.ledger.warn(error.adjusted);
        if (error.code === 'Throttled') this.throttled(error);
      },
    };
  }

  /** For looks at single objects between deletes. What has been sent is waited for, as deletes are. */
  looking(operation = 'head'): Purpose {
    return {
      operation,
      signal: this.stop,
      unbroken: true,
      slot: this.slot('delete'),
      onError: (error) => {
        if (error.adjusted !== undefined) this.ledger.warn(error.adjusted);
        // It waits by itself; the pace is that of deletes.
        if (error.code === 'Throttled') this.ledger.throttled++;
      },
    };
  }

  slot(kind: RequestKind): Slot {
    return { acquire: () => this.#slots.acquire(kind), release: () => this.#slots.release(kind) };
  }

  /**
   * How the run lists, where the store lets it list by ranges.
   *
   * @param inOrder one page after the other
   * @param record told of the ranges, and which ones are left
   */
  sideBySide(inOrder: boolean, record?: PassRecord): SideBySide {
    return {
      ranges: record?.ranges,
      onEmpty: record && ((range) => record.onEmpty(range)),
      onSplit: (lower, upper) => {
        record?.onSplit(lower, upper);
        this.#controls?.onSplit(lower.toJSON(), upper.toJSON());
      },
      concurrency: inOrder ? 1 : this.concurrency,
      holds: (range, signal) => this.pacer.paceOf(range).wantsMore(signal),
      worthwhile: () => (this.pacer.isAwaited ? 0 : this.#slots.listsToKeepUp),
      onSerial: (message) => this.ledger.warn(message),
    };
  }

  /** The service asked for fewer requests. */
  throttled({ retryAfterMs }: StoreError): void {
    this.ledger.throttled++;
    this.pacer.throttled(undefined, retryAfterMs);
  }

  /**
   * The whole run.
   *
   * @throws DeletionError when an error ended it
   */
  async perform<T extends Candidate>(source: RunSource<T>, deleting: Deleting): Promise<DeletionReport> {
    const { signal, dryRun = false } = this.options;
    const { uploads: abortUploads, verify, prefix, versions = 'current' } = source;
    let uploads: DeletionReport['uploads'] = null;
    let remaining: DeletionReport['remaining'] = null;
    const stop = (): void => this.#stop.abort(signal?.reason);
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    const watch = this.#watchTime();
    try {
      await this.attempt('listUploads', async () => {
        uploads = (await abortUploads?.(this)) ?? null;
      });
      if (!this.over) await deleting.deleteAll();
      const warning = this.over ? undefined : source.unmet?.warning;
      if (warning !== undefined) this.ledger.warn(warning);
      if (verify && !dryRun && !this.#error && !this.stop.aborted) {
        await this.attempt('list', async () => {
          remaining = await this.#verify(source);
        });
      }
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#ended.abort();
      await watch;
    }
    this.progress.changed(true);
    this.#warnOfMarkers();
    const soFar = this.keeper?.soFar;
    const report = this.ledger.report({
      prefix,
      provider: this.engine.provider,
      strategy: deleting.strategy,
      aborted: (this.stop.aborted || this.finishing) && !this.#error,
      stoppedBy: this.#error ? null : this.#stoppedBy,
      dryRun,
      maxDeleteReached: this.maxDeleteReached,
      versions,
      uploads,
      remaining,
      trash: this.#bin,
      backup: this.backup?.prefix ?? null,
      broken: this.#error !== undefined,
      startedAt: soFar?.startedAt ?? this.#startedAt,
      elapsedMs: this.engine.clock.now() - this.#startedAt + (soFar?.elapsedMs ?? 0),
    });
    await this.#closeJournal(report);
    if (this.#error) throw new DeletionError(this.#error, report);
    return report;
  }

  /** What is deleted is deleted; that the journal does not say so is no reason to say nothing. */
  async #closeJournal(report: DeletionReport): Promise<void> {
    if (!this.keeper) return;
    this.keeper.append({ type: 'end', at: new Date(this.engine.clock.now()).toISOString(), report });
    try {
      await this.keeper.close();
    } catch (error) {
      this.#error ??= toStoreError(error, { operation: 'deletePrefix' });
    }
  }

  async #verify<T extends Candidate>({
    passes,
    matches,
  }: RunSource<T>): Promise<DeletionReport['remaining']> {
    this.progress.phase = 'verifying';
    let count = 0;
    const sample: string[] = [];
    const found = (name: string): void => {
      count++;
      if (sample.length < REMAINING_SAMPLE) sample.push(name);
    };
    for (const pass of passes) {
      for await (const { entries, unnameable = [] } of pass(this)) {
        for (const { name } of unnameable) found(name);
        for (const entry of entries) if (matches(entry) !== false) found(entry.key);
        this.progress.changed();
      }
    }
    if (count > 0) {
      const first = sample[0] === undefined ? '' : `, such as ${quoteKey(sample[0])}`;
      this.ledger.warn(`verify: ${count} objects are still there${first}`);
    }
    return { count, sample };
  }

  #warnOfMarkers(): void {
    const { markersCreated } = this.ledger;
    if (markersCreated === 0) return;
    this.ledger.warn(
      `the bucket is versioned: ${markersCreated} deletes put a delete marker on top, and the versions under it stay; ` +
        `versions 'all' deletes them`,
    );
  }
}
