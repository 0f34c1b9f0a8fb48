import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ContestantName } from './index.js';
import type { Target } from './contestant.js';
import type { Order, Report } from './protocol.js';

export interface RunSettings {
  /** Ends a run that takes longer, in seconds. */
  readonly limitSeconds: number;
  /** Options of Node, such as `--cpu-prof`. */
  readonly execArgv?: readonly string[] | undefined;
}

/** One run in a process of its own. Only the work is measured, not the start of the process and the loading of code. */
export async function runContestant(
  name: ContestantName,
  target: Target,
  { limitSeconds, execArgv = [] }: RunSettings,
): Promise<Report> {
  const child = fork(fileURLToPath(new URL('main.js', import.meta.url)), { execArgv: [...execArgv] });
  const timer = setTimeout(() => child.kill('SIGTERM'), limitSeconds * 1000);
  try {
    const prepared = await ask(child, { do: 'prepare', name, target });
    return 'prepared' in prepared ? await ask(child, { do: 'run' }) : prepared;
  } finally {
    clearTimeout(timer);
    await ended(child);
  }
}

function ask(child: ChildProcess, order: Order): Promise<Report> {
  return new Promise((resolve) => {
    const done = (report: Report): void => {
      child.off('message', onMessage).off('exit', onExit);
      resolve(report);
    };
    // Of our own child.
    const onMessage = (message: unknown): void => done(message as Report);
    const onExit = (code: number | null, signal: string | null): void =>
      done({
        failed: signal === 'SIGTERM' ? 'it took too long' : `its process ended with ${code ?? signal}`,
      });
    child.on('message', onMessage).on('exit', onExit);
    child.send(order);
  });
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.on('exit', () => resolve());
    if (child.connected) child.disconnect();
  });
}
