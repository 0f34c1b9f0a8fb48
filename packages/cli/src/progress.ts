import type { DeletionProgress } from '@store/core';
import { formatBytes, formatCount, formatDuration, formatRate } from './format.js';
import type { Line, Part } from './line.js';

const BAR_CELLS = 24;

/** How many there are to go through, once somebody knows. */
export interface Total {
  readonly count: number;
  /** It is an estimate. */
  readonly about?: boolean | undefined;
}

/** How far a run of deletes is: with a bar and an ETA when the total is known. */
export function deletionLine(
  progress: Omit<DeletionProgress, 'elapsedMs'> | undefined,
  elapsedMs: number,
  total?: Total,
): Line {
  if (!progress) return [{ text: 'listing' }, { text: formatDuration(elapsedMs) }];
  const { phase, deleted, failed, skipped, bytes, throttled } = progress;
  if (phase === 'verifying') return [{ text: 'verifying' }, { text: formatDuration(elapsedMs) }];
  const done = deleted + failed + skipped;
  // More than was estimated is there: then the estimate says nothing any more.
  const known = total && total.count > 0 && (!total.about || done <= total.count) ? total : undefined;
  const of = known ? `/${known.about ? '~' : ''}${formatCount(known.count)}` : '';
  return [
    ...(known ? barParts(Math.min(1, done / known.count)) : []),
    { text: `${formatCount(deleted)}${of} deleted` },
    { text: formatRate(deleted, elapsedMs), spare: 1 },
    { text: formatBytes(bytes), spare: 4 },
    ...troubleParts(failed, throttled),
    { text: formatDuration(elapsedMs), spare: 3 },
    ...(known ? etaParts(done / known.count, elapsedMs) : []),
  ];
}

/** How much of something has been gone through, of which nobody knows the end. */
export function countLine(
  what: string,
  { count, bytes }: { readonly count: number; readonly bytes?: number | undefined },
  elapsedMs: number,
  about?: string,
): Line {
  return [
    { text: `${formatCount(count)} ${what}` },
    { text: formatRate(count, elapsedMs), spare: 1 },
    ...(bytes === undefined ? [] : [{ text: formatBytes(bytes), spare: 2 }]),
    { text: formatDuration(elapsedMs) },
    ...(about === undefined ? [] : [{ text: about }]),
  ];
}

/** Something that takes a while, and of which nothing is known until it ends. */
export function waitLine(what: string, elapsedMs: number): Line {
  return [{ text: what }, { text: formatDuration(elapsedMs) }];
}

/** How far one object is: with a bar and an ETA where its size is known. */
export function bytesLine(
  verb: string,
  { bytes, total }: { readonly bytes: number; readonly total?: number | undefined },
  elapsedMs: number,
  about: string,
): Line {
  const share = total ? Math.min(bytes / total, 1) : 0;
  return [
    ...(total ? barParts(share) : []),
    { text: `${formatBytes(bytes)} ${verb}` },
    { text: `${formatBytes((bytes / Math.max(elapsedMs, 1)) * 1000)}/s`, spare: 1 },
    { text: formatDuration(elapsedMs), spare: 2 },
    ...etaParts(share, elapsedMs),
    { text: about, spare: 3 },
  ];
}

/** What went wrong so far, where something did. */
export function troubleParts(failed: number, throttled = 0): Part[] {
  return [
    ...(failed > 0 ? [{ text: `${formatCount(failed)} failed`, colour: 'red' } as const] : []),
    ...(throttled > 0 ? [{ text: `${formatCount(throttled)} throttled`, colour: 'yellow' } as const] : []),
  ];
}

/** @param share from 0 to 1 */
export function etaParts(share: number, elapsedMs: number): Part[] {
  if (share <= 0 || share >= 1) return [];
  return [{ text: `ETA ${formatDuration((elapsedMs / share) * (1 - share))}` }];
}

/** A bar with the share in figures, which goes first where there is no room. @param share from 0 to 1 */
export function barParts(share: number): Part[] {
  const cells = Math.round(share * BAR_CELLS);
  const bar = `${'█'.repeat(cells)}${'░'.repeat(BAR_CELLS - cells)}`;
  return [{ text: `${bar} ${Math.floor(share * 100)} %`, spare: 5 }];
}

/** Milliseconds since now. */
export function stopwatch(): () => number {
  const begun = performance.now();
  return () => performance.now() - begun;
}
