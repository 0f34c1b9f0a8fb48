import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';
import { endProcess, isReady } from './server-process.js';

/** A Redis of this machine (Debian's package redis-server), with a log of what it is told that survives its restart. */
export class RedisServer implements AsyncDisposable {
  readonly port: number;
  readonly #directory: string;
  readonly #settings: readonly string[];
  #child: ChildProcess | undefined;

  private constructor(port: number, directory: string, settings: readonly string[]) {
    this.port = port;
    this.#directory = directory;
    this.#settings = settings;
  }

  static async isInstalled(): Promise<boolean> {
    return promisify(execFile)('redis-server', ['--version']).then(
      () => true,
      () => false,
    );
  }

  /** @param settings more of them, as on its command line: `['--requirepass', 'secret']` */
  static async start(settings: readonly string[] = []): Promise<RedisServer> {
    const directory = await mkdtemp(join(tmpdir(), 'store-redis-'));
    const server = new RedisServer(await freePort(), directory, settings);
    await server.#start();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Ends it as an operator does (or as a crash), and starts it again: it reads its log. */
  async restart(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.#stop(signal);
    await this.#start();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop('SIGKILL');
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const settings = {
      '--port': String(this.port),
      '--bind': '127.0.0.1',
      '--dir': this.#directory,
      '--save': '',
      '--appendonly': 'yes',
      '--maxmemory-policy': 'noeviction',
    };
    const child = spawn('redis-server', [...Object.entries(settings).flat(), ...this.#settings], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child = child;
    await isReady('redis-server', child.stdout, 'Ready to accept connections');
  }

  async #stop(signal: NodeJS.Signals): Promise<void> {
    await endProcess(this.#child, signal);
  }
}
