import type { DeletePrefixOptions } from '@store/core';
import { defineOptions, optionTypes as types } from '@store/driver';
import { deletePrefixOptions } from '@store/deletion';
import { readAccount, resumeDeletion } from '@store/journal';
import type { Command } from 'commander';
import type { Context, Run } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { keyTeller, reportedDeletion } from '../reported-deletion.js';
import { findRun, isOfSet, latestUnfinished } from '../runs/find-run.js';
import { addressOfRun } from '../runs/opening.js';
import { flagsOf } from '../table-flags.js';
import { paceTable, tellingTable, type PaceOptions, type TellingOptions } from '../telling-options.js';

interface OwnOptions extends TellingOptions {
  readonly store?: string | undefined;
}

const own = defineOptions<OwnOptions>()('resume', {
  store: {
    type: types.text,
    cli: {
      kind: 'text',
      argument: 'address',
      help: 'the store of the run, where its journal does not say it, or says it otherwise',
    },
  },
  ...tellingTable,
});

/** Those that may be others in each session of a run; what it deletes is in its journal. */
const { mfa } = deletePrefixOptions.table;
const session = defineOptions<PaceOptions & Pick<DeletePrefixOptions, 'mfa'>>()('resume', {
  ...paceTable,
  mfa,
});

type Values = Readonly<Record<string, unknown>>;

const EXAMPLES = `
Examples:
  store resume                                      the latest run that is not finished
  store resume 20261128T041501Z-ab12cd
`;

export function addResume(program: Command, run: Run): void {
  const command = program
    .command('resume')
    .addHelpText('after', EXAMPLES)
    .description('go on with a run of "rm -r" that was stopped, killed, or has left something')
    .argument(
      '[run]',
      'its id, the beginning of it, or its journal; default: the latest that is not finished',
    )
    .action((asked: string | undefined, values: Values) => run((context) => resume(context, asked, values)));
  for (const flag of flagsOf({ ...own.table, ...session.table }, () => 'Options:')) command.addOption(flag);
}

async function resume(context: Context, asked: string | undefined, values: Values): Promise<ExitCode> {
  const { output, verbose } = context;
  const { store: address, json, failures } = own.take(values);
  const options = session.take(values);
  const found = asked === undefined ? await latestUnfinished() : await findRun(asked);
  if (!found) {
    output.note('nothing is left to do: no run is unfinished');
    return EXIT.complete;
  }
  const account = await readAccount(found.path);
  if (!account) throw new UsageError(`the run ${found.name} had not begun: nothing was deleted by it`);
  const { header, state, end } = account;
  if (state === 'complete' && end) {
    if (json) await output.resultJson(end.report);
    else output.note(`nothing is left to do: the run ${found.name} is complete`);
    return EXIT.complete;
  }
  if (header.prefix === null) {
    throw new UsageError(
      `the run ${found.name} deleted the keys of a list, which its journal does not have: give the list to "store rm --from" again`,
    );
  }
  if (isOfSet(header)) {
    throw new UsageError(
      `the run ${found.name} deleted what an approved set names: give the set to "store apply" again`,
    );
  }
  const { store } = await context.session.open(address ?? addressOfRun(context.session, found.name, header), {
    durable: true,
  });
  if (asked === undefined) output.info(`going on with ${found.name}: ${header.address ?? header.place}`);
  const name = keyTeller(context, json);
  const { place } = header;
  const telling = { place, json, failures, runName: () => found.name };
  return reportedDeletion(context, telling, async (listeners) =>
    resumeDeletion(store, found.path, {
      ...options,
      ...listeners,
      onMatch: verbose ? ({ key }) => name(key) : undefined,
    }),
  );
}
