import { toStoreError, type BatchFacet, type FailureReason, type StoreError } from '@store/driver';
import { Attempts } from '@store/engine';
import { AskedBatch, createdMarker, targetOf, withMarker, type Accounted } from './answer.js';
import type { Candidate } from './candidate.js';
import type { RangeKey, RangePace } from './hot-ranges.js';
import type { Permit } from './pace.js';
import { refusedAgain } from './refused-again.js';
import type { KeyStrategy } from './report.js';
import { tellOfCharge } from './requester-charge.js';
import type { Run } from './run.js';

/** A batch delete that was refused this often before any was taken is one that the service cannot do. */
const REFUSALS_BEFORE_SINGLE = 3;

/**
 * Sends units of keys and sees each key to its outcome: deleted, failed for good, or skipped because the run
 * ended before its turn. Repeats what may pass later; takes refused batches apart to find the key that spoils
 * them; goes over to single deletes where the service has no batch delete after all.
 *
 * Requests in flight are always waited for, never cut off: a delete that was cut off may have happened.
 */
export class DeleteStage {
  readonly #run: Run;
  /** Units accepted and not finished, at most: waiting for their turn, in flight, or waiting for a retry. */
  readonly #maxUnits: number;
  readonly #units = new Set<Promise<void>>();
  #strategy: KeyStrategy;
  /** Wakes the submitter that waits for room. */
  #room: () => void = () => undefined;
  /** Batches that the service took, and that it refused as a whole, in this run. */
  #accepted = 0;
  #refused = 0;

  constructor(run: Run, strategy: KeyStrategy) {
    this.#run = run;
    this.#strategy = strategy;
    // A quarter more than can be in flight: while some units wait for a retry, others use the connections.
    this.#maxUnits = Math.ceil(run.concurrency * 1.25) + 1;
  }

  get strategy(): KeyStrategy {
    return this.#strategy;
  }

  /**
   * Takes a unit over; resolves when there is room for the next.
   *
   * @param range of a listing, in which its keys are (or nearly all of them)
   */
  async submit(keys: readonly Candidate[], range?: RangeKey): Promise<void> {
    if (keys.length === 0) return;
    const pace = range && this.#run.pacer.paceOf(range);
    pace?.beginUnit();
    const work = this.#process({ keys, pace })
      .catch((error: unknown) => this.#run.breakOff(toStoreError(error, { operation: 'deletePrefix' })))
      .finally(() => {
        pace?.endUnit();
        this.#units.delete(work);
        this.#room();
        this.#run.progress.changed();
      });
    this.#units.add(work);
    while (this.#units.size >= this.#maxUnits) {
      await new Promise<void>((resolve) => {
        this.#room = resolve;
      });
    }
  }

  /** Resolves when every unit has its outcomes. */
  async drain(): Promise<void> {
    while (this.#units.size > 0) await Promise.all(this.#units);
  }

  async #process({ keys: all, pace }: Unit): Promise<void> {
    const attempts = new Attempts(this.#run.engine);
    if (!(await this.#intend(all))) return this.#giveUp(all, attempts);
    const { backup, stop } = this.#run;
    const keys = backup ? await backup.take(this.#run, all) : all;
    if (stop.aborted) return this.#giveUp(keys, attempts);
    if (this.#strategy === 'single' || keys.length === 1) return this.#deleteSingly({ keys, pace }, attempts);
    return this.#deleteBatch({ keys, pace }, attempts);
  }

  /** Writes down what is about to be sent, once for all attempts; without that nothing is. */
  async #intend(unit: readonly Candidate[]): Promise<boolean> {
    const { keeper, stop } = this.#run;
    if (!keeper) return true;
    if (stop.aborted) return false;
    try {
      await keeper.intend(unit);
      return true;
    } catch (error) {
      this.#run.breakOff(error);
      return false;
    }
  }

  /**
   * @param attempts that have failed, each for all of these keys
   * @param repeats some of these keys were in a request before
   */
  async #deleteBatch({ keys, pace }: Unit, attempts: Attempts, repeats = false): Promise<void> {
    const { pacer } = this.#run;
    for (let rest = keys; rest.length > 0;) {
      const { batch } = this.#run.calls;
      if (this.#strategy === 'single' || !batch) return this.#deleteSingly({ keys: rest, pace }, attempts);
      const permit = await pacer.acquire(rest.length, pace);
      if (!permit) return this.#giveUp(rest, attempts);
      if (permit.keys >= keys.length)
        return this.#sendBatch(batch, { keys, pace }, { permit, attempts, repeats });
      // It has become too large for the present pace.
      const part = { keys: rest.slice(0, permit.keys), pace };
      rest = rest.slice(permit.keys);
      await this.#sendBatch(batch, part, { permit, attempts: attempts.fork(), repeats });
    }
  }

  async #sendBatch(
    batch: BatchFacet,
    unit: Unit,
    {
      permit,
      attempts,
      repeats,
    }: { readonly permit: Permit; readonly attempts: Attempts; readonly repeats: boolean },
  ): Promise<void> {
    const { ledger, pass } = this.#run;
    ledger.countDeleteRequest(repeats);
    const asked = new AskedBatch(unit.keys);
    const outcome = await this.#send('deleteBatch', permit, () =>
      attempts.run((signal) => batch.delete(asked.targets, { pass, signal })),
    );
    if (!outcome.ok) return this.#failedWhole(unit, attempts, outcome.error);
    this.#accepted++;
    tellOfCharge(ledger, pass, outcome.value);
    let failed = await this.#settle(asked.account(outcome.value), permit, attempts);
    if (batch.silentFailures) {
      const [unnamed, named] = partition(failed, ({ reason }) => reason.code === 'Unconfirmed');
      const tried = attempts.fork();
      tried.count(unnamed.map(({ reason }) => reason));
      await this.#deleteSingly({ keys: unnamed.map(({ candidate }) => candidate), pace: unit.pace }, tried);
      failed = named;
    }
    const keys = await this.#beforeRetry(failed, attempts, 'deleteBatch');
    if (keys.length > 0) await this.#deleteBatch({ keys, pace: unit.pace }, attempts, true);
  }

  /** Books what an answer confirms; returns the rest with its reasons. */
  async #settle(
    { deleted, failed: refused, invented, markers }: Accounted,
    permit: Permit,
    attempts: Attempts,
  ): Promise<readonly Failed[]> {
    const { pacer, ledger } = this.#run;
    ledger.countDeleted(deleted);
    ledger.markersCreated += markers;
    if (invented.length > 0) {
      ledger.warn(
        'the service reported outcomes for keys that it was not asked to delete; they are not counted',
      );
    }
    const throttled = refused.filter(({ reason }) => reason.code === 'Throttled');
    pacer.succeeded(deleted.length, permit);
    if (throttled.length > 0)
      this.#throttle(
        throttled.map(({ reason }) => reason),
        permit,
      );
    const failed: Failed[] = [];
    await Promise.all(
      refused.map(async (one) => {
        const reason = await this.#lookAt(one, attempts);
        if (reason) failed.push({ candidate: one.candidate, reason });
      }),
    );
    return failed;
  }

  /**
   * What was sent again may have been carried out the first time: then its refusal is no failure.
   *
   * @returns why it counts as not deleted; undefined when it is gone, which is booked
   */
  async #lookAt({ candidate, reason }: Failed, attempts: Attempts): Promise<FailureReason | undefined> {
    if (!attempts.mayHaveActed) return reason;
    const { engine, ledger } = this.#run;
    const found = await refusedAgain(engine, this.#run.looking(), candidate, reason);
    if (found !== 'gone') return found;
    ledger.countLost([candidate]);
    return undefined;
  }

  /** A request that failed as a whole: repeated, taken apart, sent singly, or the end of the run. */
  async #failedWhole(unit: Unit, attempts: Attempts, error: StoreError): Promise<void> {
    const { ledger } = this.#run;
    const { keys, pace } = unit;
    if (error.adjusted !== undefined) ledger.warn(error.adjusted);
    const refused =
      error.adjusted === undefined && (error.code === 'InvalidArgument' || error.code === 'Corrupt');
    if (refused) this.#refused++;
    if (error.code === 'Unsupported') {
      this.#goSingle(`the service does not know batch deletes (${error.reason})`);
    } else if (refused && this.#accepted === 0 && this.#refused >= REFUSALS_BEFORE_SINGLE) {
      this.#goSingle(`the service does not take batch deletes (${error.reason})`);
    }
    if (this.#strategy === 'single') return this.#deleteSingly(unit, attempts);

    if (error.retryable) {
      const pending = await this.#beforeRetry(
        keys.map((candidate) => ({ candidate, reason: error })),
        attempts,
        'deleteBatch',
      );
      if (pending.length > 0) await this.#deleteBatch({ keys: pending, pace }, attempts, true);
    } else if (refused) {
      ledger.warn(`the service refused a batch (${error.reason}); its keys were tried in smaller ones`);
      for (const half of slices(keys, Math.ceil(keys.length / 2))) {
        await (half.length === 1
          ? this.#deleteSingly({ keys: half, pace }, attempts)
          : this.#deleteBatch({ keys: half, pace }, attempts.fork(), true));
      }
    } else {
      // Wrong credentials, no such bucket, a broken driver: no other batch will fare better.
      attempts.count([error]);
      const told = attempts.verdict(error);
      for (const candidate of keys) await ledger.countFailed(candidate, told, attempts.failed);
      this.#run.breakOff(told);
    }
  }

  #goSingle(why: string): void {
    if (this.#strategy === 'single') return;
    this.#strategy = 'single';
    this.#run.ledger.warn(`${why}; the run goes on with one request a key, as the strategy single does`);
  }

  async #deleteSingly({ keys, pace }: Unit, attempts: Attempts): Promise<void> {
    await Promise.all(keys.map((candidate) => this.#deleteOne(candidate, attempts.fork(), pace)));
  }

  async #deleteOne(candidate: Candidate, attempts: Attempts, range: RangePace | undefined): Promise<void> {
    const { calls, pacer, ledger, progress, pass } = this.#run;
    const target = targetOf(candidate);
    for (;;) {
      const permit = await pacer.acquire(1, range);
      if (!permit) return this.#giveUp([candidate], attempts);
      ledger.countDeleteRequest(attempts.failed > 0);
      const outcome = await this.#send('deleteOne', permit, () =>
        attempts.run((signal) => calls.delete.one(target, { pass, signal })),
      );
      if (outcome.ok) {
        pacer.succeeded(1, permit);
        tellOfCharge(ledger, pass, outcome.value);
        ledger.countDeleted([withMarker(candidate, outcome.value)]);
        if (createdMarker(target, outcome.value)) ledger.markersCreated++;
        return progress.changed();
      }
      const reason = await this.#lookAt({ candidate, reason: outcome.error }, attempts);
      if (!reason) return progress.changed();
      const pending = await this.#beforeRetry([{ candidate, reason }], attempts, 'deleteOne');
      if (pending.length === 0) return progress.changed();
    }
  }

  /** One request under its permit, which is free again before anything waits for a retry. */
  async #send<T>(operation: string, permit: Permit, request: () => Promise<T>): Promise<Outcome<T>> {
    const { engine, pacer } = this.#run;
    const askedAt = engine.clock.now();
    try {
      const value = await request();
      pacer.took(permit, engine.clock.now() - askedAt);
      return { ok: true, value };
    } catch (thrown) {
      const error = toStoreError(thrown, { operation, provider: engine.provider });
      if (error.code === 'Throttled') this.#throttle([error], permit);
      return { ok: false, error };
    } finally {
      pacer.release();
    }
  }

  /** Books as failed what gets no other attempt, waits, and returns what does. */
  async #beforeRetry(failed: readonly Failed[], attempts: Attempts, operation: string): Promise<Candidate[]> {
    const { stop } = this.#run;
    if (failed.length === 0) return [];
    attempts.count(failed.map(({ reason }) => reason));
    const [again, lost] = partition(failed, ({ reason }) => attempts.allow(reason));
    await this.#countFailed(
      lost.map(({ candidate, reason }) => ({ candidate, reason: attempts.verdict(reason) })),
      attempts.failed,
    );
    this.#breakOffUnanswered(lost, attempts);
    const [first] = again;
    if (!first) return [];
    const retryAfterMs = again.reduce(
      (longest, { reason }) => Math.max(longest, reason.retryAfterMs ?? 0),
      0,
    );
    const waitMs = attempts.waitMs({ retryAfterMs, unanswered: first.reason.unanswered });
    this.#tellOfWait(again, first, attempts, { operation, waitMs });
    await attempts.wait(waitMs, stop);
    if (!stop.aborted) return again.map(({ candidate }) => candidate);
    await this.#countFailed(again, attempts.failed);
    return [];
  }

  /** Where nobody has ever answered, no other key will fare better. */
  #breakOffUnanswered(lost: readonly Failed[], attempts: Attempts): void {
    const { contact } = this.#run.engine;
    const [one] = lost;
    if (one?.reason.unanswered === undefined || contact.answered) return;
    this.#run.breakOff(attempts.verdict(one.reason));
  }

  async #countFailed(failed: readonly Failed[], attempts: number): Promise<void> {
    for (const { candidate, reason } of failed)
      await this.#run.ledger.countFailed(candidate, reason, attempts);
  }

  #tellOfWait(
    again: readonly Failed[],
    { candidate, reason }: Failed,
    attempts: Attempts,
    { operation, waitMs }: { readonly operation: string; readonly waitMs: number },
  ): void {
    const { provider, onRetry } = this.#run.engine;
    if (!onRetry) return;
    const key = again.length === 1 ? candidate.key : undefined;
    try {
      onRetry(attempts.event(reason, { operation, provider, key }, waitMs));
    } catch (error) {
      // The keys have their outcomes all the same: nothing new is sent, so these count as failed.
      this.#run.breakOff(toStoreError(error, { operation }));
    }
  }

  /** The run ended before this unit was sent. What was tried before counts as failed, the rest as skipped. */
  async #giveUp(unit: readonly Candidate[], attempts: Attempts): Promise<void> {
    const { ledger } = this.#run;
    if (attempts.failed === 0) {
      ledger.skipped += unit.length;
      return;
    }
    const reason: FailureReason = {
      code: 'Aborted',
      message: 'the run ended before this key was tried again',
      retryable: false,
    };
    for (const candidate of unit) await ledger.countFailed(candidate, reason, attempts.failed);
  }

  #throttle(reasons: readonly FailureReason[], permit: Permit): void {
    this.#run.ledger.throttled += reasons.length;
    const retryAfterMs = Math.max(...reasons.map((reason) => reason.retryAfterMs ?? 0));
    this.#run.pacer.throttled(permit, retryAfterMs);
  }
}

type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: StoreError };

/** What is sent together. */
interface Unit {
  readonly keys: readonly Candidate[];
  /** Of the range that they were listed in. */
  readonly pace: RangePace | undefined;
}

interface Failed {
  readonly candidate: Candidate;
  readonly reason: FailureReason;
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  return [items.filter(test), items.filter((item) => !test(item))];
}

function* slices<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
