import { quoteKey, type DeletionReport } from '@store/core';
import { formatBytes, formatCount, formatDuration, formatObjects, formatRate } from './format.js';
import { leftOutText } from './left-out-text.js';

/** Failures that the text names; the rest is counted, and in the file of `--failures`. */
const NAMED_FAILURES = 10;

/** What a text needs of a report. */
export type ReportFacts = Pick<
  DeletionReport,
  | 'prefix'
  | 'listed'
  | 'filtered'
  | 'matched'
  | 'deleted'
  | 'failed'
  | 'skipped'
  | 'blocked'
  | 'bytes'
  | 'complete'
  | 'aborted'
  | 'dryRun'
  | 'maxDeleteReached'
  | 'failures'
  | 'requests'
  | 'uploads'
  | 'remaining'
  | 'trash'
  | 'backup'
  | 'elapsedMs'
  | 'warnings'
> &
  // Journals of earlier versions have none.
  Partial<Pick<DeletionReport, 'leftOut'>>;

/** A report for people, in lines. */
export function reportText(report: ReportFacts): string[] {
  const lines = [headline(report)];
  const { listed, filtered, skipped, blocked, failures, requests } = report;
  if (filtered > 0)
    lines.push(`kept ${formatCount(filtered)} of ${formatObjects(listed)} because of the filters`);
  for (const [code, count] of Object.entries(failures.byCode)) {
    lines.push(`not deleted: ${formatObjects(count)}, ${code}`);
  }
  for (const { key, versionId, unnameable, code, message } of failures.sample.slice(0, NAMED_FAILURES)) {
    const version = versionId === undefined ? '' : ` (version ${versionId})`;
    lines.push(`  ${unnameable ? key : quoteKey(key)}${version}: ${code}: ${message}`);
  }
  const leftAlone = skipped - blocked;
  if (leftAlone > 0 && !report.dryRun) lines.push(`left alone: ${formatObjects(leftAlone)}`);
  lines.push(...besidesText(report), ...warningsText(report));
  lines.push(
    `requests: ${formatCount(requests.list)} list, ${formatCount(requests.delete)} delete, ` +
      `${formatCount(requests.retried)} retried, ${formatCount(requests.throttled)} throttled`,
  );
  lines.push(verdict(report));
  return lines;
}

/** What there is to say besides the keys: what is none, uploads, and where what was deleted is now. */
export function besidesText(report: ReportFacts): string[] {
  const lines: string[] = [];
  const { uploads, leftOut } = report;
  if (leftOut) lines.push(...leftOutText(leftOut, 'not deleted'));
  if (uploads) {
    lines.push(
      `incomplete uploads: ${formatCount(uploads.aborted)} of ${formatCount(uploads.listed)} aborted` +
        (uploads.failed > 0 ? `, ${formatCount(uploads.failed)} failed (${uploads.sample[0]?.message})` : ''),
    );
  }
  if (report.trash !== null && report.deleted > 0)
    lines.push(`in the trash as ${report.trash}; "store undo ${report.trash} ADDRESS" brings it back`);
  if (report.backup !== null && report.deleted > 0)
    lines.push(`copied to ${quoteKey(report.backup)} before; "store undo" with its run copies it back`);
  return lines;
}

/** The warnings, with the options called as the command calls them. */
export function warningsText({ warnings }: Pick<ReportFacts, 'warnings'>): string[] {
  return warnings.map((warning) => `warning: ${warning.replace("versions 'all'", '--versions all')}`);
}

/** What was deleted, in what time. */
export function headline(report: ReportFacts): string {
  const { dryRun, matched, deleted, failed, bytes, prefix, elapsedMs } = report;
  const where = prefix === null || prefix === '' ? 'in the store' : `under ${quoteKey(prefix)}`;
  const time = formatDuration(elapsedMs);
  if (dryRun)
    return `would delete ${formatObjects(matched - failed)} (${formatBytes(bytes)}) ${where}, listed in ${time}`;
  const what =
    deleted === matched ? formatObjects(deleted) : `${formatCount(deleted)} of ${formatObjects(matched)}`;
  return `deleted ${what} (${formatBytes(bytes)}) ${where} in ${time}, ${formatRate(deleted, elapsedMs)}`;
}

/** How the run ended. */
export function verdict(report: ReportFacts): string {
  if (report.dryRun) return 'dry run: nothing was deleted';
  if (report.aborted) return 'interrupted';
  if (report.maxDeleteReached) return 'incomplete: the limit of --max-delete was reached';
  if (!report.complete) return 'incomplete';
  return report.remaining === null ? 'complete' : 'complete, verified: nothing is left';
}
