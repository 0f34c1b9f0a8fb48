import { DeletionError, StoreError, type DeletionReport } from '@store/core';
import { EXIT, type ExitCode } from './exit.js';

/** Misused: the command line. */
export class UsageError extends StoreError {
  constructor(message: string) {
    super('InvalidArgument', message);
    this.name = 'UsageError';
  }
}

export function exitCodeOfReport(report: DeletionReport): ExitCode {
  if (report.aborted) return EXIT.interrupted;
  // A dry run leaves everything where it is, and that is what was asked for.
  if (report.dryRun) return report.failed === 0 && !report.maxDeleteReached ? EXIT.complete : EXIT.failed;
  return report.complete ? EXIT.complete : EXIT.failed;
}

export function exitCodeOfError(error: StoreError): ExitCode {
  if (error.code === 'Aborted') return EXIT.interrupted;
  if (error.code === 'InvalidConfig') return EXIT.usage;
  // Refused by a service in the middle of a run, the same code means that keys were not deleted.
  if (error instanceof DeletionError || error.name === 'TransferError') return EXIT.failed;
  return error.code === 'InvalidArgument' || error.code === 'Unsupported' ? EXIT.usage : EXIT.failed;
}
