import type { DeletionProgress } from '@store/core';
import { formatBytes, formatCount, formatDuration, formatRate } from './format.js';
import type { Output } from './output.js';

const BAR_CELLS = 24;

/** Between two lines where there is no terminal to redraw, in milliseconds. */
const LINE_INTERVAL_MS = 5_000;

/**
 * Shows how far a run is: a line that is redrawn on a terminal, a plain line every five seconds elsewhere.
 *
 * @param total how many keys there are to delete, when a count is known
 */
export function progressView(
  output: Output,
  total: number | undefined,
): (progress: DeletionProgress) => void {
  if (output.interactive) return (progress) => output.status(progressLine(progress, total));
  let shownAt = 0;
  return (progress) => {
    if (progress.elapsedMs - shownAt < LINE_INTERVAL_MS) return;
    shownAt = progress.elapsedMs;
    output.note(progressLine(progress, total));
  };
}

/** One line: bar and ETA when the total is known, then keys, rate, bytes, errors, throttling, time. */
export function progressLine(progress: DeletionProgress, total: number | undefined): string {
  const { phase, deleted, failed, skipped, bytes, throttled, elapsedMs } = progress;
  if (phase === 'verifying') return `verifying · ${formatDuration(elapsedMs)}`;
  const done = deleted + failed + skipped;
  const parts = [
    `${formatCount(deleted)}${total === undefined ? '' : `/${formatCount(total)}`} deleted`,
    formatRate(deleted, elapsedMs),
    formatBytes(bytes),
    `${formatCount(failed)} failed`,
    `${formatCount(throttled)} throttled`,
    formatDuration(elapsedMs),
  ];
  if (total === undefined || total === 0) return parts.join(' · ');
  const share = Math.min(1, done / total);
  if (done > 0 && done < total) parts.push(`ETA ${formatDuration((elapsedMs / done) * (total - done))}`);
  return [progressBar(share), ...parts].join(' · ');
}

/** @param share from 0 to 1 */
export function progressBar(share: number): string {
  const cells = Math.round(share * BAR_CELLS);
  return `${'█'.repeat(cells)}${'░'.repeat(BAR_CELLS - cells)} ${Math.floor(share * 100)} %`;
}
