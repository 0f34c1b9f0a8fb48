import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Place } from './run-store.js';

describe('store rm -r --dry-run --out, and store apply', () => {
  let place: Place;

  beforeEach(async () => {
    place = await Place.create({ stores: { demo: { provider: 'fs', root: 'demo', create: true } } });
    await fill(['p/a', 'p/b', 'p/c', 'q'], 'old');
  });
  afterEach(() => place[Symbol.asyncDispose]());

  async function fill(keys: readonly string[], body: string): Promise<void> {
    await using store = await place.openFs('demo');
    for (const key of keys) await store.put(key, body);
  }

  it('deletes what was approved, as it was, and names what is left', async () => {
    const dry = await place.run(['rm', '-r', '--dry-run', '--out', 'set', 'demo:p/']);
    expect(dry.code).to.equal(0);
    expect(dry.stdout).to.equal(
      '3 objects in set, 9 B; nothing was deleted\nstore: to delete these and nothing else: store apply set\n',
    );
    await fill(['p/b'], 'changed since');
    await fill(['p/new'], 'new');
    const unasked = await place.run(['apply', 'set']);
    expect(unasked.code).to.equal(2);
    const applied = await place.run(['apply', '--yes', '--quiet', 'set']);
    expect(applied.code).to.equal(1);
    expect(applied.stderr).to.contain('p/b: left: it has changed');
    expect(applied.stdout).to.contain('left: 1 object that has changed or gone since');
    expect((await place.run(['ls', '-r', 'demo:'])).stdout).to.equal('p/b\np/new\nq\n');
    const again = await place.run(['apply', '--yes', '--json', 'set']);
    const { deletion, approved, changed, gone } = JSON.parse(again.stdout) as Record<string, unknown>;
    expect({ approved, changed, gone }).to.deep.equal({ approved: 3, changed: 1, gone: 2 });
    expect(deletion).to.include({ deleted: 0 });
  });

  it('refuses what is no set, what was changed, and what does not go together', async () => {
    await place.run(['rm', '-r', '--dry-run', '--out', 'set', 'demo:p/']);
    const path = place.path('set');
    const text = readFileSync(path, 'utf8');
    for (const [what, wrong] of [
      ['changed', text.replace('p/a', 'p/z')],
      ['cut', text.slice(0, -30)],
      ['another file', 'hello'],
    ] as const) {
      writeFileSync(path, wrong);
      const refused = await place.run(['apply', '--yes', 'set']);
      expect(refused.code, what).to.be.oneOf([1, 2]);
      expect(refused.stderr, what).to.contain('nothing was deleted by it');
    }
    expect((await place.run(['apply', '--yes', 'none'])).code).to.be.oneOf([1, 2]);
    for (const wrong of [
      ['rm', '-r', '--yes', '--out', 'other', 'demo:p/'],
      ['rm', '-r', '--dry-run', '--verify', '--out', 'other', 'demo:p/'],
      ['rm', '-r', '--dry-run', '--uploads', '--out', 'other', 'demo:p/'],
    ]) {
      const refused = await place.run(wrong);
      expect(refused.code, wrong.join(' ')).to.equal(2);
      expect(refused.stderr).to.contain('--out');
    }
    expect((await place.run(['ls', '-r', 'demo:'])).stdout).to.equal('p/a\np/b\np/c\nq\n');
  });

  it('is written down, and is not resumed but applied again', async () => {
    await place.run(['rm', '-r', '--dry-run', '--out', 'set', 'demo:p/']);
    await place.run(['apply', '--yes', '--quiet', 'set']);
    const runs = await place.run(['runs', '--json']);
    expect(runs.stdout).to.contain('"complete"');
  });
});

describe('store undo', () => {
  it('finds its run as resume does, and its store by the journal', async () => {
    await using place = await Place.create({
      stores: { demo: { provider: 'fs', root: 'demo', create: true } },
    });
    await using store = await place.openFs('demo');
    for (const key of ['p/a', 'p/b']) await store.put(key, 'x');
    await place.run(['rm', '-r', '--yes', '--trash', 'demo:p/']);
    const { run } = JSON.parse((await place.run(['runs', '--json'])).stdout) as { readonly run: string };
    const undo = await place.run(['undo', '--yes', run]);
    expect(undo.stderr).to.equal('');
    expect(undo).to.include({ code: 0 });
    expect((await place.run(['ls', '-r', 'demo:'])).stdout).to.equal('p/a\np/b\n');
  });
});
