import { createObjectStore } from '@store/core';
import { SimulatedClock, expectClosedBooks } from '@store/conformance';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { PageDriver } from './page-driver.js';

const LINKS = 25;

/** Two pages, each with an object and links, listed as often as somebody asks. */
function storeWithLinks() {
  const driver = new PageDriver({
    objects: (call) => ({
      objects: [{ key: `p/${call % 2}`, size: 1 }],
      leftOut: Array.from({ length: LINKS }, (_, at) => ({
        name: `p/${call % 2}-${at}`,
        at: `p/${call % 2}-${at}`,
        kind: 'symbolic link',
      })),
      truncated: call % 2 === 0,
      nextToken: call % 2 === 0 ? 'next' : undefined,
    }),
  });
  return createObjectStore(driver, { clock: new SimulatedClock() });
}

describe('what a listing shows among the objects and is none', () => {
  for (const options of [{}, { dryRun: true }, { maxDelete: 5 }, { minSize: 1 }]) {
    it(`is counted once, and no failure, in a run with ${JSON.stringify(options)}`, async () => {
      const report = await storeWithLinks().deletePrefix('p/', options);
      expectClosedBooks(report);
      expect(report).to.deep.include({ listed: 2, failed: 0, complete: !('dryRun' in options) });
      expect(report.leftOut.byKind).to.deep.equal({ 'symbolic link': 2 * LINKS });
      expect(report.leftOut.sample).to.have.length(20);
      expect(report.leftOut.sample[0]).to.deep.equal({ name: 'p/0-0', kind: 'symbolic link' });
    });
  }

  it('is told of as far as names choose it', async () => {
    const told = async (options: object) =>
      (await storeWithLinks().deletePrefix('p/', options)).leftOut.byKind['symbolic link'] ?? 0;
    expect(await told({ include: '0-*' })).to.equal(LINKS);
    expect(await told({ exclude: '*-*' })).to.equal(0);
    expect(await told({ filter: ['+ 1-1', '- *'] })).to.equal(1);
  });
});
