import { setMaxListeners } from 'node:events';
import type { DriverCall, PassThrough, Unnameable } from '../driver.js';
import { StoreError, toStoreError } from '../errors.js';
import { quoteKey } from '../keys.js';
import { passThrough } from '../pass-through.js';
import { Batches } from './batches.js';
import type { Candidate } from './candidate.js';
import { DeleteStage } from './delete-stage.js';
import type { Engine } from './engine.js';
import type { Verdict } from './filter.js';
import { Ledger } from './ledger.js';
import type { DeleteManyOptions } from './options.js';
import { Pacer } from './pacer.js';
import { ProgressReporter } from './progress.js';
import { readAhead } from './read-ahead.js';
import { DeletionError, type DeletionReport, type KeyStrategy } from './report.js';
import { deleteByServer } from './server-prefix.js';
import type { UploadsReport } from './abort-uploads.js';
import type { VersionSelection } from './version-selection.js';

/** Requests in flight when the caller does not say. */
export const BATCHES_IN_FLIGHT = 8;
export const SINGLES_IN_FLIGHT = 32;

/** Pages listed ahead of the deletes that they wait for. */
const PAGES_AHEAD = 2;

/** Survivors that the report names. */
const REMAINING_SAMPLE = 20;

/** What a source may use while it lists. */
export interface SourceContext {
  readonly ledger: Ledger;
  /** Its signal ends a listing whose keys nobody will take any more. */
  readonly call: DriverCall;
  /** The service asked for fewer requests. */
  readonly throttled: () => void;
}

/** One page of what a run deals with. */
export interface RunPage<T> {
  readonly entries: readonly T[];
  /** Under the prefix, and no request can name them: they fail, whatever the filters say. */
  readonly unnameable?: readonly Unnameable[] | undefined;
}

/** Where the keys of a run come from, and which of them are meant. */
export interface RunSource<T extends Candidate> {
  readonly prefix: string | null;
  readonly versions?: VersionSelection | undefined;
  /** What comes before the deletes. */
  readonly uploads?: ((context: SourceContext) => Promise<UploadsReport>) | undefined;
  /**
   * Pages of keys, pass by pass: a pass begins when every key of the one before has its outcome. What one throws ends
   * the run, after all keys before it have been dealt with.
   */
  readonly passes: readonly ((context: SourceContext) => AsyncIterable<RunPage<T>>)[];
  /** Why an entry cannot be sent at all; such an entry fails. */
  readonly problem?: ((entry: T) => string | undefined) | undefined;
  readonly matches: (entry: T) => Verdict;
  readonly onMatch?: ((entry: T) => unknown) | undefined;
  /** Why this run cannot be left to the service; empty when it can. */
  readonly notByServer?: string | undefined;
  /** List once more when all is done. */
  readonly verify?: boolean | undefined;
}

/**
 * One deletion run: list → filter → batch → delete → account, each stage pulling from the one before, so
 * that memory is bounded by what is in flight and deleting begins with the first page.
 *
 * @throws DeletionError when an error ended the run
 * @throws StoreError `Unsupported` when the strategy asked for is not to be had here
 */
export async function runDeletion<T extends Candidate>(
  engine: Engine,
  source: RunSource<T>,
  options: DeleteManyOptions,
): Promise<DeletionReport> {
  return new DeletionRun(engine, source, options).run();
}

class DeletionRun<T extends Candidate> {
  readonly #engine: Engine;
  readonly #source: RunSource<T>;
  readonly #options: DeleteManyOptions;
  readonly #startedAt: number;
  readonly #pass: PassThrough | undefined;
  readonly #stop = new AbortController();
  readonly #ledger: Ledger;
  readonly #progress: ProgressReporter;
  readonly #pacer: Pacer;
  readonly #stage: DeleteStage;
  readonly #batches: Batches;
  #error: StoreError | undefined;
  #allowance: number;
  #maxDeleteReached = false;
  #remaining: DeletionReport['remaining'] = null;
  #uploads: DeletionReport['uploads'] = null;

  constructor(engine: Engine, source: RunSource<T>, options: DeleteManyOptions) {
    const { driver, clock, retry, onRetry } = engine;
    const limits = driver.capabilities.batchDelete;
    const strategy = chooseStrategy(engine, options, source.notByServer);
    const concurrency = options.concurrency ?? (strategy === 'batch' ? BATCHES_IN_FLIGHT : SINGLES_IN_FLIGHT);
    const breakOff = (error: unknown): void =>
      this.#breakOff(toStoreError(error, { provider: driver.provider }));
    this.#engine = engine;
    this.#source = source;
    this.#options = options;
    this.#startedAt = clock.now();
    this.#pass = passThrough(options, driver.capabilities, 'delete');
    this.#allowance = options.maxDelete ?? Infinity;
    // Every retry that waits listens to this one signal.
    setMaxListeners(0, this.#stop.signal);
    this.#ledger = new Ledger(options, breakOff);
    this.#progress = new ProgressReporter(this.#ledger, clock, options.onProgress, breakOff);
    this.#pacer = new Pacer(
      { concurrency, maxBatch: this.#maxKeys(), maxKeysPerSecond: options.maxKeysPerSecond },
      clock,
      this.#stop.signal,
    );
    this.#stage = new DeleteStage({
      driver,
      clock,
      retry,
      onRetry,
      pacer: this.#pacer,
      ledger: this.#ledger,
      strategy,
      pass: this.#pass,
      // Twice what can be in flight: while some units wait for a retry, others use the connections.
      maxUnits: concurrency * 2,
      stop: this.#stop.signal,
      breakOff,
      onOutcome: () => this.#progress.changed(),
    });
    this.#batches = new Batches(
      strategy === 'batch' && limits ? limits : undefined,
      () => (this.#stage.strategy === 'batch' ? this.#pacer.batchSize : 1),
      ({ ifMatch }) => ifMatch !== undefined && driver.capabilities.conditionalDelete !== 'batch',
    );
  }

  async run(): Promise<DeletionReport> {
    const { signal } = this.#options;
    const stop = (): void => this.#stop.abort(signal?.reason);
    if (signal?.aborted) stop();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await this.#abortUploads();
      if (this.#byServer) await this.#deleteByServer();
      for (const pass of this.#byServer ? [] : this.#source.passes) {
        if (this.#stopped || this.#error || this.#maxDeleteReached) break;
        await this.#consume(pass);
        await this.#drain();
      }
      if (this.#source.verify && !this.#options.dryRun && !this.#error && !this.#stopped)
        await this.#verify();
    } finally {
      signal?.removeEventListener('abort', stop);
    }
    this.#progress.changed(true);
    this.#warnOfMarkers();
    const report = this.#report();
    if (this.#error) throw new DeletionError(this.#error, report);
    return report;
  }

  #maxKeys(): number {
    const { batchDelete, prefixDelete } = this.#engine.driver.capabilities;
    if (this.#byServer && prefixDelete) return prefixDelete.maxKeys;
    return batchDelete ? batchDelete.maxKeys : 1;
  }

  get #stopped(): boolean {
    return this.#stop.signal.aborted;
  }

  /** A dry run lists, whatever the strategy. */
  get #byServer(): boolean {
    return this.#options.strategy === 'server-prefix' && !this.#options.dryRun;
  }

  async #deleteByServer(): Promise<void> {
    const { driver, clock, retry, onRetry } = this.#engine;
    if (this.#error || this.#stopped) return;
    try {
      this.#maxDeleteReached = await deleteByServer(
        {
          driver,
          clock,
          retry,
          onRetry,
          pacer: this.#pacer,
          ledger: this.#ledger,
          stage: this.#stage,
          // Without the signal: a request in flight is waited for.
          call: { pass: this.#pass },
          stop: this.#stop.signal,
          maxDelete: this.#allowance,
          onAnswer: () => this.#progress.changed(),
        },
        this.#source.prefix ?? '',
      );
    } catch (error) {
      if (!this.#stopped) this.#error ??= toStoreError(error, { operation: 'deletePrefix' });
    }
    await this.#drain();
  }

  async #abortUploads(): Promise<void> {
    try {
      this.#uploads = (await this.#source.uploads?.(this.#context())) ?? null;
    } catch (error) {
      if (!this.#stopped) this.#error ??= toStoreError(error, { operation: 'listUploads' });
    }
  }

  #warnOfMarkers(): void {
    const { markersCreated } = this.#ledger;
    if (markersCreated === 0) return;
    this.#ledger.warn(
      `the bucket is versioned: ${markersCreated} deletes put a delete marker on top, and the versions under it stay; ` +
        `versions 'all' deletes them`,
    );
  }

  async #consume(pass: RunSource<T>['passes'][number]): Promise<void> {
    try {
      for await (const page of readAhead(pass(this.#context()), PAGES_AHEAD)) {
        if (this.#stopped) break;
        await this.#take(page);
        this.#progress.changed();
        if (this.#maxDeleteReached) break;
      }
    } catch (error) {
      // A listing that was ended because the run stops is no failure of its own.
      if (!this.#stopped) this.#error ??= toStoreError(error, { operation: 'list' });
    }
  }

  #context(): SourceContext {
    return {
      ledger: this.#ledger,
      call: { signal: this.#stop.signal, pass: this.#pass },
      throttled: () => {
        this.#ledger.throttled++;
        this.#pacer.throttled();
      },
    };
  }

  async #take({ entries, unnameable = [] }: RunPage<T>): Promise<void> {
    const ledger = this.#ledger;
    ledger.listed += entries.length;
    for (const { name, reason } of unnameable) await ledger.countUnnameable(name, reason);
    for (const entry of entries) {
      const verdict = this.#source.matches(entry);
      if (verdict === false) {
        ledger.filtered++;
        continue;
      }
      ledger.matched++;
      if (verdict !== true) {
        await ledger.countFailed(entry, verdict, 0);
        continue;
      }
      const problem = this.#source.problem?.(entry);
      if (problem !== undefined) {
        await ledger.countFailed(entry, { code: 'InvalidArgument', message: problem, retryable: false }, 0);
        continue;
      }
      if (this.#allowance <= 0) {
        this.#maxDeleteReached = true;
        ledger.skipped++;
        continue;
      }
      this.#allowance--;
      try {
        // A copy: what a caller does with it must not change what is deleted.
        if (this.#source.onMatch) this.#ledger.told(this.#source.onMatch({ ...entry }));
      } catch (error) {
        this.#breakOff(toStoreError(error, { operation: 'deletePrefix' }));
      }
      if (this.#options.dryRun || this.#stopped) {
        ledger.skipped++;
        if (this.#options.dryRun) ledger.addBytes(entry);
        continue;
      }
      for (const unit of this.#batches.add(entry)) await this.#stage.submit(unit);
    }
  }

  async #drain(): Promise<void> {
    await this.#stage.submit(this.#batches.flush());
    await this.#stage.drain();
  }

  async #verify(): Promise<void> {
    this.#progress.phase = 'verifying';
    let count = 0;
    const sample: string[] = [];
    const found = (name: string): void => {
      count++;
      if (sample.length < REMAINING_SAMPLE) sample.push(name);
    };
    try {
      for (const pass of this.#source.passes) {
        for await (const { entries, unnameable = [] } of pass(this.#context())) {
          for (const { name } of unnameable) found(name);
          for (const entry of entries) if (this.#source.matches(entry) !== false) found(entry.key);
          this.#progress.changed();
        }
      }
      this.#remaining = { count, sample };
      if (count > 0) {
        const first = sample[0] === undefined ? '' : `, such as ${quoteKey(sample[0])}`;
        this.#ledger.warn(`verify: ${count} objects are still there${first}`);
      }
    } catch (error) {
      if (!this.#stopped) this.#error ??= toStoreError(error, { operation: 'list' });
    }
  }

  #breakOff(error: StoreError): void {
    this.#error ??= error;
    this.#stop.abort(error);
  }

  #report(): DeletionReport {
    return this.#ledger.report({
      prefix: this.#source.prefix,
      provider: this.#engine.driver.provider,
      strategy: this.#byServer ? 'server-prefix' : this.#stage.strategy,
      aborted: this.#stopped && !this.#error,
      dryRun: this.#options.dryRun ?? false,
      maxDeleteReached: this.#maxDeleteReached,
      versions: this.#source.versions ?? 'current',
      uploads: this.#uploads,
      remaining: this.#remaining,
      broken: this.#error !== undefined,
      startedAt: this.#startedAt,
      elapsedMs: this.#engine.clock.now() - this.#startedAt,
    });
  }
}

/** How single keys are deleted, whoever names them. @throws StoreError when the strategy asked for cannot be had */
function chooseStrategy(
  { driver }: Engine,
  { strategy: asked }: DeleteManyOptions,
  notByServer = 'deleteMany names its keys',
): KeyStrategy {
  const { batchDelete, prefixDelete } = driver.capabilities;
  const details = { operation: 'deletePrefix', provider: driver.provider };
  if (asked === 'batch' && !batchDelete) {
    const message = `this ${driver.provider} store has no batch delete; use the strategy single`;
    throw new StoreError('Unsupported', message, details);
  }
  if (asked === 'server-prefix') {
    if (notByServer !== '') {
      const message = `the strategy server-prefix deletes everything under a prefix: ${notByServer}`;
      throw new StoreError('InvalidArgument', message, details);
    }
    if (!prefixDelete) {
      const message = `this ${driver.provider} store does not delete by prefix itself; leave the strategy out`;
      throw new StoreError('Unsupported', message, details);
    }
  }
  return asked === 'single' || !batchDelete ? 'single' : 'batch';
}
