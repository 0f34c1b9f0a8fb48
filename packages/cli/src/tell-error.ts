import type { Command } from 'commander';
import { DeletionError, toStoreError, type StoreError } from '@store/core';
import { errorDocument, errorText } from './error-text.js';
import { exitCodeOfError } from './exit-codes.js';
import type { ExitCode } from './exit.js';
import type { Output } from './output.js';
import { reportText } from './report-text.js';
import type { GlobalOptions } from './session.js';

/** Says what ended the work, with what it had deleted until then; a transfer has told of itself. @returns what to exit with */
export async function tellError(
  output: Output,
  thrown: unknown,
  json: boolean,
  program: Command,
): Promise<ExitCode> {
  const error = toStoreError(thrown);
  if (json) await output.resultJson(errorDocument(error));
  else await tellReport(output, error);
  output.note(errorText(error, program, program.opts<GlobalOptions>().debug ?? false));
  return exitCodeOfError(error);
}

async function tellReport(output: Output, error: StoreError): Promise<void> {
  if (error instanceof DeletionError && error.report.listed > 0)
    await output.result(reportText(error.report));
}
