import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export const execute = promisify(execFile);

/** How long a daemon may take to listen, and to end when it is told to, in milliseconds. */
const START_MS = 60_000;
const STOP_MS = 5_000;

/** Processes that run beside the tests: started without a service manager, stopped by their pids. */
export class Daemons {
  readonly #directory: string;
  readonly #running = new Map<string, ChildProcess>();

  /** @param directory where each writes its output, as `NAME.log` */
  constructor(directory: string) {
    this.#directory = directory;
  }

  start(name: string, command: string, args: readonly string[]): void {
    const log = openSync(join(this.#directory, `${name}.log`), 'a');
    // A group of its own: Ctrl-C in the terminal is for the tests, which then stop their servers.
    const child = spawn(command, args, { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    child.on('error', () => undefined);
    this.#running.set(name, child);
  }

  /** Resolves when the daemon listens. @throws Error with the end of its log when it does not */
  async listening(name: string, port: number): Promise<void> {
    await this.until(name, () => canConnect(port));
  }

  /** Resolves when the condition holds. @throws Error with the end of its log when the daemon has ended, or it takes too long */
  async until(name: string, condition: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + START_MS;
    while (!(await condition())) {
      const child = this.#running.get(name);
      if (child?.exitCode === null && Date.now() < deadline) {
        await sleep(50);
        continue;
      }
      const log = await readFile(join(this.#directory, `${name}.log`), 'utf8').catch(() => '');
      throw new Error(`${name} does not come up:\n${log.slice(-2000)}`);
    }
  }

  /** Ends all, the last started first. @param signal for those that would write out their memory on TERM */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    for (const child of [...this.#running.values()].toReversed()) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      if (child.exitCode !== null || child.pid === undefined || !kill(child.pid, signal)) continue;
      await Promise.race([ended, sleep(STOP_MS)]);
      kill(child.pid, 'SIGKILL');
    }
    this.#running.clear();
  }
}

/** Signals a whole group: workers too. */
function kill(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false;
  }
}

function canConnect(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

/** The first of these commands that is not installed. */
export async function missingCommand(...commands: readonly string[]): Promise<string | undefined> {
  for (const command of commands) {
    try {
      await execute('which', [command]);
    } catch {
      return command;
    }
  }
  return undefined;
}
