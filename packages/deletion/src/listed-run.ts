import type { Engine } from '@store/engine';
import { StoreError, toStoreError } from '@store/driver';
import { Batches } from './batches.js';
import type { Candidate } from './candidate.js';
import { DeleteStage } from './delete-stage.js';
import type { RangeKey } from './hot-ranges.js';
import type { Verdict } from './filter.js';
import type { DeleteManyOptions } from './options.js';
import type { DeletionReport, KeyStrategy } from './report.js';
import { Run, type RunCompany, type RunPage, type RunSource } from './run.js';

/**
 * Deletes what a source names: list → filter → batch → delete → account, each stage pulling from the one before, so
 * that memory is bounded by what is in flight and deleting begins with the first page.
 *
 * @throws DeletionError when an error ended the run
 * @throws StoreError `Unsupported` when the strategy asked for is not to be had here
 */
export async function runListed<T extends Candidate>(
  engine: Engine,
  source: RunSource<T>,
  options: DeleteManyOptions,
  company?: RunCompany,
): Promise<DeletionReport> {
  const strategy = keyStrategy(engine, options);
  return new ListedRun({ engine, source, options, company }, strategy).perform();
}

interface Asked<T extends Candidate> {
  readonly engine: Engine;
  readonly source: RunSource<T>;
  readonly options: DeleteManyOptions;
  readonly company: RunCompany | undefined;
}

class ListedRun<T extends Candidate> {
  readonly #source: RunSource<T>;
  readonly #run: Run;
  readonly #stage: DeleteStage;
  readonly #batches: Batches;
  /** That the last page was of. */
  #range: RangeKey | undefined;

  constructor({ engine, source, options, company }: Asked<T>, strategy: KeyStrategy) {
    const { batch, delete: single } = company?.trash?.calls ?? engine.driver;
    const run = new Run(engine, options, batch?.maxKeys ?? 1, company);
    const stage = new DeleteStage(run, strategy);
    const most = company?.backup?.mostTogether ?? Infinity;
    this.#source = source;
    this.#run = run;
    this.#stage = stage;
    this.#batches = new Batches(
      strategy === 'batch' ? batch : undefined,
      () => (stage.strategy === 'batch' ? Math.min(run.pacer.batchSize, most) : 1),
      ({ ifMatch }) => ifMatch !== undefined && single.ifMatch !== 'batch',
    );
  }

  get strategy(): KeyStrategy {
    return this.#stage.strategy;
  }

  perform(): Promise<DeletionReport> {
    return this.#run.perform(this.#source, this);
  }

  async deleteAll(): Promise<void> {
    // Of keys that a caller names, nothing says where to go on.
    const keeper = this.#source.prefix === null ? undefined : this.#run.keeper;
    for (const [index, pass] of this.#source.passes.entries()) {
      if (this.#run.over) return;
      const record = keeper?.pass(index);
      if (keeper && !record) continue;
      await this.#run.attempt('list', () => this.#take(pass(this.#run, record)));
      await this.#stage.submit(this.#batches.flush(), this.#range);
      await this.#stage.drain();
      if (!this.#run.over) this.#passed(index);
    }
  }

  /** Everything has been listed: what an earlier session may have deleted, and nobody saw, is gone. */
  #passed(index: number): void {
    const { keeper, ledger } = this.#run;
    ledger.countGone(keeper?.takeGone() ?? []);
    keeper?.passed(index);
  }

  async #take(pages: AsyncIterable<RunPage<T>>): Promise<void> {
    const { stop, ledger, progress, keeper } = this.#run;
    for await (const { entries, unnameable = [], leftOut = [], record, range } of pages) {
      if (stop.aborted || this.#run.finishing) return;
      await this.#goTo(range);
      ledger.listed += entries.length;
      for (const entry of leftOut) if (this.#source.wouldMatch?.(entry) ?? true) ledger.leftOut.count(entry);
      for (const { name, reason } of unnameable) {
        record?.of(name).leave();
        await ledger.countUnnameable(name, reason);
      }
      for (const entry of entries) {
        if (keeper?.sees(entry)) this.#run.allowance++;
        const verdict = this.#verdictOn(entry);
        if (verdict === false) {
          record?.of(entry.key).keep();
          continue;
        }
        if (verdict === true && !this.#mayGo(entry)) {
          // What is not sent keeps its range open.
          record?.of(entry.key).expect();
          continue;
        }
        keeper?.expect(entry, record?.of(entry.key));
        if (verdict !== true) await ledger.countFailed(entry, verdict, 0);
        else for (const unit of this.#batches.add(entry)) await this.#stage.submit(unit, range);
      }
      record?.close();
      progress.changed();
      if (this.#run.maxDeleteReached) return;
    }
  }

  /** Pages of this range follow: where one is hot, what is sent is of one range, so that it waits for nobody else, nor anybody for it. */
  async #goTo(range: RangeKey | undefined): Promise<void> {
    const before = this.#range;
    this.#range = range;
    if (before === range || this.#batches.pending === 0) return;
    const isHot = [before, range].some((one) => one && this.#run.pacer.paceOf(one).isHot);
    if (isHot) await this.#stage.submit(this.#batches.flush(), before);
  }

  /** Whether an entry is meant, or why it cannot be sent. */
  #verdictOn(entry: T): Verdict {
    const { ledger } = this.#run;
    const { matches, problem } = this.#source;
    const verdict = matches(entry);
    if (verdict === false) {
      ledger.filtered++;
      return false;
    }
    ledger.matched++;
    const message = verdict === true ? problem?.(entry) : undefined;
    return message === undefined ? verdict : { code: 'InvalidArgument', message, retryable: false };
  }

  /** Whether an entry that is meant is sent; else it is skipped. */
  #mayGo(entry: T): boolean {
    const { ledger, options, stop } = this.#run;
    const { onMatch } = this.#source;
    if (this.#run.allowance <= 0) {
      this.#run.maxDeleteReached = true;
      ledger.skipped++;
      return false;
    }
    this.#run.allowance--;
    try {
      // A copy: what a caller does with it must not change what is deleted.
      if (onMatch) ledger.told(onMatch({ ...entry }));
    } catch (error) {
      this.#run.breakOff(toStoreError(error, { operation: 'deletePrefix' }));
    }
    if (!options.dryRun && !stop.aborted) return true;
    ledger.skipped++;
    if (options.dryRun) ledger.addBytes(entry);
    return false;
  }
}

/** How single keys are deleted, whoever names them. @throws StoreError when the strategy asked for cannot be had */
export function keyStrategy({ driver, provider }: Engine, { strategy }: DeleteManyOptions): KeyStrategy {
  if (strategy === 'batch' && !driver.batch) {
    const message = `this ${provider} store has no batch delete; use the strategy single`;
    throw new StoreError('Unsupported', message, { operation: 'deletePrefix', provider });
  }
  return strategy === 'single' || !driver.batch ? 'single' : 'batch';
}
