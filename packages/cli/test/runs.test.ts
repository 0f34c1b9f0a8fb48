import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ChildProcess } from 'node:child_process';
import type { ObjectStore } from '@store/core';
import { openStore } from '@store/core';
import { startEmulator, type Emulator } from '@store/emulator';
import { s3 } from '@store/s3';
import { expect } from 'chai';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { openingOf, type Opening } from '#src/runs/opening.js';
import { s3Store } from './emulated-stores.js';
import { FAULTY_ADAPTERS, finish, Place } from './run-store.js';

const COUNT = 120;
const SLOWLY = ['--max-keys-per-second', '30', '--concurrency', '1', '--strategy', 'single'];

describe('a run of store rm -r that is written down', () => {
  let place: Place;
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator({ s3: {}, buckets: ['demo'] });
  });
  after(() => emulator.close());
  beforeEach(async () => {
    place = await Place.create({
      stores: {
        demo: { provider: 'fs', root: 'data', create: true, fsync: false },
        other: { provider: 'fs', root: 'other', create: true, fsync: false },
        s3: s3Store(emulator),
        held: { provider: 'locked', objects: { 'p/1': 'x', 'p/2.locked': 'x' } },
      },
    });
  });
  afterEach(() => place[Symbol.asyncDispose]());

  const fill = async (store: ObjectStore): Promise<void> => {
    for (let i = 0; i < COUNT; i++) await store.put(`p/${String(i).padStart(3, '0')}`, 'x');
  };
  const storeOf = (name: string): Promise<ObjectStore> =>
    name === 's3' ? openStore(s3Store(emulator), { adapters: [s3] }) : place.openFs('data');
  const keysOf = async (store: ObjectStore): Promise<string[]> => {
    const keys: string[] = [];
    for await (const { key } of store.list('')) keys.push(key);
    return keys;
  };
  const journals = (): Promise<string[]> => readdir(place.runs).catch(() => []);
  const onlyRun = async (): Promise<string> => {
    const names = (await journals()).filter((name) => name.endsWith('.jsonl'));
    expect(names).to.have.length(1);
    return (names[0] ?? '').replace('.jsonl', '');
  };
  const textOf = async (): Promise<string> => readFile(`${place.runs}/${await onlyRun()}.jsonl`, 'utf8');

  /** Begins a slow run, and waits until something was deleted. */
  const begin = async (name: string, ...options: readonly string[]): Promise<ChildProcess> => {
    const child = place.start(['rm', '-r', '--yes', ...SLOWLY, ...options, `${name}:p/`]);
    child.stdin.end();
    for (;;) {
      const [journal] = (await journals()).filter((one) => one.endsWith('.jsonl'));
      if (journal !== undefined && (await readFile(`${place.runs}/${journal}`, 'utf8')).includes('"deleted"'))
        break;
      expect(child.exitCode, 'it still runs').to.equal(null);
      await sleep(20);
    }
    return child;
  };
  const kill = async (child: ChildProcess): Promise<void> => {
    const end = finish(child);
    child.kill('SIGKILL');
    await end;
  };

  for (const name of ['demo', 's3']) {
    it(`is gone on with when it was killed: ${name}`, async () => {
      const store = await storeOf(name);
      await fill(store);
      await kill(await begin(name));
      const left = await keysOf(store);
      expect(left.length).to.be.within(1, COUNT - 1);
      expect(await place.output('runs')).to.match(/interrupted .* \w+:p\/\n$/);
      expect(await place.output('report', await onlyRun())).to.match(/unconfirmed: \d/);

      const { code, stdout, stderr } = await place.run(['resume', '--json']);
      expect(code, stderr).to.equal(0);
      expect(JSON.parse(stdout)).to.include({ deleted: COUNT, failed: 0, complete: true });
      expect(await keysOf(store)).to.deep.equal([]);

      const again = await place.run(['resume', (await onlyRun()).slice(0, 12)]);
      expect(again).to.include({ code: 0, stdout: '' });
      expect(again.stderr).to.contain('nothing is left to do');
      await store.close();
    });
  }

  it('says in its last line how to go on when it was told to stop', async () => {
    await fill(await storeOf('demo'));
    const child = await begin('demo');
    const end = finish(child);
    child.kill('SIGTERM');
    const { code, stdout, stderr } = await end;
    expect(code).to.equal(130);
    expect(stdout).to.contain('interrupted');
    expect(stderr.trimEnd().split('\n').at(-1)).to.equal(`store: to go on: store resume ${await onlyRun()}`);
    expect((await place.run(['resume', await onlyRun()])).code).to.equal(0);
  });

  it('is worked on by one of two at a time', async () => {
    await fill(await storeOf('demo'));
    await kill(await begin('demo'));
    const run = await onlyRun();
    const results = await Promise.all(
      [1, 2].map(() => place.run(['resume', run, '--max-keys-per-second', '60'])),
    );
    expect(results.map(({ code }) => code)).to.have.members([0, 1]);
    expect(results.find(({ code }) => code === 1)?.stderr).to.match(
      /^store: process \d+ .*is at work on the journal/m,
    );
    expect(await place.output('runs', '--json')).to.contain(`"deleted":${COUNT}`);
  });

  it('is not gone on with in another store, or by what is no journal', async () => {
    await fill(await storeOf('demo'));
    await kill(await begin('demo'));
    const left = await keysOf(await storeOf('demo'));
    const run = await onlyRun();
    const refused = await place.run(['resume', run, '--store', 'other:']);
    expect(refused.code).to.equal(2);
    expect(refused.stderr).to.contain('is about another run: place is');

    const text = await textOf();
    const lines = text.split('\n');
    await writeFile(place.path('foreign'), 'a\nb\n');
    await writeFile(place.path('garbled'), [lines[0], '{"type":"ra', ...lines.slice(2)].join('\n'));
    await writeFile(place.path('empty'), '');
    for (const file of ['foreign', 'garbled', 'empty', 'nowhere']) {
      for (const command of ['resume', 'report']) {
        const { code, stdout } = await place.run([command, `./${file}`]);
        expect({ code: code === 0, stdout }, `${command} ${file}`).to.deep.equal({ code: false, stdout: '' });
      }
    }
    expect(await keysOf(await storeOf('demo'))).to.deep.equal(left);
    // A torn last line is what a crash leaves.
    await writeFile(place.path('torn'), text.slice(0, -3));
    const { code, stderr } = await place.run(['resume', './torn']);
    expect(code, stderr).to.equal(0);
    expect(await keysOf(await storeOf('demo'))).to.deep.equal([]);
  });

  it('uses the configuration of then, wherever it is resumed', async () => {
    await fill(await storeOf('demo'));
    await kill(await begin('demo'));
    await mkdir(place.path('elsewhere'));
    const { code, stderr } = await place.run(['resume'], '', {}, place.path('elsewhere'));
    expect(code, stderr).to.equal(0);
    expect(await keysOf(await storeOf('demo'))).to.deep.equal([]);
  });

  it('has its journal also when several begin at once, before there is a place for them', async () => {
    const memory = { provider: 'memory', objects: { 'p/1': 'x' } };
    await place.configure({ stores: { demo: memory } });
    const runs = Array.from({ length: 6 }, () => place.run(['rm', '-r', '--yes', 'demo:p/']));
    for (const { code, stderr } of await Promise.all(runs))
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect((await journals()).filter((name) => name.endsWith('.jsonl'))).to.have.length(6);
  });

  it('does without a journal where none can be written, unless it was asked for', async () => {
    const store = await storeOf('demo');
    await store.put('p/1', 'x');
    await writeFile(place.path('file'), '');
    const asked = ['rm', '-r', '--yes', '--journal', place.path('file/j'), 'demo:p/'];
    const refused = await place.run(asked);
    expect(refused.code).to.equal(2);
    expect(await keysOf(store)).to.deep.equal(['p/1']);
    for (const state of [place.path('file'), '/proc/none']) {
      await store.put('p/1', 'x');
      const { code, stderr } = await place.run(['rm', '-r', '--yes', 'demo:p/'], '', {
        XDG_STATE_HOME: state,
      });
      expect({ code, lines: stderr.split('\n').length }, stderr).to.deep.equal({ code: 0, lines: 2 });
      expect(stderr).to.match(/^store: no journal: .*; this run cannot be resumed\n$/);
      expect(await keysOf(store)).to.deep.equal([]);
    }
  });

  it('has a journal of its own for the user alone, none in a dry run, and none with --no-journal', async () => {
    const store = await storeOf('demo');
    await store.put('p/1', 'x');
    await place.output('rm', '-r', '--dry-run', 'demo:p/');
    expect(await journals()).to.deep.equal([]);
    await place.output('rm', '-r', '--yes', '--no-journal', 'demo:p/');
    expect(await journals()).to.deep.equal([]);
    await place.output('rm', '-r', '--yes', 'demo:p/');
    expect(await onlyRun()).to.match(/^\d{8}T\d{6}Z-[0-9a-f]{6}$/);
    expect((await stat(place.runs)).mode & 0o777).to.equal(0o700);
    for (const wrong of [
      ['--dry-run', '--journal', 'j'],
      ['--dry-run', '--audit'],
      ['--no-journal', '--audit'],
    ]) {
      expect((await place.run(['rm', '-r', '--yes', ...wrong, 'demo:p/'])).code, wrong.join(' ')).to.equal(2);
    }
  });

  it('keeps the journals of runs that are complete for 30 days, and all others', async () => {
    await place.output('rm', '-r', '--yes', 'demo:p/');
    const complete = await onlyRun();
    const text = await textOf();
    await writeFile(`${place.runs}/20260101T000000Z-aaaaaa.jsonl`, text.slice(0, text.indexOf('\n') + 1));
    const long = new Date(Date.now() - 31 * 24 * 60 * 60 * 1000);
    for (const name of await journals()) await utimes(`${place.runs}/${name}`, long, long);
    await place.output('rm', '-r', '--yes', 'demo:p/');
    const names = await journals();
    expect(names).to.have.length(2);
    expect(names).to.include('20260101T000000Z-aaaaaa.jsonl');
    expect(names).to.not.include(`${complete}.jsonl`);
  });

  it('is accounted for again, each key with what became of it', async () => {
    const { code } = await place.run([
      '--adapter',
      FAULTY_ADAPTERS,
      'rm',
      '-r',
      '--yes',
      '--audit',
      'held:p/',
    ]);
    expect(code).to.equal(1);
    const run = await onlyRun();
    expect(await place.output('report', run)).to.contain('deleted 1 of 2 objects');
    expect(JSON.parse(await place.output('report', '--json', run))).to.deep.include({
      run,
      deleted: 1,
      failed: 1,
    });
    expect((await place.output('report', '--csv', run)).split('\n').sort()).to.deep.equal([
      '',
      'memory:,p/1,,succeeded,,,',
      'memory:,p/2.locked,,failed,AccessDenied,,the key is held',
    ]);
    // What was made shorter does not name all.
    const lines = (await textOf()).split('\n');
    const summary = {
      type: 'summary',
      passed: 1,
      filtered: 0,
      deleted: 7,
      bytes: 0,
      markersCreated: 0,
      elapsedMs: 1,
      nextId: 9,
      ranges: [],
      intents: [],
      failures: { byCode: {}, sample: [] },
      doubtful: [],
    };
    await writeFile(place.path('short'), `${lines[0]}\n${JSON.stringify(summary)}\n`);
    const short = await place.run(['report', '--csv', './short']);
    expect(short).to.include({ code: 1, stdout: '' });
    expect(short.stderr).to.match(/^store: 7 objects that were deleted are not named/);
  });

  it('has a page that stands on its own, also while it is not finished', async () => {
    await fill(await storeOf('demo'));
    const child = await begin('demo', '--include', '*');
    child.kill('SIGKILL');
    await finish(child);
    const run = await onlyRun();
    expect(await place.output('report', '--html', 'killed.html', run)).to.equal('');
    const killed = await readFile(place.path('killed.html'), 'utf8');
    expect(killed).to.match(/^<!doctype html>\n<html lang="en">/);
    expect(killed).to.match(/<strong>interrupted<\/strong> · deleted \d+ objects? .*until then/);
    expect(killed).to.contain(`to go on: store resume ${run}`);

    await place.output('resume', run);
    const complete = await place.output('report', run, '--html');
    expect(complete).to.match(/<strong>complete<\/strong> · deleted 120 objects/);
    expect(complete).to.contain('<th scope="row">sessions</th><td>2</td>');
    expect(complete).not.to.match(/to go on|<script|<link|<img|url\(/i);

    for (const [args, says] of [
      [['--html', run], /is the file of --html; name the run too: store report --html FILE RUN/],
      [['--html', '--json', run], /--json/],
      [['--html', `${place.path('data')}/page.html`, run], /lies inside the store/],
      [[], /name the run/],
    ] as const) {
      const { code, stderr } = await place.run(['report', ...args]);
      expect(code).to.equal(2);
      expect(stderr).to.match(says);
    }
  });

  it('names no URL in its journal that has credentials in it', async () => {
    const located = {
      id: '',
      key: '',
      provider: 'x',
      config: { provider: 'x' },
      options: { adapters: [] },
      retry: undefined,
    };
    const of = (address: string): Promise<Opening> =>
      openingOf({ locate: () => Promise.resolve(located) }, address);
    for (const address of [
      'x://me:word@host/p/',
      'x://b/p/?accessKeyId=1',
      'x://b/p/?a=1&X-Amz-Security-Token=1',
    ])
      expect(await of(address), address).to.deep.equal({});
    for (const address of ['oss://b/p/?region=oss-cn-beijing', 'file:///a@b/p/'])
      expect(await of(address)).to.deep.equal({ address });
  });
}).timeout(120_000);
