import { DeletionError, type DeletePrefixOptions, type DeletionReport } from '@store/core';
import { checkOutsideStore } from '@store/journal';
import type { Context } from './context.js';
import type { ExitCode } from './exit.js';
import { exitCodeOfReport } from './exit-codes.js';
import { openFailures } from './failures-file.js';
import { displayKey } from './display-key.js';
import { progressView } from './progress.js';
import { reportText } from './report-text.js';
import { wayOn } from './runs/way-on.js';

/** How a run of deletes is told of. */
export interface Telling {
  /** Of the store that is deleted from; see `StoreDriver.place`. */
  readonly place: string;
  /** What is deleted, where that is a prefix. */
  readonly prefix?: string | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  /** Somebody else prints the report. */
  readonly silent?: boolean | undefined;
  readonly failures?: string | undefined;
  /** Keys that there are to delete, when a count is known. */
  readonly total?: number | undefined;
  /** What `store resume` calls the run by, when it is over; undefined when it cannot go on. */
  readonly runName?: (() => string | undefined) | undefined;
  /** What else goes on with it, as the last line of a run that was stopped. */
  readonly again?: string | undefined;
}

/** What a run reports to. */
export type Listeners = Pick<DeletePrefixOptions, 'signal' | 'onProgress' | 'onFailure'>;

/** Does a run of deletes, with its progress and its failures written, and prints the report. */
export async function reportedDeletion(
  { output, signal }: Context,
  { place, prefix, json, quiet, silent, failures: path, total, runName, again }: Telling,
  work: (listeners: Listeners) => Promise<DeletionReport>,
): Promise<ExitCode> {
  if (path !== undefined) await checkOutsideStore({ place, prefix }, path, 'the file of --failures');
  const failures = await openFailures(path, { output, signal });
  const sayWayOn = (): void => {
    const name = runName?.();
    if (again !== undefined) output.lastly(again);
    else if (name !== undefined) output.lastly(wayOn(name));
  };
  // Also for who does not wait for the requests in flight.
  signal.addEventListener('abort', sayWayOn, { once: true });
  try {
    const report = await work({
      signal,
      onProgress: quiet ? undefined : progressView(output, total),
      onFailure: failures && ((failure) => failures.write(failure)),
    });
    output.endStatus();
    await failures?.close();
    if (!silent) await (json ? output.resultJson(report) : output.result(reportText(report)));
    if (report.complete) output.lastly(undefined);
    else if (report.aborted) sayWayOn();
    return exitCodeOfReport(report);
  } catch (error) {
    output.endStatus();
    // Refused, the run has nothing to say to a file that an earlier one wrote, and there is nothing to go on with.
    await (error instanceof DeletionError ? failures?.close() : failures?.discard());
    // Where nothing was even listed, the same command does as well.
    if (error instanceof DeletionError && error.report.listed > 0) sayWayOn();
    else output.lastly(undefined);
    throw error;
  } finally {
    signal.removeEventListener('abort', sayWayOn);
  }
}

/** Names a key that is about to be deleted: beside a report in JSON on stderr. */
export function keyTeller({ output }: Context, json: boolean | undefined): (key: string) => void {
  return (key) => (json ? output.note(displayKey(key)) : output.print(displayKey(key)));
}
