import { quoteKey, StoreError, type DeletePrefixOptions, type DeletionProgress } from '@store/core';
import { engineOf } from '@store/engine';
import type { Command } from 'commander';
import { canAsk, confirm } from '../confirm.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { hidesOnly, ONLY_HIDES } from '../hidden-versions.js';
import { lastPartPattern } from '../last-part-pattern.js';
import { recursiveCommand } from '../pattern-hint.js';
import { checkNotAround } from '../own-directory.js';
import { estimatedTotal } from '../estimated-total.js';
import { isNothing, preview, previewText, type Preview } from '../preview.js';
import { countLine, stopwatch } from '../progress.js';
import { keyTeller, reportedDeletion } from '../reported-deletion.js';
import { checkJournalChoice, runJournal, type RunJournal } from '../runs/run-journal.js';
import type { Target } from '../session.js';
import { kebab } from '../table-flags.js';
import type { RecursiveRmOptions } from './rm-options.js';
import { checkOut, writeSetFile } from './write-set-file.js';

/** One address, with all that is refused before anybody is asked. */
interface Prepared {
  /** Its key is the prefix. */
  readonly target: Target;
  readonly selection: DeletePrefixOptions;
}

/**
 * `store rm` with `-r`, or with patterns: one address after the other, each with its question, its journal and its report. One
 * that fails does not keep the others; resolves to the worst of what they would exit with.
 */
export async function removePrefixes(
  context: Context,
  addresses: readonly string[],
  options: RecursiveRmOptions,
  program: Command,
): Promise<ExitCode> {
  checkOptions(options, context.verbose);
  if (addresses.length > 1) checkSeveral(options);
  const prepared: Prepared[] = [];
  for (const address of addresses) prepared.push(await prepare(context, address, options));
  const [only, ...others] = prepared;
  if (only && others.length === 0) return removePrefix(context, only, options);
  const { output, signal } = context;
  output.expectSeveral();
  let worst: ExitCode = EXIT.complete;
  for (const one of prepared) {
    if (signal.aborted) return EXIT.interrupted;
    const code = await removePrefix(context, one, options).catch(async (thrown: unknown) => {
      const { tellError } = await import('../tell-error.js');
      return tellError(output, thrown, options.json ?? false, program);
    });
    output.sayLast();
    if (code > worst) worst = code;
  }
  return worst;
}

/** @throws UsageError for what does not go together */
function checkOptions(options: RecursiveRmOptions, verbose: boolean): void {
  const { dryRun, strategy, olderThan = 0, newerThan = Infinity } = options.deletion;
  if (mustAsk(options) && !canAsk({ stdin: process.stdin, stderr: process.stderr })) {
    const what = options.recursive ? 'rm -r' : 'rm with a pattern';
    throw new UsageError(`${what} asks before it deletes, and there is no terminal to ask on; use --yes`);
  }
  if (strategy === 'server-prefix' && verbose && !dryRun) {
    throw new UsageError(
      '--verbose names keys before they are deleted; with server-prefix nobody knows them',
    );
  }
  if (olderThan >= newerThan) {
    throw new UsageError(
      'nothing is older than --older-than and newer than --newer-than: no object can match',
    );
  }
  checkOut(options);
  checkJournalChoice(options, dryRun);
  if (options.deletion.backup !== undefined && options.noJournal)
    throw new UsageError(
      '--backup needs the journal: without it "store undo" does not know what to copy back',
    );
}

/** @throws UsageError for options about the run, where there are several */
function checkSeveral({ out, journal, failures, deletion }: RecursiveRmOptions): void {
  const { maxDelete, maxDuration, maxFailures, backup } = deletion;
  const one = { out, journal, failures, maxDelete, maxDuration, maxFailures, backup };
  const wrong = Object.entries(one).find(([, value]) => value !== undefined);
  if (wrong) throw new UsageError(`--${kebab(wrong[0])} goes with one address`);
}

function mustAsk({ yes, deletion }: RecursiveRmOptions): boolean {
  return !yes && !deletion.dryRun;
}

/** @throws as `deletePrefix` when it refuses */
async function prepare(context: Context, address: string, options: RecursiveRmOptions): Promise<Prepared> {
  const opened = await context.session.open(address, { durable: options.deletion.backup !== undefined });
  if (options.recursive && !options.deletion.dryRun) await checkNotAround(opened, { command: 'rm -r' });
  const { target, chosen } = await byPattern(opened, options, context.signal);
  const backup = await backupPrefix(context, target, chosen.backup);
  const selection = { ...chosen, backup, signal: context.signal };
  await checkSelection(target, selection);
  return { target, selection };
}

/** What a pattern means; for a prefix, what was asked for. @throws UsageError where it may be a key as well */
async function byPattern(
  target: Target,
  { recursive = false, raw, deletion }: RecursiveRmOptions,
  signal: AbortSignal,
): Promise<{ readonly target: Target; readonly chosen: DeletePrefixOptions }> {
  const { exclude, filter, backup } = deletion;
  // Those look at the rest of the key.
  const narrow = exclude === undefined && filter === undefined && backup === undefined;
  const pattern = raw ? undefined : lastPartPattern(target, { below: recursive, narrow });
  if (!pattern) {
    if (recursive) return { target, chosen: deletion };
    const address = JSON.stringify(target.address);
    throw new UsageError(
      target.key.includes('*')
        ? `${address} has no * in its last part; did you mean: ${recursiveCommand(target)}`
        : `${address} is no pattern, and keys and patterns do not go together: use two commands`,
    );
  }
  if (deletion.include !== undefined || deletion.partialName)
    throw new UsageError(
      `--${deletion.partialName ? 'partial-name' : 'include'} does not go with a pattern in the address`,
    );
  if (await isKey(target, signal)) {
    throw new UsageError(
      `there is an object of the very name ${quoteKey(target.key)}: --raw takes the * literally, and "store rm -r --include" takes patterns alone`,
    );
  }
  const { prefix, include } = pattern;
  const partialName = prefix !== '' && !prefix.endsWith('/');
  return { target: { ...target, key: prefix }, chosen: { ...deletion, include, partialName } };
}

/** Who may list and delete may not always look at an object. */
async function isKey({ store, key }: Target, signal: AbortSignal): Promise<boolean> {
  try {
    return await store.exists(key, { signal });
  } catch (error) {
    if (error instanceof StoreError && error.code === 'AccessDenied') return false;
    throw error;
  }
}

async function removePrefix(
  context: Context,
  { target, selection }: Prepared,
  options: RecursiveRmOptions,
): Promise<ExitCode> {
  const { output, signal } = context;
  const terminal = { stdin: process.stdin, stderr: process.stderr };
  const { dryRun, maxDelete } = selection;
  const ask = mustAsk(options);
  if (options.out !== undefined) return writeSetFile(context, target, options.out, options, selection);

  let total: number | undefined;
  if (ask || options.count) {
    const found = await counted(context, target, selection, ask ? undefined : Infinity);
    if (signal.aborted) return EXIT.interrupted;
    if (found.complete) total = Math.min(found.matched, maxDelete ?? Infinity);
    if (ask) {
      output.note(previewText(target, found, maxDelete));
      if (isNothing(found)) {
        // What has come since, nobody was asked about.
        const nothing = { ...selection, maxDelete: 0, uploads: undefined };
        return deleteAndReport(context, target, options, nothing, { total: 0 });
      }
      if (!(await confirm('Delete them?', terminal, signal))) {
        output.note('nothing was deleted');
        return signal.aborted ? EXIT.interrupted : EXIT.failed;
      }
    }
  }
  const run = dryRun ? undefined : await runJournal(context, target.address, options);
  return deleteAndReport(context, target, options, selection, { total, run });
}

/** As `preview`, shown while it goes on. */
async function counted(
  { output }: Context,
  target: Target,
  selection: DeletePrefixOptions,
  patienceMs: number | undefined,
): Promise<Preview> {
  let progress: DeletionProgress | undefined;
  const elapsedMs = stopwatch();
  using _shown = output.show(() => {
    const { matched = 0, bytes } = progress ?? {};
    return countLine('counted', { count: matched, bytes }, elapsedMs(), target.address);
  });
  const onProgress = (now: DeletionProgress): void => {
    progress = now;
  };
  return await preview(target, { ...selection, onProgress }, patienceMs);
}

/**
 * The prefix of `--backup NAME:prefix/`, which is one of the same store.
 *
 * @throws UsageError for another one: copies stay inside a bucket
 */
async function backupPrefix(
  { session }: Context,
  { store, address }: Target,
  backup: string | undefined,
): Promise<string | undefined> {
  if (backup === undefined) return undefined;
  const target = await session.open(backup);
  const [from, to] = [store, target.store].map((one) => engineOf(one, 'rm -r'));
  if (from?.provider === to?.provider && from?.driver.place === to?.driver.place) return target.key;
  throw new UsageError(
    `--backup copies on the provider's side, inside one bucket: ${JSON.stringify(backup)} is ${to?.driver.place}, and ` +
      `${JSON.stringify(address)} is ${from?.driver.place}`,
  );
}

/** Before anybody is asked, or anything is written. @throws as `deletePrefix` when it refuses */
async function checkSelection({ store, key }: Target, selection: DeletePrefixOptions): Promise<void> {
  await store.deletePrefix(key, { ...selection, dryRun: true, signal: AbortSignal.abort() });
}

async function deleteAndReport(
  context: Context,
  { store, key }: Target,
  options: RecursiveRmOptions,
  selection: DeletePrefixOptions,
  { total, run }: { readonly total?: number | undefined; readonly run?: RunJournal | undefined } = {},
): Promise<ExitCode> {
  const { json, failures } = options;
  const { verbose } = context;
  let firstKey: string | undefined;
  const name = keyTeller(context, json);
  const { place } = engineOf(store, 'rm -r').driver;
  const telling = {
    place,
    prefix: key,
    json,
    failures,
    total: total ?? estimatedTotal(store, key, selection),
    runName: run && (() => run.name),
  };
  return reportedDeletion(context, telling, async (listeners) => {
    const report = await store.deletePrefix(key, {
      ...selection,
      ...listeners,
      journal: run?.journal,
      onMatch:
        verbose || selection.dryRun
          ? (object) => {
              firstKey ??= object.key;
              if (verbose) name(object.key);
            }
          : undefined,
    });
    // After a run its own warnings tell it, with the number.
    const hides = selection.dryRun && (await hidesOnly(store, firstKey, selection));
    return hides ? { ...report, warnings: [ONLY_HIDES, ...report.warnings] } : report;
  });
}
