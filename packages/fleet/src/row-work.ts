import { StoreError, type FailureReason } from '@store/core';
import { passesOf } from '@store/deletion/runs';
import type { FleetBooks, RowAccount } from './fleet-books.js';
import { optionsFrom } from './fleet-options.js';
import type { FleetRow, FleetRun, RowId } from './fleet-run.js';
import type { Lent } from './lent-stores.js';
import { reasonOf } from './reason-of.js';
import { freshAccount } from './rest.js';
import { openOn, WorkerRefused } from './unfit.js';

export interface RowWork {
  readonly books: FleetBooks;
  readonly id: RowId;
  readonly run: FleetRun;
  readonly row: FleetRow;
  readonly lend: (address: string) => Promise<Lent>;
  /** Sees to it that there are jobs for these pieces, which this row waits for. `anew`: those that there were are over. */
  readonly addPieces: (pieces: readonly number[], anew?: boolean) => Promise<void>;
  /** True when there is something to wait for: then this job is over, and comes again. */
  readonly mustWait: () => Promise<boolean>;
  readonly leave: AbortSignal;
}

/** Takes a row as far as it goes without waiting: begins its listings one after the other, and looks again when all is done. */
export async function workOnRow(work: RowWork): Promise<'waits' | 'over'> {
  const { books, id, run } = work;
  const options = optionsFrom(run.options);
  const passes = passesOf(options);
  for (;;) {
    const open = await books.openPieces(id);
    if (open.length > 0) {
      await work.addPieces(open);
      if (await work.mustWait()) return 'waits';
      // All jobs are over. A piece that is not was forgotten by a Redis that had kept its job.
      const still = new Set(await books.openPieces(id));
      const forgotten = open.filter((piece) => still.has(piece));
      if (forgotten.length > 0) {
        await work.addPieces(forgotten, true);
        if (await work.mustWait()) return 'waits';
      }
      continue;
    }
    const isStopped = (await books.command(id.run)) === 'stop';
    const { pass, pieces } = await books.row(id);
    if (!isStopped && pieces.left > 0) {
      // It was told to go on while it stopped.
      await books.reopen(id);
      continue;
    }
    // Markers hide versions that are there: the second listing begins where the first one has left nothing.
    const next = pieces.left === 0 && pieces.broken === 0 && pass + 1 < passes;
    if (isStopped || !next) {
      if (await endRow(work, { pieces, isCut: isStopped && next })) return 'over';
      continue;
    }
    await books.beginPass(id, pass + 1, {
      account: freshAccount([{ pass: pass + 1 }]),
      intents: [],
    });
  }
}

async function endRow(
  work: RowWork,
  { pieces, isCut }: { readonly pieces: RowAccount['pieces']; readonly isCut: boolean },
): Promise<boolean> {
  const { books, id, run, leave } = work;
  const isWhole = !isCut && pieces.left === 0 && pieces.broken === 0;
  let remaining: number | undefined;
  let error: FailureReason | undefined;
  try {
    if (run.options['verify'] && isWhole) remaining = await remainingOf(work);
  } catch (thrown) {
    if (thrown instanceof StoreError && thrown.code === 'AccessDenied') throw new WorkerRefused(thrown);
    const willPass = !(thrown instanceof StoreError) || thrown.retryable || thrown.code === 'Aborted';
    if (willPass || leave.aborted) throw thrown;
    error = reasonOf(thrown);
  }
  return books.endRow(id, { at: Date.now(), remaining, isCut, error });
}

/** Lists once more, and counts what would be deleted. */
async function remainingOf({ run, row, lend, leave }: RowWork): Promise<number> {
  await using lent = await openOn(lend, row.address);
  const { verify: _this, ...options } = optionsFrom(run.options);
  // Filters by age reckon from the beginning of the run.
  const { matched } = await lent.store.deletePrefix(row.prefix, {
    ...options,
    ...agedFrom(options, Date.now() - run.startedAt),
    dryRun: true,
    signal: leave,
  });
  leave.throwIfAborted();
  lent.keep();
  return matched;
}

/** Ages as they are so many milliseconds later. */
function agedFrom(
  { olderThan, newerThan, notAfterStart, modifiedBefore }: ReturnType<typeof optionsFrom>,
  ms: number,
) {
  const start = new Date(Date.now() - ms);
  const before = modifiedBefore && modifiedBefore < start ? modifiedBefore : start;
  return {
    ...(olderThan === undefined ? {} : { olderThan: olderThan + ms }),
    ...(newerThan === undefined ? {} : { newerThan: newerThan + ms }),
    ...(notAfterStart ? { notAfterStart: undefined, modifiedBefore: before } : {}),
  };
}
