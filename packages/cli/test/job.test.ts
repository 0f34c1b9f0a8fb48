import { startEmulator, type Emulator } from '@store/emulator';
import { expect } from 'chai';
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { ossStore } from './emulated-stores.js';
import { Place } from './run-store.js';

const ROLE = 'acs:ram::1234567890:role/batch';

describe('store job', () => {
  let emulator: Emulator;
  let place: Place;
  beforeEach(async () => {
    emulator = await startEmulator({ oss: {}, region: 'cn-beijing', buckets: ['demo', 'reports'] });
    place = await Place.create({
      stores: {
        demo: ossStore(emulator),
        reports: ossStore(emulator, { bucket: 'reports' }),
        local: { provider: 'memory' },
      },
    });
  });
  afterEach(async () => {
    await place[Symbol.asyncDispose]();
    await emulator.close();
  });

  const store = (...args: readonly string[]): Promise<string> => place.output(...args);

  it('creates a job, lets it begin, follows it, and reads its report', async () => {
    await emulator.bucket('demo').seed(['p/1', 'p/2', 'p/3', 'q']);
    await writeFile(
      place.path('job.json'),
      JSON.stringify({
        operation: { addObjectTagging: { cold: 'yes' } },
        report: { bucket: 'reports', enabled: true },
        keyPrefixManifestGenerator: { sourceBucket: 'demo', prefix: 'p/' },
        confirmationRequired: true,
        priority: 1,
        roleArn: ROLE,
        description: 'cold ones',
      }),
    );
    const id = (await store('job', 'create', 'demo', 'job.json')).trim();
    expect(await store('job', 'show', 'demo', id, '--wait', '--poll', '1')).to.equal(
      `${id} · Suspended · 0 of 3 tasks · cold ones\n`,
    );
    expect(await store('job', 'priority', 'demo', id, '7')).to.equal(`${id} has priority 7\n`);
    await store('job', 'confirm', 'demo', id);
    emulator.setFaults({ deny: [{ key: '^p/2$', error: { code: 'AccessDenied', status: 403 } }] });
    const job = JSON.parse(
      await store('job', 'show', 'demo', id, '--wait', '--poll', '1', '--json'),
    ) as object;
    expect(job).to.deep.include({ status: 'Complete', priority: 7, complete: true });
    expect(await store('job', 'list', 'demo', '--status', 'Complete')).to.equal(
      `${id} · Complete · 3 of 3 tasks · 1 failed · cold ones\n`,
    );
    expect(await store('job', 'list', 'demo', '--status', 'Active')).to.equal('');
    const report = await place.run(['job', 'report', 'demo', id, '--reports', 'reports']);
    expect(report.code).to.equal(1);
    expect(report.stdout)
      .to.match(/is Complete: 2 succeeded, 1 failed\n/)
      .and.contain('  AccessDenied: 1\n  "p/2": ');
  });

  it('cancels a job', async () => {
    await writeFile(
      place.path('job.json'),
      JSON.stringify({
        operation: { putObjectAcl: 'private' },
        report: { bucket: 'reports', enabled: true },
        keyPrefixManifestGenerator: { sourceBucket: 'demo' },
        priority: 1,
        roleArn: ROLE,
      }),
    );
    const id = (await store('job', 'create', 'demo:', 'job.json')).trim();
    await store('job', 'cancel', 'demo', id, '--reason', 'a mistake');
    const job = JSON.parse(await store('job', 'show', 'demo', id, '--wait', '--json')) as object;
    expect(job).to.include({ status: 'Cancelled', statusUpdateReason: 'a mistake' });
  });

  it('expires by a job and a tag', async () => {
    const bucket = emulator.bucket('demo');
    await bucket.seed(['p/1', 'p/2', 'q']);
    const args = ['expire', 'demo:p/', '--by-job', '--role', ROLE, '--reports', 'reports:r/', '--poll', '1'];
    expect(await store(...args)).to.match(/would be written as store-expire-\w+-tagged; --yes writes it/);
    const first = await place.run([...args, '--confirm', '--yes']);
    expect(first.code).to.equal(0);
    const [id = ''] = /\S+=/.exec(first.stderr) ?? [];
    expect(first.stdout).to.contain(`the job ${id} waits to be confirmed: nothing is tagged`);
    await store('job', 'confirm', 'demo', id);
    emulator.setFaults({ deny: [{ key: '^p/2$', error: { code: 'AccessDenied', status: 403 } }] });
    const done = await place.run([...args, '--job', id, '--yes']);
    expect(done.code).to.equal(1);
    expect(done.stdout)
      .to.contain(`job ${id} is Complete: 1 succeeded, 1 failed\n`)
      .and.contain('the rule for "p/" is written');
    await bucket.lifecycle.run(new Date(Date.now() + 2 * 86_400_000));
    expect(await bucket.keys()).to.deep.equal(['p/2', 'q']);
    expect(await store('expire', 'demo:p/', '--status')).to.contain('objects left: 1');
  });

  it('expires exactly what a dry run has named', async () => {
    const bucket = emulator.bucket('demo');
    const odd = ['p/"quoted"', 'p/new\nline.log', 'p/line\u2028separator.log', 'p/ü.log', '"p.log'];
    await bucket.seed([...odd, 'p/keep.txt']);
    const listed = await place.run([
      'rm',
      '-r',
      '--dry-run',
      '-v',
      '--json',
      '--include',
      '*.log',
      'demo:p/',
    ]);
    await writeFile(place.path('keys.txt'), listed.stderr);
    const args = ['--by-job', '--role', ROLE, '--reports', 'reports:', '--poll', '1', '--yes', '--json'];
    const { code, stdout } = await place.run(['expire', 'demo:p/', ...args, '--keys', 'keys.txt']);
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.have.nested.property('outcome.succeeded', 3);
    await bucket.lifecycle.run(new Date(Date.now() + 2 * 86_400_000));
    expect(await bucket.keys()).to.deep.equal(['"p.log', 'p/"quoted"', 'p/keep.txt']);

    const wrong = await place.run(['expire', 'demo:p/', ...args, '--keys', '-'], 'p/1\n"p/2\n');
    expect(wrong.code).to.equal(2);
    expect(wrong.stdout).to.contain('line 2 begins with a quotation mark');
    const missing = await place.run(['expire', 'demo:p/', ...args, '--keys', 'nowhere.txt']);
    expect(missing.code).to.equal(2);
    expect(missing.stdout).to.contain('ENOENT');
  });

  it('refuses what it cannot do', async () => {
    await writeFile(place.path('job.json'), '{"operation": {}}');
    for (const [args, code, says] of [
      [
        ['job', 'create', 'demo', 'job.json'],
        2,
        /job\.operation: exactly one of .*job\.report.*job\.roleArn/,
      ],
      [['job', 'create', 'demo', 'missing.json'], 2, /missing\.json is no description of a job/],
      [['job', 'list', 'local'], 2, /the provider of "local:" has no batch jobs/],
      [['job', 'show', 'demo', 'nothing'], 1, /there is no such job/],
      [['expire', 'demo:p/', '--by-job', '--yes'], 2, /--by-job needs --role and --reports/],
      [['expire', 'demo:p/', '--role', ROLE, '--yes'], 2, /--role goes with --by-job/],
      [['expire', 'demo:p/', '--by-job', '--uploads-days', '2'], 2, /it does not go with versions, uploads/],
      [['expire', 'demo:p/', '--tag', 'x'], 2, /name=value/],
    ] as const) {
      const result = await place.run(args);
      expect(result.stderr, args.join(' ')).to.match(says);
      expect(result.code, args.join(' ')).to.equal(code);
    }
  });
}).timeout(60_000);
