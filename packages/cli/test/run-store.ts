import {
  spawn,
  type ChildProcess,
  type ChildProcessWithoutNullStreams,
  type StdioOptions,
} from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openStore, type ObjectStore, type StoreConfig } from '@store/core';
import { fs } from '@store/fs';
import { expect } from 'chai';

const BIN = fileURLToPath(new URL('../../bin/store.js', import.meta.url));

/** Adapters with faults, for `--adapter`. */
export const FAULTY_ADAPTERS = fileURLToPath(new URL('faulty-adapters.js', import.meta.url));

export interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Ends {
  readonly stdout?: number | 'pipe';
  readonly stderr?: number | 'pipe';
}

/** A directory with a configuration, in which the command is run as a user would. */
export class Place implements AsyncDisposable {
  readonly directory: string;

  private constructor(directory: string) {
    this.directory = directory;
  }

  static async create(config?: StoreConfig | string): Promise<Place> {
    const place = new Place(await mkdtemp(join(tmpdir(), 'store-cli-')));
    if (config !== undefined) await place.configure(config);
    return place;
  }

  async configure(config: StoreConfig | string): Promise<void> {
    const text = typeof config === 'string' ? config : JSON.stringify(config);
    await writeFile(this.path('store.config.json'), text);
  }

  /** The store of a directory, without the command. */
  openFs(directory: string): Promise<ObjectStore> {
    return openStore(
      { provider: 'fs', root: this.path(directory), create: true, fsync: false },
      { adapters: [fs] },
    );
  }

  /** Where the command keeps journals: beside the directory, so that a test sees there what it put there. */
  get state(): string {
    return `${this.directory}-state`;
  }

  get runs(): string {
    return join(this.state, 'store', 'runs');
  }

  /** The command, as `node` takes it. */
  readonly bin = BIN;

  path(name: string): string {
    return join(this.directory, name);
  }

  start(
    args: readonly string[],
    env: Record<string, string> = {},
    cwd = this.directory,
  ): ChildProcessWithoutNullStreams {
    return spawn(process.execPath, [BIN, ...args], this.#surroundings(env, cwd));
  }

  /** Runs a line of `sh` in which `$STORE` is the command. */
  async shell(line: string): Promise<Result> {
    const command = { NODE: process.execPath, BIN };
    return finish(
      spawn('sh', ['-c', line.replaceAll('$STORE', '"$NODE" "$BIN"')], this.#surroundings(command)),
    );
  }

  async run(
    args: readonly string[],
    input: string | Uint8Array = '',
    env: Record<string, string> = {},
    cwd = this.directory,
  ): Promise<Result> {
    const child = this.start(args, env, cwd);
    child.stdin.on('error', () => undefined).end(input);
    return finish(child);
  }

  /** As {@link start}, with stdout or stderr going to a file, a device, … */
  startInto(args: readonly string[], { stdout = 'pipe', stderr = 'pipe' }: Ends): ChildProcess {
    const stdio: StdioOptions = ['ignore', stdout, stderr];
    return spawn(process.execPath, [BIN, ...args], { ...this.#surroundings(), stdio });
  }

  async runInto(args: readonly string[], ends: Ends): Promise<Result> {
    return finish(this.startInto(args, ends));
  }

  /** What a command that succeeds quietly writes. */
  async output(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    expect({ code, stderr }, args.join(' ')).to.deep.equal({ code: 0, stderr: '' });
    return stdout;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const directory of [this.directory, this.state])
      await rm(directory, { recursive: true, force: true });
  }

  #surroundings(
    env: Record<string, string> = {},
    cwd = this.directory,
  ): { cwd: string; env: NodeJS.ProcessEnv } {
    const { STORE_CONFIG: _inherited, ...inherited } = process.env;
    return { cwd, env: { ...inherited, XDG_STATE_HOME: this.state, ...env } };
  }
}

/** Waits for the end of a command. */
export async function finish(child: ChildProcess): Promise<Result> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  return { code, stdout, stderr };
}
