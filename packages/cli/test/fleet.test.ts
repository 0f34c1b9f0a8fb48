import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RedisServer } from '@store/conformance';
import { startEmulator, type Emulator } from '@store/emulator';
import type { FleetReport } from '@store/fleet';
import { expect } from 'chai';
import { after, afterEach, before, beforeEach, describe, it } from 'mocha';
import { s3Store } from './emulated-stores.js';
import { finish, Place, type Result } from './run-store.js';

const KEYS = 24_000;

/** Keys a second: so slow that a run lasts as long as what is done to it. */
const SLOW = ['--max-keys-per-second', '4000'];

const SECRET = 'very-secret';

/** A process of the command that goes on, and what it has written so far. */
class Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly finished: Promise<Result>;
  stdout = '';
  stderr = '';

  constructor(child: ChildProcessWithoutNullStreams) {
    this.child = child;
    child.stdout.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.finished = finish(child);
  }

  /** Of `--json`. */
  get events(): readonly Readonly<Record<string, unknown>>[] {
    const lines = this.stdout.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Waits until that is so. */
  async until(what: (running: Running) => boolean): Promise<void> {
    let isOver = false;
    void this.finished.then(() => (isOver = true));
    while (!what(this)) {
      if (isOver) throw new Error(`it ended before that: ${this.stdout}${this.stderr}`);
      await sleep(20);
    }
  }
}

describe('store fleet', function () {
  this.timeout(120_000);
  let redis: RedisServer;
  let emulator: Emulator;
  let place: Place;
  let fleet = 0;
  let env: Record<string, string> = {};
  const running = new Set<Running>();

  before(async function () {
    if (!(await RedisServer.isInstalled())) this.skip();
    redis = await RedisServer.start();
  });
  after(() => redis?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    emulator = await startEmulator({
      s3: {},
      region: 'us-east-1',
      buckets: ['demo', 'other'],
      latency: { baseMs: 2 },
    });
    const scattered = Array.from(
      { length: KEYS },
      (_, i) => `p/${'ab'[i % 2]}/${(i * 2_654_435_761) % 2 ** 32}`,
    );
    await emulator.bucket('demo').seed(['before', 'q/beside', 'r/1', 'r/2', 's/1', ...scattered]);
    await emulator.bucket('other').seed(['p/1', 'p/2']);
    place = await Place.create({
      stores: { demo: s3Store(emulator), other: s3Store(emulator, { bucket: 'other' }) },
      default: 'demo',
    });
    env = { STORE_REDIS: redis.url };
    fleet++;
  });
  afterEach(async () => {
    for (const { child, finished } of running) {
      child.kill('SIGKILL');
      await finished;
    }
    running.clear();
    await place[Symbol.asyncDispose]();
    await emulator.close();
  });

  /** Each test has a fleet of its own. */
  const words = (args: readonly string[]): string[] => ['fleet', ...args, '--fleet', `test-${fleet}`];
  const store = (...args: readonly string[]): Promise<Result> => place.run(words(args), '', env);
  const start = (...args: readonly string[]): Running => {
    const one = new Running(place.start(words(args), env));
    running.add(one);
    return one;
  };
  const worker = async (...args: readonly string[]): Promise<Running> => {
    const one = start('worker', '--json', ...args);
    await one.until(({ events }) => events.length > 0);
    return one;
  };
  const reportOf = async (run: string): Promise<FleetReport> => {
    const { code, stdout, stderr } = await store('status', '--json', run);
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout) as FleetReport;
  };
  const begin = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await store('run', '--yes', '--detach', ...args);
    expect(code, stderr).to.equal(0);
    return stdout.trim();
  };
  const until = async (run: string, what: (report: FleetReport) => boolean): Promise<FleetReport> => {
    for (;;) {
      const report = await reportOf(run);
      if (what(report)) return report;
    }
  };
  const keysOf = async (bucket: string): Promise<string[]> => {
    const { stdout } = await place.run(['ls', '-r', `${bucket}:`]);
    return stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.replace(/^.* /, ''));
  };
  const deletedBy = ({ events }: Running): number =>
    events.reduce((sum, { deleted = 0 }) => sum + Number(deleted), 0);

  it('deletes with all its workers, and reports as "rm -r" does', async () => {
    const workers = [await worker(), await worker()];
    const { code, stdout, stderr } = await store(
      'run',
      '--yes',
      '--verify',
      ...SLOW,
      'demo:p/a/',
      'demo:p/b/',
    );
    expect(code, stderr).to.equal(0);
    const told = stdout
      .replaceAll(/in [\d.]+ s, [\d,]+ keys\/s/g, 'in TIME')
      .replaceAll(/\d+ (list|delete)/g, 'N $1')
      .replace(/run \S+:/, 'run ID:');
    const report = (prefix: string): string[] => [
      `deleted 12,000 objects (0 B) under "${prefix}" in TIME`,
      'requests: N list, N delete, 0 retried, 0 throttled',
      'complete, verified: nothing is left',
    ];
    const all = 'run ID: deleted 24,000 objects in TIME; 2 of 2 prefixes complete';
    expect(told.split('\n')).to.deep.equal([...report('p/a/'), ...report('p/b/'), all, '']);
    expect(stderr).to.match(/^run \S+\n/);
    expect(await keysOf('demo')).to.deep.equal(['before', 'q/beside', 'r/1', 'r/2', 's/1']);
    expect(emulator.log.deleted).to.equal(KEYS);
    for (const { child, finished } of workers) {
      child.kill('SIGTERM');
      expect((await finished).code).to.equal(0);
    }
    for (const one of workers) expect(deletedBy(one), one.stdout).to.be.above(0);
    expect(workers.reduce((sum, one) => sum + deletedBy(one), 0)).to.equal(KEYS);
  });

  it('tells with --json on stdout how far it is, an event a line, and the report', async () => {
    await worker();
    const { code, stdout } = await store('run', '--yes', '--json', ':r/');
    expect(code).to.equal(0);
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events[0]).to.deep.include({ type: 'begun', addresses: ['demo:r/'] });
    expect(events.slice(1, -1).map(({ type }) => type)).to.include('progress');
    const { type, report } = events.at(-1) as { type: string; report: FleetReport };
    expect(type).to.equal('ended');
    expect(report).to.deep.include({ state: 'done', complete: true, deleted: 2, matched: 2, failed: 0 });
    expect(report.rows[0]).to.include({ address: 'demo:r/', prefix: 'r/', deleted: 2 });
  });

  it('asks on a terminal, and refuses where there is none', async () => {
    const { code, stdout, stderr } = await store('run', 'demo:p/');
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.match(/^store: .*--yes\n$/);
    expect((await store('list')).stdout).to.equal('');
  });

  it('says that no worker is there, and how to start one', async () => {
    const run = start('run', '--yes', 'demo:r/', '--redis', redis.url);
    await run.until(({ stderr }) => stderr.includes('no worker has said anything'));
    expect(run.stderr).to.contain(
      `in the last 10 seconds; start one: store fleet worker --queue ${redis.url} --fleet test-${fleet}\n`,
    );
    await worker();
    expect((await run.finished).code).to.equal(0);
  });

  it('goes on when Ctrl-C ends the waiting, and says how to end it', async () => {
    await worker();
    const waiting = start('run', '--yes', ...SLOW, 'demo:p/');
    await waiting.until(({ stderr }) => /^run \S+\n/.test(stderr));
    const [, run = ''] = /^run (\S+)/.exec(waiting.stderr) ?? [];
    await until(run, ({ deleted }) => deleted > 0);
    waiting.child.kill('SIGINT');
    const { code, stderr } = await waiting.finished;
    expect(code).to.equal(130);
    expect(stderr).to.contain(`the fleet goes on with the run ${run}\n`);
    expect(stderr).to.match(new RegExp(`to end it: store fleet stop ${run} --fleet test-\\d+\\n$`));
    expect(stderr).not.to.contain('requests in flight');
    const { deleted } = await reportOf(run);
    await until(run, (report) => report.deleted > deleted);
    expect((await store('stop', run)).code).to.equal(0);
    await until(run, ({ state }) => state === 'stopped');
  });

  it('stops a run, and resumes it', async () => {
    await worker();
    const waiting = start('run', '--yes', '--json', ...SLOW, 'demo:p/');
    await waiting.until(({ events }) => events.some(({ deleted = 0 }) => Number(deleted) > 0));
    const run = String(waiting.events[0]?.['run']);
    expect((await store('forget', run)).stderr).to.contain('stop it first');
    // The beginning of its name will do.
    expect((await store('stop', run.slice(0, -2))).code).to.equal(0);
    const ended = await waiting.finished;
    expect(ended.code).to.equal(1);
    expect(ended.stderr).to.match(new RegExp(`to go on: store fleet resume ${run} `));
    const stopped = await reportOf(run);
    expect(stopped).to.include({ state: 'stopped', complete: false });
    expect(stopped.deleted)
      .to.be.within(1, KEYS - 1)
      .and.to.equal(emulator.log.deleted);
    expect((await store('list')).stdout).to.match(new RegExp(`\n${run} +stopped +[\\d,]+ +0  demo:p/\n$`));
    expect((await store('resume', run)).code).to.equal(0);
    const watched = await store('status', '--watch', run);
    expect(watched.code, watched.stderr).to.equal(0);
    expect(watched.stdout).to.match(/^deleted 24,000 objects .*\n.*\ncomplete\n$/);
    expect(emulator.log.deleted).to.equal(KEYS);
    expect((await store('resume', run)).code).to.equal(2);
    expect((await store('forget', run)).code).to.equal(0);
    expect((await store('status', run)).stderr).to.contain(`no run ${run}`);
  });

  it('pauses a run, and resumes it', async () => {
    await worker();
    const run = await begin(...SLOW, 'demo:p/');
    await until(run, ({ deleted }) => deleted > 0);
    expect((await store('pause', run)).code).to.equal(0);
    // What was in flight, and being held back for the rate, comes to its end.
    let before = -1;
    while (before !== emulator.log.deleted) {
      before = emulator.log.deleted;
      await sleep(1500);
    }
    expect(before).to.be.below(KEYS);
    expect(await reportOf(run)).to.include({ state: 'paused', complete: false });
    await store('resume', run);
    await until(run, ({ state }) => state === 'done');
    expect(emulator.log.deleted).to.equal(KEYS);
  });

  it('takes the prefixes of a list as one run, with an account each', async () => {
    await writeFile(place.path('list'), 'demo:r/\n"demo:s/"\nother:p/\n');
    await worker();
    const { code, stdout, stderr } = await store('run', '--yes', '--from', 'list');
    expect(code, stderr).to.equal(0);
    for (const under of [
      '2 objects (0 B) under "r/"',
      '1 object (0 B) under "s/"',
      '2 objects (0 B) under "p/"',
    ])
      expect(stdout).to.contain(`deleted ${under} in `);
    expect(stdout).to.match(/\nrun \S+: deleted 5 objects in .*; 3 of 3 prefixes complete\n$/);
    expect(await keysOf('other')).to.deep.equal(['']);
    const listed = await store('list', '--json');
    const { rows } = JSON.parse(listed.stdout) as FleetReport;
    expect(rows.map(({ address, deleted }) => [address, deleted])).to.deep.equal([
      ['demo:r/', 2],
      ['demo:s/', 1],
      ['other:p/', 2],
    ]);
    const stdin = await place.run(words(['run', '--yes', '--from', '-']), 'demo:q/\n', env);
    expect(stdin.code, stdin.stderr).to.equal(0);
  });

  it('names keys that were not deleted, and exits with 1', async () => {
    emulator.setFaults({ deny: [{ key: '^r/1$' }] });
    await worker();
    const { code, stdout } = await store('run', '--yes', 'demo:r/');
    expect(code).to.equal(1);
    expect(stdout).to.match(/^deleted 1 of 2 objects /);
    expect(stdout).to.contain('not deleted: 1 object, AccessDenied\n  "r/1": AccessDenied: Access Denied\n');
    expect(stdout).to.match(/\nincomplete\n$/);
    expect(await keysOf('demo'))
      .to.include('r/1')
      .and.not.include('r/2');
  });

  it('hands over what a worker has when it is ended', async () => {
    const first = await worker();
    const run = await begin(...SLOW, 'demo:p/');
    await until(run, ({ deleted }) => deleted > 0);
    first.child.kill('SIGTERM');
    const ended = await first.finished;
    expect(ended.code, ended.stderr).to.equal(0);
    expect(ended.stderr).to.contain('what is in hand goes to other workers');
    const handed = emulator.log.deleted;
    expect(handed).to.be.within(1, KEYS - 1);
    const second = await worker();
    await until(run, ({ state }) => state === 'done');
    expect(await reportOf(run)).to.include({ complete: true, deleted: KEYS });
    expect(emulator.log.deleted).to.equal(KEYS);
    await second.until((one) => deletedBy(one) === KEYS - handed);
  });

  it('deletes nothing where a name means another store to a worker', async () => {
    await using elsewhere = await Place.create({ stores: { demo: s3Store(emulator, { bucket: 'other' }) } });
    const wrong = new Running(elsewhere.start(words(['worker']), env));
    running.add(wrong);
    const run = await begin('demo:p/', '--partial-name');
    await wrong.until(({ stderr }) =>
      /failed, and will be tried again: .*demo:p\/ is s3\S*other.* and s3\S*demo.* for whoever began/.test(
        stderr,
      ),
    );
    wrong.child.kill('SIGTERM');
    await wrong.finished;
    expect(emulator.log.deleted).to.equal(0);
    await worker();
    await until(run, ({ state }) => state === 'done');
    expect(await reportOf(run)).to.include({ complete: true, deleted: KEYS });
    expect(await keysOf('other')).to.deep.equal(['p/1', 'p/2']);
  });

  it('takes addresses that all machines know, and no others', async () => {
    const refused = async (what: string, ...args: readonly string[]): Promise<void> => {
      const { code, stdout, stderr } = await store('run', '--yes', ...args);
      expect({ code, stdout }, args.join(' ')).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr)
        .to.match(/^store: /)
        .and.contain(what)
        .and.not.contain(SECRET);
    };
    await refused('is a path of this machine', './data/');
    await refused('is a path of this machine', `fs://${place.path('data')}/`);
    await refused(
      '--endpoint is not known to the workers',
      's3://demo/p/',
      '--endpoint',
      'http://127.0.0.1:1',
    );
    await refused('a profile is in a file of this machine', 's3://demo/p/?profile=work');
    await refused('has something secret in it', `s3://demo/p/?endpoint=http://u:${SECRET}@127.0.0.1:1`);
    await refused('"demo:p/1/" is under "demo:p/" too', 'demo:p/1/', 'other:p/', 'demo:p/');
    await refused('end in "/"', 'demo:p');
    await refused('the empty prefix means', 'demo:');
    await refused('name what to delete');
    await refused('--from', 'demo:p/', '--from', 'list');
    await refused('--older-than', 'demo:p/', '--older-than', '30');
    expect((await store('list')).stdout).to.equal('');
    expect(emulator.log.deleted).to.equal(0);

    const keys = { AWS_ACCESS_KEY_ID: 'AK', AWS_SECRET_ACCESS_KEY: 'SK', AWS_REGION: 'us-east-1' };
    env = { ...env, ...keys };
    await worker();
    const url = `s3://demo/r/?endpoint=${emulator.endpoints.s3}&pathStyle=true`;
    const { code, stderr } = await store('run', '--yes', url);
    expect(code, stderr).to.equal(0);
    expect(emulator.log.deleted).to.equal(2);
  });

  it('opens no path of a worker, whoever writes it into Redis', async () => {
    const one = await worker();
    await store('run', '--yes', 'demo:r/');
    expect(emulator.log.deleted).to.equal(2);
    // As somebody would who has only Redis.
    const { Fleet } = await import('@store/fleet');
    const { openStore } = await import('@store/core');
    const { fs } = await import('@store/fs');
    const entry = { provider: 'fs', root: place.path('data'), create: true };
    await using local = await openStore(entry, { adapters: [fs] });
    await local.put('d/1', 'x');
    await using direct = new Fleet({ url: redis.url, fleet: `test-${fleet}` });
    await direct.begin([{ address: `fs://${place.path('data')}/d/`, store: local, prefix: 'd/' }]);
    await one.until(({ events }) => events.some(({ message = '' }) => String(message).includes('is a path')));
    expect(await local.exists('d/1')).to.equal(true);
  });

  it('serves metrics of a worker', async () => {
    const one = await worker('--metrics', '0', '--concurrency', '2');
    const url = String(one.events[0]?.['metricsUrl']);
    expect(url).to.match(/^http:\/\/127\.0\.0\.1:\d+\/metrics$/);
    emulator.setFaults({ deny: [{ key: '^r/1$' }] });
    await store('run', '--yes', 'demo:r/');
    const text = await (await fetch(url)).text();
    for (const line of [
      'store_fleet_keys_total{outcome="deleted"} 1',
      'store_fleet_keys_total{outcome="failed"} 1',
      'store_fleet_pieces_in_hand 0',
      'store_fleet_waiting_jobs 0',
    ])
      expect(text).to.contain(`${line}\n`.trim());
    expect(text).to.match(/store_fleet_requests_total\{kind="list"\} [1-9]/);
    expect((await fetch(url.replace('/metrics', '/healthz'))).status).to.equal(200);
  });

  it('says what is wrong with a Redis before anything is begun, and never its password', async () => {
    await using guarded = await RedisServer.start([
      '--requirepass',
      SECRET,
      '--maxmemory-policy',
      'allkeys-lru',
      '--appendonly',
      'no',
    ]);
    const withPassword = `redis://:${SECRET}@127.0.0.1:${guarded.port}`;
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port: mute } = silent.address() as AddressInfo;
    const commands = [['run', '--yes', 'demo:r/'], ['worker'], ['list']];
    const refused = async (url: string, exit: number, what: string): Promise<void> => {
      for (const command of commands) {
        const { code, stdout, stderr } = await place.run(
          ['--debug', 'fleet', ...command, '--queue', url],
          '',
          {},
        );
        expect({ code, stdout }, `${command[0]} ${what}`).to.deep.equal({ code: exit, stdout: '' });
        expect(stderr).to.contain(what).and.not.contain(SECRET).and.not.contain('other-secret');
      }
    };
    await refused('redis://127.0.0.1:1', 1, 'Redis at 127.0.0.1:1 cannot be reached: connect ECONNREFUSED');
    await refused(guarded.url, 1, 'wants a password');
    await refused(`redis://:other-secret@127.0.0.1:${guarded.port}`, 1, 'refuses the user or the password');
    await refused(
      `redis://user:other-secret@127.0.0.1:${guarded.port}`,
      1,
      'refuses the user or the password',
    );
    await refused(`http://:${SECRET}@127.0.0.1:${guarded.port}`, 2, 'that is no URL of Redis');
    commands.splice(0, 2);
    await refused(
      `redis://:${SECRET}@127.0.0.1:${mute}`,
      1,
      'has not answered for 10 seconds; does it want TLS',
    );
    silent.close();
    const { stderr: none, code } = await place.run(['fleet', 'list'], '', {
      STORE_QUEUE: '',
      STORE_REDIS: '',
    });
    expect(code).to.equal(2);
    expect(none).to.contain('name it with --queue');

    env = { STORE_QUEUE: withPassword };
    const one = await worker('--metrics', '0');
    const run = start('run', '--yes', '--json', '--max-rate', '200', 'demo:p/', '--queue', withPassword);
    await run.until(({ events }) => events.some(({ deleted = 0 }) => Number(deleted) > 0));
    for (const warning of [
      '(maxmemory-policy allkeys-lru); set maxmemory-policy noeviction',
      '(appendonly no)',
    ])
      for (const { stderr } of [one, run])
        expect(stderr)
          .to.match(/^warning: /m)
          .and.contain(warning);
    const id = String(run.events[0]?.['run']);
    const said = [
      await store('list'),
      await store('status', id),
      await store('status', id, '--json'),
      await store('stop', id),
      await store('status', 'nothing'),
      { stdout: await (await fetch(String(one.events[0]?.['metricsUrl']))).text(), stderr: '' },
      await run.finished,
    ];
    one.child.kill('SIGTERM');
    said.push(await one.finished);
    const text = said.map(({ stdout, stderr }) => stdout + stderr).join('\n');
    expect(text).to.contain('--queue redis://USER:PASSWORD@127.0.0.1:').and.not.contain(SECRET);
  });
});
