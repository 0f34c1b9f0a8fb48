import { quoteKey, type DeletionFailure, type DeletionReport } from '@store/core';
import type { TransferReport } from '@store/transfer';
import { formatBytes, formatCount, formatDuration, formatObjects } from '../format.js';
import { leftOutText } from '../left-out-text.js';
import { whereOf } from './jobs.js';

/** Failures that the text names; the rest is counted, and in the file of `--failures`. */
const NAMED_FAILURES = 10;

/** The ends of a run, as they were given: a report knows places alone. */
export interface Ends {
  readonly from: string;
  readonly to: string;
  /** Of what is under its place, `from` means a part. */
  readonly isPattern?: boolean | undefined;
}

/** A report for people, in lines. */
export function transferText(report: TransferReport, ends?: Ends): string[] {
  const { operation, listed, filtered, same, skipped, dryRun, failures, deletion, extra, warnings } = report;
  const lines = [headline(report, ends)];
  if (same > 0) lines.push(`the same already: ${formatObjects(same)}`);
  if (filtered > 0)
    lines.push(`left out ${formatCount(filtered)} of ${formatObjects(listed)} because of the filters`);
  for (const [code, count] of Object.entries(failures.byCode))
    lines.push(`not copied: ${formatObjects(count)}, ${code}`);
  lines.push(...named(failures.sample));
  lines.push(...leftOutText(report.leftOut, 'left out', '; -L copies what links lead to'));
  if (skipped > 0 && !dryRun) lines.push(`left alone: ${formatObjects(skipped)}`);
  if (deletion) lines.push(deletedText(operation, deletion), ...named(deletion.failures.sample));
  else if (extra !== null && extra > 0 && !warnings.some((warning) => warning.includes('only at the target')))
    lines.push(`only at the target: ${formatObjects(extra)}`);
  lines.push(...warnings.map((warning) => `warning: ${withFlags(warning)}`), verdict(report));
  return lines;
}

function named(
  failures: readonly Pick<DeletionFailure, 'key' | 'unnameable' | 'code' | 'message'>[],
): string[] {
  return failures
    .slice(0, NAMED_FAILURES)
    .map(
      ({ key, unnameable, code, message }) =>
        `  ${unnameable ? key : quoteKey(key)}: ${code}: ${withFlags(message)}`,
    );
}

function headline(report: TransferReport, ends: Ends | undefined): string {
  const { operation, from, to, matched, copied, serverSide, skipped, bytes, elapsedMs, dryRun } = report;
  const isOfKeys = operation === 'copyKeys' || operation === 'moveKeys';
  const source = ends?.isPattern ? quoteKey(ends.from) : whereOf(from, ends?.from);
  const where = isOfKeys
    ? ''
    : ` from ${source} (${from.provider}) to ${whereOf(to, ends?.to)} (${to.provider})`;
  const verb = operation === 'movePrefix' || operation === 'moveKeys' ? 'move' : 'copy';
  const time = formatDuration(elapsedMs);
  if (dryRun)
    return `would ${verb} ${formatObjects(skipped)} (${formatBytes(bytes)})${where}, listed in ${time}`;
  const what =
    copied === matched ? formatObjects(copied) : `${formatCount(copied)} of ${formatObjects(matched)}`;
  const how = serverSide > 0 && serverSide === copied ? " on the provider's side" : '';
  const rate = `${formatBytes((bytes / Math.max(elapsedMs, 1)) * 1000)}/s`;
  return `copied ${what} (${formatBytes(bytes)})${where}${how} in ${time}, ${rate}`;
}

function deletedText(operation: TransferReport['operation'], deletion: DeletionReport): string {
  const where = operation === 'syncPrefix' ? 'the target' : 'the source';
  const { dryRun, matched, deleted, failed, blocked } = deletion;
  if (dryRun) return `would delete ${formatObjects(matched - failed)} at ${where}`;
  const kept = failed + blocked;
  const reason = Object.keys(deletion.failures.byCode).join(', ');
  return `deleted ${formatObjects(deleted)} at ${where}${kept > 0 ? `, not deleted: ${formatCount(kept)} (${reason})` : ''}`;
}

function verdict({ dryRun, aborted, stoppedBy, complete }: TransferReport): string {
  if (dryRun) return 'dry run: nothing was written';
  if (stoppedBy !== null) return 'incomplete: --max-failures was reached';
  if (aborted) return 'interrupted';
  return complete ? 'complete' : 'incomplete';
}

/** The library's messages name its options. */
function withFlags(message: string): string {
  return message
    .replaceAll('with force they', 'with --force they')
    .replaceAll('(maxDelete)', '(--max-delete)')
    .replaceAll('set ignoreChecksum there', 'use --ignore-checksum there');
}
