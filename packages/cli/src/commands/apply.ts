import { defineOptions, optionTypes as types, passThroughOptions } from '@store/driver';
import { applySet, readSetHeader, type ApplyReport } from '@store/journal';
import type { Command } from 'commander';
import { canAsk, confirm } from '../confirm.js';
import type { Context, Run } from '../context.js';
import { displayKey } from '../display-key.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { formatObjects } from '../format.js';
import { reportedDeletion } from '../reported-deletion.js';
import { addressOfRun } from '../runs/opening.js';
import { wayToApply } from '../runs/way-on.js';
import { runJournal, type JournalChoice } from '../runs/run-journal.js';
import { flagsOf } from '../table-flags.js';
import { paceTable, tellingTable, yes, type PaceOptions, type TellingOptions } from '../telling-options.js';

interface OwnOptions extends TellingOptions {
  readonly store?: string | undefined;
  readonly yes?: boolean | undefined;
}

const own = defineOptions<OwnOptions>()('apply', {
  store: {
    type: types.text,
    cli: { kind: 'text', argument: 'address', help: 'the store, where the set does not say it' },
  },
  yes,
  ...tellingTable,
});

const pace = defineOptions<PaceOptions>()('apply', paceTable);

type Values = Readonly<Record<string, unknown>>;

const EXAMPLES = `
Examples:
  store rm -rn --out old.set uploads:logs/
  store apply old.set
`;

export function addApply(program: Command, run: Run): void {
  const command = program
    .command('apply')
    .addHelpText('after', EXAMPLES)
    .description('delete what "rm -r --dry-run --out" wrote down, and nothing else')
    .argument('<set>', 'the file that it wrote')
    .option('--no-journal', 'write nothing down')
    .action((file: string, values: Values) => run((context) => apply(context, file, values)));
  const table = { ...own.table, ...pace.table, ...passThroughOptions.table };
  for (const flag of flagsOf(table, () => 'Options:')) command.addOption(flag);
}

async function apply(context: Context, file: string, values: Values): Promise<ExitCode> {
  const { output, session, signal } = context;
  const { store: given, yes: agreed, json, failures } = own.take(values);
  const terminal = { stdin: process.stdin, stderr: process.stderr };
  if (!agreed && !canAsk(terminal))
    throw new UsageError('apply asks before it deletes, and there is no terminal to ask on; use --yes');
  const { header, approved, bytes } = readSetHeader(file);
  const address = given ?? addressOfRun(session, file, header);
  const { store } = await session.open(address, { durable: true });
  if (!agreed) {
    output.note(`${formatObjects(approved)} under ${displayKey(address)}, as they were at ${header.madeAt}`);
    if (!(await confirm('Delete them?', terminal, signal))) {
      output.note('nothing was deleted');
      return signal.aborted ? EXIT.interrupted : EXIT.failed;
    }
  }
  const choice: JournalChoice = { noJournal: values['journal'] === false };
  const run = await runJournal(context, address, choice);
  let report: ApplyReport | undefined;
  const { place, prefix } = header;
  const telling = { place, prefix, json: false, failures, silent: json };
  const code = await reportedDeletion(
    context,
    { ...telling, total: approved, again: wayToApply(file) },
    async (listeners) => {
      report = await applySet(store, file, {
        ...pace.take(values),
        ...passThroughOptions.take(values),
        ...listeners,
        journal: run?.journal,
        onLeft: ({ entry, why }) =>
          output.note(`store: ${displayKey(entry.key)}: left: it has ${why === 'gone' ? 'gone' : 'changed'}`),
      });
      return report.deletion;
    },
  );
  if (report && json) await output.resultJson({ ...report, bytes });
  const left = report ? report.changed + report.gone : 0;
  if (left > 0 && !json)
    await output.result([
      `left: ${formatObjects(left)} that ${left === 1 ? 'has' : 'have'} changed or gone since`,
    ]);
  return code === EXIT.complete && (report?.changed ?? 0) > 0 ? EXIT.failed : code;
}
