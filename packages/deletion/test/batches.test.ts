import { Batches } from '#src/batches.js';
import { expect } from 'chai';
import { describe, it } from 'mocha';

function pack(batches: Batches, keys: readonly string[]): string[][] {
  const units = keys.flatMap((key) => batches.add({ key }));
  return [...units, batches.flush()].map((unit) => unit.map(({ key }) => key));
}

describe('Batches', () => {
  it('fills batches to the smaller of the limit and the present size', () => {
    let size = 3;
    const batches = new Batches({ maxKeys: 2, keys: 'any' }, () => size);
    expect(pack(batches, ['a', 'b', 'c'])).to.deep.equal([['a', 'b'], ['c']]);
    size = 1;
    expect(pack(batches, ['a', 'b'])).to.deep.equal([['a'], ['b'], []]);
  });

  it('sends alone what XML cannot carry', () => {
    const batches = new Batches({ maxKeys: 10, keys: 'xml' }, () => 10);
    expect(pack(batches, ['a', '\u0001', 'b'])).to.deep.equal([['\u0001'], ['a', 'b']]);
  });

  it('stays within the body limit: 1000 keys of 1024 escaped bytes do not fit into 2 MiB', () => {
    const limit = 2 * 1024 * 1024;
    const keys = Array.from({ length: 1000 }, (_, i) => `${'&'.repeat(1000)}${i}`);
    const units = pack(new Batches({ maxKeys: 1000, maxBytes: limit, keys: 'xml' }, () => 1000), keys);
    expect(units.flat()).to.deep.equal(keys);
    expect(units.length).to.be.greaterThan(2);
    for (const unit of units) {
      const body = unit.map((key) => `<Object><Key>${key.replaceAll('&', '&amp;')}</Key></Object>`).join('');
      expect(body.length).to.be.below(limit);
    }
  });
});
