import {
  DeletionError,
  type DeletePrefixOptions,
  type DeletionProgress,
  type DeletionReport,
} from '@store/core';
import { checkOutsideStore } from '@store/journal';
import type { Context } from './context.js';
import type { ExitCode } from './exit.js';
import { exitCodeOfReport } from './exit-codes.js';
import { openFailures } from './failures-file.js';
import { displayKey } from './display-key.js';
import { deletionLine, stopwatch, type Total } from './progress.js';
import { reportText } from './report-text.js';
import { wayOn } from './runs/way-on.js';

/** How a run of deletes is told of. */
export interface Telling {
  /** Of the store that is deleted from; see `StoreDriver.place`. */
  readonly place: string;
  /** What is deleted, where that is a prefix. */
  readonly prefix?: string | undefined;
  readonly json?: boolean | undefined;
  /** Somebody else prints the report. */
  readonly silent?: boolean | undefined;
  readonly failures?: string | undefined;
  /** Keys that there are to delete, when a count is known, or as soon as it is. */
  readonly total?: number | Estimate | undefined;
  /** What `store resume` calls the run by, when it is over; undefined when it cannot go on. */
  readonly runName?: (() => string | undefined) | undefined;
  /** What else goes on with it, as the last line of a run that was stopped. */
  readonly again?: string | undefined;
}

/** Estimates in the background how many keys there are, until its signal fires; undefined while nobody knows. */
export type Estimate = (deleted: () => number, signal: AbortSignal) => () => number | undefined;

/** What a run reports to. */
export type Listeners = Pick<DeletePrefixOptions, 'signal' | 'onProgress' | 'onFailure'>;

/** Does a run of deletes, with its progress and its failures written, and prints the report. */
export async function reportedDeletion(
  { output, log, signal }: Context,
  { place, prefix, json, silent, failures: path, total, runName, again }: Telling,
  work: (listeners: Listeners) => Promise<DeletionReport>,
): Promise<ExitCode> {
  if (path !== undefined) await checkOutsideStore({ place, prefix }, path, 'the file of --failures');
  if (log.path !== undefined) await checkOutsideStore({ place, prefix }, log.path, 'the file of --log-file');
  const failures = await openFailures(path, { output, signal });
  const sayWayOn = (): void => {
    const name = runName?.();
    if (again !== undefined) output.lastly(again);
    else if (name !== undefined) output.lastly(wayOn(name));
  };
  // Also for who does not wait for the requests in flight.
  signal.addEventListener('abort', sayWayOn, { once: true });
  let progress: DeletionProgress | undefined;
  const over = new AbortController();
  const known = output.quiet ? () => undefined : totalOf(total, () => progress?.deleted ?? 0, over.signal);
  const elapsedMs = stopwatch();
  using shown = output.show(() => deletionLine(progress, elapsedMs(), known()));
  try {
    const report = await work({
      signal,
      onProgress: (now) => {
        progress = now;
      },
      onFailure: (failure) => {
        log.failure(failure);
        return failures?.write(failure);
      },
    });
    over.abort();
    shown.end();
    log.account('deletion', report);
    await failures?.close();
    if (!silent) await (json ? output.resultJson(report) : output.result(reportText(report)));
    if (report.complete) output.lastly(undefined);
    else if (report.aborted) sayWayOn();
    return exitCodeOfReport(report);
  } catch (error) {
    shown.end();
    if (error instanceof DeletionError) log.account('deletion', error.report);
    // Refused, the run has nothing to say to a file that an earlier one wrote, and there is nothing to go on with.
    await (error instanceof DeletionError ? failures?.close() : failures?.discard());
    // Where nothing was even listed, the same command does as well.
    if (error instanceof DeletionError && error.report.listed > 0) sayWayOn();
    else output.lastly(undefined);
    throw error;
  } finally {
    over.abort();
    signal.removeEventListener('abort', sayWayOn);
  }
}

function totalOf(
  total: number | Estimate | undefined,
  deleted: () => number,
  signal: AbortSignal,
): () => Total | undefined {
  if (typeof total !== 'function') return () => (total === undefined ? undefined : { count: total });
  const estimated = total(deleted, signal);
  return () => {
    const count = estimated();
    return count === undefined ? undefined : { count, about: true };
  };
}

/** Names a key that is about to be deleted: beside a report in JSON on stderr. */
export function keyTeller({ output }: Context, json: boolean | undefined): (key: string) => void {
  return (key) => (json ? output.note(displayKey(key)) : output.print(displayKey(key)));
}
