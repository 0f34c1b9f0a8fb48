import { Option, type Command } from 'commander';
import {
  DeletionError,
  type DeleteMarkerSelection,
  type DeletePrefixOptions,
  type DeletionStrategy,
  type VersionSelection,
} from '@store/core';
import { canAsk, confirm } from '../confirm.js';
import type { Context, Run } from '../context.js';
import { EXIT, exitCodeOfReport, UsageError, type ExitCode } from '../exit-codes.js';
import { FailuresFile } from '../failures-file.js';
import { date, duration, integer, list, size, strategy } from '../option-values.js';
import { displayKey } from '../terminal-text.js';
import { preview, previewText } from '../preview.js';
import { progressView } from '../progress.js';
import { reportText } from '../report-text.js';
import type { Target } from '../session.js';

/** The options of `store rm` as commander hands them over. */
interface RmOptions {
  readonly recursive?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly count?: boolean;
  readonly versionId?: string;
  readonly dryRun?: boolean;
  readonly partialName?: boolean;
  readonly entireStore?: boolean;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly olderThan?: number;
  readonly newerThan?: number;
  readonly modifiedBefore?: Date;
  readonly notAfterStart?: boolean;
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly maxDelete?: number;
  readonly versions?: VersionSelection;
  readonly deleteMarkers?: DeleteMarkerSelection;
  readonly uploads?: boolean;
  readonly ifUnchanged?: boolean;
  readonly verify?: boolean;
  readonly strategy?: DeletionStrategy;
  readonly concurrency?: number;
  readonly maxRate?: number;
  readonly failures?: string;
  readonly mfa?: string;
  readonly bypassGovernance?: boolean;
  readonly requestPayer?: boolean;
  readonly expectedBucketOwner?: string;
}

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
          : removeObjects(context, addresses, options, command),
      ),
    );
}

/** The options that mean something only with `-r`; a filter must never be dropped quietly. */
const WITHOUT_RECURSIVE = new Set([
  'json',
  'yes',
  'quiet',
  'verbose',
  'versionId',
  'mfa',
  'bypassGovernance',
  'requestPayer',
  'expectedBucketOwner',
]);

async function removeObjects(
  { output, session, signal }: Context,
  addresses: readonly string[],
  options: RmOptions,
  command: Command,
): Promise<ExitCode> {
  const recursiveOnly = command.options.find(
    (option) =>
      command.getOptionValue(option.attributeName()) !== undefined &&
      !WITHOUT_RECURSIVE.has(option.attributeName()),
  );
  if (recursiveOnly) throw new UsageError(`${recursiveOnly.long} goes with -r`);
  if (options.versionId !== undefined && addresses.length > 1) {
    throw new UsageError('--version-id goes with one address');
  }
  const { versionId, mfa, bypassGovernance, requestPayer, expectedBucketOwner } = options;
  // All of them are looked at before anything is deleted.
  const targets: Target[] = [];
  for (const address of addresses) targets.push(await session.openKey(address));
  for (const { store, key, address } of targets) {
    await store.delete(key, {
      versionId,
      mfa,
      bypassGovernance,
      requestPayer,
      expectedBucketOwner,
      signal,
    });
    if (options.verbose && !options.json) await output.result(`deleted ${displayKey(address)}`);
  }
  if (options.json) await output.resultJson({ deleted: addresses });
  return EXIT.complete;
}

async function removePrefix(
  context: Context,
  addresses: readonly string[],
  options: RmOptions,
): Promise<ExitCode> {
  const { output, session, signal } = context;
  const [address, ...others] = addresses;
  if (address === undefined || others.length > 0) throw new UsageError('rm -r takes one address');
  if (options.versionId !== undefined) throw new UsageError('--version-id does not go with -r');
  const terminal = { stdin: process.stdin, stderr: process.stderr };
  const ask = !options.yes && !options.dryRun;
  if (ask && !canAsk(terminal)) {
    throw new UsageError('rm -r asks before it deletes, and there is no terminal to ask on; use --yes');
  }
  const target = await session.open(address);
  const selection = selectionOf(options, signal);

  let total: number | undefined;
  if (ask || options.count) {
    const found = await preview(target, selection, ask ? undefined : Infinity);
    if (signal.aborted) return EXIT.interrupted;
    if (found.complete) total = Math.min(found.matched, options.maxDelete ?? Infinity);
    if (ask) {
      output.note(previewText(target, found));
      if (found.matched > 0 && !(await confirm('Delete them?', terminal, signal))) {
        output.note('nothing was deleted');
        return signal.aborted ? EXIT.interrupted : EXIT.failed;
      }
    }
  }
  return deleteAndReport(context, target, options, selection, total);
}

async function deleteAndReport(
  { output }: Context,
  target: Target,
  options: RmOptions,
  selection: DeletePrefixOptions,
  total: number | undefined,
): Promise<ExitCode> {
  const failures = options.failures === undefined ? undefined : await FailuresFile.open(options.failures);
  if (options.strategy === 'server-prefix' && options.verbose && !options.dryRun)
    throw new UsageError(
      '--verbose names keys before they are deleted; with server-prefix nobody knows them',
    );
  const view = options.quiet ? undefined : progressView(output, total);
  try {
    const report = await target.store.deletePrefix(target.key, {
      ...selection,
      dryRun: options.dryRun,
      verify: options.verify,
      onProgress: view,
      onFailure: failures && ((failure) => failures.write(failure)),
      onMatch: options.verbose
        ? ({ key }) => (options.json ? output.note(displayKey(key)) : output.print(displayKey(key)))
        : undefined,
    });
    output.endStatus();
    await failures?.close();
    await (options.json ? output.resultJson(report) : output.result(reportText(report)));
    return exitCodeOfReport(report);
  } catch (error) {
    output.endStatus();
    await failures?.close().catch((closing: unknown) => {
      // What ended the run is the news, unless it was this file.
      if (!(error instanceof DeletionError)) throw closing;
    });
    throw error;
  }
}

function selectionOf(options: RmOptions, signal: AbortSignal): DeletePrefixOptions {
  const { maxRate } = options;
  return {
    partialName: options.partialName,
    entireStore: options.entireStore,
    include: options.include,
    exclude: options.exclude,
    olderThan: options.olderThan,
    newerThan: options.newerThan,
    modifiedBefore: options.modifiedBefore,
    notAfterStart: options.notAfterStart,
    minSize: options.minSize,
    maxSize: options.maxSize,
    versions: options.versions,
    deleteMarkers: options.deleteMarkers,
    uploads: options.uploads,
    ifUnchanged: options.ifUnchanged,
    maxDelete: options.maxDelete,
    strategy: options.strategy,
    concurrency: options.concurrency,
    maxKeysPerSecond: maxRate,
    mfa: options.mfa,
    bypassGovernance: options.bypassGovernance,
    requestPayer: options.requestPayer,
    expectedBucketOwner: options.expectedBucketOwner,
    signal,
  };
}
