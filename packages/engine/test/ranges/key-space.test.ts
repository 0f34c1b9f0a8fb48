import { KeySpace } from '#src/ranges/key-space.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { createHash } from 'node:crypto';

const hash = (i: number): string => createHash('md5').update(String(i)).digest('hex');

describe('names as places', () => {
  const SETS: Readonly<Record<string, readonly string[]>> = {
    numbers: Array.from({ length: 1000 }, (_, i) => `object-${String(i * 37).padStart(6, '0')}.json`),
    'long hashes': Array.from({ length: 1000 }, (_, i) => hash(i).repeat(20)),
    words: ['alice', 'bob', 'Carol', 'dave_1', 'eve-2', 'ünal', '王小明', '李'],
  };
  for (const [title, names] of Object.entries(SETS)) {
    it(`finds names for places, and places for names: ${title}`, () => {
      const space = new KeySpace();
      space.add(names);
      for (let place = 0; place < 1; place += 0.03) {
        const name = space.nameAt(place);
        expect(space.placeOf(name), name).to.be.closeTo(place, 1e-5);
      }
    });
  }

  it('has the order of keys, and names that are no longer than need be', () => {
    const space = new KeySpace();
    const names = SETS['long hashes'] ?? [];
    space.add(names);
    const places = names.toSorted().map((name) => space.placeOf(name));
    expect(places).to.deep.equal(places.toSorted((a, b) => a - b));
    expect(space.nameAt(1 / 3).length).to.be.below(20);
  });
});
