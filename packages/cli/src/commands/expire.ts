import type { Command } from 'commander';
import type { ExpirationReport } from '@store/core';
import type { Run } from '../context.js';
import { EXIT, UsageError } from '../exit-codes.js';
import { formatCount } from '../format.js';
import { integer } from '../option-values.js';
import { displayKey } from '../output.js';

interface ExpireOptions {
  readonly days?: number;
  readonly noncurrentDays?: number;
  readonly uploadsDays?: number;
  readonly expiredMarkers?: boolean;
  readonly partialName?: boolean;
  readonly entireStore?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly status?: boolean;
  readonly cancel?: boolean;
  readonly json?: boolean;
}

export function addExpire(program: Command, run: Run): void {
  program
    .command('expire')
    .description('have the provider delete everything under a prefix by itself, with a lifecycle rule')
    .argument('<address>')
    .option('--days <n>', 'after which objects go, from when each was written (default: 1)', integer(1))
    .option(
      '--noncurrent-days <n>',
      'after which versions go, from when each ceased to be current',
      integer(1),
    )
    .option('--uploads-days <n>', 'after which incomplete uploads go', integer(1))
    .option('--expired-markers', 'remove delete markers of keys without any version')
    .option('--partial-name', 'the prefix may be a part of a name')
    .option('--entire-store', 'everything in the bucket')
    .option('-n, --dry-run', 'say what would be written')
    .option('--yes', 'write the rule; without it this is a dry run')
    .option('--status', 'show how far it is; takes the rule away when nothing is left')
    .option('--cancel', 'take the rule away')
    .option('--json', 'as JSON')
    .action((address: string, options: ExpireOptions) =>
      run(async ({ output, session, signal }) => {
        const { status, cancel, json, yes, dryRun, ...selection } = options;
        if (status && cancel) throw new UsageError('either --status or --cancel');
        const { store, key: prefix } = await session.open(address);
        if (cancel) {
          const removed = await store.cancelExpiration(prefix, { signal });
          const text = removed ? 'the rule is gone' : 'there was no rule';
          await output.line(json ? JSON.stringify({ prefix, removed }, null, 2) : text);
          return EXIT.complete;
        }
        const report = status
          ? await store.expiration(prefix, { removeWhenEmpty: true, signal })
          : await store.expirePrefix(prefix, { ...selection, dryRun: dryRun || !yes, signal });
        if (json) await output.line(JSON.stringify(report, null, 2));
        else for (const line of linesOf(report)) await output.line(line);
        return EXIT.complete;
      }),
    );
}

function* linesOf(report: ExpirationReport): Generator<string> {
  const { prefix, state, ruleIds, otherRules, actsFrom, remaining, warnings } = report;
  const what = `the rule for ${JSON.stringify(displayKey(prefix))}`;
  yield {
    planned: `${what} would be written as ${ruleIds.join(' and ')}; --yes writes it`,
    added: `${what} is written: ${ruleIds.join(' and ')}`,
    present: `${what} is there: ${ruleIds.join(' and ')}`,
    absent: `${what} is not there`,
    removed: `nothing is left: ${what} was taken away`,
  }[state];
  yield `other rules: ${otherRules}, as they were`;
  if (actsFrom !== undefined) yield `the provider begins at ${actsFrom} at the earliest`;
  if (remaining && state !== 'removed')
    yield `objects left: ${remaining.more ? 'more than ' : ''}${formatCount(remaining.count)}`;
  for (const warning of warnings) yield `note: ${warning}`;
}
