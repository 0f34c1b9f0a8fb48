import { compareKeys } from '@store/core';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { cutAt, cutsIn, type Ground } from '#src/cuts.js';
import { settledBy, shared } from '#src/rest.js';

const PAGE = 10;

function groundOf(keys: readonly string[]): Ground & { requests: number } {
  const sorted = keys.toSorted(compareKeys);
  const ground = {
    prefix: 'p/',
    maxKeyBytes: 1024,
    requests: 0,
    look: async (after: string | undefined, count = PAGE) => {
      ground.requests++;
      const behind = sorted.filter((key) => after === undefined || compareKeys(key, after) > 0);
      return { names: behind.slice(0, count), truncated: behind.length > count };
    },
  };
  return ground;
}

const anyKey = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 6 }).map((rest) => `p/${rest}`);
const anyKeys = fc.uniqueArray(
  fc.oneof(
    anyKey,
    fc.nat(5000).map((n) => `p/${n}`),
  ),
  { minLength: 1, maxLength: 200 },
);

describe('ranges that are shared', () => {
  it('are known to be several before all of them have been cut, and never where there is only one', async () => {
    const keys = Array.from({ length: 1000 }, (_, i) => `p/${String(i).padStart(4, '0')}`);
    const told: number[] = [];
    const ground = groundOf(keys);
    const whole = [{ id: 1, pass: 0 }];
    const cuts = await cutsIn(whole, 32, ground, () => told.push(ground.requests));
    expect(cuts.length).to.be.above(8);
    expect(told).to.have.length(1);
    expect(told[0]).to.be.below(ground.requests / 2);
    const small = groundOf(keys.slice(0, 5));
    expect(await cutsIn(whole, 32, small, () => told.push(0))).to.deep.equal([]);
    await cutsIn([...whole, { id: 2, pass: 0, after: 'p/5' }], 32, small, () => told.push(small.requests));
    expect(told.slice(1), 'two are several as they are').to.deep.equal([1]);
  });

  it('have each key in exactly one part, wherever they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyKeys,
        fc.uniqueArray(anyKey, { maxLength: 3 }),
        fc.integer({ min: 1, max: 20 }),
        async (keys, ends, wanted) => {
          const bounds = [undefined, ...ends.toSorted(compareKeys), undefined];
          const ranges = bounds.slice(1).map((upto, i) => ({ id: i + 1, pass: 0, after: bounds[i], upto }));
          const parts = cutAt(ranges, await cutsIn(ranges, wanted, groundOf(keys)));
          expect(parts.length).to.be.at.most(Math.max(wanted, ranges.length));
          for (const key of keys) {
            const own = parts.filter(
              ({ after, upto }) =>
                (after === undefined || compareKeys(key, after) > 0) &&
                (upto === undefined || compareKeys(key, upto) <= 0),
            );
            expect(own.length, key).to.equal(1);
          }
          const unsettled = keys.map((key, index) => ({ pass: 0, intent: 1, index, key }));
          const rest = { ranges: parts.slice(1), unsettled };
          const handed = shared(rest, wanted).flatMap(({ intents }) => intents.flatMap(({ keys: of }) => of));
          expect([...handed, ...settledBy(rest).map(({ key }) => key)].toSorted()).to.deep.equal(
            keys.toSorted(),
          );
        },
      ),
    );
  });

  it('are cut where there is something behind, with few requests, and not where there is nothing to share', async () => {
    const keys = Array.from({ length: 1000 }, (_, i) => `p/${((i * 2_654_435_761) % 2 ** 32).toString(16)}`);
    const ground = groundOf(keys);
    const whole = [{ id: 1, pass: 0 }];
    const cuts = await cutsIn(whole, 8, ground);
    expect(cuts.length).to.equal(7);
    expect(ground.requests).to.be.below(20);
    const parts = cutAt(whole, cuts).map(
      ({ after = '', upto = '\u{10ffff}' }) =>
        keys.filter((key) => compareKeys(key, after) > 0 && compareKeys(key, upto) <= 0).length,
    );
    expect(Math.min(...parts), parts.join()).to.be.above(60);
    expect(Math.max(...parts), parts.join()).to.be.below(250);
    expect(await cutsIn(whole, 8, groundOf(keys.slice(0, PAGE)))).to.deep.equal([]);
  });
});
