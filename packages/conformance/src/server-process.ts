import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** Resolves when a server says that it is ready. @throws Error with the end of what it said when it ends before */
export async function isReady(name: string, output: Readable, ready: string): Promise<void> {
  let said = '';
  for await (const line of createInterface({ input: output })) {
    said += `${line}\n`;
    if (!line.includes(ready)) continue;
    // What it says later is read, and nothing is done with it.
    output.resume();
    return;
  }
  throw new Error(`${name} does not come up:\n${said.slice(-2000)}`);
}

/** Ends a server, if it has not ended. */
export async function endProcess(child: ChildProcess | undefined, signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
