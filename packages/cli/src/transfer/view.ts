import type { TransferProgress } from '@store/transfer';
import { formatBytes, formatCount, formatDuration } from '../format.js';
import type { Line } from '../line.js';
import { barParts, etaParts, troubleParts } from '../progress.js';

/** How far a transfer is: with a bar and an ETA when the total is known. */
export function transferLine(
  progress: Omit<TransferProgress, 'elapsedMs'> | undefined,
  elapsedMs: number,
  throttled = 0,
): Line {
  if (!progress) return [{ text: 'listing' }, { text: formatDuration(elapsedMs) }];
  const { phase, copied, same, failed, skipped, bytes, settledBytes, deleted, total } = progress;
  if (phase === 'deleting')
    return [{ text: `${formatCount(deleted)} deleted at the target` }, { text: formatDuration(elapsedMs) }];
  const done = copied + same + failed + skipped;
  const known = total && total.objects > 0 ? total : undefined;
  // Of objects and of bytes, whichever is further from its end: many small ones, or a few large ones.
  const share = known
    ? Math.min(done / known.objects, known.bytes > 0 ? settledBytes / known.bytes : 1, 1)
    : 0;
  return [
    ...(known ? barParts(share) : []),
    { text: `${formatCount(done)}${known ? `/${formatCount(known.objects)}` : ''} objects` },
    ...(same > 0 ? [{ text: `${formatCount(same)} the same`, spare: 3 }] : []),
    { text: formatBytes(bytes), spare: 2 },
    { text: `${formatBytes((bytes / Math.max(elapsedMs, 1)) * 1000)}/s`, spare: 1 },
    ...troubleParts(failed, throttled),
    { text: formatDuration(elapsedMs), spare: 4 },
    ...etaParts(share, elapsedMs),
  ];
}
