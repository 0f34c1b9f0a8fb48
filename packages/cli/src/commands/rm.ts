import type { Command } from 'commander';
import type { Run } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { mayBePattern } from '../last-part-pattern.js';
import { flagsOf } from '../table-flags.js';
import { listOptions, recursiveOptions, RM_TABLES, singleOptions, type RmMode } from './rm-options.js';

const HEADINGS = {
  how: 'How to delete, with -r or --from:',
  provider: 'Handed on to the provider, where it knows them:',
};

const MODE_FLAGS: Readonly<Record<RmMode, string | undefined>> = {
  recursive: '-r',
  pattern: 'a pattern',
  list: '--from',
  single: undefined,
};

const EXAMPLES = `
Examples:
  store rm uploads:a.txt uploads:b.txt
  store rm 'uploads:logs/2019-*'                    what matches; quote it
  store rm -r uploads:logs/2019/                    everything under it, after a count and a question
  store rm -rf uploads:logs/2019/ uploads:tmp/      without a question
  store rm -rn --older-than 30d uploads:logs/       what that would delete
  store rm --from keys.txt --yes uploads:           exactly these
  store rm -rf -q --log-file rm.log uploads:tmp/    for a job that runs alone
`;

export function addRm(program: Command, run: Run): void {
  const command = program
    .command('rm')
    .addHelpText('after', EXAMPLES)
    .description(
      'delete objects, or what matches a pattern, or with -r everything under a prefix, or with --from the keys of a list',
    )
    .argument(
      '<address...>',
      'what to delete: keys; patterns, with a * in the last part (quote it); with -r prefixes; with --from one store, or a prefix of all keys',
    )
    .action((addresses: readonly string[], values: Readonly<Record<string, unknown>>) =>
      run(async (context) => {
        const mode = modeOf(values, addresses);
        checkMode(command, mode);
        const [first = ''] = addresses;
        const loading = <T>(load: () => Promise<T>): Promise<T> => context.session.loading(first, load);
        if (mode === 'recursive' || mode === 'pattern') {
          const { removePrefixes } = await loading(() => import('./rm-prefix.js'));
          return removePrefixes(context, addresses, recursiveOptions(values), program);
        }
        if (mode === 'list') {
          const { removeListed } = await loading(() => import('./rm-list.js'));
          return removeListed(context, addresses, listOptions(values));
        }
        const { removeObjects } = await loading(() => import('./rm-objects.js'));
        return removeObjects(context, addresses, singleOptions(values));
      }),
    );
  const flags = [
    ...flagsOf(RM_TABLES.always, () => 'Options:'),
    ...flagsOf(RM_TABLES.recursive, (group) => (group ? HEADINGS[group] : 'What to delete, with -r:')),
    ...flagsOf(RM_TABLES.list, (group) => (group ? HEADINGS[group] : 'With --from:')),
    ...flagsOf(RM_TABLES.single, (group) => (group ? HEADINGS[group] : 'Without -r:')),
  ];
  for (const flag of flags) {
    // Some go with both: what is handed on to the provider.
    if (!command.options.some(({ long }) => long === flag.long)) command.addOption(flag);
  }
}

function modeOf(values: Readonly<Record<string, unknown>>, addresses: readonly string[]): RmMode {
  const isList = values['from'] !== undefined;
  if (isList && values['recursive'] === true) throw new UsageError('--from does not go with -r');
  if (isList) return 'list';
  if (values['recursive'] === true) return 'recursive';
  return values['raw'] !== true && addresses.some(mayBePattern) ? 'pattern' : 'single';
}

/** An option that does not go with what is asked for is refused, because a filter must never be dropped quietly. */
function checkMode(command: Command, mode: RmMode): void {
  const known = { ...RM_TABLES.always, ...RM_TABLES[mode] };
  const wrong = command.options.find((option) => {
    const name = option.attributeName();
    return command.getOptionValue(name) !== undefined && !Object.hasOwn(known, name);
  });
  if (!wrong) return;
  const flag = MODE_FLAGS[mode];
  if (flag !== undefined) throw new UsageError(`${wrong.long} does not go with ${flag}`);
  const other = Object.hasOwn(RM_TABLES.recursive, wrong.attributeName()) ? 'recursive' : 'list';
  throw new UsageError(`${wrong.long} goes with ${MODE_FLAGS[other]}`);
}
