import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { StoreEntry } from '@store/core';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { FAULTY_ADAPTERS, Place } from './run-store.js';
import { deadPort, serving } from './serving.js';

function storeAt(port: number, more: object = {}): StoreEntry {
  const endpoint = `http://127.0.0.1:${port}`;
  return { provider: 's3', bucket: 'demo', endpoint, accessKeyId: 'AK', secretAccessKey: 'SECRET', ...more };
}

const EMPTY = '<ListBucketResult><Name>demo</Name><IsTruncated>false</IsTruncated></ListBucketResult>';
const SLOW_DOWN = '<Error><Code>SlowDown</Code><Message>Reduce your rate</Message></Error>';

/** Refuses the first requests, and then has nothing. */
function refusing(times: number): RequestListener {
  let left = times;
  return (request, response) => {
    request.resume();
    if (left-- > 0) response.writeHead(503).end(SLOW_DOWN);
    else response.end(EMPTY);
  };
}

interface LogLine {
  readonly time: string;
  readonly level: string;
  readonly command: string;
  readonly what: string;
  readonly [fact: string]: unknown;
}

async function logOf(place: Place, name: string): Promise<LogLine[]> {
  const text = await readFile(place.path(name), 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as LogLine);
}

describe('the flags of every command', () => {
  it('--retries says how often a request is repeated', async () => {
    await using place = await Place.create({ stores: { dead: storeAt(await deadPort()) } });
    for (const [flags, often] of [
      [['--retries', '0'], 'once'],
      [['--retries', '2'], String.raw`3 times in [\d.]+ s`],
    ] as const) {
      const { code, stderr } = await place.run(['ls', ...flags, 'dead:']);
      expect(code).to.equal(1);
      expect(stderr).to.match(new RegExp(`has not answered yet, tried ${often}: `));
    }
    let requests = 0;
    const counted: RequestListener = (request, response) => {
      requests++;
      refusing(1000)(request, response);
    };
    await serving(createServer(counted), async (port) => {
      const url = `s3://demo/?endpoint=http://127.0.0.1:${port}`;
      const keys = { AWS_ACCESS_KEY_ID: 'AK', AWS_SECRET_ACCESS_KEY: 'SK' };
      const { code, stderr } = await place.run(['--retries', '0', 'du', url], '', keys);
      expect(code, stderr).to.equal(1);
    });
    // Of throttling there are four times as many.
    expect(requests).to.equal(4);
  });

  it('--timeout says how long one request may take, and nothing to directories', async () => {
    const silent = createServer((request) => void request.resume());
    await serving(silent, async (port) => {
      const stores = { dead: storeAt(port), here: { provider: 'fs', root: './data', create: true } };
      await using place = await Place.create({ stores });
      const { code, stderr } = await place.run(['ls', '--timeout', '300ms', '--retries', '1', 'dead:']);
      expect(code).to.equal(1);
      expect(stderr).to.match(/has not answered yet, tried 2 times in [\d.]+ s/);
      expect(await place.output('ls', '--timeout', '5s', 'here:none/')).to.equal('');
    });
  });

  it('refuses values that say nothing, before anything is asked', async () => {
    await using place = await Place.create({ stores: { here: { provider: 'memory' } } });
    for (const [args, said] of [
      [
        ['--retries', '-1'],
        /'--retries <n>' argument '-1' is invalid. It takes a whole number, from 0 to 99/,
      ],
      [['--retries', 'x'], /It takes a whole number/],
      [['--timeout', '30'], /It takes a duration such as/],
      [['--timeout', '2h'], /It takes a duration from 1ms to 1h/],
      [['-v', '-q'], /cannot be used with/],
      [['--log-file', 'no/such/directory/log'], /--log-file: the file cannot be written/],
    ] as const) {
      const { code, stdout, stderr } = await place.run(['ls', ...args, 'here:']);
      expect({ code, stdout }, args.join(' ')).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.match(said);
    }
  });

  it('-v tells each repeated request, -q none', async () => {
    await serving(createServer(refusing(2)), async (port) => {
      await using place = await Place.create({ stores: { demo: storeAt(port) } });
      const { code, stderr } = await place.run(['du', '-v', 'demo:']);
      expect(code).to.equal(0);
      expect(
        stderr.match(/^waiting for http:.* list: Reduce your rate; tries again in .*$/gm),
      ).to.have.length(2);
    });
    await using place = await Place.create({
      stores: { dead: storeAt(await deadPort(), { retry: { contactMs: 800, maxAttempts: 3 } }) },
    });
    const { code, stdout, stderr } = await place.run(['rm', '-r', '--yes', '-q', 'dead:p/']);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(stderr).to.match(/^store: the connection was refused .*\n$/);
  });

  it('-v and -q go with the flags of a command in one word', async () => {
    await using place = await Place.create({
      stores: { demo: { provider: 'memory', objects: { 'p/1': 'x', 'p/-rv': 'x' } } },
    });
    for (const flags of ['-rnv', '-rvn', '-vrn', '-nrv'])
      expect(await place.output('rm', flags, 'demo:p/'), flags).to.match(/^p\/-rv\np\/1\nwould delete 2/);
    expect(await place.output('rm', '-rnq', 'demo:p/')).to.match(/^would delete 2/);
    // What stands behind an option that takes a value is no flag, and nothing behind "--" is.
    expect(await place.output('rm', '-rnv', '--include', '-rv', 'demo:p/')).to.match(
      /^p\/-rv\nwould delete 1/,
    );
    expect((await place.run(['rm', '--', '-rv'])).stderr).to.contain('"-rv" is not an address');
    expect((await place.run(['rm', '-rxv', 'demo:p/'])).stderr).to.contain("unknown option '-x'");
  });

  it('--log-file has repeated requests, failures, warnings and the account, appended, and no secrets', async () => {
    await serving(createServer(refusing(2)), async (port) => {
      await using place = await Place.create({ stores: { demo: storeAt(port) } });
      for (let run = 0; run < 2; run++)
        expect((await place.run(['rm', '-r', '--yes', '--log-file', 'log', 'demo:p/'])).code).to.equal(0);
      const lines = await logOf(place, 'log');
      expect(lines.map(({ what }) => what)).to.deep.equal([
        'throttled',
        'throttled',
        'deletion',
        'end',
        'deletion',
        'end',
      ]);
      for (const { time, command } of lines) {
        expect(new Date(time).toISOString()).to.equal(time);
        expect(command).to.equal('rm');
      }
      expect(lines[0]).to.include({
        level: 'warn',
        code: 'Throttled',
        message: 'Reduce your rate',
        attempt: 1,
      });
      expect(lines[2]).to.deep.include({ level: 'info', deleted: 0, complete: true });
      expect(lines[3]).to.include({ exitCode: 0 });
      expect(JSON.stringify(lines)).not.to.contain('SECRET');
    });
  });

  it('--log-file has each key that failed', async () => {
    const objects = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`p/${i}.locked`, 'x']));
    await using place = await Place.create({ stores: { demo: { provider: 'locked', objects } } });
    const rm = ['--adapter', FAULTY_ADAPTERS, 'rm', '-r', '--yes', '--log-file', 'log', 'demo:p/'];
    expect((await place.run(rm)).code).to.equal(1);
    const failures = (await logOf(place, 'log')).filter(({ what }) => what === 'failure');
    expect(failures).to.have.length(10);
    expect(failures[0]).to.include({ level: 'error', code: 'AccessDenied' });
  });

  it('--log-file has what ended a command', async () => {
    await using place = await Place.create({ stores: { here: { provider: 'memory' } } });
    await writeFile(place.path('log'), '');
    expect((await place.run(['--log-file', 'log', 'stat', 'here:none'])).code).to.equal(1);
    const [error, end] = await logOf(place, 'log');
    expect(error).to.deep.include({ level: 'error', command: 'stat', what: 'error' });
    expect(error?.['error']).to.include({ code: 'NotFound', key: 'none' });
    expect(end).to.include({ what: 'end', exitCode: 1 });
  });

  it('--log-file is no file of what is deleted', async () => {
    await using place = await Place.create();
    await place.run(['put', '-', './dir/a'], 'x');
    const { code, stderr } = await place.run(['rm', '-r', '--yes', '--log-file', 'dir/log', './dir/']);
    expect(code).to.equal(2);
    expect(stderr).to.contain('the file of --log-file');
  });

  it('are in the help of every command, with the exit codes', async () => {
    await using place = await Place.create();
    for (const args of [
      ['ls', '--help'],
      ['job', 'list', '--help'],
      ['rm', '--help'],
    ]) {
      const help = await place.output(...args);
      for (const flag of [
        '-v, --verbose',
        '-q, --quiet',
        '--log-file <file>',
        '--retries <n>',
        '--timeout <duration>',
      ])
        expect(help, args.join(' ')).to.contain(flag);
      expect(help).to.match(/Exit codes:\n +0 +complete\n/);
    }
  });
}).timeout(120_000);
