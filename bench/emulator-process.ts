import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/** Clock ticks a second, as `/proc` counts CPU time. */
const TICKS = 100;

/** An emulator in a process of its own, so that its memory and time do not count for the client. */
export async function startEmulatorProcess(...args: readonly string[]) {
  const bin = fileURLToPath(
    new URL('bin/store-emulator.js', import.meta.resolve('@store/emulator/package.json')),
  );
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string];
  const { endpoints } = JSON.parse(line) as { endpoints: { s3: string } };
  return {
    endpoint: endpoints.s3,
    /** CPU seconds so far and resident bytes; Linux only, else undefined. */
    async usage(): Promise<{ cpuSeconds: number; rss: number } | undefined> {
      try {
        const stat = (await readFile(`/proc/${child.pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
        return { cpuSeconds: (Number(stat[11]) + Number(stat[12])) / TICKS, rss: Number(stat[21]) * 4096 };
      } catch {
        return undefined;
      }
    },
    async stop(): Promise<void> {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
    },
  };
}
