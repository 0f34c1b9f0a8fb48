import { expect } from 'chai';
import type { TransferReport } from '@store/transfer';

/** Expects that what a report says adds up. */
export function expectClosedBooks(report: TransferReport): void {
  const { listed, filtered, matched, copied, same, failed, skipped, failures, serverSide } = report;
  expect(listed, 'listed = matched + filtered').to.equal(matched + filtered);
  expect(matched, 'matched = copied + same + failed + skipped').to.equal(copied + same + failed + skipped);
  expect(Object.values(failures.byCode).reduce((sum, count) => sum + count, 0)).to.equal(failed);
  expect(serverSide).to.be.at.most(copied);
}
