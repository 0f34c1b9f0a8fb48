import { createObjectStore } from '@store/core';
import { estimate } from '@store/planning';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { randomShape } from './random-shapes.js';
import { SortedDriver } from './sorted-driver.js';

/** More of them: `SHAPES=2000 SEED=1 npx mocha --no-config --timeout 0 packages/planning/test/dist/estimate-shapes.test.js`. */
const SHAPES = Number(process.env['SHAPES'] ?? 100);
const SEED = Number(process.env['SEED'] ?? 20_261_125);

/** Pages of 100 keys: what is large for them are some ten thousand. */
const PAGE = 100;

describe('the range of an estimate', () => {
  it(`holds over ${SHAPES} random shapes (SEED=${SEED})`, async () => {
    const wrong: string[] = [];
    let ranges = 0;
    for (let i = 0; i < SHAPES; i++) {
      const driver = new SortedDriver(
        randomShape(SEED + i).map((key) => `p/${key}`),
        { maxPageSize: PAGE },
      );
      const total = driver.stored.length;
      const { objects, range, exact, listed, requests } = await estimate(createObjectStore(driver), 'p/');
      expect(requests).to.be.at.most(180);
      expect(listed).to.be.at.most(total);
      if (exact) expect(objects).to.equal(total);
      if (!range) continue;
      ranges++;
      if (total < range.low || total > range.high)
        wrong.push(
          `${SEED + i}: ${total} objects, said ${range.low} to ${range.high}, such as ${driver.stored[total >> 1]}`,
        );
    }
    // Three standard errors: 3 of 1000.
    expect(wrong.length, wrong.join('\n')).to.be.at.most(Math.floor(ranges * 0.003));
    expect(ranges).to.be.above(SHAPES / 4);
  }).timeout(600_000);
});
