import type { Command } from 'commander';
import { quoteKey } from '@store/core';
import {
  cancelExpiration,
  expiration,
  expirePrefix,
  type ExpirationReport,
  type ExpireOptions,
} from '@store/lifecycle';
import type { ExpirationByJob } from '@store/oss';
import type { Context, Run } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { formatCount } from '../format.js';
import { integer, tag } from '../option-values.js';
import { keysIn } from '../key-list.js';
import { exitCodeOfOutcome, jobLine, outcomeLines } from './job.js';

interface Options extends JobOptions {
  readonly days?: number;
  readonly noncurrentDays?: number;
  readonly uploadsDays?: number;
  readonly expiredMarkers?: boolean;
  readonly tag?: ExpireOptions['tag'];
  readonly partialName?: boolean;
  readonly entireStore?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly status?: boolean;
  readonly cancel?: boolean;
  readonly json?: boolean;
}

interface JobOptions {
  readonly byJob?: boolean;
  readonly role?: string;
  readonly reports?: string;
  readonly confirm?: boolean;
  readonly job?: string;
  readonly poll?: number;
  readonly keys?: string;
}

const EXAMPLES = `
Examples:
  store expire --days 7 uploads:tmp/                what would be written
  store expire --days 7 -y uploads:tmp/
  store expire --status uploads:tmp/
  store expire --cancel uploads:tmp/
`;

export function addExpire(program: Command, run: Run): void {
  program
    .command('expire')
    .addHelpText('after', EXAMPLES)
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
    .option('--tag <name=value>', 'only objects with this tag', tag)
    .option('--by-job', 'have a batch job tag what is there now, and expire the tag')
    .option('--role <arn>', 'with --by-job: the role that the provider works as')
    .option('--reports <address>', 'with --by-job: where the provider writes its report')
    .option(
      '--keys <file>',
      'with --by-job: only these, a key on each line as `ls -r` writes them; - is stdin',
    )
    .option('--confirm', 'with --by-job: the job waits until `store job confirm`')
    .option('--job <id>', 'with --by-job: go on with this job')
    .option('--poll <seconds>', 'with --by-job: how often it is looked at (default: 10)', integer(1))
    .option('--partial-name', 'the prefix may be a part of a name')
    .option('--entire-store', 'everything in the bucket')
    .option('-n, --dry-run', 'say what would be written')
    .option('-y, --yes', 'write the rule; without it this is a dry run')
    .option('--status', 'show how far it is; takes the rule away when nothing is left')
    .option('--cancel', 'take the rule away')
    .option('--json', 'as JSON')
    .action((address: string, options: Options) =>
      run(async (context) => {
        const { output, session, signal } = context;
        const { status, cancel, json, yes, dryRun } = options;
        const { days, noncurrentDays, uploadsDays, expiredMarkers, tag, partialName, entireStore } = options;
        if (status && cancel) throw new UsageError('either --status or --cancel');
        checkJobOptions(options);
        if (options.byJob && !status && !cancel) return byJob(context, address, options);
        const { store, key: prefix } = await session.open(address);
        if (cancel) {
          const removed = await cancelExpiration(store, prefix, { signal });
          const text = removed ? 'the rule is gone' : 'there was no rule';
          await (json ? output.resultJson({ prefix, removed }) : output.result(text));
          return EXIT.complete;
        }
        const report = status
          ? await expiration(store, prefix, { removeWhenEmpty: true, signal })
          : await expirePrefix(store, prefix, {
              days,
              noncurrentDays,
              uploadsDays,
              expiredMarkers,
              tag,
              partialName,
              entireStore,
              dryRun: dryRun || !yes,
              signal,
            });
        if (json) await output.resultJson(report);
        else await output.result(linesOf(report));
        return EXIT.complete;
      }),
    );
}

/** Options that would be ignored are refused. */
function checkJobOptions(options: Options): void {
  const without = (['role', 'reports', 'keys', 'confirm', 'job', 'poll'] as const).find(
    (name) => options[name],
  );
  if (without !== undefined && !options.byJob) throw new UsageError(`--${without} goes with --by-job`);
  const beside = options.noncurrentDays ?? options.uploadsDays ?? options.expiredMarkers;
  if (options.byJob && beside !== undefined) {
    throw new UsageError(
      '--by-job is about current objects: it does not go with versions, uploads or delete markers',
    );
  }
}

async function byJob(
  { output, session, signal }: Context,
  address: string,
  options: Options,
): Promise<ExitCode> {
  const {
    role,
    reports,
    job: jobId,
    confirm: confirmationRequired,
    poll = 10,
    keys,
    json,
    yes,
    dryRun,
    days,
    tag,
    partialName,
    entireStore,
  } = options;
  if (role === undefined || reports === undefined)
    throw new UsageError('--by-job needs --role and --reports');
  const { store, key: prefix } = await session.open(address);
  const { jobs } = await session.openJobs(address);
  const target = await session.open(reports);
  const { jobs: beside } = await session.openJobs(reports);
  const { expireByJob } = await import('@store/oss');
  let last = '';
  const done = await expireByJob(
    { store, jobs, reports: { store: target.store, bucket: beside.bucket, prefix: target.key } },
    prefix,
    {
      days,
      tag,
      partialName,
      entireStore,
      role,
      jobId,
      confirmationRequired,
      dryRun: dryRun || !yes,
      keys: keys === undefined ? undefined : keysIn(keys),
      pollMs: poll * 1000,
      signal,
      onProgress: (job) => {
        const line = jobLine(job);
        if (line !== last) output.note(line);
        last = line;
      },
    },
  );
  if (json) await output.resultJson(done);
  else await output.result(linesOfJob(done));
  return done.outcome ? exitCodeOfOutcome(done.outcome) : EXIT.complete;
}

function* linesOfJob({ outcome, expiration }: ExpirationByJob): Generator<string> {
  if (outcome) yield* outcomeLines(outcome);
  yield* linesOf(expiration);
}

function* linesOf(report: ExpirationReport): Generator<string> {
  const { prefix, state, ruleIds, otherRules, actsFrom, remaining, warnings } = report;
  const what = `the rule for ${quoteKey(prefix)}`;
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
