import type { DeletionReport, StoreErrorCode } from '@store/core';

/** Two runs of deletes, of which the second went on where the first had ended, as one. */
export function bothDeletions(first: DeletionReport, second: DeletionReport): DeletionReport {
  const sum = (
    name:
      | 'listed'
      | 'filtered'
      | 'matched'
      | 'deleted'
      | 'failed'
      | 'skipped'
      | 'blocked'
      | 'bytes'
      | 'deleteMarkersCreated'
      | 'elapsedMs',
  ): number => first[name] + second[name];
  const requests = (name: keyof DeletionReport['requests']): number =>
    first.requests[name] + second.requests[name];
  const byCode = new Map<StoreErrorCode, number>();
  for (const { failures } of [first, second])
    for (const [code, count] of Object.entries(failures.byCode) as [StoreErrorCode, number][])
      byCode.set(code, (byCode.get(code) ?? 0) + count);
  return {
    ...second,
    listed: sum('listed'),
    filtered: sum('filtered'),
    matched: sum('matched'),
    deleted: sum('deleted'),
    failed: sum('failed'),
    skipped: sum('skipped'),
    blocked: sum('blocked'),
    bytes: sum('bytes'),
    deleteMarkersCreated: sum('deleteMarkersCreated'),
    elapsedMs: sum('elapsedMs'),
    complete: first.complete && second.complete,
    maxDeleteReached: first.maxDeleteReached || second.maxDeleteReached,
    failures: {
      byCode: Object.fromEntries(byCode),
      sample: [...first.failures.sample, ...second.failures.sample].slice(0, SAMPLE_SIZE),
    },
    requests: {
      list: requests('list'),
      delete: requests('delete'),
      retried: requests('retried'),
      throttled: requests('throttled'),
    },
    startedAt: first.startedAt,
    warnings: [...new Set([...first.warnings, ...second.warnings])],
  };
}

/** Failures that a report shows. */
const SAMPLE_SIZE = 20;
