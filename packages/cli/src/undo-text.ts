import { quoteKey } from '@store/core';
import type { KeyLeft, UndoProgress, UndoReport } from '@store/journal';
import { formatCount, formatDuration, formatObjects } from './format.js';
import type { Line } from './line.js';
import { troubleParts } from './progress.js';
import { displayKey } from './display-key.js';

/** The account of an undo for people, in lines. */
export function undoText(report: UndoReport): string[] {
  const { dryRun, restored, alreadyBack, left, failed, skipped, gone, missing, failures, copies } = report;
  const lines = [
    dryRun
      ? `would bring back ${formatObjects(restored)}`
      : `brought back ${formatObjects(restored)} in ${formatDuration(report.elapsedMs)}`,
  ];
  const count = (number: number, what: string): void => {
    if (number > 0) lines.push(`${what}: ${formatObjects(number)}`);
  };
  count(alreadyBack, 'back already');
  count(left, 'left as they are');
  count(failed, 'failed');
  for (const { key, code, message } of failures.slice(0, 10))
    lines.push(`  ${quoteKey(key)}: ${code}: ${message}`);
  count(skipped, 'not tried');
  const why =
    report.by === 'trash'
      ? 'neither in the trash any more nor under their keys'
      : 'because their deletes made no delete marker';
  count(gone, `gone for good, ${why}`);
  count(missing, 'not in the trash any more, and not named by the journal: back already, or it was emptied');
  if (copies && copies.removed > 0) lines.push(`deleted ${formatObjects(copies.removed)} of the backup`);
  else if (copies && !dryRun)
    lines.push(
      `the copies are still under ${copies.prefixes.map((prefix) => quoteKey(prefix)).join(', ')}; once everything is back, --remove-copies deletes them`,
    );
  lines.push(verdict(report));
  return lines;
}

function verdict({ dryRun, aborted, complete }: UndoReport): string {
  if (dryRun) return 'dry run: nothing was changed';
  if (aborted) return 'interrupted; run it again to go on';
  return complete ? 'complete' : 'incomplete';
}

/** A key that was left, and why, in one line. */
export function leftText({ key, reason }: KeyLeft): string {
  return `left: ${displayKey(key)}: ${reason}`;
}

/** How far an undo is. */
export function undoLine(progress: Omit<UndoProgress, 'elapsedMs'> | undefined, elapsedMs: number): Line {
  const { looked, restored, left, failed } = progress ?? { looked: 0, restored: 0, left: 0, failed: 0 };
  return [
    { text: `${formatCount(looked)} looked at` },
    { text: `${formatCount(restored)} back` },
    { text: `${formatCount(left)} left`, spare: 1 },
    ...troubleParts(failed),
    { text: formatDuration(elapsedMs) },
  ];
}
