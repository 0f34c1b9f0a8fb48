import {
  TransferError,
  type TransferFailure,
  type TransferOptions,
  type TransferProgress,
  type TransferReport,
} from '@store/transfer';
import type { Context } from '../context.js';
import { displayKey } from '../display-key.js';
import { EXIT, type ExitCode } from '../exit.js';
import { openFailures } from '../failures-file.js';
import { stopwatch } from '../progress.js';
import { transferText, type Ends } from './text.js';
import { transferLine } from './view.js';

/** How transfers are told of. */
export interface Telling {
  readonly json?: boolean | undefined;
  readonly failures?: string | undefined;
  /** That it went well is nothing to tell of. */
  readonly silent?: boolean | undefined;
  /** What goes on with it, as the last line of one that was stopped. */
  readonly again: string;
}

/** What a run reports to. */
export type Listeners = Pick<
  TransferOptions,
  'signal' | 'onProgress' | 'onFailure' | 'onTransferred' | 'count'
>;

/** One run, and between what. */
export interface Transfer {
  readonly ends?: Ends | undefined;
  /** Undefined when there was nothing to do, and is nothing to tell of. */
  readonly perform: (listeners: Listeners) => Promise<TransferReport | undefined>;
}

/** Does one transfer after the other, with progress and failures written, and prints the reports. */
export async function reportedTransfers(
  { output, session, log, verbose, signal }: Context,
  { json, failures: path, silent, again }: Telling,
  transfers: readonly Transfer[],
): Promise<ExitCode> {
  const failures = await openFailures(path, { output, signal });
  const sayAgain = (): void => output.lastly(`to go on: ${again}`);
  signal.addEventListener('abort', sayAgain, { once: true });
  const reports: TransferReport[] = [];
  let ends: Ends | undefined;
  try {
    for (const { perform, ends: given } of transfers) {
      ends = given;
      if (signal.aborted) break;
      let progress: TransferProgress | undefined;
      const elapsedMs = stopwatch();
      using shown = output.show(() => transferLine(progress, elapsedMs(), session.throttled));
      const report = await perform({
        signal,
        count: output.interactive && !output.quiet,
        onProgress: (now) => {
          progress = now;
        },
        onFailure: (failure: TransferFailure) => {
          log.failure(failure);
          return failures?.write(failure);
        },
        onTransferred: verbose
          ? ({ from }) => (json ? output.note(displayKey(from)) : output.print(displayKey(from)))
          : undefined,
      });
      if (!report) continue;
      shown.end();
      log.account('transfer', report);
      reports.push(report);
      if (!json && !(silent && report.complete)) await output.result(transferText(report, ends));
    }
    await failures?.close();
    if (json) await output.resultJson(reports.length === 1 ? reports[0] : reports);
    if (!reports.some(({ aborted }) => aborted)) output.lastly(undefined);
    return exitCodeOf(reports);
  } catch (error) {
    output.lastly(undefined);
    await (reports.length > 0 || signal.aborted ? failures?.close() : failures?.discard());
    if (!json && error instanceof TransferError && error.report.listed > 0)
      await output.result(transferText(error.report, ends));
    throw error;
  } finally {
    signal.removeEventListener('abort', sayAgain);
  }
}

function exitCodeOf(reports: readonly TransferReport[]): ExitCode {
  if (reports.some(({ aborted, stoppedBy }) => aborted && stoppedBy === null)) return EXIT.interrupted;
  // A dry run leaves everything where it is, and that is what was asked for.
  const good = reports.every(({ complete, dryRun, failed }) => (dryRun ? failed === 0 : complete));
  return good ? EXIT.complete : EXIT.failed;
}
