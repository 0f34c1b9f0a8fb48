import type { TransferProgress } from '@store/transfer';
import { formatBytes, formatCount, formatDuration } from '../format.js';
import type { Output } from '../output.js';
import { progressBar } from '../progress.js';

/** Between two lines where there is no terminal to redraw, in milliseconds. */
const LINE_INTERVAL_MS = 5_000;

/** Shows how far a transfer is, as `progressView` does for deletes. */
export function transferView(output: Output): (progress: TransferProgress) => void {
  if (output.interactive) return (progress) => output.status(transferLine(progress));
  let shownAt = 0;
  return (progress) => {
    if (progress.elapsedMs - shownAt < LINE_INTERVAL_MS) return;
    shownAt = progress.elapsedMs;
    output.note(transferLine(progress));
  };
}

/** One line: bar and ETA when the total is known, then objects, bytes, rate, errors, time. */
export function transferLine(progress: TransferProgress): string {
  const { phase, copied, same, failed, skipped, bytes, settledBytes, deleted, total, elapsedMs } = progress;
  if (phase === 'deleting')
    return `${formatCount(deleted)} deleted at the target · ${formatDuration(elapsedMs)}`;
  const done = copied + same + failed + skipped;
  const parts = [
    `${formatCount(done)}${total ? `/${formatCount(total.objects)}` : ''} objects`,
    ...(same > 0 ? [`${formatCount(same)} the same`] : []),
    formatBytes(bytes),
    `${formatBytes((bytes / Math.max(elapsedMs, 1)) * 1000)}/s`,
    ...(failed > 0 ? [`${formatCount(failed)} failed`] : []),
    formatDuration(elapsedMs),
  ];
  if (!total || total.objects === 0) return parts.join(' · ');
  // Of objects and of bytes, whichever is further from its end: many small ones, or a few large ones.
  const share = Math.min(done / total.objects, total.bytes > 0 ? settledBytes / total.bytes : 1, 1);
  if (share > 0 && share < 1) parts.push(`ETA ${formatDuration((elapsedMs / share) * (1 - share))}`);
  return [progressBar(share), ...parts].join(' · ');
}
