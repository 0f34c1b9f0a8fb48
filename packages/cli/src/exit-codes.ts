import { DeletionError, StoreError, type DeletionReport } from '@store/core';

/** What the command exits with. */
export const EXIT = {
  complete: 0,
  /** Something failed, or is left. */
  failed: 1,
  /** The command line or the configuration cannot be used; nothing was done. */
  usage: 2,
  /** SIGINT, SIGTERM or SIGHUP ended it: 128 + 2, as shells report SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

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
  if (error instanceof DeletionError) return EXIT.failed;
  return error.code === 'InvalidArgument' || error.code === 'Unsupported' ? EXIT.usage : EXIT.failed;
}
