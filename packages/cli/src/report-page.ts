import type { DeletionFailure, DeletionReport } from '@store/core';
import type { RunAccount } from '@store/journal';
import { displayKey } from './display-key.js';
import { reasonText } from './error-text.js';
import { formatBytes, formatCount, formatDuration, formatObjects, formatRate } from './format.js';
import { h, type Html } from './html.js';
import { chart, facts, htmlPage, table, type ChartRow } from './page.js';
import { besidesText, headline, verdict, warningsText } from './report-text.js';
import { canGoOn } from './runs/find-run.js';
import { wayToResume } from './runs/way-on.js';

/**
 * The account of a run as one HTML document.
 *
 * @param name what `store resume` calls the run by
 */
export function reportPage(name: string, account: RunAccount, now: Date): string {
  const { header, state, end, failures, failed, unconfirmed, deleted, bytes } = account;
  const what = displayKey(header.address ?? header.place);
  const report = end?.report;
  const [ended, lead] = report
    ? [verdict(report), headline(report)]
    : [state, `deleted ${formatObjects(deleted)} (${formatBytes(bytes)}) until then`];
  const notes = report ? [...besidesText(report), ...warningsText(report)] : [];
  if (unconfirmed > 0)
    notes.push(
      `unconfirmed: ${formatObjects(unconfirmed)} that may be deleted or not; "store resume" finds out`,
    );
  if (canGoOn(account)) notes.push(wayToResume(name));
  return htmlPage({
    title: `Report: ${what}`,
    now,
    body: [
      h('h1', {}, 'Deleting ', h('code', {}, what)),
      h('p', { class: 'lead' }, h('strong', {}, ended), ` · ${lead}`),
      ...notes.map((note) => h('p', { class: 'warning' }, note)),
      h(
        'main',
        {},
        chart('outcomes', 'What became of the keys', ['objects'], outcomes(account)),
        ...(report ? [requestsOf(report)] : []),
        facts('run', 'The run', runFacts(name, account)),
      ),
      ...failureTable(failures.sample, failed),
    ],
  });
}

/** Every key that was listed is in one of these. */
function outcomes({ end, deleted, failed, unconfirmed }: RunAccount): readonly ChartRow[] {
  const report = end?.report;
  if (!report)
    return [bar('deleted', deleted), ...some('not deleted', failed), ...some('unconfirmed', unconfirmed)];
  return [
    bar('deleted', report.deleted),
    ...some('failed', report.failed),
    ...some('blocked: held by the service', report.blocked),
    ...some('left alone', report.skipped - report.blocked),
    ...some('kept by the filters', report.filtered),
  ];
}

function bar(label: string, count: number): ChartRow {
  return { label, values: [{ value: count, text: formatCount(count) }] };
}

function some(label: string, count: number): readonly ChartRow[] {
  return count > 0 ? [bar(label, count)] : [];
}

function requestsOf({ requests }: DeletionReport): Html {
  return facts('requests', 'Requests of the last session', [
    ['list', formatCount(requests.list)],
    ['delete', formatCount(requests.delete)],
    ['of these sent again', formatCount(requests.retried)],
    ['answers that asked for fewer', formatCount(requests.throttled)],
  ]);
}

type Fact = readonly [name: string, text: string];

function runFacts(name: string, { header, sessions, worker, state, end }: RunAccount): readonly Fact[] {
  const { place, startedAt, options, audit } = header;
  const given = Object.entries(options).filter(([, value]) => value !== undefined && value !== null);
  return [
    ['run', name],
    ['state', worker === undefined ? state : `${state}, ${worker}`],
    ['store', place],
    ['began', startedAt],
    ...(end ? endFacts(end.at, end.report) : []),
    ['sessions', formatCount(sessions)],
    ['all keys in its journal', audit ? 'yes' : 'no'],
    ...given.map(([option, value]): Fact => [option, JSON.stringify(value)]),
  ];
}

function endFacts(at: string, { elapsedMs, deleted, bytes, strategy }: DeletionReport): readonly Fact[] {
  return [
    ['ended', at],
    ['time of all sessions', formatDuration(elapsedMs)],
    ['speed', formatRate(deleted, elapsedMs)],
    ['bytes', formatBytes(bytes)],
    ['strategy', strategy],
  ];
}

function failureTable(sample: readonly DeletionFailure[], failed: number): readonly Html[] {
  if (sample.length === 0) return [];
  const caption =
    failed > sample.length
      ? `Not deleted: the first ${formatCount(sample.length)} of ${formatObjects(failed)}`
      : `Not deleted: ${formatObjects(failed)}`;
  const rows = sample.map(({ key, versionId, unnameable, code, attempts, ...reason }) => [
    unnameable ? key : displayKey(key),
    versionId ?? '–',
    code,
    reasonText(reason),
    formatCount(attempts),
  ]);
  return [table('failures', caption, ['Key', 'Version', 'Code', 'Reason', 'Tries'], rows)];
}
