import type { DeletionReport } from '@store/core';
import { expect } from 'chai';

/**
 * Expects that what a report says adds up: `listed = matched + filtered`, `matched = deleted + failed + skipped`, and a
 * reason for each failure.
 */
export function expectClosedBooks(report: DeletionReport): void {
  const { listed, matched, filtered, deleted, failed, skipped, blocked, failures } = report;
  expect(listed, 'listed = matched + filtered').to.equal(matched + filtered);
  expect(matched, 'matched = deleted + failed + skipped').to.equal(deleted + failed + skipped);
  const reasons = Object.values(failures.byCode).reduce((sum, count) => sum + count, 0);
  expect(reasons, 'byCode = failed + blocked').to.equal(failed + blocked);
}
