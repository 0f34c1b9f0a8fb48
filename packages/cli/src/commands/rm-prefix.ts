import { DeletionError, type DeletePrefixOptions } from '@store/core';
import { canAsk, confirm } from '../confirm.js';
import type { Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit.js';
import { exitCodeOfReport, UsageError } from '../exit-codes.js';
import { FailuresFile } from '../failures-file.js';
import { hidesOnly, ONLY_HIDES } from '../hidden-versions.js';
import { isNothing, preview, previewText } from '../preview.js';
import { progressView } from '../progress.js';
import { reportText } from '../report-text.js';
import type { Target } from '../session.js';
import { displayKey } from '../display-key.js';
import type { RecursiveRmOptions } from './rm-options.js';

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
  const target = await session.open(address);
  const selection = { ...options.deletion, signal };
  await checkSelection(target, selection);

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
        return deleteAndReport(context, target, options, nothing, 0);
      }
      if (!(await confirm('Delete them?', terminal, signal))) {
        output.note('nothing was deleted');
        return signal.aborted ? EXIT.interrupted : EXIT.failed;
      }
      return deleteAndReport(context, target, options, selection, total);
    }
  }
  return deleteAndReport(context, target, options, selection, total);
}

/** Before anybody is asked, or anything is written. @throws as `deletePrefix` when it refuses */
async function checkSelection({ store, key }: Target, selection: DeletePrefixOptions): Promise<void> {
  await store.deletePrefix(key, { ...selection, dryRun: true, signal: AbortSignal.abort() });
}

async function deleteAndReport(
  { output, signal }: Context,
  target: Target,
  options: RecursiveRmOptions,
  selection: DeletePrefixOptions,
  total: number | undefined,
): Promise<ExitCode> {
  const failures =
    options.failures === undefined
      ? undefined
      : await FailuresFile.open(options.failures, {
          signal,
          onWait: (text) => output.note(`--failures: ${text}`),
          onLoss: (text) => output.lost(text),
        });
  let firstKey: string | undefined;
  const name = (key: string): void =>
    options.json ? output.note(displayKey(key)) : output.print(displayKey(key));
  const view = options.quiet ? undefined : progressView(output, total);
  try {
    const done = await target.store.deletePrefix(target.key, {
      ...selection,
      onProgress: view,
      onFailure: failures && ((failure) => failures.write(failure)),
      onMatch:
        options.verbose || selection.dryRun
          ? ({ key }) => {
              firstKey ??= key;
              if (options.verbose) name(key);
            }
          : undefined,
    });
    // After a run its own warnings tell it, with the number.
    const hides = selection.dryRun && (await hidesOnly(target.store, firstKey, selection));
    const report = hides ? { ...done, warnings: [ONLY_HIDES, ...done.warnings] } : done;
    output.endStatus();
    await failures?.close();
    await (options.json ? output.resultJson(report) : output.result(reportText(report)));
    return exitCodeOfReport(report);
  } catch (error) {
    output.endStatus();
    // Refused, the run has nothing to say to a file that an earlier one wrote.
    await (error instanceof DeletionError ? failures?.close() : failures?.discard());
    throw error;
  }
}
