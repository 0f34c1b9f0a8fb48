import { setMaxListeners } from 'node:events';
import {
  quoteKey,
  StoreError,
  toStoreError,
  type DeletionReport,
  type LeftOut,
  type ObjectInfo,
  type Unnameable,
} from '@store/core';
import { compileFilter, KeyRules, leftOutFilter, UnmetRules } from '@store/deletion/filters';
import { withSoundFacts } from '@store/driver';
import { ByteBudget } from './byte-budget.js';
import { ByteRate } from './byte-rate.js';
import { copyObject, type Copied, type Copying } from './copy-object.js';
import { keepsMetadata } from './carried.js';
import { Ledger } from './ledger.js';
import { selectionOf, type CheckedTransferOptions } from './options.js';
import { merged, sourcesAlone, type Pair } from './pairs.js';
import { shareBucket, type Side } from './place.js';
import { TransferError, type TransferOperation, type TransferReport } from './report.js';
import { SideBySide } from './side-by-side.js';
import { Totals } from './totals.js';
import { Witness } from './witness.js';

/** What is held in memory at most of the objects on their way, in bytes, beside one that needs more alone. */
const HELD_BYTES = 192 * 1024 * 1024;

const PART_BYTES = 8 * 1024 * 1024;

/** Shortest time between two calls of `onProgress`, in milliseconds. */
const INTERVAL_MS = 100;

/** Objects that are held back until what is in their way has gone; more than these fail. */
const MOST_HELD_BACK = 10_000;

/** What is to be done, and how. */
export interface Task {
  readonly operation: TransferOperation;
  readonly from: Side;
  readonly to: Side;
  readonly options: CheckedTransferOptions;
  /** These keys and no others, each looked at by itself. Default: what is listed. */
  readonly keys?: Iterable<string> | undefined;
  /** The key at the target of a key at the source. Default: the other prefix in front of what stands behind the one. */
  readonly targetKey?: ((key: string) => string) | undefined;
  /** Looks at both ends, and leaves alone what is the same. */
  readonly isSame?:
    ((copying: Copying, source: ObjectInfo, target: ObjectInfo) => Promise<boolean>) | undefined;
  /** Told of an object that is only at the target, when both ends are looked at. */
  readonly onExtra?: ((target: ObjectInfo) => void) | undefined;
  /** Does what has to be done before an object is copied. */
  readonly beforeCopy?: ((from: string, to: string) => Promise<void>) | undefined;
  /** What meets a `Conflict`, as where a file stands and a directory is to be, waits for `finish`, which may call `tryAgain`. */
  readonly holdsBack?: boolean | undefined;
  /** Does what else belongs to an object that was copied. */
  readonly onCopied?: ((copied: Copied) => Promise<void>) | undefined;
  /** Done when all that was listed has been settled, whether the run ended early or not. */
  readonly finish?: ((run: Run) => Promise<Finished>) | undefined;
}

export interface Finished {
  readonly extra?: number | null | undefined;
  readonly deletion?: DeletionReport | null | undefined;
  /** Something that was asked for was left undone; a warning says what. */
  readonly incomplete?: boolean | undefined;
}

/** One run: lists, decides, copies side by side, and keeps its books. */
export class Run {
  readonly ledger: Ledger;
  /** Has seen all that the source was listed with. */
  readonly witness: Witness;
  /** The run ended early, or an error ended it. */
  readonly #stop = new AbortController();
  readonly #task: Task;
  readonly #copying: Copying;
  readonly #rules: KeyRules;
  readonly #unmet: UnmetRules;
  readonly #totals = new Totals();
  readonly #startedAt: number;
  readonly #heldBack: { readonly source: ObjectInfo; readonly error: StoreError }[] = [];
  #holdsBack: boolean;
  #phase: 'copying' | 'deleting' = 'copying';
  #deleted = 0;
  #toldAt = -Infinity;
  #broken: StoreError | undefined;

  constructor(task: Task) {
    const { from, to, options } = task;
    this.#task = task;
    this.#holdsBack = task.holdsBack ?? false;
    this.ledger = new Ledger(options, task.keys !== undefined);
    this.witness = new Witness(from);
    this.#rules = new KeyRules(selectionOf(options));
    this.#unmet = new UnmetRules(this.#rules);
    const { clock, driver } = to.engine;
    this.#startedAt = clock.now();
    const { maxBytesPerSecond, signal, partBytes = PART_BYTES } = options;
    const both = signal ? AbortSignal.any([signal, this.#stop.signal]) : this.#stop.signal;
    // As many listen as requests are on their way.
    setMaxListeners(0, both);
    this.#copying = {
      from,
      to,
      onServer: shareBucket(from, to),
      options,
      partBytes: Math.min(
        Math.max(partBytes, driver.multipart?.minPartBytes ?? 0),
        driver.multipart?.maxPartBytes ?? Infinity,
      ),
      ledger: this.ledger,
      targetKey: task.targetKey ?? ((key) => to.prefix + key.slice(from.prefix.length)),
      budget: new ByteBudget(HELD_BYTES),
      rate: maxBytesPerSecond === undefined ? undefined : new ByteRate(maxBytesPerSecond, clock),
      signal: both,
    };
  }

  /** The run is to end: the caller says so, too much has failed, or an error ended it. */
  get over(): boolean {
    return this.#copying.signal.aborted;
  }

  /** An error ended the run. */
  get broken(): boolean {
    return this.#broken !== undefined;
  }

  get signal(): AbortSignal {
    return this.#copying.signal;
  }

  /** @throws TransferError when an error ended it */
  async perform(): Promise<TransferReport> {
    const { from, to, options, finish } = this.#task;
    const { ledger, signal } = this.#copying;
    const filter = compileFilter(from.prefix, selectionOf(options), this.#startedAt, undefined, this.#rules);
    const isMeant = (object: ObjectInfo): boolean => filter(object) === true && this.#hasKey(object);
    const counting = options.count ? this.#totals.count(from, isMeant, signal) : undefined;
    const tasks = new SideBySide(options.concurrency, (error) => this.#break(error));
    try {
      for await (const { source, target, hidden } of this.#pairs()) {
        if (this.over) break;
        if (source) this.#unmet.see(source.key, from.prefix);
        else if (target) this.#unmet.see(target.key, to.prefix);
        if (!source) {
          if (target && !hidden) this.#task.onExtra?.(target);
          continue;
        }
        this.witness.saw(source.key);
        const verdict = this.#hasKey(source) && filter(source);
        if (verdict === false) ledger.countFiltered();
        else {
          ledger.countMatched();
          if (verdict === true) await tasks.add(() => this.#settle(source, target));
          else await ledger.countFailed(source, verdict);
        }
        this.#tell();
      }
    } catch (error) {
      this.#breakUnlessOver(error);
    }
    await tasks.end();
    const { warning } = this.#unmet;
    if (!this.over && warning !== undefined) ledger.warn(warning);
    let finished: Finished = {};
    try {
      finished = (await finish?.(this)) ?? {};
    } catch (error) {
      this.#breakUnlessOver(error);
    }
    await this.giveUp().catch((error: unknown) => this.#breakUnlessOver(error));
    this.#stop.abort();
    await counting;
    this.#tell(true);
    const report = this.#report(finished);
    if (this.#broken) throw new TransferError(this.#broken, report);
    return report;
  }

  /** Begins to delete. @returns to be told how many are deleted */
  deleting(): (deleted: number) => void {
    this.#phase = 'deleting';
    const before = this.#deleted;
    return (deleted) => {
      this.#deleted = before + deleted;
      this.#tell();
    };
  }

  /** The keys at the target of what is held back. */
  get heldBack(): readonly string[] {
    return this.#heldBack.map(({ source }) => this.#copying.targetKey(source.key));
  }

  /** Copies what is held back; what fails now has failed. */
  async tryAgain(): Promise<void> {
    this.#holdsBack = false;
    this.#phase = 'copying';
    const tasks = new SideBySide(this.#task.options.concurrency, (error) => this.#break(error));
    for (const { source } of this.#heldBack.splice(0)) await tasks.add(() => this.#settle(source, undefined));
    await tasks.end();
  }

  /** What is held back has failed. */
  async giveUp(): Promise<void> {
    this.#holdsBack = false;
    for (const { source, error } of this.#heldBack.splice(0)) await this.#failed(source, error);
  }

  /** Both ends in order, or the source alone. */
  #pairs(): AsyncGenerator<Pair> {
    const { from, to, isSame, operation, keys, options } = this.#task;
    if (keys) return named(keys);
    const isAskedFor = leftOutFilter(from.prefix, options);
    const purpose = {
      operation,
      signal: this.signal,
      onLeftOut: async (entry: LeftOut) => {
        this.#unmet.seeLeftOut(entry, from.prefix);
        if (!isAskedFor(entry)) return;
        if (entry.failure) await this.ledger.countNoObject(entry.at ?? entry.name, entry.failure);
        else this.ledger.leftOut.count(entry);
      },
      onUnnameable: async ({ name, at, reason }: Unnameable, side: 'source' | 'target') => {
        const directory = at?.endsWith('/');
        this.#unmet.seeLeftOut({ name, at, directory }, (side === 'source' ? from : to).prefix);
        if (!isAskedFor({ name, at, kind: '', directory })) return;
        if (side === 'source') await this.ledger.countUnnameable(name, reason);
        else this.ledger.warn(`the target has ${name}, which no request can name (${reason.message})`);
      },
    };
    return isSame ? merged(from, to, purpose) : sourcesAlone(from, purpose);
  }

  /** Objects that stand for directories are none where directories are real; that of an entire store has no name at all. */
  #hasKey({ key, size }: ObjectInfo): boolean {
    const target = this.#copying.targetKey(key);
    const isMarker = target.endsWith('/') && size === 0;
    return target !== '' && !(isMarker && this.#task.to.engine.driver.keys.paths);
  }

  async #settle(listed: ObjectInfo, target: ObjectInfo | undefined): Promise<void> {
    const { isSame, onCopied, options, keys } = this.#task;
    let source = listed;
    const { ledger } = this;
    if (this.over) {
      ledger.countSkipped(source);
      return;
    }
    let copied: Copied;
    try {
      if (keys) source = await this.#lookAt(source);
      if (target && (await isSame?.(this.#copying, source, target))) {
        ledger.countSame(source);
        return;
      }
      if (options.dryRun) {
        ledger.countSkipped(source, this.#transferred(source));
        return;
      }
      await this.#task.beforeCopy?.(source.key, this.#copying.targetKey(source.key));
      copied = await copyObject(this.#copying, source);
    } catch (error) {
      await this.#failed(source, error);
      return;
    }
    const { onServer } = this.#copying;
    const { from, to, size } = copied;
    ledger.countCopied({ from, to, size }, onServer && options.contentType === undefined);
    await onCopied?.(copied);
    this.#tell();
  }

  async #failed(source: ObjectInfo, thrown: unknown): Promise<void> {
    const { ledger } = this;
    if (this.over) {
      ledger.countSkipped(source);
      return;
    }
    const error = toStoreError(thrown, { operation: this.#task.operation, key: source.key });
    if (this.#holdsBack && error.code === 'Conflict' && this.#heldBack.length < MOST_HELD_BACK) {
      this.#heldBack.push({ source, error });
      return;
    }
    await ledger.countFailed(source, error);
    if (ledger.hopeless) this.#break(error);
    else if (ledger.tooMany) this.#stop.abort();
    this.#tell();
  }

  async #lookAt({ key }: ObjectInfo): Promise<ObjectInfo> {
    const { engine } = this.#task.from;
    const purpose = { operation: 'head', signal: this.signal };
    return withSoundFacts(await engine.request(purpose, (call) => engine.driver.read.head({ key }, call)));
  }

  #transferred({ key, size }: ObjectInfo) {
    return { from: key, to: this.#copying.targetKey(key), size };
  }

  /** Something other than a key failed: the listing, a callback. */
  #break(error: unknown): void {
    this.#broken ??= toStoreError(error, { operation: this.#task.operation });
    this.#stop.abort();
  }

  #breakUnlessOver(error: unknown): void {
    if (!this.over) this.#break(error);
  }

  #tell(last = false): void {
    const { onProgress } = this.#task.options;
    if (!onProgress) return;
    const now = this.#task.to.engine.clock.now();
    if (!last && now - this.#toldAt < INTERVAL_MS) return;
    this.#toldAt = now;
    onProgress({
      ...this.ledger.progress(),
      phase: this.#phase,
      deleted: this.#deleted,
      total: this.#totals.total,
      elapsedMs: now - this.#startedAt,
    });
  }

  #report({ extra = null, deletion = null, incomplete = false }: Finished): TransferReport {
    const { operation, from, to, options } = this.#task;
    const { ledger } = this;
    const { counters } = ledger;
    const { dryRun = false } = options;
    const stoppedBy = ledger.tooMany ? 'maxFailures' : null;
    const aborted = (options.signal?.aborted ?? false) || stoppedBy !== null;
    const { failed, skipped } = counters;
    const complete =
      failed + skipped === 0 && !aborted && !this.broken && !incomplete && (deletion?.complete ?? true);
    return {
      operation,
      from: { provider: from.store.provider, prefix: from.prefix },
      to: { provider: to.store.provider, prefix: to.prefix },
      ...counters,
      complete,
      aborted,
      stoppedBy,
      dryRun,
      failures: ledger.failures,
      leftOut: ledger.leftOut.report,
      extra,
      deletion,
      startedAt: new Date(this.#startedAt).toISOString(),
      elapsedMs: to.engine.clock.now() - this.#startedAt,
      warnings: ledger.warnings,
    };
  }
}

async function* named(keys: Iterable<string>): AsyncGenerator<Pair> {
  for (const key of keys) yield { source: { key } };
}

/** @throws StoreError `Unsupported` for what the target cannot do, before anything is done */
export function checkTarget({ to, operation, options }: Task): void {
  const { write } = to.engine.driver;
  if (options.storageClass !== undefined && !write.storageClasses)
    throw to.engine.unsupported(operation, 'storage classes');
  if (options.contentType !== undefined && !keepsMetadata(to.engine))
    throw to.engine.unsupported(operation, 'content types');
  if (options.ifAbsent && !write.ifAbsent) throw to.engine.unsupported(operation, 'ifAbsent');
}

/** @throws StoreError `Unsupported` where two listings cannot be held against each other */
export function checkOrder(sides: readonly Side[], operation: string): void {
  for (const { engine, prefix } of sides) {
    if (engine.driver.list.order === 'utf8') continue;
    const message =
      `this ${engine.provider} store lists ${quoteKey(prefix)} in no order, so that it cannot be compared with another without ` +
      'holding all of it; copyPrefix without compare needs no order';
    throw new StoreError('Unsupported', message, { operation, provider: engine.provider });
  }
}
