import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execute } from './daemons.js';

/** Longest that something is waited for, in milliseconds. */
const PATIENCE_MS = 60_000;

/** Between two looks, in milliseconds. */
const LOOK_EVERY_MS = 40;

/** No command writes that. */
const BETWEEN = '=-=-=';

/** What is on the screen at one time, row by row, without what is empty at its end. */
export interface Snapshot {
  readonly text: string;
  /** The same, with rows that go on in the next one, because they are too long, in one. */
  readonly joined: string;
  /** There are such rows. */
  readonly wrapped: boolean;
  /** Milliseconds since the command was started. */
  readonly atMs: number;
}

/** A terminal in which one command runs: a `tmux` of its own, which nobody else's has to do with. */
export class Screen implements AsyncDisposable {
  readonly #directory: string;
  readonly #begun = performance.now();

  private constructor(directory: string) {
    this.#directory = directory;
  }

  /** Starts a line of `sh`, behind which `ended CODE` is written. */
  static async start(
    line: string,
    {
      columns,
      cwd,
      env = {},
    }: { readonly columns: number; readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
  ): Promise<Screen> {
    const screen = new Screen(await mkdtemp(join(tmpdir(), 'store-screen-')));
    const given = Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    // An interrupt is for the command, and the shell is there to say how it ended.
    const whole = `trap : INT; ${line}; echo ended $?; exec sleep 600`;
    const size = ['-x', String(columns), '-y', '50'];
    await screen.#tmux(
      '-f',
      '/dev/null',
      'new-session',
      '-d',
      ...size,
      '-c',
      cwd,
      ...given,
      'sh',
      '-c',
      whole,
    );
    return screen;
  }

  async look(): Promise<Snapshot> {
    const atMs = performance.now() - this.#begun;
    // In one request: between two the screen may have changed.
    const capture = ['capture-pane', '-p'];
    const both = await this.#tmux(...capture, ';', 'display-message', '-p', BETWEEN, ';', ...capture, '-J');
    const [rows = [], joined = []] = both.split(`${BETWEEN}\n`).map(rowsOf);
    return { text: rows.join('\n'), joined: joined.join('\n'), wrapped: joined.length < rows.length, atMs };
  }

  /** Looks until there is something. @throws Error with what is there instead */
  async until(pattern: RegExp): Promise<Snapshot> {
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const snapshot = await this.look();
      if (pattern.test(snapshot.text)) return snapshot;
      if (performance.now() > end) throw new Error(`no ${String(pattern)} on the screen:\n${snapshot.text}`);
      await delay(LOOK_EVERY_MS);
    }
  }

  /** All that is seen until there is something; the same thing once. */
  async *watch(pattern: RegExp): AsyncGenerator<Snapshot> {
    let before = '';
    const end = performance.now() + PATIENCE_MS;
    for (;;) {
      const snapshot = await this.look();
      if (snapshot.text !== before) yield snapshot;
      before = snapshot.text;
      if (pattern.test(snapshot.text)) return;
      if (performance.now() > end) throw new Error(`no ${String(pattern)} on the screen:\n${snapshot.text}`);
      await delay(LOOK_EVERY_MS);
    }
  }

  /** Presses keys, by their names in tmux, such as `C-c`. */
  async press(...keys: readonly string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys);
  }

  async resize(columns: number): Promise<void> {
    await this.#tmux('resize-window', '-x', String(columns));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux('kill-server').catch(() => undefined);
    await rm(this.#directory, { recursive: true, force: true });
  }

  async #tmux(...args: readonly string[]): Promise<string> {
    const { stdout } = await execute('tmux', ['-S', join(this.#directory, 'socket'), '-u', ...args]);
    return stdout;
  }
}

/** Without what is empty at their end. */
function rowsOf(text: string): string[] {
  const rows = text.split('\n').map((row) => row.trimEnd());
  while (rows.at(-1) === '') rows.pop();
  return rows;
}
