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

  it('has no import in core that runs back up: its folders stand above one another', () => {
    expect(circleIn(roomsOf('core'))).to.equal(undefined);
  });

  it('finds a circle where there is one', () => {
    const graph = new Map([
      ['a', new Set(['b'])],
      ['b', new Set(['c'])],
      ['c', new Set(['b'])],
    ]);
    expect(circleIn(graph)).to.deep.equal(['b', 'c', 'b']);
    expect(filesOf(['core']).get('core/src/engine/engine.ts')).to.include('core/src/engine/retry.ts');
  });

  it('is what docs/architecture.svg shows (npm run picture)', async () => {
    expect(readFileSync(join(ROOT, 'docs/architecture.svg'), 'utf8')).to.equal(await architectureSvg());
  });
});
