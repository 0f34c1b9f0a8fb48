import type { Work } from './context.js';
import type { ExitCode } from './exit.js';
import { Interrupt } from './interrupt.js';
import type { Output } from './output.js';
import { Session, type GlobalOptions } from './session.js';
import { WaitNotes } from './wait-notes.js';

/** Does the work of a subcommand, in a session of its own that an interrupt ends. */
export async function perform(work: Work, output: Output, options: GlobalOptions): Promise<ExitCode> {
  await output.prepareStatus();
  using interrupt = new Interrupt(output);
  await using session = new Session(options, new WaitNotes((line) => output.note(line)));
  const { signal, answer: answerInterrupt } = interrupt;
  return await work({ output, session, signal, answerInterrupt });
}
