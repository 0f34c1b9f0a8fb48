import type { Command } from 'commander';
import type { ObjectStore } from '@store/core';
import {
  restoreTrash,
  UNDO_OPTIONS,
  undoDeletion,
  type UndoOptions,
  type UndoProgress,
  type UndoReport,
} from '@store/journal';
import { canAsk, confirm } from '../confirm.js';
import type { Context, Run } from '../context.js';
import { displayKey } from '../display-key.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { addressOfRun } from '../runs/opening.js';
import { runToUndo, type RunToUndo } from '../run-to-undo.js';
import { stopwatch } from '../progress.js';
import { flagsOf } from '../table-flags.js';
import { leftText, undoLine, undoText } from '../undo-text.js';

interface Options {
  readonly yes?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  store undo 20261128T041501Z-ab12cd
  store undo --dry-run 20261128
`;

export function addUndo(program: Command, run: Run): void {
  const command = program
    .command('undo')
    .addHelpText('after', EXAMPLES)
    .description(
      'take a deletion back: its delete markers go, or what it put into the trash or a backup comes back',
    )
    .argument(
      '<run>',
      'its id, the beginning of it, or its journal; or the bin of the trash that its report names',
    )
    .argument('[address]', 'the store, where the journal does not say it')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print the report as JSON')
    .action((name: string, address: string | undefined, options: Options) =>
      run((context) => undo(context, name, address, options)),
    );
  for (const flag of flagsOf(UNDO_OPTIONS.table, (group) =>
    group === 'provider' ? 'Handed on to the provider, where it knows them:' : 'Options:',
  ))
    command.addOption(flag);
}

async function undo(
  { output, session, log, verbose, signal }: Context,
  name: string,
  address: string | undefined,
  options: Options,
): Promise<ExitCode> {
  const chosen = { ...UNDO_OPTIONS.take({ ...options }), signal };
  const terminal = { stdin: process.stdin, stderr: process.stderr };
  const ask = !options.yes && !chosen.dryRun;
  if (ask && !canAsk(terminal))
    throw new UsageError('undo asks before it begins, and there is no terminal to ask on; use --yes');
  const run = await runToUndo(name);
  const store = await openStoreOf(session, run, address);
  const tell = (line: string): void => (options.json ? output.note(line) : output.print(line));
  if (ask) {
    output.note(undoText(await perform(store, run, { ...chosen, dryRun: true })).slice(0, -1));
    if (!(await confirm('Take the deletion back?', terminal, signal))) {
      output.note('nothing was changed');
      return signal.aborted ? EXIT.interrupted : EXIT.failed;
    }
  }
  let progress: UndoProgress | undefined;
  const elapsedMs = stopwatch();
  const shown = output.show(() => undoLine(progress, elapsedMs()));
  try {
    const report = await perform(store, run, {
      ...chosen,
      onProgress: (now) => {
        progress = now;
      },
      onLeft: (left) => tell(leftText(left)),
      onRestored: verbose ? (key) => tell(displayKey(key)) : undefined,
    });
    shown.end();
    log.account('undo', report);
    await (options.json ? output.resultJson(report) : output.result(undoText(report)));
    if (report.aborted) return EXIT.interrupted;
    if ('bin' in run && report.looked === 0) {
      output.note(
        `store: there is nothing in a bin ${run.bin} of this trash; "store trash ls" names those that there are`,
      );
      return EXIT.failed;
    }
    if (report.dryRun) return report.left + report.failed + report.gone === 0 ? EXIT.complete : EXIT.failed;
    return report.complete ? EXIT.complete : EXIT.failed;
  } finally {
    shown[Symbol.dispose]();
  }
}

async function openStoreOf(
  session: Context['session'],
  run: RunToUndo,
  given: string | undefined,
): Promise<ObjectStore> {
  if (given === undefined && 'bin' in run)
    throw new UsageError('name the store that it was deleted from, as STORE: or a URL');
  const address = given ?? ('bin' in run ? '' : addressOfRun(session, run.name, run.header));
  return (await session.open(address, { durable: true })).store;
}

function perform(store: ObjectStore, run: RunToUndo, options: UndoOptions): Promise<UndoReport> {
  return 'journal' in run ? undoDeletion(store, run.journal, options) : restoreTrash(store, run.bin, options);
}
