import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Daemons, execute, missingCommand } from './daemons.js';

/** Redis, from Debian's package redis-server, with a log of what it is told that survives its restart. */
export class RedisServer implements AsyncDisposable {
  readonly url: string;
  readonly #port: number;
  readonly #directory: string;
  #daemons: Daemons;

  private constructor(port: number, directory: string) {
    this.#port = port;
    this.#directory = directory;
    this.url = `redis://127.0.0.1:${port}`;
    this.#daemons = new Daemons(directory);
  }

  static async missing(): Promise<string | undefined> {
    const command = await missingCommand('redis-server', 'redis-cli');
    return command === undefined ? undefined : `${command} is not installed`;
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'store-redis-')));
    await server.#start();
    return server;
  }

  /** Ends it as an operator would, and starts it again: it reads its log. */
  async restart(): Promise<void> {
    await this.#daemons.stop();
    this.#daemons = new Daemons(this.#directory);
    await this.#start();
  }

  /** Bytes that it has in memory. */
  async memory(): Promise<number> {
    const { stdout } = await execute('redis-cli', ['-p', String(this.#port), 'info', 'memory']);
    return Number(/used_memory_peak:(\d+)/.exec(stdout)?.[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemons.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #start(): Promise<void> {
    const settings = {
      port: this.#port,
      bind: '127.0.0.1',
      dir: this.#directory,
      appendonly: 'yes',
      save: '',
      'maxmemory-policy': 'noeviction',
    };
    const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    this.#daemons.start('redis', 'redis-server', flags);
    await this.#daemons.listening('redis', this.#port);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
