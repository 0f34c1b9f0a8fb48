import { Option, type Command } from 'commander';
import type { Run } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { date, duration, integer, list, size, strategy } from '../option-values.js';
import { removeObjects } from './rm-objects.js';
import type { RmOptions } from './rm-options.js';
import { removePrefix } from './rm-prefix.js';

export function addRm(program: Command, run: Run): void {
  program
    .command('rm')
    .description('delete objects, or with -r everything under a prefix')
    .argument('<address...>', 'what to delete; with -r one prefix')
    .option('-r, --recursive', 'delete everything under the prefix')
    .option('-y, --yes', 'do not ask')
    .option('--json', 'print the report as JSON')
    .option('-q, --quiet', 'no progress')
    .option('-v, --verbose', 'name each key that is (or, with --dry-run, would be) deleted')
    .option('--count', 'count first, so that the progress has an end')
    .option('--version-id <id>', 'delete this version (without -r)')
    .option('--strict', 'a key that is not there is a failure (without -r)')
    .optionsGroup('What to delete, with -r:')
    .option('-n, --dry-run', 'say what would be deleted, delete nothing')
    .option('--partial-name', 'allow a prefix that does not end in "/"')
    .option('--entire-store', 'allow the empty prefix')
    .option('--include <glob>', 'only keys whose rest behind the prefix matches; can be repeated', list)
    .option('--exclude <glob>', 'keep keys whose rest matches; can be repeated', list)
    .option('--older-than <duration>', 'only objects older than 30d, 12h, 15m, …', duration)
    .option('--newer-than <duration>', 'only objects newer than that', duration)
    .option('--modified-before <date>', 'only objects last modified before', date)
    .option('--not-after-start', 'only objects last modified before this run began')
    .option('--min-size <size>', 'only objects of at least 1000, 10MB, 1.5GiB, …', size)
    .option('--max-size <size>', 'only objects of at most that size', size)
    .option('--max-delete <n>', 'stop before more than this many are deleted', integer(0))
    .addOption(
      new Option('--versions <which>', 'object versions: current objects, noncurrent, or all').choices([
        'current',
        'noncurrent',
        'all',
      ]),
    )
    .addOption(
      new Option(
        '--delete-markers <which>',
        'delete markers; those that hide a version stay in any case',
      ).choices(['keep', 'expired', 'all']),
    )
    .option('--uploads', 'abort incomplete multipart uploads first')
    .option('--if-unchanged', 'only what still has the ETag that was listed')
    .optionsGroup('How to delete, with -r:')
    .option('--verify', 'list again at the end and say what is left')
    .option('--concurrency <n>', 'most delete requests in flight', integer(1, 1024))
    .option('--max-rate <n>', 'most keys deleted a second', integer(1))
    .addOption(
      new Option(
        '--strategy <name>',
        'batch, single or server-prefix (default: what the store has)',
      ).argParser(strategy),
    )
    .option('--failures <file>', 'write each key that was not deleted to this file, as a line of JSON')
    .optionsGroup('Handed on to the provider, where it knows them:')
    .option('--mfa <serial-and-code>', 'for buckets with MFA delete')
    .option('--bypass-governance', 'delete what a governance-mode lock holds')
    .option('--request-payer', 'pay for the requests')
    .option('--expected-bucket-owner <account>', 'refuse when the bucket is of another account')
    .action((addresses: readonly string[], options: RmOptions, command: Command) =>
      run((context) =>
        options.recursive
          ? removePrefix(context, addresses, options)
          : removeObjects(context, addresses, withoutRecursive(options, command)),
      ),
    );
}

/** What goes without `-r`; all else is refused there, because a filter must never be dropped quietly. */
const WITHOUT_RECURSIVE = new Set([
  'json',
  'yes',
  'quiet',
  'verbose',
  'versionId',
  'strict',
  'mfa',
  'bypassGovernance',
  'requestPayer',
  'expectedBucketOwner',
]);

function withoutRecursive(options: RmOptions, command: Command): RmOptions {
  const wrong = command.options.find(
    (option) =>
      command.getOptionValue(option.attributeName()) !== undefined &&
      !WITHOUT_RECURSIVE.has(option.attributeName()),
  );
  if (wrong) throw new UsageError(`${wrong.long} goes with -r`);
  return options;
}
