import type { Command } from 'commander';
import type { Run } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { flagsOf } from '../table-flags.js';
import { removeObjects } from './rm-objects.js';
import { recursiveOptions, RM_TABLES, singleOptions } from './rm-options.js';
import { removePrefix } from './rm-prefix.js';

const HEADINGS = {
  how: 'How to delete, with -r:',
  provider: 'Handed on to the provider, where it knows them:',
};

export function addRm(program: Command, run: Run): void {
  const command = program
    .command('rm')
    .description('delete objects, or with -r everything under a prefix')
    .argument('<address...>', 'what to delete; with -r one prefix')
    .action((addresses: readonly string[], values: Readonly<Record<string, unknown>>) =>
      run((context) => {
        checkMode(command, values['recursive'] === true);
        return values['recursive']
          ? removePrefix(context, addresses, recursiveOptions(values))
          : removeObjects(context, addresses, singleOptions(values));
      }),
    );
  const flags = [
    ...flagsOf(RM_TABLES.always, () => 'Options:'),
    ...flagsOf(RM_TABLES.recursive, (group) => (group ? HEADINGS[group] : 'What to delete, with -r:')),
    ...flagsOf(RM_TABLES.single, (group) => (group ? HEADINGS[group] : 'Without -r:')),
  ];
  for (const flag of flags) {
    // Some go with both: what is handed on to the provider.
    if (!command.options.some(({ long }) => long === flag.long)) command.addOption(flag);
  }
}

/** An option that does not go with or without `-r` is refused, because a filter must never be dropped quietly. */
function checkMode(command: Command, recursive: boolean): void {
  const known = { ...RM_TABLES.always, ...RM_TABLES[recursive ? 'recursive' : 'single'] };
  const wrong = command.options.find((option) => {
    const name = option.attributeName();
    return command.getOptionValue(name) !== undefined && !Object.hasOwn(known, name);
  });
  if (wrong) throw new UsageError(`${wrong.long} ${recursive ? 'does not go' : 'goes'} with -r`);
}
