import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { GatewayOptions } from '@store/gateway';

const SCRIPT = fileURLToPath(new URL('gateway-process.js', import.meta.url));

/** A gateway in another process. */
export class StartedGateway {
  readonly url: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
  }

  static async start(
    config: Readonly<Record<string, unknown>>,
    options: Partial<GatewayOptions> = {},
  ): Promise<StartedGateway> {
    const child = spawn(process.execPath, [SCRIPT, JSON.stringify(config), JSON.stringify(options)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await Promise.race([once(child.stdout, 'data'), once(child, 'exit')])) as [unknown];
    if (!(line instanceof Buffer)) throw new Error('the gateway did not start');
    return new StartedGateway(child, line.toString().trim());
  }

  /** At once, as by a power cut. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exit = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exit;
  }

  /** Of physical memory, in MiB: now, and at the most. */
  memory(): { readonly now: number; readonly most: number } {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'latin1');
    const read = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1024;
    return { now: read('VmRSS'), most: read('VmHWM') };
  }

  /** How many files and sockets it has open. */
  descriptors(): number {
    return readdirSync(`/proc/${this.#child.pid}/fd`).length;
  }
}
