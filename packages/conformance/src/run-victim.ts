import { fork } from 'node:child_process';

/**
 * Runs a program of a test in a process of its own, and kills it (SIGKILL).
 *
 * The program says `'begun'` (`process.send`) when its work has, and at its end what came of it.
 *
 * @param kill so many milliseconds after it has begun, or as soon as this is true; Infinity: never
 * @returns what came of it; undefined when it was killed
 * @throws Error when it ends by itself with a failure, with what it wrote to stderr
 */
export async function runVictim<Result extends object>(
  program: string,
  args: readonly string[],
  kill: number | (() => boolean),
): Promise<Result | undefined> {
  const child = fork(program, args, { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const end = (): void => void child.kill('SIGKILL');
  const looking = typeof kill === 'number' ? undefined : setInterval(() => kill() && end(), 2);
  let timer: NodeJS.Timeout | undefined;
  let result: Result | undefined;
  child.on('message', (message) => {
    // What the program sends.
    if (message !== 'begun') result = message as Result;
    else if (typeof kill === 'number' && kill !== Infinity) timer = setTimeout(end, kill);
  });
  const code = await new Promise<number | null>((resolve) => child.on('exit', resolve));
  clearTimeout(timer);
  clearInterval(looking);
  if (code !== null && code !== 0) throw new Error(`the program ended with ${code}: ${said}`);
  return result;
}
