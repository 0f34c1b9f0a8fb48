import { errorOf } from '@store/conformance';
import { createObjectStore, StoreError } from '@store/core';
import type { Emulator, EmulatorOptions } from '@store/emulator';
import { checkJob, openJobs, OssJobs, type JobDescription, type JobStatus, type OssConfig } from '@store/oss';
import { expect } from 'chai';
import fc from 'fast-check';
import { afterEach, describe, it } from 'mocha';
import { useOss } from './harness.js';

const { configFor, driverOn, emulate } = useOss();

/** The sample of the documentation. */
const SAMPLE: JobDescription = {
  confirmationRequired: false,
  operation: { putObjectTagging: { Environment: 'Production' } },
  report: { bucket: 'other', enabled: true, prefix: 'batch-reports/', reportScope: 'AllTasks' },
  clientRequestToken: 'unique-token-123',
  manifest: {
    location: { etag: 'd41d8cd98f00b204e9800998ecf8427e', bucket: 'other', object: 'manifest.csv' },
    spec: { fields: 'Bucket,Key', format: 'OSS_BatchOperations_CSV_20250611' },
  },
  description: 'Batch job to set object tags',
  priority: 10,
  roleArn: 'arn:acs:ram::uid:role/BatchOperationRole',
};

const BY_PREFIX: JobDescription = {
  operation: { addObjectTagging: { doomed: 'yes' } },
  report: { bucket: 'other', enabled: true, prefix: 'reports/' },
  keyPrefixManifestGenerator: { sourceBucket: 'demo', prefix: 'p/' },
  priority: 1,
  roleArn: 'acs:ram::1234567890:role/batch',
};

const TEXT = fc.string({
  unit: fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    fc.constantFrom('\r', '\n', '\t', ' ', '&', '<', '>', '"', ']]>'),
  ),
  maxLength: 40,
});
const ROUGH = fc.string({ unit: 'binary', maxLength: 300 });
/** Mostly what is allowed, sometimes what may not be. */
const mostly = <T>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: right, weight: 12 }, { arbitrary: wrong, weight: 1 });
const TAGS = fc.dictionary(
  fc.oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }), ROUGH),
  fc.oneof(TEXT, ROUGH),
  { minKeys: 0, maxKeys: 11 },
);
const BUCKET = mostly(fc.constantFrom('other', 'demo'), ROUGH);
const DAYS = mostly(fc.integer({ min: 1, max: 365 }), fc.constantFrom(0, 366, 1.5, Number.NaN));

const DESCRIPTIONS: fc.Arbitrary<object> = fc
  .record(
    {
      operation: fc.oneof(
        fc.record({ putObjectTagging: TAGS }),
        fc.record({ addObjectTagging: TAGS }),
        fc.constant({ deleteObjectTagging: true }),
        fc.record({ putObjectAcl: mostly(fc.constantFrom('default', 'private'), ROUGH) }),
        fc.record({
          restoreObject: fc.record(
            { days: DAYS, tier: mostly(fc.constantFrom('Standard', 'Bulk'), ROUGH) },
            { requiredKeys: [] },
          ),
        }),
      ),
      report: fc.record(
        {
          bucket: BUCKET,
          enabled: fc.boolean(),
          prefix: fc.oneof(TEXT, ROUGH),
          reportScope: mostly(fc.constantFrom('AllTasks', 'FailedTasksOnly'), ROUGH),
        },
        { requiredKeys: ['bucket', 'enabled'] },
      ),
      priority: mostly(fc.nat(), fc.constantFrom(-1, 2 ** 31, 0.5)),
      roleArn: mostly(fc.constant('acs:ram::1234567890:role/batch'), fc.string()),
      confirmationRequired: fc.boolean(),
      clientRequestToken: fc.uuid(),
      description: fc.oneof(TEXT, ROUGH),
      keyPrefixManifestGenerator: fc.record(
        { sourceBucket: BUCKET, prefix: fc.oneof(TEXT, ROUGH) },
        { requiredKeys: ['sourceBucket'] },
      ),
      manifest: fc.record({
        location: fc.record(
          { bucket: BUCKET, object: fc.oneof(TEXT, ROUGH), etag: TEXT, versionId: TEXT },
          { requiredKeys: ['bucket', 'object'] },
        ),
        spec: fc.record(
          {
            fields: fc.constantFrom('Bucket,Key', 'Bucket, Key, VersionId'),
            format: fc.constantFrom('OSS_BatchOperations_CSV_20250611', 'OSS_InventoryReport_CSV_20250611'),
          },
          { requiredKeys: ['format'] },
        ),
      }),
    },
    { requiredKeys: ['operation', 'report', 'priority', 'roleArn', 'clientRequestToken'] },
  )
  .map(({ manifest, keyPrefixManifestGenerator, ...rest }) =>
    // Both, or none, would be refused; the other fields would not be looked at.
    manifest
      ? { ...rest, manifest }
      : { ...rest, keyPrefixManifestGenerator: keyPrefixManifestGenerator ?? { sourceBucket: 'demo' } },
  );

function accepted(description: object): JobDescription | undefined {
  try {
    return checkJob(description);
  } catch {
    return undefined;
  }
}

/** Without what is not there: an answer does not tell an empty text from none. */
function told(job: object): Record<string, unknown> {
  const text = JSON.stringify(job, (_name, value: unknown) => (value === '' ? undefined : value));
  return JSON.parse(text) as Record<string, unknown>;
}

describe('oss: batch-operation jobs', () => {
  const open: OssJobs[] = [];
  afterEach(() => {
    for (const jobs of open.splice(0)) jobs.close();
  });
  const start = async (
    config: Partial<OssConfig> = {},
    options: EmulatorOptions = {},
  ): Promise<{ emulator: Emulator; jobs: OssJobs }> => {
    const emulator = await emulate(options);
    const jobs = new OssJobs(configFor(emulator, config), { maxAttempts: 3, baseDelayMs: 1, maxDelayMs: 2 });
    open.push(jobs);
    return { emulator, jobs };
  };
  const reportsOn = (emulator: Emulator) => createObjectStore(driverOn(emulator, { bucket: 'other' }));

  for (const authorization of ['v4', 'v1'] as const) {
    for (const pathStyle of [true, false]) {
      it(`takes the documented sample there and back (${authorization}, ${pathStyle ? 'path' : 'host'} style)`, async () => {
        const { jobs } = await start({ authorization, pathStyle });
        const id = await jobs.create(SAMPLE);
        expect(id).to.match(/^[A-Za-z0-9]{43}=$/);
        const { clientRequestToken: _token, ...described } = SAMPLE;
        const job = await jobs.describe(id);
        expect(job).to.deep.include({ ...described, jobId: id, status: 'Preparing' });
        expect(job.failure).to.equal(undefined);
        await jobs.updatePriority(id, 20);
        expect((await jobs.describe(id)).priority).to.equal(20);
      });
    }
  }

  it('makes one job of a request that is repeated', async () => {
    const { emulator, jobs } = await start();
    emulator.setFaults({ faults: [{ operation: 'CreateJob', nth: 1, effect: { reset: 'after' } }] });
    const { clientRequestToken: _token, ...untold } = BY_PREFIX;
    const id = await jobs.create(untold);
    expect(emulator.log.of('CreateJob')).to.have.length(2);
    const listed: string[] = [];
    for await (const job of jobs.list()) listed.push(job.jobId);
    expect(listed).to.deep.equal([id]);
  });

  it('refuses options that are misspelt, before any request', async () => {
    const { emulator, jobs } = await start();
    const reports = reportsOn(emulator);
    const job = { jobId: 'j', status: 'Complete', ended: true, complete: true, priority: 1 } as const;
    const signl = { signl: new AbortController().signal } as object;
    const request = { prefix: 'p/', tag: { name: 'a', value: 'b' }, reportBucket: 'other', role: 'r' };
    const calls: Record<string, () => unknown> = {
      create: () => jobs.create(BY_PREFIX, signl),
      describe: () => jobs.describe('j', signl),
      list: () => jobs.list([], signl).next(),
      updatePriority: () => jobs.updatePriority('j', 1, signl),
      confirm: () => jobs.confirm('j', signl),
      cancel: () => jobs.cancel('j', 'because', signl),
      wait: () => jobs.wait('j', { pollms: 5 } as object),
      readReport: () => jobs.readReport(reports, job, { onFail: () => undefined } as object),
      tagging: () => jobs.tagging({ ...request, confirmationRequird: true } as typeof request),
    };
    for (const [name, call] of Object.entries(calls)) {
      const error = await errorOf(Promise.resolve().then(call));
      expect(error).to.include({ code: 'InvalidArgument', operation: `jobs.${name}` });
      expect(error.message).to.match(/: unknown option of jobs\.\w+; (did you mean|allowed)/);
    }
    expect(emulator.log.entries).to.deep.equal([]);
  });

  it('are opened for a store of the configuration, of OSS and of no other provider', async () => {
    const { emulator } = await start();
    const demo = { provider: 'oss', ...configFor(emulator) };
    const config = { stores: { demo, local: { provider: 'fs', root: '.' } } };
    const jobs = openJobs(config, { name: 'demo' });
    expect(jobs.bucket).to.equal('demo');
    expect(await jobs.list().next()).to.deep.include({ done: true });
    jobs.close();
    expect(() => openJobs(config, { name: 'local' })).to.throw(
      StoreError,
      'stores.local.provider: there is no adapter for "fs"',
    );
    expect(() => openJobs(demo, { env: process.env, nam: 'demo' } as object)).to.throw(
      StoreError,
      'nam: unknown option of openJobs; did you mean "name"?',
    );
  });

  it('names every field that is missing, doubled or wrong', () => {
    const { manifest: _manifest, ...rest } = SAMPLE;
    const wrong: readonly (readonly [object, string])[] = [
      [
        { ...SAMPLE, keyPrefixManifestGenerator: { sourceBucket: 'demo' } },
        'exactly one of manifest and keyPrefix',
      ],
      [rest, 'exactly one of manifest and keyPrefixManifestGenerator'],
      [{ ...SAMPLE, operation: {} }, 'job.operation: exactly one of putObjectTagging'],
      [
        { ...SAMPLE, operation: { ...SAMPLE.operation, deleteObjectTagging: true } },
        'job.operation: exactly one of putObjectTagging',
      ],
      [{ ...SAMPLE, operation: { putObjectTagging: {} } }, 'job.operation.putObjectTagging: expected a tag'],
      [{ ...SAMPLE, operation: { putObjectAcl: 'open' } }, 'job.operation.putObjectAcl'],
      [
        { ...SAMPLE, operation: { restoreObject: { days: 8, storageClass: 'Archive' } } },
        'job.operation.restoreObject.days: Archive objects are restored for 1 to 7 days',
      ],
      [
        { ...SAMPLE, operation: { restoreObject: { tier: 'Bulk', storageClass: 'DeepColdArchive' } } },
        'job.operation.restoreObject.tier',
      ],
      [{ ...SAMPLE, operation: { restoreObject: { days: 366 } } }, 'job.operation.restoreObject.days'],
      [{ ...SAMPLE, report: { bucket: 'other' } }, 'job.report.enabled'],
      [{ ...SAMPLE, report: { enabled: true } }, 'job.report.bucket'],
      [{ ...SAMPLE, report: { ...SAMPLE.report, reportScope: 'Some' } }, 'job.report.reportScope'],
      [{ ...SAMPLE, clientRequestToken: 'x'.repeat(65) }, 'job.clientRequestToken'],
      [{ ...SAMPLE, clientRequestToken: '' }, 'job.clientRequestToken'],
      [{ ...SAMPLE, priority: undefined }, 'job.priority'],
      [{ ...SAMPLE, priority: 1.5 }, 'job.priority'],
      [{ ...SAMPLE, roleArn: 'batch' }, 'job.roleArn: expected a role'],
      [{ ...SAMPLE, roleArn: undefined }, 'job.roleArn'],
      [{ ...SAMPLE, manifest: { ...SAMPLE.manifest, spec: { format: 'CSV' } } }, 'job.manifest.spec.format'],
      [{ ...SAMPLE, manifest: { spec: SAMPLE.manifest?.spec } }, 'job.manifest.location'],
      [{ ...SAMPLE, desription: 'x' }, 'desription'],
    ];
    for (const [description, says] of wrong) {
      expect(() => checkJob(description), says).to.throw(StoreError, says);
    }
    expect(checkJob(BY_PREFIX).clientRequestToken).to.match(/^.{1,64}$/);
  });

  it('sends nothing that the service refuses, and what it sent comes back as it was', async () => {
    const { jobs } = await start();
    let sent = 0;
    await fc.assert(
      fc.asyncProperty(DESCRIPTIONS, async (description) => {
        const job = accepted(description);
        if (!job) return;
        sent++;
        const described = await jobs.describe(await jobs.create(job));
        const { clientRequestToken: _token, ...rest } = job;
        const report = { reportScope: 'AllTasks', ...job.report };
        for (const [name, value] of Object.entries(told({ confirmationRequired: false, ...rest, report }))) {
          expect(told(described)[name], name).to.deep.equal(value);
        }
      }),
      { numRuns: 300 },
    );
    expect(sent).to.be.greaterThan(50);
  }).timeout(60_000);

  it('tags 5,000 objects, and the report says which 50 it did not', async () => {
    const { emulator, jobs } = await start();
    const bucket = emulator.bucket('demo');
    const keys = Array.from({ length: 5000 }, (_, i) => `p/${String(i).padStart(4, '0')} +`);
    await bucket.seed([...keys, 'p2/stays']);
    await bucket.memory.setTags({ key: keys[0] ?? '', tags: { team: 'a' } }, {});
    emulator.setFaults({ deny: [{ key: '^p/..50 ', error: { code: 'AccessDenied', status: 403 } }] });
    const seen: string[] = [];
    const id = await jobs.create(BY_PREFIX);
    const job = await jobs.wait(id, { pollMs: 1, onProgress: ({ status }) => seen.push(status) });
    expect(job).to.deep.include({ status: 'Complete', tasks: { total: 5000, succeeded: 4950, failed: 50 } });
    expect([...new Set(seen)]).to.deep.equal(['Preparing', 'Ready', 'Active', 'Completing', 'Complete']);
    const failures: string[] = [];
    const outcome = await jobs.readReport(reportsOn(emulator), job, {
      onFailure: ({ key }) => failures.push(key),
    });
    expect(outcome).to.deep.include({ succeeded: 4950, failed: 50, unaccounted: 0 });
    expect(outcome.failures.byCode).to.deep.equal({ AccessDenied: 50 });
    expect(outcome.failures.sample).to.have.length(20);
    expect(outcome.failures.sample[0]).to.deep.include({
      key: 'p/0050 +',
      code: 'AccessDenied',
      status: 403,
    });
    expect(failures).to.have.length(50);
    expect(await bucket.memory.getTags({ key: keys[0] ?? '' }, {})).to.deep.equal({
      team: 'a',
      doomed: 'yes',
    });
    expect(await bucket.memory.getTags({ key: keys[1] ?? '' }, {})).to.deep.equal({ doomed: 'yes' });
    expect(await bucket.memory.getTags({ key: 'p2/stays' }, {})).to.deep.equal({});
  }).timeout(30_000);

  it('works on exactly the objects of a manifest', async () => {
    const { emulator, jobs } = await start();
    await emulator.bucket('demo').seed(['a b', 'c,d"', 'e']);
    const csv = ['a b', 'c,d"'].map((key) => `demo,${encodeURIComponent(key)}\n`).join('');
    const { etag } = await reportsOn(emulator).put('manifest.csv', csv);
    const location = { bucket: 'other', object: 'manifest.csv', etag: etag?.replaceAll('"', '') };
    const { keyPrefixManifestGenerator: _generator, ...rest } = BY_PREFIX;
    const spec = { fields: 'Bucket,Key', format: 'OSS_BatchOperations_CSV_20250611' } as const;
    const job = await jobs.wait(await jobs.create({ ...rest, manifest: { location, spec } }), { pollMs: 1 });
    expect(job.tasks).to.deep.equal({ total: 2, succeeded: 2, failed: 0 });
    const { objects } = emulator.bucket('demo');
    expect(await objects.tags?.get({ key: 'c,d"' }, {})).to.deep.equal({ doomed: 'yes' });
    expect(await objects.tags?.get({ key: 'e' }, {})).to.deep.equal({});
  });

  it('waits for a confirmation, and gives a job up that nobody confirms', async () => {
    const { emulator, jobs } = await start();
    await emulator.bucket('demo').seed(['p/1']);
    const first = await jobs.create({ ...BY_PREFIX, confirmationRequired: true });
    expect(await jobs.wait(first, { pollMs: 1 })).to.include({ status: 'Suspended' });
    expect(await emulator.bucket('demo').memory.getTags({ key: 'p/1' }, {})).to.deep.equal({});
    await jobs.confirm(first);
    expect(await jobs.wait(first, { pollMs: 1 })).to.include({ status: 'Complete' });
  });

  it('tells of a job that nobody confirmed in time', async () => {
    const { jobs } = await start({}, { oss: { jobConfirmationMs: 20 } });
    const id = await jobs.create({ ...BY_PREFIX, confirmationRequired: true });
    expect(await jobs.wait(id, { pollMs: 1 })).to.include({ status: 'Suspended' });
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(await jobs.wait(id, { pollMs: 1 })).to.deep.include({
      status: 'Failed',
      failure: { code: 'ConfirmationTimeout', reason: 'The job was not confirmed in time.' },
    });
  });

  it('cancels a job, which stays partly done, and says so', async () => {
    const { emulator, jobs } = await start();
    await emulator
      .bucket('demo')
      .seed(Array.from({ length: 2500 }, (_, i) => `p/${String(i).padStart(4, '0')}`));
    const id = await jobs.create(BY_PREFIX);
    let job = await jobs.describe(id);
    while (job.status !== 'Active' || (job.tasks?.succeeded ?? 0) === 0) job = await jobs.describe(id);
    await jobs.cancel(id, 'no longer wanted');
    expect(await jobs.describe(id)).to.include({ statusUpdateReason: 'no longer wanted' });
    const ended = await jobs.wait(id, { pollMs: 1 });
    expect(ended).to.include({ status: 'Cancelled' });
    const outcome = await jobs.readReport(reportsOn(emulator), ended);
    expect(outcome).to.deep.include({ status: 'Cancelled', succeeded: 1000, failed: 0, unaccounted: 1500 });
    const again = await errorOf(jobs.cancel(id, 'again'));
    expect(again).to.include({ code: 'Conflict', providerCode: 'InvalidJobStatus' });
    expect((await errorOf(jobs.cancel(id, ''))).code).to.equal('InvalidArgument');
  });

  it('says why a job failed', async () => {
    const { emulator, jobs } = await start();
    const generator = { sourceBucket: 'nowhere' };
    const job = await jobs.wait(await jobs.create({ ...BY_PREFIX, keyPrefixManifestGenerator: generator }), {
      pollMs: 1,
    });
    expect(job).to.deep.include({
      status: 'Failed',
      failure: { code: 'NoSuchBucket', reason: 'there is no bucket nowhere' },
    });
    const outcome = await jobs.readReport(reportsOn(emulator), job);
    expect(outcome).to.deep.include({ succeeded: 0, failed: 0 });
  });

  it('lists jobs by status, page by page', async () => {
    const { emulator, jobs } = await start();
    for (let i = 0; i < 3; i++) await jobs.create(BY_PREFIX);
    const done = await jobs.create(BY_PREFIX);
    await jobs.wait(done, { pollMs: 1 });
    const idsOf = async (...statuses: JobStatus[]): Promise<string[]> => {
      const ids: string[] = [];
      for await (const { jobId } of jobs.list(statuses)) ids.push(jobId);
      return ids;
    };
    expect(await idsOf()).to.have.length(4);
    expect(await idsOf('Complete', 'Failed')).to.deep.equal([done]);
    expect(emulator.log.of('ListJobs').at(-1)?.query['batchJobStatuses']).to.equal('Complete | Failed');
  });

  it('says that there are no jobs where there are none, and no such job, and no report', async () => {
    const { emulator, jobs } = await start();
    expect(await errorOf(jobs.describe('x'))).to.include({ code: 'NotFound', providerCode: 'NoSuchJob' });
    const job = await jobs.describe(await jobs.create(BY_PREFIX));
    expect((await errorOf(jobs.readReport(reportsOn(emulator), job))).message).to.contain(
      'when the job has ended',
    );
    emulator.setFaults({ faults: [{ effect: { error: { code: 'MethodNotAllowed', status: 405 } } }] });
    const error = await errorOf(jobs.create(BY_PREFIX));
    expect(error.code).to.equal('Unsupported');
    expect(error.message).to.contain('in some regions only, and by invitation');
  });
});
