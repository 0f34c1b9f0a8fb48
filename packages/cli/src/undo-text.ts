import { quoteKey } from '@store/core';
import type { KeyLeft, UndoProgress, UndoReport } from '@store/journal';
import { formatCount, formatDuration, formatObjects } from './format.js';
import type { Output } from './output.js';
import { displayKey } from './display-key.js';

/** Between two lines where there is no terminal to redraw, in milliseconds. */
const LINE_INTERVAL_MS = 5_000;

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

/** Shows how far an undo is. */
export function undoProgress(output: Output): (progress: UndoProgress) => void {
  let shownAt = 0;
  return (progress) => {
    const text = progressLine(progress);
    if (output.interactive) output.status(text);
    else if (progress.elapsedMs - shownAt >= LINE_INTERVAL_MS) {
      shownAt = progress.elapsedMs;
      output.note(text);
    }
  };
}

function progressLine({ looked, restored, left, failed, elapsedMs }: UndoProgress): string {
  return [
    `${formatCount(looked)} looked at`,
    `${formatCount(restored)} back`,
    `${formatCount(left)} left`,
    `${formatCount(failed)} failed`,
    formatDuration(elapsedMs),
  ].join(' · ');
}
