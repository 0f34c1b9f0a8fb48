import { RepeatWatch } from '@store/engine';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';

describe('RepeatWatch', () => {
  it('knows again what it has seen while that is little, and nothing else', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'binary' }), { maxLength: 200 }), (names) => {
        const watch = new RepeatWatch();
        for (const name of names) expect(watch.add(name), name).to.equal(false);
        for (const name of names) expect(watch.has(name) && watch.add(name), name).to.equal(true);
      }),
    );
  });

  for (const [straight, round] of [
    [0, 3],
    [0, 50_000],
    [200_000, 1000],
    [200_000, 3],
    [30_000, 30_000],
  ] as const) {
    it(`finds a circle of ${round} names after ${straight} others, and none before`, () => {
      const watch = new RepeatWatch();
      for (let i = 0; i < straight + round; i++) watch.add(`name-${i}`);
      expect(watch.circles).to.equal(false);
      let steps = 0;
      while (!watch.circles && steps < 10 * (straight + round) + 10_000)
        watch.add(`name-${straight + (steps++ % round)}`);
      expect(watch.circles).to.equal(true);
    });
  }
});
