import { readdir, writeFile } from 'node:fs/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { Place } from './run-store.js';

const CONFIG = { stores: { a: { provider: 'fs', root: './a', create: true, fsync: false } } };

const FULL = 'the disk is full; make room there, or write to another one (ENOSPC)';
const TOO_LARGE =
  'it would be larger than the file system, or a limit of the process (ulimit -f), allows (EFBIG)';

describe('a disk that takes no more', () => {
  it('is told of, with where it is and what to do, and leaves nothing half', async () => {
    await using place = await Place.create(CONFIG);
    await using a = await place.openFs('a');
    await a.put('big', Buffer.alloc(100_000));
    await a.put('small', 'x');
    const file = place.path('out');
    for (const [command, message] of [
      ['$STORE get a:big out', `${file} was not written: ${TOO_LARGE}`],
      ['$STORE cp a:big ./out', `"big": ${file}: ${TOO_LARGE}`],
    ] as const)
      expect(await place.shell(`ulimit -f 20; ${command}`), command).to.deep.equal({
        code: 1,
        stdout: '',
        stderr: `store: ${message}\n`,
      });
    expect(await readdir(place.directory)).to.have.members(['a', 'store.config.json']);
    const others = await place.shell('ulimit -f 20; $STORE cp -r a: ./all/');
    expect(others.code).to.equal(1);
    expect(others.stdout)
      .to.contain('copied 1 of 2 objects')
      .and.to.contain(`${place.path('all/big')}: it would be`);
    expect(await readdir(place.path('all'))).to.deep.equal(['small']);
  });

  it('is told of by those who write to what is no file', async function () {
    if (process.platform !== 'linux') return this.skip();
    await using place = await Place.create(CONFIG);
    await using a = await place.openFs('a');
    await a.put('big', Buffer.alloc(100_000));
    for (const [command, message] of [
      ['$STORE get a:big /dev/full', `/dev/full was not written: ${FULL}`],
      ['$STORE cat a:big > /dev/full', `stdout cannot be written: ${FULL}`],
      ['$STORE plan a: --html /dev/full', `/dev/full cannot be written: ${FULL}`],
      ['$STORE du a: --log-file /dev/full', `--log-file: not all is in the file: ${FULL}`],
    ] as const) {
      const { code, stderr } = await place.shell(command);
      expect(stderr, command).to.contain(`store: ${message}\n`);
      expect(code, command).not.to.equal(0);
    }
  });

  it('keeps a run from beginning that is to have a journal, and leaves no lock', async () => {
    await using place = await Place.create(CONFIG);
    await using a = await place.openFs('a');
    await a.put('p/1', 'x');
    const { code, stderr } = await place.shell('ulimit -f 0; $STORE rm -r -y a:p/ --journal j.jsonl');
    expect(code).to.equal(2);
    expect(stderr).to.match(/the journal .*j\.jsonl cannot be used: .*\(EFBIG\)\n$/);
    expect(await readdir(place.directory)).to.have.members(['a', 'store.config.json']);
    expect(await a.exists('p/1')).to.equal(true);
    await writeFile(
      place.path('keys'),
      Array.from({ length: 200 }, (_, at) => `${'k'.repeat(1100)}${at}\n`).join(''),
    );
    const lost = await place.shell('ulimit -f 20; $STORE rm -y --from keys a: --failures failed.jsonl');
    expect(lost.code).not.to.equal(0);
    expect(lost.stderr).to.contain(`store: --failures: not all is in the file: ${TOO_LARGE}`);
  });
});
