import { compareKeys } from '@store/core';
import { KeyIndex } from '#src/key-index.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';

/** An index over a set, which counts how often the set is asked. */
function indexed() {
  const there = new Set<string>();
  let asked = 0;
  const index = new KeyIndex((key) => {
    asked++;
    return there.has(key);
  });
  return {
    index,
    there,
    add: (key: string): void => {
      if (there.has(key)) return;
      there.add(key);
      index.add(key);
    },
    remove: (key: string): void => {
      if (there.delete(key)) index.removed();
    },
    /** How often the set was asked for that. */
    cost: (work: () => void): number => {
      const before = asked;
      work();
      return asked - before;
    },
  };
}

describe('memory: the index of keys', () => {
  it('is the sorted set, whatever comes and goes', () => {
    const number = fc.integer({ min: 0, max: 400 });
    const step = fc.record({ kind: fc.constantFrom('add', 'remove', 'list'), from: number, count: number });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { index, there, add, remove } = indexed();
        const key = (i: number): string =>
          `${String(i % 401).padStart(3, '0')}/${i % 3 === 0 ? '\u{1f600}' : '\ufb01'}`;
        for (const { kind, from, count } of steps) {
          if (kind === 'list') {
            const expected = [...there].filter((one) => compareKeys(one, key(from)) > 0).sort(compareKeys);
            expect([...index.after(key(from))]).to.deep.equal(expected);
            continue;
          }
          for (let i = from; i < from + count; i++) (kind === 'add' ? add : remove)(key(i));
        }
        expect([...index.fromPrefix('')]).to.deep.equal([...there].sort(compareKeys));
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('lists from anywhere in a long gap at the same cost', () => {
    const { index, add, remove, cost } = indexed();
    const key = (i: number): string => String(i).padStart(6, '0');
    for (let i = 0; i < 50_000; i++) add(key(i));
    for (let i = 5_000; i < 25_000; i++) remove(key(i));
    const first = (from: string): string | undefined => index.after(from).next().value as string | undefined;
    expect(first(key(4_999))).to.equal(key(25_000));
    for (let i = 5_000; i < 25_000; i += 997) {
      expect(cost(() => expect(first(key(i))).to.equal(key(25_000)))).to.be.below(200);
    }
    // What comes back is found again.
    add(key(12_345));
    expect(first(key(9_000))).to.equal(key(12_345));
    expect(first(key(12_345))).to.equal(key(25_000));
  });
});
