import type { DeletionReport, StoreErrorCode } from '@store/core';

/** Failures that a report shows. */
const SAMPLE_SIZE = 20;

type NumbersOf<T> = { [Name in keyof T]: T[Name] extends number ? Name : never }[keyof T];

/** All numbers of a report: one more does not compile until it is here. */
const NUMBERS = {
  listed: true,
  filtered: true,
  matched: true,
  deleted: true,
  failed: true,
  skipped: true,
  blocked: true,
  bytes: true,
  deleteMarkersCreated: true,
  elapsedMs: true,
} as const satisfies Record<NumbersOf<DeletionReport>, true>;

const REQUESTS = {
  list: true,
  delete: true,
  retried: true,
  throttled: true,
} as const satisfies Record<keyof DeletionReport['requests'], true>;

/** Two runs of deletes, of which the second went on where the first had ended, as one. */
export function bothDeletions(first: DeletionReport, second: DeletionReport): DeletionReport {
  const byCode = new Map<StoreErrorCode, number>();
  for (const { failures } of [first, second])
    for (const [code, count] of Object.entries(failures.byCode) as [StoreErrorCode, number][])
      byCode.set(code, (byCode.get(code) ?? 0) + count);
  return {
    ...second,
    ...sums(NUMBERS, first, second),
    complete: first.complete && second.complete,
    maxDeleteReached: first.maxDeleteReached || second.maxDeleteReached,
    failures: {
      byCode: Object.fromEntries(byCode),
      sample: [...first.failures.sample, ...second.failures.sample].slice(0, SAMPLE_SIZE),
    },
    requests: sums(REQUESTS, first.requests, second.requests),
    startedAt: first.startedAt,
    warnings: [...new Set([...first.warnings, ...second.warnings])],
  };
}

function sums<Name extends string>(
  names: Readonly<Record<Name, true>>,
  first: Readonly<Record<NoInfer<Name>, number>>,
  second: Readonly<Record<NoInfer<Name>, number>>,
): Record<Name, number> {
  // TypeScript does not keep the names of keys.
  const all = Object.keys(names) as Name[];
  return Object.fromEntries(all.map((name) => [name, first[name] + second[name]])) as Record<Name, number>;
}
