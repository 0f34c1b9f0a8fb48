import { createObjectStore, type DeletionFailure } from '@store/core';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { PageDriver } from './page-driver.js';
import { SimulatedClock, expectClosedBooks } from '@store/conformance';

/** A service that says of no version of "p/a" that it is the latest; "p/b" is as it should be, over two pages. */
function unclearStore() {
  const version = (key: string, versionId: string, isLatest: boolean) => ({
    key,
    versionId,
    isLatest,
    deleteMarker: false,
    size: 1,
  });
  const pages = [
    { versions: [version('p/a', 'a2', false), version('p/a', 'a1', false), version('p/b', 'b3', true)] },
    { versions: [version('p/b', 'b2', false), version('p/b', 'b1', false)] },
  ].map((page, i) => ({ ...page, truncated: i === 0, nextToken: i === 0 ? 'next' : undefined }));
  let call = 0;
  const driver = new PageDriver({ versions: () => pages[call++ % pages.length] ?? {} });
  return createObjectStore(driver, { clock: new SimulatedClock() });
}

describe('a listing that does not say which version is the latest', () => {
  it('loses none to a run for those that are not', async () => {
    const deleted: (string | undefined)[] = [];
    const failures: DeletionFailure[] = [];
    const report = await unclearStore().deletePrefix('p/', {
      versions: 'noncurrent',
      onDeleted: ({ versionId }) => void deleted.push(versionId),
      onFailure: (failure) => void failures.push(failure),
    });
    expectClosedBooks(report);
    expect(deleted).to.deep.equal(['b2', 'b1']);
    expect(failures.map(({ versionId, code, attempts }) => [versionId, code, attempts])).to.deep.equal([
      ['a2', 'Corrupt', 0],
      ['a1', 'Corrupt', 0],
    ]);
    expect(report).to.include({ filtered: 1, failed: 2, complete: false });
  });

  it('does not matter to a run for all of them', async () => {
    const report = await unclearStore().deletePrefix('p/', { versions: 'all' });
    expect(report).to.include({ deleted: 5, failed: 0, complete: true });
  });
});
