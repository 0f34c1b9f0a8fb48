import type { Row, Sample } from '../round-robin.js';
import { median, spread } from '../statistics.js';
import { mebibytes, seconds } from './markdown.js';

export function medianOf(row: Row | undefined, of: (sample: Sample) => number): number {
  return median(row?.samples.map(of) ?? []);
}

export function secondsOf(row: Row | undefined): number {
  return medianOf(row, (sample) => sample.seconds);
}

/** Median, smallest and largest. */
export function timeCells(row: Row): readonly [string, string] {
  const [low, high] = spread(row.samples.map((sample) => sample.seconds));
  return [`${seconds(secondsOf(row))} s`, `${seconds(low)}–${seconds(high)}`];
}

/** CPU seconds, peak of the memory, and how much that is above the start. */
export function costCells(row: Row): readonly [string, string] {
  const cpu = medianOf(row, (sample) => sample.cpuSeconds);
  const peak = medianOf(row, (sample) => sample.peakRss);
  const above = medianOf(row, ({ peakRss, rssBefore }) => (rssBefore === 0 ? NaN : peakRss - rssBefore));
  return [`${seconds(cpu)} s`, mebibytes(peak) + (Number.isNaN(above) ? '' : ` (+${mebibytes(above)})`)];
}

/** Lists, deletes, and those that were throttled. */
export function requestCells(row: Row): readonly [string, string, string] {
  const count = (of: keyof Sample['requests']): string =>
    String(medianOf(row, ({ requests }) => requests[of]));
  return [count('list'), count('delete'), count('throttled')];
}

/** The share of the deletes that the service refused as too many. */
export function throttledOf({ requests }: Sample): number {
  return requests.throttled / Math.max(1, requests.delete);
}

/** The same, from the eleventh second on. */
export function lateThrottledOf({ requests }: Sample): number {
  return requests.lateThrottled / Math.max(1, requests.lateDeletes);
}

/** Those who could take part; then, as a line, those who could not. */
export function absentLine(rows: readonly Row[]): string {
  const absent = rows.filter((row) => row.absent).map(({ label, problem }) => `${label} (${problem})`);
  return absent.length === 0 ? '' : `\n\nNot here: ${absent.join(', ')}.`;
}
