import { toStoreError } from '@store/core';
import type { Work } from './context.js';
import type { ExitCode } from './exit.js';
import { Interrupt } from './interrupt.js';
import type { Output } from './output.js';
import { RunLog } from './run-log.js';
import { Session, type GlobalOptions } from './session.js';
import { exitCodeOfError } from './exit-codes.js';
import { WaitNotes } from './wait-notes.js';

/** Does the work of a subcommand, in a session of its own that an interrupt ends. */
export async function perform(
  work: Work,
  output: Output,
  options: GlobalOptions,
  command: string,
): Promise<ExitCode> {
  const begun = performance.now();
  const { verbose = false, quiet = false, logFile } = options;
  using log = new RunLog(logFile, command, (text) => output.lost(text));
  const waits = new WaitNotes({ output, log, verbose });
  using interrupt = new Interrupt(output);
  const limits =
    options.retries === undefined && options.timeout === undefined
      ? {}
      : (await import('./request-limits.js')).requestLimits(options);
  await using session = new Session(options, limits, waits);
  await output.prepare({ quiet, waiting: () => waits.line(session.contacts) });
  try {
    const { signal, answer: answerInterrupt } = interrupt;
    const code = await work({ output, session, log, verbose, signal, answerInterrupt });
    log.end(code, performance.now() - begun);
    return code;
  } catch (thrown) {
    const error = toStoreError(thrown);
    if (log.path !== undefined) {
      const { errorDocument } = await import('./error-text.js');
      log.error(errorDocument(error));
    }
    log.end(exitCodeOfError(error), performance.now() - begun);
    throw thrown;
  }
}
