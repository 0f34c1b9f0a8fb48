import { keyOutcomes, readAccount, type RunAccount } from '@store/journal';
import { Option, type Command } from 'commander';
import { outcomeRow } from '../completion-report.js';
import type { Context, Run } from '../context.js';
import { displayKey } from '../display-key.js';
import { failureText } from '../error-text.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { formatBytes, formatCount, formatObjects } from '../format.js';
import { argumentBesideHtml, htmlOption, writePage, type HtmlValue } from '../html-option.js';
import { reportPage } from '../report-page.js';
import { reportText } from '../report-text.js';
import { findRun, type FoundRun } from '../runs/find-run.js';
import { accountDocument } from './runs.js';

interface ReportOptions {
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly html?: HtmlValue;
}

const EXAMPLES = `
Examples:
  store report 20261128T041501Z-ab12cd
  store report --csv ./run.journal
  store report --html report.html 20261128T041501Z-ab12cd
`;

export function addReport(program: Command, run: Run): void {
  program
    .command('report')
    .addHelpText('after', EXAMPLES)
    .description('the account of a run again, from its journal')
    .argument('[run]', 'its id, the beginning of it, or its journal')
    .option('--json', 'as JSON')
    .addOption(
      new Option(
        '--csv',
        "each key with what became of it, as S3 Batch Operations' reports have it; all keys need --audit",
      ).conflicts('json'),
    )
    .addOption(htmlOption('').conflicts(['json', 'csv']))
    .action((asked: string | undefined, options: ReportOptions) =>
      run((context) => report(context, asked, options)),
    );
}

async function report(
  context: Context,
  asked: string | undefined,
  { json, csv, html }: ReportOptions,
): Promise<ExitCode> {
  const { output } = context;
  const usage = 'store report --html FILE RUN';
  const found = await findRun(argumentBesideHtml(asked, html, { what: 'the run', usage }));
  if (csv) return printOutcomes(context, found);
  const account = await readAccount(found.path);
  if (!account) throw new UsageError(`the run ${found.name} had not begun: nothing was deleted by it`);
  const { path, name } = found;
  if (html !== undefined) {
    const { place, prefix } = account.header;
    await writePage(
      context,
      { place, prefix: prefix ?? undefined },
      reportPage(name, account, new Date()),
      html,
    );
    return EXIT.complete;
  }
  await (json
    ? output.resultJson({ run: name, path, ...accountDocument(account) })
    : output.result(accountText(found, account)));
  return EXIT.complete;
}

function* accountText({ name }: FoundRun, account: RunAccount): Generator<string> {
  const { header, state, worker, sessions, deleted, bytes, failed, failures, unconfirmed, end } = account;
  const what = displayKey(header.address ?? header.place);
  yield (
    `run ${name}: ${worker === undefined ? state : `${state}, ${worker}`} · ${what} · began ${header.startedAt}` +
    (sessions > 1 ? ` · ${formatCount(sessions)} sessions` : '')
  );
  if (end) {
    yield* reportText(end.report);
    return;
  }
  yield `deleted ${formatObjects(deleted)} (${formatBytes(bytes)}) until then`;
  if (failed > 0) yield `not deleted: ${formatObjects(failed)}`;
  for (const failure of failures.sample.slice(0, 10)) yield `  ${failureText(failure)}`;
  yield `unconfirmed: ${formatObjects(unconfirmed)} that may be deleted or not; "store resume" finds out`;
}

async function printOutcomes({ output, signal }: Context, { path, name }: FoundRun): Promise<ExitCode> {
  const account = await readAccount(path);
  if (!account) throw new UsageError(`the run ${name} had not begun: nothing was deleted by it`);
  const outcomes = keyOutcomes(path);
  let rows: string[] = [];
  const write = async (): Promise<void> => {
    await output.bytes(Buffer.from(rows.join('')));
    rows = [];
  };
  for (;;) {
    const { done, value } = await outcomes.next();
    if (signal.aborted) return EXIT.interrupted;
    if (done) {
      await write();
      const { missing } = value;
      if (missing > 0) {
        output.note(
          `store: ${formatObjects(missing)} that ${missing === 1 ? 'was' : 'were'} deleted ${missing === 1 ? 'is' : 'are'} not named: ` +
            'only the journal of a run with --audit keeps all keys',
        );
        return EXIT.failed;
      }
      return EXIT.complete;
    }
    rows.push(outcomeRow(account.header.place, value));
    if (rows.length >= 1000) await write();
    if (output.closed) return EXIT.complete;
  }
}
