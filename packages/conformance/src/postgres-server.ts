import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { userInfo, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';
import { endProcess, isReady } from './server-process.js';

/** Where Debian's packages are, each version in a directory of its own. */
const VERSIONS = '/usr/lib/postgresql';

const run = promisify(execFile);

/** Who a server runs as. PostgreSQL does not run as root. */
interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface PostgresOptions {
  /** Wanted of everybody. Default: none. */
  readonly password?: string | undefined;
}

/** A PostgreSQL of this machine (Debian's package postgresql, the newest), whose data survives its restart. */
export class PostgresServer implements AsyncDisposable {
  readonly port: number;
  /** Such as `15`. */
  readonly version: string;
  readonly #directory: string;
  readonly #owner: Owner | undefined;
  readonly #password: string | undefined;
  #child: ChildProcess | undefined;

  private constructor(
    at: { readonly port: number; readonly version: string; readonly directory: string },
    owner: Owner | undefined,
    password: string | undefined,
  ) {
    this.port = at.port;
    this.version = at.version;
    this.#directory = at.directory;
    this.#owner = owner;
    this.#password = password;
  }

  static async isInstalled(): Promise<boolean> {
    return (await newest()) !== undefined;
  }

  static async start({ password }: PostgresOptions = {}): Promise<PostgresServer> {
    const version = await newest();
    if (version === undefined) throw new Error('PostgreSQL is not installed');
    const owner = userInfo().uid === 0 ? await ownerOf('postgres') : undefined;
    const directory = await mkdtemp(join(tmpdir(), 'store-postgres-'));
    if (owner) await chown(directory, owner.uid, owner.gid);
    const server = new PostgresServer({ port: await freePort(), version, directory }, owner, password);
    await server.#initialize();
    await server.#start();
    return server;
  }

  get url(): string {
    const password = this.#password === undefined ? '' : `:${encodeURIComponent(this.#password)}`;
    return `postgres://postgres${password}@127.0.0.1:${this.port}/postgres`;
  }

  /** Ends it as an operator does, at once (or as a crash: SIGQUIT), and starts it again. */
  async restart(signal: NodeJS.Signals = 'SIGINT'): Promise<void> {
    await this.#stop(signal);
    await this.#start();
  }

  /** Ends it, and leaves it so. */
  async stop(): Promise<void> {
    await this.#stop('SIGINT');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop('SIGQUIT');
    await rm(this.#directory, { recursive: true, force: true });
  }

  get #data(): string {
    return join(this.#directory, 'data');
  }

  #program(name: string): string {
    return join(VERSIONS, this.version, 'bin', name);
  }

  async #initialize(): Promise<void> {
    const secret = join(this.#directory, 'secret');
    const asked =
      this.#password === undefined ? ['--auth', 'trust'] : ['--auth', 'scram-sha-256', '--pwfile', secret];
    if (this.#password !== undefined) {
      await writeFile(secret, this.#password, { mode: 0o600 });
      if (this.#owner) await chown(secret, this.#owner.uid, this.#owner.gid);
    }
    await run(
      this.#program('initdb'),
      [
        '--pgdata',
        this.#data,
        '--username',
        'postgres',
        '--encoding',
        'UTF8',
        '--no-locale',
        '--no-sync',
        ...asked,
      ],
      { cwd: this.#directory, ...this.#owner },
    );
  }

  async #start(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: String(this.port),
      unix_socket_directories: '',
      logging_collector: 'off',
      lc_messages: 'C',
    };
    const child = spawn(
      this.#program('postgres'),
      ['-D', this.#data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { stdio: ['ignore', 'ignore', 'pipe'], cwd: this.#directory, ...this.#owner },
    );
    this.#child = child;
    await isReady('PostgreSQL', child.stderr, 'ready to accept connections');
  }

  async #stop(signal: NodeJS.Signals): Promise<void> {
    await endProcess(this.#child, signal);
  }
}

async function newest(): Promise<string | undefined> {
  const versions = (await readdir(VERSIONS).catch((): string[] => [])).filter((name) => /^\d+$/.test(name));
  for (const version of versions.toSorted((a, b) => Number(b) - Number(a))) {
    const programs = await readdir(join(VERSIONS, version, 'bin')).catch((): string[] => []);
    if (programs.includes('initdb') && programs.includes('postgres')) return version;
  }
  return undefined;
}

async function ownerOf(user: string): Promise<Owner> {
  const [uid, gid] = await Promise.all(
    ['-u', '-g'].map(async (what) => Number((await run('id', [what, user])).stdout)),
  );
  if (uid === undefined || gid === undefined) throw new Error(`there is no user ${user}`);
  return { uid, gid };
}
