import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { circleIn, filesOf, packagesOf, ROOT, roomsOf } from './structure/imports.js';
import { architectureSvg } from './structure/picture.js';

describe('the structure of the code', () => {
  it('has no circle of imports, types included', () => {
    expect(circleIn(filesOf())).to.equal(undefined);
    expect(circleIn(packagesOf())).to.equal(undefined);
  });

  for (const layer of ['core', 'packages/deletion', 'packages/engine', 'packages/driver'])
    it(`has no import in ${layer} that runs back up: its folders stand above one another`, () => {
      expect(circleIn(roomsOf(layer))).to.equal(undefined);
    });

  it('finds a circle where there is one', () => {
    const graph = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['c'])],
      ['c', new Set(['b'])],
    ]);
    expect(circleIn(graph)).to.deep.equal(['b', 'c', 'b']);
    expect(filesOf(['packages/engine']).get('packages/engine/src/engine.ts')).to.include(
      'packages/engine/src/retry.ts',
    );
  });

  it('gives applications every type of the contract of adapters: core passes them on by name', () => {
    const source = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
    const whole = source('packages/driver/src/index.ts').matchAll(/^export type \* from '\.\/(.+)\.js';$/gm);
    const names = Array.from(whole, ([, file]) => source(`packages/driver/src/${file}.ts`)).flatMap((text) =>
      Array.from(text.matchAll(/^export (?:interface|type) (\w+)/gm), ([, name = '']) => name),
    );
    expect(names).to.include.members(['StoreAdapter', 'StoreDriver', 'ListPageRequest', 'ObjectInfo']);
    const passedOn = new Set(source('core/src/index.ts').match(/\w+/g));
    expect(names.filter((name) => !passedOn.has(name))).to.deep.equal([]);
  });

  it('is what docs/architecture.svg shows (npm run picture)', async () => {
    expect(readFileSync(join(ROOT, 'docs/architecture.svg'), 'utf8')).to.equal(await architectureSvg());
  });
});
