import { Option, type Command } from 'commander';

/** What every command takes, as it was written: it is read when there is work. */
export interface CommonFlags {
  readonly verbose?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly logFile?: string | undefined;
  readonly retries?: string | undefined;
  readonly timeout?: string | undefined;
}

export const RETRIES = '--retries <n>';
export const TIMEOUT = '--timeout <duration>';

/** Adds the flags that every command has: how it tells what it does, and how long it waits for a store. */
export function addCommonFlags(program: Command): void {
  program
    .addOption(
      new Option(
        '-v, --verbose',
        'tell each request that is repeated, and why; of commands on many keys, name each key',
      ).conflicts('quiet'),
    )
    .option('-q, --quiet', 'tell nothing but errors and the result')
    .option(
      '--log-file <file>',
      'append warnings, repeated requests, failures and the account to this file, as lines of JSON',
    )
    .option(RETRIES, 'how often a failed request is repeated (default: as "retry" of the store says)')
    .option(TIMEOUT, 'how long one request may take, such as 30s (default: "timeoutMs" of the store)');
}
