import type { ObjectStore } from '@store/core';
import { passesOf } from '@store/core/extend';
import type { FleetBooks } from './fleet-books.js';
import { optionsFrom } from './fleet-options.js';
import type { FleetRow, FleetRun, RowId } from './fleet-run.js';
import { freshAccount } from './rest.js';

export interface RowWork {
  readonly books: FleetBooks;
  readonly id: RowId;
  readonly run: FleetRun;
  readonly row: FleetRow;
  readonly open: (address: string) => Promise<ObjectStore>;
  /** Sees to it that there are jobs for these pieces, which this row waits for. */
  readonly addPieces: (pieces: readonly number[]) => Promise<void>;
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
      continue;
    }
    const { pass, pieces } = await books.row(id);
    const isStopped = (await books.command(id.run)) === 'stop';
    // Markers hide versions that are there: the second listing begins where the first one has left nothing.
    const next = pieces.left === 0 && pieces.broken === 0 && pass + 1 < passes;
    if (isStopped || !next) break;
    await books.beginPass(id, pass + 1, {
      account: freshAccount([{ pass: pass + 1 }]),
      intents: [],
    });
  }
  const { pieces } = await books.row(id);
  const isWhole = pieces.left === 0 && pieces.broken === 0;
  const remaining = options.verify && isWhole ? await remainingOf(work) : undefined;
  await books.endRow(id, { at: Date.now(), remaining });
  return 'over';
}

/** Lists once more, and counts what would be deleted. */
async function remainingOf({ run, row, open, leave }: RowWork): Promise<number> {
  await using store = await open(row.address);
  const { verify: _this, ...options } = optionsFrom(run.options);
  // Filters by age reckon from the beginning of the run.
  const { matched } = await store.deletePrefix(row.prefix, {
    ...options,
    ...agedFrom(options, Date.now() - run.startedAt),
    dryRun: true,
    signal: leave,
  });
  leave.throwIfAborted();
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
