import { writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { Place } from './run-store.js';

const OBJECTS = { 'p/a.log': 'x', 'p/b.log': 'x', 'p/c.txt': 'x', 'p/d/e.log': 'x', 'p/#f': 'x' };

describe('--include-from, --exclude-from', () => {
  let place: Place;
  beforeEach(async () => {
    place = await Place.create({
      stores: {
        demo: { provider: 'memory', objects: OBJECTS },
        a: { provider: 'fs', root: './a', create: true, fsync: false },
      },
    });
  });
  afterEach(() => place[Symbol.asyncDispose]());

  /** Which keys would be deleted. */
  async function chosen(...options: readonly string[]): Promise<string[]> {
    const stdout = await place.output('rm', '-rnv', ...options, 'demo:p/');
    return stdout.split('\n').filter((line) => line.startsWith('p/'));
  }

  it('take patterns as they stand in files of any kind, beside those that are given', async () => {
    await writeFile(place.path('list'), '\uFEFF# what stays\r\n*.log\r\n\r\n; d/** too\r\n[#]f');
    expect(await chosen('--exclude-from', 'list')).to.deep.equal(['p/c.txt', 'p/d/e.log']);
    expect(await chosen('--include-from', 'list', '--exclude', 'b*')).to.deep.equal(['p/#f', 'p/a.log']);
    for (const order of [
      ['--exclude', 'c*', '--exclude-from', 'list'],
      ['--exclude-from', 'list', '--exclude', 'c*'],
    ])
      expect(await chosen(...order), order.join(' ')).to.deep.equal(['p/d/e.log']);
    const copied = await place.output('cp', '-r', '--exclude-from', 'list', 'demo:p/', 'a:');
    expect(copied).to.contain('copied 2 objects').and.to.contain('left out 3 of 5 objects');
  });

  it('protect whatever blanks and ends of lines an editor leaves around a pattern', async () => {
    const left = ['p/#f', 'p/a.log', 'p/b.log', 'p/c.txt'];
    for (const line of ['- d/', '- d/ ', '- d/**\t', '  - d/ \r\n', '# mine\r- d/\r', '- d/\u00a0']) {
      await writeFile(place.path('rules'), line);
      expect(await chosen('--filter-from', 'rules'), JSON.stringify(line)).to.deep.equal(left);
    }
    for (const line of ['d/', 'd/** ', '\td/\r', '  # mine\n d/**  \n']) {
      await writeFile(place.path('list'), line);
      expect(await chosen('--exclude-from', 'list'), JSON.stringify(line)).to.deep.equal(left);
    }
    await writeFile(place.path('list'), 'd/**\\ \n');
    expect(await chosen('--exclude-from', 'list')).to.have.length(5);
    for (const options of [
      ['--filter', '- d/ '],
      ['--exclude', './d/**'],
      ['--exclude', '/d/'],
    ]) {
      const refused = await place.run(['rm', '-ry', ...options, 'demo:p/']);
      expect(refused, options.join(' ')).to.deep.include({ code: 2, stdout: '' });
      expect(refused.stderr).to.contain('would match nothing');
    }
  });

  it('are named where they matched nothing, at the end of rm, cp, mv and sync', async () => {
    await writeFile(place.path('list'), '*.log\nd/\n.DS_Store\n');
    const warning = 'warning: nothing that was listed matches exclude ".DS_Store"\n';
    for (const args of [
      ['rm', '-rn', '--exclude-from', 'list', 'demo:p/'],
      ['cp', '-r', '--exclude-from', 'list', 'demo:p/', 'a:'],
      ['sync', '-n', '--exclude-from', 'list', 'demo:p/', 'a:'],
      ['mv', '-rn', '--exclude-from', 'list', 'demo:p/', 'a:x/'],
      ['rm', '-n', '--exclude-from', 'list', 'demo:p/*'],
    ])
      expect(await place.output(...args), args.join(' ')).to.contain(warning);
    // One glob that means what matches, and what is under it.
    for (const args of [
      ['rm', '-rn', 'demo:p/d*'],
      ['rm', '-rn', 'demo:p/*.log'],
      ['cp', '-r', 'demo:p/*.log', 'a:'],
    ])
      expect(await place.output(...args), args.join(' ')).not.to.contain('warning');
    expect(await place.output('cp', 'demo:p/*.zip', 'a:')).to.contain('matches include "*.zip"\n');
  });

  it('mean nothing where the file says nothing, and not everything', async () => {
    await writeFile(place.path('list'), '# none\n');
    expect(await chosen('--include-from', 'list')).to.deep.equal([]);
    expect(await chosen('--exclude-from', 'list')).to.have.length(5);
  });

  it('have rules in their order beside them, as those of rclone (--filter, --filter-from)', async () => {
    await writeFile(place.path('rules'), '# rclone\n- *\n!\n+ /a.log\n- *.log\n');
    expect(await chosen('--filter-from', 'rules')).to.deep.equal(['p/#f', 'p/a.log', 'p/c.txt']);
    expect(await chosen('--filter', '+ d/', '--filter-from', 'rules')).to.deep.equal([
      'p/#f',
      'p/a.log',
      'p/c.txt',
    ]);
    expect(await chosen('--filter', '- *.log', '--filter', '+ *')).to.deep.equal(['p/#f', 'p/c.txt']);
    const copied = await place.output('cp', '-r', '--filter-from', 'rules', 'demo:p/', 'a:');
    expect(copied).to.contain('copied 3 objects').and.to.contain('left out 2 of 5 objects');
    // Without a rule everything would be meant.
    await writeFile(place.path('none'), '# none\n');
    const none = await place.run(['rm', '-rn', '--filter-from', 'none', 'demo:p/']);
    expect(none).to.deep.include({ code: 2, stdout: '' });
    expect(none.stderr).to.contain('The file has no rule');
    const wrong = await place.run(['rm', '-rn', '--filter', '*.log', 'demo:p/']);
    expect(wrong).to.deep.include({ code: 2, stdout: '' });
    expect(wrong.stderr).to.contain('"*.log" is no rule');
  });

  it('refuse what is no such file', async () => {
    await writeFile(place.path('nul'), 'a\0b');
    await writeFile(place.path('bytes'), Buffer.from([0x61, 0xff]));
    for (const [file, why] of [
      ['nothing', /cannot be read: ENOENT/],
      ['.', /It is no file/],
      ['nul', /has a NUL in it/],
      ['bytes', /is no UTF-8/],
    ] as const) {
      const { code, stdout, stderr } = await place.run(['rm', '-rn', '--include-from', file, 'demo:p/']);
      expect({ code, stdout }, file).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.match(why);
    }
  });
});
