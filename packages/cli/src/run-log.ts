import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { systemReason } from '@store/driver/extend';
import type { RetryEvent } from '@store/core';
import { UsageError } from './exit-codes.js';

/** What a run is accounted for by. Its failures are told one by one. */
interface Account {
  readonly warnings: readonly string[];
  readonly failures?: unknown;
}

/**
 * The file of `--log-file`: what goes wrong, what is repeated, and the account, each as a line of JSON with time and level. It is
 * appended to, so that the runs of many days stand in one file; without a file nothing is written.
 */
export class RunLog implements Disposable {
  readonly path: string | undefined;
  readonly #command: string;
  readonly #onLoss: (text: string) => void;
  #fd: number | undefined;

  /**
   * @param command which one it is, as the lines name it
   * @param onLoss told once that nothing is written from now on; the run goes on
   * @throws UsageError when the file cannot be opened
   */
  constructor(path: string | undefined, command: string, onLoss: (text: string) => void) {
    this.path = path;
    this.#command = command;
    this.#onLoss = onLoss;
    if (path === undefined) return;
    try {
      // Of a pipe that nobody reads it would wait for ever. Keys are nobody else's business.
      const { O_APPEND, O_CREAT, O_NONBLOCK, O_WRONLY } = constants;
      this.#fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | (O_NONBLOCK ?? 0), 0o600);
    } catch (error) {
      throw new UsageError(`--log-file: the file cannot be written: ${systemReason(error)}`);
    }
  }

  /** A request that is repeated. */
  retry({ code, ...event }: RetryEvent): void {
    this.#write('warn', code === 'Throttled' ? 'throttled' : 'retry', { code, ...event });
  }

  /** A key that was not deleted, copied, … */
  failure(failure: object): void {
    this.#write('error', 'failure', failure);
  }

  /** What a run did, with its warnings in front. */
  account(kind: 'deletion' | 'transfer' | 'undo' | 'trash', report: object): void {
    const { failures: _told, warnings = [], ...account }: Partial<Account> = report;
    for (const message of warnings) this.#write('warn', 'warning', { message });
    this.#write('info', kind, account);
  }

  /** What ended the command, as `--json` says it. */
  error(document: object): void {
    this.#write('error', 'error', document);
  }

  /** The end of the command. */
  end(exitCode: number, elapsedMs: number): void {
    this.#write('info', 'end', { exitCode, elapsedMs: Math.round(elapsedMs) });
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }

  #write(level: 'info' | 'warn' | 'error', what: string, facts: object): void {
    if (this.#fd === undefined) return;
    const line = { time: new Date().toISOString(), level, command: this.#command, what, ...facts };
    try {
      const bytes = Buffer.from(`${JSON.stringify(line, infinityAsNull)}\n`);
      for (let at = 0; at < bytes.length;) at += writeSync(this.#fd, bytes, at);
    } catch (error) {
      this[Symbol.dispose]();
      this.#onLoss(`--log-file: not all is in the file: ${systemReason(error)}`);
    }
  }
}

/** Numbers that JSON does not have are left out. */
function infinityAsNull(_name: string, value: unknown): unknown {
  return value === Infinity ? undefined : value;
}
