import { execFileSync } from 'node:child_process';
import { closeSync, createReadStream, openSync } from 'node:fs';
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { FAULTY_ADAPTERS, finish, Place } from './run-store.js';

describe('store rm -r --failures', () => {
  const OBJECTS = { 'p/1': 'x', 'p/2.locked': 'x', 'p/3.locked': 'x' };
  let place: Place;
  beforeEach(async () => {
    place = await Place.create({ stores: { demo: { provider: 'locked', objects: OBJECTS } } });
  });
  afterEach(() => place[Symbol.asyncDispose]());

  const rm = (file: string, ...options: readonly string[]): string[] => [
    '--adapter',
    FAULTY_ADAPTERS,
    'rm',
    '-r',
    '--yes',
    '--failures',
    file,
    ...options,
    ...(options.some((option) => option.startsWith('demo:')) ? [] : ['demo:p/']),
  ];
  const keysIn = (lines: string): string[] =>
    lines
      .split('\n')
      .filter((line) => line.startsWith('{"key"'))
      .map((line) => (JSON.parse(line) as { key: string }).key)
      .sort();
  const LOCKED = ['p/2.locked', 'p/3.locked'];

  it('replaces what an earlier run wrote, with its permissions, and leaves nothing beside it', async () => {
    await writeFile(place.path('f'), 'old\n'.repeat(1000));
    await chmod(place.path('f'), 0o640);
    expect((await place.run(rm('f'))).code).to.equal(1);
    expect(keysIn(await readFile(place.path('f'), 'utf8'))).to.deep.equal(LOCKED);
    expect((await stat(place.path('f'))).mode & 0o777).to.equal(0o640);
    expect((await place.run(rm('new', '--include', '1'))).code).to.equal(0);
    expect(await readFile(place.path('new'), 'utf8')).to.equal('');
    expect(await readdir(place.directory)).to.have.members(['f', 'new', 'store.config.json']);
  });

  it('leaves it alone when the command is refused', async () => {
    await writeFile(place.path('f'), 'old');
    for (const options of [
      ['demo:p'],
      ['demo:'],
      ['--include', '['],
      ['--strategy', 'server-prefix'],
      ['--strategy', 'server-prefix', '-v'],
      ['--mfa', 'serial 123456'],
      ['--versions', 'all'],
    ]) {
      expect((await place.run(rm('f', ...options))).code, options.join(' ')).to.equal(2);
    }
    // Nobody is there to be asked.
    expect((await place.run(rm('f').filter((word) => word !== '--yes'))).code).to.equal(2);
    expect(await readFile(place.path('f'), 'utf8')).to.equal('old');
    expect(await readdir(place.directory)).to.have.members(['f', 'store.config.json']);
  });

  it('writes to the file behind a link, and refuses a link to nothing', async () => {
    await mkdir(place.path('logs'));
    await writeFile(place.path('logs/today'), 'old');
    await symlink('logs/today', place.path('link'));
    expect((await place.run(rm('link'))).code).to.equal(1);
    expect((await lstat(place.path('link'))).isSymbolicLink()).to.equal(true);
    expect(keysIn(await readFile(place.path('logs/today'), 'utf8'))).to.deep.equal(LOCKED);

    await symlink('nowhere', place.path('dangling'));
    for (const file of ['dangling', 'logs']) {
      const { code, stderr } = await place.run(rm(file));
      expect(code).to.equal(2);
      expect(stderr).to.match(/^store: --failures: .*(link to nothing|directory)\n$/);
    }
  });

  it('and every other file is refused inside the store that is deleted from', async () => {
    await place.configure({ stores: { files: { provider: 'fs', root: 'files', create: true } } });
    await place.run(['put', '-', 'files:p/a'], 'x');
    await symlink('files/objects', place.path('link'));
    for (const options of [
      ['--failures', 'files/failures'],
      ['--failures', 'link/p/failures'],
      ['--journal', 'link/p/run.jsonl'],
      ['--dry-run', '--out', 'files/set'],
    ]) {
      const { code, stderr } = await place.run(['rm', '-r', '--yes', ...options, 'files:p/']);
      expect(code, stderr).to.equal(2);
      expect(stderr).to.match(/lies inside the store .*name a file elsewhere/);
    }
    expect((await place.run(['cat', 'files:p/a'])).stdout).to.equal('x');
    expect(await readdir(place.path('files'))).to.not.include.members(['failures', 'set']);
  });

  it('writes to a pipe as it is, and waits for its reader', async () => {
    execFileSync('mkfifo', [place.path('pipe')]);
    const child = place.start(rm('pipe'));
    child.stdin.end();
    const waits = new Promise<void>((resolve) => child.stderr.once('data', () => resolve()));
    const ended = finish(child);
    await waits;
    const got = text(createReadStream(place.path('pipe')));
    const { code, stderr } = await ended;
    expect(code).to.equal(1);
    expect(stderr).to.match(/waiting for somebody to read pipe/);
    expect(keysIn(await got)).to.deep.equal(LOCKED);
    expect((await lstat(place.path('pipe'))).isFIFO()).to.equal(true);
  });

  it('can be interrupted while it waits for the reader of a pipe, and has deleted nothing', async () => {
    execFileSync('mkfifo', [place.path('pipe')]);
    const child = place.start(rm('pipe', '-v'));
    child.stdin.end();
    child.stderr.once('data', () => child.kill('SIGTERM'));
    const { code, stdout } = await finish(child);
    expect({ code, stdout }).to.deep.equal({ code: 130, stdout: '' });
  });

  it('goes on when the reader of the pipe leaves, and says that failures were lost', async () => {
    const objects = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`p/${i}.locked`, 'x']));
    await place.configure({ stores: { demo: { provider: 'locked', objects: { ...objects, ...OBJECTS } } } });
    execFileSync('mkfifo', [place.path('pipe')]);
    const reader = createReadStream(place.path('pipe'), { highWaterMark: 100 });
    reader.once('data', () => reader.destroy());
    const { code, stdout, stderr } = await place.run(rm('pipe'));
    expect(code).to.equal(1);
    expect(stdout).to.contain('deleted 1 of 5,001 objects');
    expect(stderr).to.match(/^store: --failures: not all is in the file: .*EPIPE/m);
  });

  it('is not put in the place of the file that is its own stdout', async () => {
    // As /dev/stdout is, which is not at stake here.
    await symlink('/proc/self/fd/1', place.path('stdout'));
    const out = openSync(place.path('out'), 'a');
    expect((await place.runInto(rm('stdout'), { stdout: out })).code).to.equal(1);
    closeSync(out);
    const written = await readFile(place.path('out'), 'utf8');
    expect(keysIn(written)).to.deep.equal(LOCKED);
    expect(written).to.contain('deleted 1 of 3 objects');
  });

  it('goes on when the disk is full, and says that failures were lost', async () => {
    const objects = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`p/${i}.locked`, 'x']));
    await place.configure({ stores: { demo: { provider: 'locked', objects: { ...objects, ...OBJECTS } } } });
    // No file may become larger than some kilobytes.
    const command = rm('f').map((word) => `'${word}'`);
    const { code, stdout, stderr } = await place.shell(`ulimit -f 8; exec $STORE ${command.join(' ')}`);
    expect(code).to.equal(1);
    expect(stdout).to.contain('deleted 1 of 501 objects');
    expect(stderr).to.match(/^store: --failures: not all is in the file: .*\(EFBIG\)$/m);
    const lines = (await readFile(place.path('f'), 'utf8')).split('\n');
    expect(JSON.parse(lines[0] ?? '')).to.include({ code: 'AccessDenied' });
  });
}).timeout(120_000);
