import { errorOf } from '@store/conformance';
import type { Emulator, EmulatorOptions } from '@store/emulator';
import { expireByJob, OssJobs, type ExpireByJobOptions, type ExpireByJobPlaces } from '@store/oss';
import { cancelExpiration, expiration } from '@store/lifecycle';
import { expect } from 'chai';
import { Readable } from 'node:stream';
import { afterEach, describe, it } from 'mocha';
import { useOss } from './harness.js';

const { configFor, emulate, storeOn } = useOss();

const TAG = { 'store-expire': 'yes' };
const OPTIONS: ExpireByJobOptions = { role: 'acs:ram::1234567890:role/batch', pollMs: 1 };

describe('oss: expiring by a job and a tag', () => {
  const open: OssJobs[] = [];
  afterEach(() => {
    for (const jobs of open.splice(0)) jobs.close();
  });
  const start = async (
    keys: readonly string[],
    options: EmulatorOptions = {},
  ): Promise<ExpireByJobPlaces & { readonly emulator: Emulator; readonly jobs: OssJobs }> => {
    const emulator = await emulate(options);
    await emulator.bucket('demo').seed(keys);
    const jobs = new OssJobs(configFor(emulator), { maxAttempts: 8, baseDelayMs: 1, maxDelayMs: 2 });
    open.push(jobs);
    const store = await storeOn(emulator);
    const reports = { store: await storeOn(emulator, { bucket: 'other' }), bucket: 'other', prefix: 'r/' };
    return { emulator, jobs, store, reports };
  };
  const inTwoDays = () => new Date(Date.now() + 2 * 86_400_000);

  it('tags what is there, tells what it could not, and expires just what has the tag', async () => {
    const keys = Array.from({ length: 5000 }, (_, i) => `p/${String(i).padStart(4, '0')}`);
    const places = await start([...keys, 'p2/stays']);
    const bucket = places.emulator.bucket('demo');
    await bucket.memory.setTags({ key: 'p/0050', tags: { team: 'a' } }, {});
    await bucket.memory.setTags({ key: 'p/0051', tags: { team: 'a' } }, {});
    const denied = { key: '^p/..50$', error: { code: 'AccessDenied', status: 403 } };
    places.emulator.setFaults({ deny: [denied] });
    const { outcome, expiration: rule, job } = await expireByJob(places, 'p/', OPTIONS);
    expect(job).to.include({ status: 'Complete', complete: true });
    expect(outcome).to.deep.include({ succeeded: 4950, failed: 50, unaccounted: 0 });
    expect(outcome?.failures.byCode).to.deep.equal({ AccessDenied: 50 });
    expect(rule).to.include({ state: 'added' });
    expect(await bucket.memory.getTags({ key: 'p/0051' }, {})).to.deep.equal({ team: 'a', ...TAG });
    places.emulator.setFaults({});

    await places.store.put('p/later', 'written after the job');
    await bucket.lifecycle.run(inTwoDays());
    const left = await bucket.keys();
    expect(left).to.have.length(52).and.to.include.members(['p/later', 'p/0050', 'p2/stays']);
    expect(await bucket.memory.getTags({ key: 'p/0050' }, {})).to.deep.equal({ team: 'a' });
    const status = await expiration(places.store, 'p/', { removeWhenEmpty: true });
    expect(status).to.deep.include({ state: 'present', remaining: { count: 51, more: false } });
    expect(status.warnings.join()).to.contain('others under the prefix stay, and are counted here');
    expect(await cancelExpiration(places.store, 'p/')).to.equal(true);
    expect(bucket.lifecycle.rules).to.equal(undefined);
  }).timeout(30_000);

  it('refuses options that are misspelt, before any request', async () => {
    const places = await start(['p/1']);
    const before = places.emulator.log.entries.length;
    for (const wrong of [{ dryrun: true }, { confirmationrequired: true }]) {
      const error = await errorOf(expireByJob(places, 'p/', { ...OPTIONS, ...wrong }));
      expect(error).to.include({ code: 'InvalidArgument', operation: 'expireByJob' });
      expect(error.message).to.contain('unknown option of expireByJob; did you mean');
    }
    expect(places.emulator.log.entries).to.have.length(before);
  });

  it('goes on with a job that had to be confirmed', async () => {
    const places = await start(['p/1', 'p/2']);
    const bucket = places.emulator.bucket('demo');
    const first = await expireByJob(places, 'p/', { ...OPTIONS, confirmationRequired: true });
    expect(first.outcome).to.equal(undefined);
    expect(first.job).to.include({ status: 'Suspended', ended: false });
    expect(first.expiration.state).to.equal('planned');
    expect(first.expiration.warnings.join()).to.contain('waits to be confirmed');
    expect(bucket.lifecycle.rules).to.equal(undefined);

    const jobId = first.job?.jobId ?? '';
    await places.jobs.confirm(jobId);
    const { expiration, outcome } = await expireByJob(places, 'p/', { ...OPTIONS, jobId });
    expect(places.emulator.log.of('CreateJob')).to.have.length(1);
    expect(outcome).to.include({ succeeded: 2, failed: 0 });
    expect(expiration.state).to.equal('added');
    await bucket.lifecycle.run(inTwoDays());
    expect(await bucket.keys()).to.deep.equal([]);
  });

  it('writes no rule for a job that failed or was cancelled, and says what it has tagged', async () => {
    const keys = Array.from({ length: 1500 }, (_, i) => `p/${i}`);
    const places = await start(keys, { oss: { jobConfirmationMs: 0 } });
    const bucket = places.emulator.bucket('demo');
    const { job } = await expireByJob(places, 'p/', { ...OPTIONS, confirmationRequired: true });
    await new Promise((resolve) => setTimeout(resolve, 5));
    const failed = await expireByJob(places, 'p/', { ...OPTIONS, jobId: job?.jobId });
    expect(failed.expiration.state).to.equal('planned');
    expect(failed.expiration.warnings.join()).to.match(
      /is Failed \(ConfirmationTimeout: .*\): 0 objects have the tag, and no rule was written/,
    );

    let cancelled: Promise<void> | undefined;
    const half = await expireByJob(places, 'p/', {
      ...OPTIONS,
      onProgress: ({ jobId, tasks }) => {
        if (tasks?.succeeded === 1000) cancelled ??= places.jobs.cancel(jobId, 'no longer wanted');
      },
      pollMs: 20,
    });
    await cancelled;
    expect(half.outcome).to.include({ status: 'Cancelled', succeeded: 1000, unaccounted: 500 });
    expect(half.expiration.warnings.join()).to.contain('is Cancelled: 1000 objects have the tag');
    expect(bucket.lifecycle.rules).to.equal(undefined);
  });

  it('writes no rule when nothing was tagged', async () => {
    const places = await start([]);
    const { expiration, outcome } = await expireByJob(places, 'p/', OPTIONS);
    expect(outcome).to.include({ status: 'Complete', succeeded: 0 });
    expect(expiration.state).to.equal('planned');
  });

  it('takes exactly the objects of a list', async () => {
    const odd = ['p/a b', 'p/c,d"', 'p/new\nline', 'p/ü', 'p/%2F'];
    const places = await start([...odd, 'p/other']);
    const bucket = places.emulator.bucket('demo');
    const { outcome } = await expireByJob(places, 'p/', { ...OPTIONS, keys: Readable.from(odd) });
    expect(outcome).to.include({ succeeded: 5, failed: 0 });
    await bucket.lifecycle.run(inTwoDays());
    expect(await bucket.keys()).to.deep.equal(['p/other']);
  });

  it('refuses a list with a key from elsewhere, an empty one, and one for a job that is there', async () => {
    const places = await start(['p/1', 'q']);
    const refused = async (keys: readonly string[], options: Partial<ExpireByJobOptions> = {}) =>
      errorOf(expireByJob(places, 'p/', { ...OPTIONS, ...options, keys: Readable.from(keys) }));
    const elsewhere = await refused(['p/1', 'q']);
    expect(elsewhere).to.include({ code: 'InvalidArgument', key: 'q' });
    expect(elsewhere.message).to.contain('"q" is in the list, and not under "p/"');
    expect((await refused([])).message).to.contain('there is no key in the list');
    expect((await refused(['p/1'], { jobId: 'x' })).message).to.contain('keys go with a new one');
    expect(places.emulator.log.of('CreateJob')).to.have.length(0);
    expect(await places.emulator.bucket('other').keys()).to.deep.equal([]);
  });

  it('creates no job for what would be refused later, or for a dry run', async () => {
    const places = await start(['p/1']);
    const refused = async (
      prefix: string,
      options: Partial<ExpireByJobOptions> = {},
      at: Partial<ExpireByJobPlaces> = {},
    ) => errorOf(expireByJob({ ...places, ...at }, prefix, { ...OPTIONS, ...options }));
    expect((await refused('')).code).to.equal('InvalidArgument');
    expect((await refused('p')).message).to.contain('does not end in "/"');
    expect((await refused('p/', { days: 0 })).message).to.contain('days is a whole number');
    expect((await refused('p/', { role: 'me' })).message).to.contain('job.roleArn');
    const inside = { ...places.reports, bucket: 'demo', prefix: 'p/reports/' };
    expect((await refused('p/', {}, { reports: inside })).message).to.contain('under the prefix');
    const { expiration, job } = await expireByJob(places, 'p/', { ...OPTIONS, dryRun: true });
    expect({ state: expiration.state, job }).to.deep.equal({ state: 'planned', job: undefined });
    expect(places.emulator.log.of('CreateJob')).to.have.length(0);
  });

  it('names the job that goes on when waiting for it ends', async () => {
    const places = await start(['p/1']);
    const stop = new AbortController();
    const error = await errorOf(
      expireByJob(places, 'p/', { ...OPTIONS, signal: stop.signal, onProgress: () => stop.abort() }),
    );
    expect(error.code).to.equal('Aborted');
    for await (const { jobId } of places.jobs.list()) {
      expect(error.message).to.contain(`the job ${jobId} goes on by itself`);
    }
  });
});
