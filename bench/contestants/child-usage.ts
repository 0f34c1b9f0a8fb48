import { spawn } from 'node:child_process';
import { access, constants, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { NotHere, type Usage } from './contestant.js';

/** Clock ticks a second, as `/proc` counts CPU time. */
const TICKS = 100;

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>> | undefined;
}

/** @throws NotHere when there is no such command on the path */
export async function needCommand(name: string): Promise<void> {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const found = await access(join(directory, name), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return;
  }
  throw new NotHere('not installed');
}

/** Runs a command to its end. @returns what it took, where `/proc` tells @throws Error when it fails */
export async function runCommand({ command, args, env }: Command): Promise<Usage | undefined> {
  const before = await cpuOfChildren();
  // Certificates are nothing to a server without TLS, and some clients stumble over them.
  const { AWS_CA_BUNDLE: _bundle, ...inherited } = process.env;
  const child = spawn(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...inherited, ...env },
  });
  // Whoever ends this process because it takes too long means the command.
  process.once('SIGTERM', () => {
    child.kill();
    process.kill(process.pid, 'SIGTERM');
  });
  let complaint = '';
  child.stderr
    .setEncoding('utf8')
    .on('data', (text: string) => (complaint = (complaint + text).slice(-2000)));
  let peakRss = 0;
  const sampler = setInterval(() => {
    void peakOf(child.pid).then((peak) => (peakRss = Math.max(peakRss, peak)));
  }, 25);
  const code = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  clearInterval(sampler);
  if (code !== 0) throw new Error(`${command} ended with ${String(code)}: ${complaint.trim()}`);
  const after = await cpuOfChildren();
  return before === undefined || after === undefined ? undefined : { cpuSeconds: after - before, peakRss };
}

/** CPU seconds of the children that have ended. */
async function cpuOfChildren(): Promise<number | undefined> {
  const stat = await readFile('/proc/self/stat', 'utf8').catch(() => undefined);
  const fields = stat?.slice(stat.lastIndexOf(') ') + 2).split(' ');
  // `cutime` and `cstime`: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  return fields && (Number(fields[13]) + Number(fields[14])) / TICKS;
}

async function peakOf(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
}
