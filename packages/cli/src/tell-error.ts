import type { Command } from 'commander';
import { DeletionError, toStoreError } from '@store/core';
import { errorDocument, errorText } from './error-text.js';
import { exitCodeOfError } from './exit-codes.js';
import type { ExitCode } from './exit.js';
import type { Output } from './output.js';
import { reportText } from './report-text.js';
import type { GlobalOptions } from './session.js';

/** Says what ended the work, with what it had done until then. @returns what to exit with */
export async function tellError(
  output: Output,
  thrown: unknown,
  args: readonly string[],
  program: Command,
): Promise<ExitCode> {
  const error = toStoreError(thrown);
  const report = error instanceof DeletionError ? error.report : undefined;
  if (args.includes('--json')) await output.resultJson(errorDocument(error));
  else if (report && report.listed > 0) await output.result(reportText(report));
  output.note(errorText(error, program, program.opts<GlobalOptions>().debug ?? false));
  return exitCodeOfError(error);
}
