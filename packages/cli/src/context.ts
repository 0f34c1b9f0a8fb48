import type { ExitCode } from './exit.js';
import type { Output } from './output.js';
import type { RunLog } from './run-log.js';
import type { Session } from './session.js';

/** What a subcommand works with. */
export interface Context {
  readonly output: Output;
  readonly session: Session;
  /** The file of `--log-file`. */
  readonly log: RunLog;
  /** `--verbose`: keys are named. */
  readonly verbose: boolean;
  /** Fires at the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** What the first Ctrl-C is answered with from now on. */
  readonly answerInterrupt: (text: string) => void;
}

/** A subcommand's work; resolves to the exit code. */
export type Work = (context: Context) => Promise<ExitCode>;

/** How a subcommand is run: see `main.ts`. */
export type Run = (work: Work) => Promise<void>;
