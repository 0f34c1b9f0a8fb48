import type { Command } from 'commander';
import type { OptionEntry } from '@store/driver';
import { UsageError } from '../exit-codes.js';
import { flagsOf } from '../table-flags.js';

const HEADINGS = { how: 'How:', provider: 'Handed on to the provider:' };

/** Gives a command the flags of a table. */
export function addTransferFlags(command: Command, table: Readonly<Record<string, OptionEntry>>): Command {
  for (const flag of flagsOf(table, (group) => (group ? HEADINGS[group] : 'Options:')))
    command.addOption(flag);
  return command;
}

/** Commander has the last of many arguments for one of the many. @throws UsageError without a target */
export function sourcesAndTarget(addresses: readonly string[]): {
  readonly sources: readonly string[];
  readonly target: string;
} {
  const target = addresses.at(-1);
  if (target === undefined || addresses.length < 2)
    throw new UsageError('the last address is the target, and there is only one');
  return { sources: addresses.slice(0, -1), target };
}
