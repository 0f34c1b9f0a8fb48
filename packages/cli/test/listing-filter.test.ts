import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Place } from './run-store.js';

const OBJECTS = {
  'p/a.log': 'x',
  'p/b.txt': 'xx',
  'p/d/e.log': 'xxx',
  'p/d/f': 'xxxx',
  'p/old/g.txt': 'xxxxx',
};

describe('store ls, store du with filters', () => {
  let place: Place;
  beforeEach(async () => {
    place = await Place.create({ stores: { demo: { provider: 'memory', objects: OBJECTS } } });
  });
  afterEach(() => place[Symbol.asyncDispose]());

  const lines = async (...args: readonly string[]): Promise<string[]> =>
    (await place.output(...args)).split('\n').filter((line) => line !== '');

  it('mean what rm -r would delete with the same ones', async () => {
    await writeFile(place.path('rules'), '# mine\n- *.log\n');
    for (const filters of [
      [],
      ['--include', '*.{log,txt}'],
      ['--include', '**/*.log', '--exclude', 'd/'],
      ['--exclude', 'old/', '--exclude', 'a*'],
      ['--filter-from', 'rules'],
      ['--filter', '+ d/', '--filter', '- *'],
      ['--exclude-from', 'rules'],
      ['--min-size', '2', '--max-size', '4'],
      ['--older-than', '1h'],
      ['--newer-than', '1h'],
    ]) {
      const meant = (await lines('rm', '-rnv', ...filters, 'demo:p/')).filter((line) =>
        line.startsWith('p/'),
      );
      expect(await lines('ls', '-r', ...filters, 'demo:p/'), filters.join(' ')).to.deep.equal(meant);
      const bytes = meant.map((key) => OBJECTS[key as keyof typeof OBJECTS].length);
      expect(JSON.parse(await place.output('du', '--json', ...filters, 'demo:p/'))).to.deep.equal({
        prefix: 'p/',
        objects: meant.length,
        bytes: bytes.reduce((sum, one) => sum + one, 0),
      });
    }
  });

  it('leave out groups that are excluded whole', async () => {
    expect(await lines('ls', '--exclude', 'd/', 'demo:p/')).to.deep.equal(['p/a.log', 'p/b.txt', 'p/old/']);
    expect(await lines('ls', '--include', '*.log', 'demo:p/')).to.deep.equal(['p/a.log']);
    expect(await lines('ls', '--include', '**/*.log', 'demo:p/')).to.deep.equal([
      'p/a.log',
      'p/d/',
      'p/old/',
    ]);
  });

  it('refuse what would match nothing by mistake', async () => {
    for (const command of ['ls', 'du']) {
      const { code, stdout, stderr } = await place.run([command, '--exclude', './d/', 'demo:p/']);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.contain('would match nothing');
    }
  });
});
