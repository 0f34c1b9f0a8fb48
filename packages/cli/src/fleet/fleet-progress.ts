import type { FleetReport } from '@store/fleet';
import { formatBytes, formatCount, formatDuration } from '../format.js';
import type { Line } from '../line.js';
import { barParts, troubleParts } from '../progress.js';
import { stateText } from './fleet-text.js';

/** What the rate is reckoned over, in milliseconds. */
const WINDOW_MS = 10_000;

/** How fast a run goes, and how long it will take. */
export interface FleetPace {
  /** Over the last seconds. */
  readonly keysPerSecond: number;
  /** About how many keys there were under all its prefixes; undefined while nobody knows. */
  readonly estimated: number | undefined;
  readonly etaMs: number | undefined;
}

/** Follows a run by its reports. */
export class FleetProgress {
  readonly #seen: { readonly at: number; readonly listed: number; readonly deleted: number }[] = [];
  /** Set when it is known. */
  estimated: number | undefined;

  see({ listed, deleted }: FleetReport, at = performance.now()): void {
    this.#seen.push({ at, listed, deleted });
    // One before the window stays, so that the window is whole.
    while (this.#seen.length > 2 && at - (this.#seen[1]?.at ?? at) >= WINDOW_MS) this.#seen.shift();
  }

  /** As of the last report. */
  pace(): FleetPace {
    const [first, last] = [this.#seen[0], this.#seen.at(-1)];
    const { estimated } = this;
    if (!first || !last || last.at <= first.at) return { keysPerSecond: 0, estimated, etaMs: undefined };
    const seconds = (last.at - first.at) / 1000;
    const dealtWith = (last.listed - first.listed) / seconds;
    const left = (estimated ?? 0) - last.listed;
    return {
      keysPerSecond: Math.round((last.deleted - first.deleted) / seconds),
      estimated,
      etaMs: left > 0 && dealtWith > 0 ? Math.round((left / dealtWith) * 1000) : undefined,
    };
  }
}

/** How far a run is, by all its workers. */
export function fleetLine(report: FleetReport, { keysPerSecond, estimated, etaMs }: FleetPace): Line {
  const { state, listed, deleted, failed, blocked, bytes, requests, workers, rows, elapsedMs } = report;
  const pieces = rows.reduce((sum, row) => sum + row.pieces.open, 0);
  // More than was estimated is there: then the estimate says nothing any more.
  const known = estimated !== undefined && estimated > 0 && listed <= estimated ? estimated : undefined;
  return [
    ...(known === undefined ? [] : barParts(listed / known)),
    ...(state === 'running' ? [] : [{ text: stateText(report) }]),
    { text: `${formatCount(deleted)}${known === undefined ? '' : `/~${formatCount(known)}`} deleted` },
    { text: `${formatCount(keysPerSecond)} keys/s`, spare: 1 },
    { text: formatBytes(bytes), spare: 4 },
    { text: workers === 1 ? '1 worker' : `${formatCount(workers)} workers` },
    { text: pieces === 1 ? '1 piece' : `${formatCount(pieces)} pieces`, spare: 2 },
    ...troubleParts(failed + blocked, requests.throttled),
    { text: formatDuration(elapsedMs), spare: 3 },
    ...(known !== undefined && etaMs !== undefined ? [{ text: `ETA ${formatDuration(etaMs)}` }] : []),
  ];
}
