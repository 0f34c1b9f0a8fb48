import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type { DeletionReport } from '@store/core';
import { FAULTY_ADAPTERS, finish, Place } from './run-store.js';

const OBJECTS = { 'logs/a.txt': 'one', 'logs/b/c.tmp': 'three', 'logs-old/d': 'four', other: 'x' };

const MEMORY = { stores: { demo: { provider: 'memory', objects: OBJECTS } } };

async function fsPlace(): Promise<Place> {
  const place = await Place.create({
    stores: { demo: { provider: 'fs', root: './data', create: true, fsync: false } },
  });
  await using store = await place.openFs('data');
  for (const [key, body] of Object.entries(OBJECTS)) await store.put(key, body);
  return place;
}

function reportOf(stdout: string): DeletionReport & { error?: { code: string; message: string } } {
  return JSON.parse(stdout) as DeletionReport;
}

describe('store rm -r', () => {
  it('prints the same report as one JSON document on memory and on fs', async () => {
    for (const open of [() => Place.create(MEMORY), fsPlace]) {
      await using place = await open();
      const { code, stdout } = await place.run(['rm', '-r', '--yes', '--json', 'demo:logs/']);
      expect(code).to.equal(0);
      const report = reportOf(stdout);
      expect(report).to.deep.include({
        prefix: 'logs/',
        strategy: 'batch',
        listed: 2,
        matched: 2,
        deleted: 2,
        failed: 0,
        bytes: 8,
        complete: true,
        aborted: false,
        dryRun: false,
        failures: { byCode: {}, sample: [] },
        requests: { list: 1, delete: 1, retried: 0, throttled: 0 },
        warnings: [],
      });
      expect(new Date(report.startedAt).getTime()).to.be.closeTo(Date.now(), 60_000);
      expect(report.elapsedMs).to.be.a('number');
    }
  });

  it('deletes what is under the prefix and nothing else', async () => {
    await using place = await fsPlace();
    const { code, stdout } = await place.run(['rm', '-r', '--yes', '--verify', 'demo:logs/']);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^deleted 2 objects \(8 B\) under "logs\/"/);
    expect(stdout).to.match(/complete, verified: nothing is left\n$/);
    expect((await place.run(['ls', '-r', 'demo:'])).stdout).to.equal('logs-old/d\nother\n');
  });

  it('asks on a terminal, and refuses where there is none', async () => {
    await using place = await fsPlace();
    const { code, stdout, stderr } = await place.run(['rm', '-r', 'demo:logs/'], 'y\n');
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.match(/^store: .*--yes\n$/);
    expect((await place.run(['ls', '-r', 'demo:logs/'])).stdout).to.equal('logs/a.txt\nlogs/b/c.tmp\n');
  });

  it('deletes nothing in a dry run, and names what it would', async () => {
    await using place = await fsPlace();
    const { code, stdout } = await place.run(['rm', '-r', '-n', '-v', 'demo:logs/']);
    expect(code).to.equal(0);
    expect(stdout).to.match(/^logs\/a\.txt\nlogs\/b\/c\.tmp\nwould delete 2 objects \(8 B\)/);
    expect(stdout).to.contain('nothing was deleted');
    expect((await place.run(['du', 'demo:'])).stdout).to.equal('4 objects, 13 B\n');
  });

  it('takes filters as globs, ages, dates and sizes', async () => {
    await using place = await Place.create(MEMORY);
    const matched = async (...options: string[]): Promise<number> => {
      const { stdout } = await place.run(['rm', '-r', '-n', '--json', ...options, 'demo:logs/']);
      return reportOf(stdout).matched;
    };
    expect(await matched('--include', '*.txt')).to.equal(1);
    expect(await matched('--include', '*.txt', '--include', '**/*.tmp')).to.equal(2);
    expect(await matched('--exclude', '**/*.tmp')).to.equal(1);
    expect(await matched('--min-size', '4')).to.equal(1);
    expect(await matched('--max-size', '1KB')).to.equal(2);
    expect(await matched('--older-than', '1h')).to.equal(0);
    expect(await matched('--newer-than', '1h')).to.equal(2);
    expect(await matched('--modified-before', '2000-01-01')).to.equal(0);
  });

  it('exits with 1 when --max-delete ends it', async () => {
    await using place = await Place.create(MEMORY);
    const { code, stdout } = await place.run(['rm', '-r', '--yes', '--max-delete', '1', 'demo:logs/']);
    expect(code).to.equal(1);
    expect(stdout).to.contain('deleted 1 of 2 objects').and.contain('--max-delete');
  });

  it('says which keys were not deleted, and why, and writes all of them to a file', async () => {
    const objects: Record<string, string> = {};
    for (let i = 0; i < 100; i++) objects[`p/${i}${i % 2 ? '.locked' : ''}`] = 'x';
    await using place = await Place.create({ stores: { demo: { provider: 'locked', objects } } });
    const rm = [
      '--adapter',
      FAULTY_ADAPTERS,
      'rm',
      '-r',
      '--yes',
      'demo:p/',
      '--failures',
      'failures.ndjson',
    ];
    const text = await place.run(rm);
    expect(text.code).to.equal(1);
    expect(text.stdout).to.contain('deleted 50 of 100 objects');
    expect(text.stdout).to.contain('not deleted: 50 objects, AccessDenied');
    expect(text.stdout).to.contain('"p/1.locked": AccessDenied: the key is held');
    expect(text.stdout.trimEnd()).to.match(/incomplete$/);

    const lines = (await readFile(place.path('failures.ndjson'), 'utf8')).trimEnd().split('\n');
    const failures = lines.map((line) => JSON.parse(line) as { key: string; code: string });
    expect(failures.map(({ key }) => key)).to.have.members(
      Object.keys(objects).filter((key) => key.endsWith('.locked')),
    );
    expect(failures.every(({ code }) => code === 'AccessDenied')).to.equal(true);

    const json = await place.run([...rm, '--json']);
    expect(json.code).to.equal(1);
    expect(reportOf(json.stdout)).to.deep.include({ deleted: 50, failed: 50, complete: false });
  });

  it('reports what was done when the listing breaks off, and why', async () => {
    const objects = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`p/${10 + i}`, 'x']));
    await using place = await Place.create({
      stores: { demo: { provider: 'broken', maxPageSize: 10, objects } },
    });
    const rm = ['--adapter', FAULTY_ADAPTERS, 'rm', '-r', '--yes', 'demo:p/'];
    const text = await place.run(rm);
    expect(text.code).to.equal(1);
    expect(text.stdout)
      .to.contain('deleted 10 objects')
      .and.match(/incomplete\n$/);
    expect(text.stderr).to.match(/^store: .*truncated.*\nstore: to go on: store resume \S+\n$/);
    const json = await place.run([...rm, '--json']);
    const report = reportOf(json.stdout);
    expect(report).to.include({ deleted: 10, complete: false });
    expect(report.error?.code).to.equal('Corrupt');
  });

  it('stops at the first Ctrl-C with the report so far', async () => {
    const objects = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`p/${i}`, 'x']));
    await using place = await Place.create({ stores: { demo: { provider: 'memory', objects } } });
    const rm = [
      'rm',
      '-r',
      '--yes',
      '--json',
      '-v',
      '--strategy',
      'single',
      '--max-keys-per-second',
      '100',
      'demo:p/',
    ];
    const child = place.start(rm);
    child.stderr.once('data', () => child.kill('SIGINT'));
    const { code, stdout, stderr } = await finish(child);
    expect(code).to.equal(130);
    expect(stderr).to.contain('stopping');
    const report = reportOf(stdout);
    expect(report).to.include({ aborted: true, complete: false, failed: 0 });
    expect(report.deleted).to.be.below(2_000);
    expect(report.matched).to.equal(report.deleted + report.skipped);
  });

  it('is killed by the second Ctrl-C when a request does not end', async () => {
    await using place = await Place.create({ stores: { demo: { provider: 'hanging', objects: OBJECTS } } });
    const child = place.start(['--adapter', FAULTY_ADAPTERS, 'rm', '-r', '--yes', '-v', 'demo:logs/']);
    child.stdout.once('data', () => child.kill('SIGINT'));
    child.stderr.once('data', () => child.kill('SIGINT'));
    const { code, stderr } = await finish(child);
    expect(code).to.equal(130);
    expect(stderr).to.contain('once more to kill');
  });

  it('goes on when nobody reads what it prints', async () => {
    const objects = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`p/${i}`, 'x']));
    await using place = await Place.create({ stores: { demo: { provider: 'memory', objects } } });
    const child = place.start(['rm', '-r', '--yes', '-v', '--failures', 'failures.ndjson', 'demo:p/']);
    child.stdout.once('data', () => child.stdout.destroy());
    const { code, stderr } = await finish(child);
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
  });
});
