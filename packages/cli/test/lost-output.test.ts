import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import type { DeletionReport } from '@store/core';
import { finish, FAULTY_ADAPTERS, Place } from './run-store.js';

const OBJECTS = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`logs/${i}`, 'x']));

/** The JSON document that a text ends with. */
function documentIn(text: string): DeletionReport & { error?: { code: string } } {
  return JSON.parse(text.slice(text.search(/^\{$/m))) as DeletionReport;
}

describe('store, where output cannot be written', () => {
  let full: number;
  let place: Place;
  beforeEach(async () => {
    // Every write to it says that the disk is full.
    full = openSync('/dev/full', 'w');
    place = await Place.create({
      stores: { demo: { provider: 'fs', root: './data', create: true, fsync: false } },
    });
    await using store = await place.openFs('data');
    for (const key of ['logs/a', 'logs/b', 'other']) await store.put(key, 'x');
  });
  afterEach(async () => {
    closeSync(full);
    await place[Symbol.asyncDispose]();
  });

  async function left(): Promise<readonly string[]> {
    await using store = await place.openFs('data');
    const keys: string[] = [];
    for await (const { key } of store.list('')) keys.push(key);
    return keys;
  }

  it('deletes all the same, says why on stderr, and puts the report there', async () => {
    const { code, stderr } = await place.runInto(['rm', '-r', '--yes', '--json', 'demo:logs/'], {
      stdout: full,
    });
    expect(code).to.equal(1);
    expect(stderr).to.match(/^store: stdout cannot be written: the disk is full; .*\(ENOSPC\)/);
    expect(stderr).not.to.match(/\n\s+at /);
    expect(documentIn(stderr)).to.deep.include({ deleted: 2, complete: true });
    expect(await left()).to.deep.equal(['other']);
  });

  it('puts a report in words there too, and the names that -v would have given nowhere', async () => {
    const { code, stderr } = await place.runInto(['rm', '-r', '--yes', '-v', 'demo:logs/'], { stdout: full });
    expect(code).to.equal(1);
    expect(stderr).to.match(/^store: stdout cannot.*\ndeleted 2 objects[^]*\ncomplete\n$/);
    expect(await left()).to.deep.equal(['other']);
  });

  it('goes on when stderr takes nothing, and does not call that a success', async () => {
    const rm = ['rm', '-r', '--yes', '--json', '-v', 'demo:logs/'];
    const { code, stdout } = await place.runInto(rm, { stderr: full });
    expect(code).to.equal(1);
    expect(documentIn(stdout)).to.deep.include({ deleted: 2, complete: true });
    expect(await left()).to.deep.equal(['other']);
  });

  it('deletes when neither takes anything', async () => {
    const rm = ['rm', '-r', '--yes', '--json', '-v', 'demo:logs/'];
    expect((await place.runInto(rm, { stdout: full, stderr: full })).code).to.equal(1);
    expect(await left()).to.deep.equal(['other']);
  });

  it('reports an interrupt although nobody can be told of it at once', async () => {
    await place.configure({ stores: { demo: { provider: 'memory', objects: OBJECTS } } });
    const rm = [
      'rm',
      '-r',
      '--yes',
      '-v',
      '--strategy',
      'single',
      '--max-keys-per-second',
      '20',
      'demo:logs/',
    ];
    const child = place.startInto(rm, { stderr: full });
    child.stdout?.once('data', () => child.kill('SIGINT'));
    const { code, stdout } = await finish(child);
    expect(code).to.equal(130);
    expect(stdout).to.match(/\ninterrupted\n$/);
  });

  it('puts the document of an error on stderr when stdout does not take it', async () => {
    const { code, stderr } = await place.runInto(['rm', '-r', '--yes', '--json', 'demo:logs'], {
      stdout: full,
    });
    expect(code).to.equal(2);
    expect(stderr).to.match(/^store: stdout cannot be written/);
    expect(stderr).to.match(/"code": "InvalidArgument"[^]*\nstore: .*--partial-name/);
  });

  it('keeps exit codes that say more', async () => {
    const objects = { 'p/1': 'x', 'p/2.locked': 'x' };
    await place.configure({ stores: { demo: { provider: 'locked', objects } } });
    const rm = ['--adapter', FAULTY_ADAPTERS, 'rm', '-r', '--yes', 'demo:p/'];
    const { code, stderr } = await place.runInto(rm, { stdout: full });
    expect(code).to.equal(1);
    expect(stderr).to.contain('deleted 1 of 2 objects').and.contain('"p/2.locked": AccessDenied');
  });

  for (const args of [
    ['ls', '-r', 'demo:'],
    ['ls', '--json', 'demo:'],
    ['cat', 'demo:other'],
    ['--help'],
    ['--version'],
    ['stat', 'demo:other'],
    ['stat', '--json', 'demo:other'],
    ['du', 'demo:'],
    ['config', 'check'],
    ['plan', 'demo:logs/'],
    ['plan', '--html', '-', 'demo:logs/'],
    ['doctor', 'demo:'],
  ]) {
    it(`exits with 1 after ${args.join(' ')}, with one line about why`, async () => {
      const { code, stderr } = await place.runInto(args, { stdout: full });
      expect(code).to.equal(1);
      expect(stderr.match(/^store: stdout cannot be written: the disk is full.*$/gm)).to.have.length(1);
      expect(stderr).not.to.match(/\n\s+at /);
    });
  }

  it('says only why when a listing cannot be written: that is no report', async () => {
    await place.configure({ stores: { demo: { provider: 'memory', objects: OBJECTS } } });
    const { stderr } = await place.runInto(['ls', '-r', 'demo:'], { stdout: full });
    expect(stderr).to.match(/^store: stdout cannot be written: .*\n$/);
  });

  it('does not take a report of which only a part fits on the disk for written', async () => {
    // A file of 512 bytes: the write that reaches the limit is cut short, and only the next one fails.
    const { code, stderr } = await place.shell(
      'ulimit -f 1; exec $STORE rm -r --yes --json demo:logs/ >report.json',
    );
    expect(code).to.equal(1);
    expect((await readFile(place.path('report.json'))).length).to.be.within(1, 1024);
    expect(documentIn(stderr)).to.deep.include({ deleted: 2 });
  });
}).timeout(60_000);
