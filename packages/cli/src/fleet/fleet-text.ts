import type { FleetReport, FleetRowReport } from '@store/fleet';
import { reasonText } from '../error-text.js';
import { formatCount, formatDuration, formatObjects, formatRate } from '../format.js';
import type { Output } from '../output.js';
import { reportText } from '../report-text.js';

/** The report of a run, for people: of each prefix as "rm -r" has it, and of all. */
export async function tellReport(output: Output, report: FleetReport): Promise<void> {
  const { rows, elapsedMs, deleted, complete, run, state } = report;
  for (const row of rows) {
    await output.result(rowText(row, elapsedMs));
    for (const error of row.errors) output.note(`store: ${row.address}: ${reasonText(error)}`);
  }
  if (rows.length > 1) {
    const whole = rows.filter((row) => row.complete).length;
    await output.result(
      `run ${run}: deleted ${formatObjects(deleted)} in ${formatDuration(elapsedMs)}, ${formatRate(deleted, elapsedMs)}; ` +
        `${formatCount(whole)} of ${formatCount(rows.length)} prefixes complete`,
    );
  }
  if (!complete && state === 'stopped') output.note(`store: the run ${run} was stopped`);
}

function rowText(row: FleetRowReport, elapsedMs: number): readonly string[] {
  const { blocked, remaining } = row;
  return reportText({
    ...row,
    elapsedMs,
    skipped: blocked,
    remaining: remaining === null ? null : { count: remaining, sample: [] },
    dryRun: false,
    aborted: false,
    maxDeleteReached: false,
    uploads: null,
    trash: null,
    backup: null,
  });
}

/** How far a run is, in lines. */
export function* statusText(report: FleetReport): Generator<string> {
  const { run, complete, workers, rows, startedAt, elapsedMs, requests } = report;
  yield `run ${run}: ${stateText(report)} · began ${startedAt} · ${formatDuration(elapsedMs)}`;
  yield `deleted ${formatObjects(report.deleted)} of ${formatCount(report.matched)} that were found so far, ${formatCount(
    report.failed,
  )} failed, ${formatCount(report.blocked)} blocked, ${formatCount(report.filtered)} kept by the filters`;
  yield `requests: ${formatCount(requests.list)} list, ${formatCount(requests.delete)} delete, ${formatCount(
    requests.retried,
  )} retried, ${formatCount(requests.throttled)} throttled`;
  yield `workers: ${formatCount(workers)}${workers === 0 && !complete ? ' that have said something in the last 10 seconds' : ''}`;
  for (const row of rows) {
    const { open, done, broken, left } = row.pieces;
    const parts = [
      `${formatObjects(row.deleted)} deleted`,
      `pieces: ${formatCount(open)} open, ${formatCount(done)} done`,
      ...(left > 0 ? [`${formatCount(left)} left`] : []),
      ...(broken > 0 ? [`${formatCount(broken)} given up`] : []),
      ...(row.failed + row.blocked > 0 ? [`${formatCount(row.failed + row.blocked)} not deleted`] : []),
      ...(row.ended ? [row.complete ? 'complete' : 'incomplete'] : []),
    ];
    yield `  ${row.address}: ${parts.join(' · ')}`;
    for (const error of row.errors.slice(0, 3)) yield `    ${reasonText(error)}`;
  }
}

/** `done` is told by what came of it. */
export function stateText({ state, complete }: Pick<FleetReport, 'state' | 'complete'>): string {
  if (state !== 'done') return state;
  return complete ? 'complete' : 'incomplete';
}
