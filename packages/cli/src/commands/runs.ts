import type { RunAccount } from '@store/journal';
import { StoreError } from '@store/core';
import type { Command } from 'commander';
import type { Context, Run } from '../context.js';
import { displayKey } from '../display-key.js';
import { EXIT, type ExitCode } from '../exit.js';
import { formatCount } from '../format.js';
import { accountOf } from '../runs/find-run.js';
import { journalsIn, runIdOf } from '../runs/kept-runs.js';
import { runsDirectory } from '../runs/state-directory.js';

interface RunsOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  store runs
`;

export function addRuns(program: Command, run: Run): void {
  program
    .command('runs')
    .addHelpText('after', EXAMPLES)
    .description('the runs that have a journal in the usual place, the oldest first')
    .option('--json', 'a JSON object on each line')
    .action((options: RunsOptions) => run((context) => runs(context, options)));
}

async function runs({ output, signal }: Context, { json }: RunsOptions): Promise<ExitCode> {
  let isFirst = true;
  let exitCode: ExitCode = EXIT.complete;
  for (const path of await journalsIn(runsDirectory())) {
    if (signal.aborted) return EXIT.interrupted;
    if (output.closed) break;
    const account = await accountOf(path);
    // Not even begun.
    if (!account) continue;
    if (account instanceof StoreError) {
      output.note(`store: ${account.reason}`);
      exitCode = EXIT.failed;
      continue;
    }
    if (json) await output.jsonLine({ run: runIdOf(path), path, ...accountDocument(account) });
    else {
      if (isFirst) await output.line(row('RUN', 'STATE', 'DELETED', 'FAILED', 'WHAT'));
      isFirst = false;
      const { state, worker, deleted, failed, header } = account;
      const shownState = worker === undefined ? state : `${state} (${worker})`;
      const what = displayKey(header.address ?? `${header.place} ${header.prefix ?? ''}`.trim());
      await output.line(row(runIdOf(path), shownState, formatCount(deleted), formatCount(failed), what));
    }
  }
  return exitCode;
}

function row(run: string, state: string, deleted: string, failed: string, what: string): string {
  return `${run.padEnd(23)}  ${state.padEnd(11)}  ${deleted.padStart(11)}  ${failed.padStart(7)}  ${what}`;
}

/** An account as it is in JSON, without what only the library needs. */
export function accountDocument({ header, end, ...account }: RunAccount): object {
  const { operation, provider, place, address, prefix, options, startedAt, audit } = header;
  const run = { operation, provider, place, address, prefix, options, startedAt, audit };
  return { ...account, ...run, endedAt: end?.at, report: end?.report ?? null };
}
