import type { DeletePrefixOptions } from '@store/core';
import { engineOf } from '@store/core/extend';
import { canAsk, confirm } from '../confirm.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { UsageError } from '../exit-codes.js';
import { hidesOnly, ONLY_HIDES } from '../hidden-versions.js';
import { isNothing, preview, previewText } from '../preview.js';
import { keyTeller, reportedDeletion } from '../reported-deletion.js';
import { checkJournalChoice, runJournal, type RunJournal } from '../runs/run-journal.js';
import type { Target } from '../session.js';
import type { RecursiveRmOptions } from './rm-options.js';
import { checkOut, writeSetFile } from './write-set-file.js';

/** `store rm -r` */
export async function removePrefix(
  context: Context,
  addresses: readonly string[],
  options: RecursiveRmOptions,
): Promise<ExitCode> {
  const { output, session, signal } = context;
  const [address, ...others] = addresses;
  if (address === undefined || others.length > 0) throw new UsageError('rm -r takes one address');
  const terminal = { stdin: process.stdin, stderr: process.stderr };
  const { dryRun, strategy, olderThan = 0, newerThan = Infinity, maxDelete } = options.deletion;
  const ask = !options.yes && !dryRun;
  if (ask && !canAsk(terminal)) {
    throw new UsageError('rm -r asks before it deletes, and there is no terminal to ask on; use --yes');
  }
  if (strategy === 'server-prefix' && options.verbose && !dryRun) {
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
  const target = await session.open(address);
  const backup = await backupPrefix(context, target, options.deletion.backup);
  const selection = { ...options.deletion, backup, signal };
  await checkSelection(target, selection);
  if (options.out !== undefined) return writeSetFile(context, target, options.out, options);

  let total: number | undefined;
  if (ask || options.count) {
    const found = await preview(target, selection, ask ? undefined : Infinity);
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
  const run = dryRun ? undefined : await runJournal(context, address, options);
  return deleteAndReport(context, target, options, selection, { total, run });
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
  const { json, quiet, verbose, failures } = options;
  let firstKey: string | undefined;
  const name = keyTeller(context, json);
  const { place } = engineOf(store, 'rm -r').driver;
  const telling = { place, prefix: key, json, quiet, failures, total, runName: run && (() => run.name) };
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
