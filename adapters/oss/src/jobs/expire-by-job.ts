import { randomUUID } from 'node:crypto';
import {
  assertKey,
  defineOptions,
  optionTypes as types,
  quoteKey,
  StoreError,
  toStoreError,
} from '@store/driver';
import type { ObjectStore } from '@store/core';
import { expirePrefix, type ExpirationReport, type ExpireOptions } from '@store/lifecycle';
import * as v from 'valibot';
import type { JobOutcome } from './job-report.js';
import type { Job } from './job.js';
import type { TagJobRequest, WaitForJobOptions } from './job-options.js';
import type { OssJobs } from './jobs.js';

/** What works together in {@link expireByJob}. */
export interface ExpireByJobPlaces {
  readonly store: ObjectStore;
  /** Of the same store. */
  readonly jobs: OssJobs;
  /** Where OSS writes its report; keep it outside of the prefix. */
  readonly reports: {
    readonly store: ObjectStore;
    readonly bucket: string;
    readonly prefix?: string | undefined;
  };
}

export interface ExpireByJobOptions
  extends
    Pick<ExpireOptions, 'days' | 'tag' | 'partialName' | 'entireStore' | 'dryRun'>,
    Pick<WaitForJobOptions, 'pollMs' | 'onProgress' | 'signal'> {
  /** The role that OSS works as. */
  readonly role: string;
  /** The job waits to be confirmed before it tags anything. Default false. */
  readonly confirmationRequired?: boolean | undefined;
  /** Exactly these objects, in place of everything under the prefix; each is under it. */
  readonly keys?: AsyncIterable<string> | undefined;
  /** Go on with this job, which an earlier call with the same prefix and tag has created. */
  readonly jobId?: string | undefined;
}

const OPTIONS = defineOptions<ExpireByJobOptions>()('expireByJob', {
  signal: { type: types.signal },
  days: { type: types.number },
  tag: {
    type: () => v.strictObject({ name: v.string(), value: v.string() }),
    default: { name: 'store-expire', value: 'yes' },
  },
  partialName: { type: types.flag },
  entireStore: { type: types.flag },
  dryRun: { type: types.flag },
  pollMs: { type: types.duration },
  onProgress: { type: types.callback },
  role: { type: types.text, needed: true },
  confirmationRequired: { type: types.flag },
  keys: {
    type: () =>
      v.custom<AsyncIterable<string>>(
        (value) => typeof value === 'object' && value !== null && Symbol.asyncIterator in value,
        'expected an async iterable of keys',
      ),
  },
  jobId: { type: types.text },
});

/** What became of the job, and of the rule. */
export interface ExpirationByJob {
  readonly expiration: ExpirationReport;
  /** Undefined for a dry run. */
  readonly job?: Job | undefined;
  /** By the job's report. Undefined while there is none. */
  readonly outcome?: JobOutcome | undefined;
}

/**
 * Strategy `tag-job`: OSS tags everything that is under the prefix now, or exactly a list of keys, and a lifecycle rule removes what has
 * the tag. Unlike a rule for the prefix alone it leaves what is written later, as long as nobody tags it alike.
 *
 * The rule is written when the job is complete and its report names tagged objects, and not when the job was cancelled,
 * has failed or waits to be confirmed: then `expiration.state` is `planned`, and its warnings say why.
 *
 * @throws StoreError as `expirePrefix`, before a job is created; later errors name the job, which goes on by itself
 */
export async function expireByJob(
  places: ExpireByJobPlaces,
  prefix: string,
  given: ExpireByJobOptions,
): Promise<ExpirationByJob> {
  const options = OPTIONS.check(given);
  const { store, jobs, reports } = places;
  const { role, confirmationRequired, tag, days, partialName, entireStore, pollMs, onProgress, signal } =
    options;
  const rule: ExpireOptions = { days, partialName, entireStore, tag, signal };
  if (options.keys && options.jobId !== undefined)
    throw refused('a job that was created has its list: keys go with a new one');
  const within = 'the report would be written under the prefix, where it would be tagged or counted as well';
  if (reports.bucket === jobs.bucket && (reports.prefix ?? '').startsWith(prefix)) throw refused(within);
  // Refuses what the rule would be refused for, before anything is tagged for it.
  const plan = await expirePrefix(store, prefix, { ...rule, dryRun: true });
  const request: TagJobRequest = {
    prefix,
    tag,
    role,
    confirmationRequired,
    reportBucket: reports.bucket,
    reportPrefix: reports.prefix,
  };
  jobs.tagging(request);
  if (options.dryRun) return { expiration: plan };
  const jobId = options.jobId ?? (await createJob(places, request, options));
  try {
    const job = await jobs.wait(jobId, { pollMs, onProgress, signal });
    const outcome = job.ended ? await jobs.readReport(reports.store, job, { signal }) : undefined;
    const why = reasonAgainst(job, outcome);
    if (why !== undefined) return { job, outcome, expiration: { ...plan, warnings: [why] } };
    return { job, outcome, expiration: await expirePrefix(store, prefix, rule) };
  } catch (thrown) {
    const error = toStoreError(thrown);
    const message = `${error.reason}; the job ${jobId} goes on by itself, and a call with its id goes on with it`;
    throw new StoreError(error.code, message, { operation: 'expireByJob', cause: error });
  }
}

async function createJob(
  { jobs, reports }: ExpireByJobPlaces,
  request: TagJobRequest,
  { keys, signal }: ExpireByJobOptions,
): Promise<string> {
  if (!keys) return jobs.create(jobs.tagging(request), { signal });
  const { store, bucket, prefix = '' } = reports;
  const key = `${prefix}manifest-${randomUUID()}.csv`;
  let count = 0;
  /** All of them under the prefix: anything else has got into the list by mistake. */
  async function* checked(list: AsyncIterable<string>): AsyncGenerator<string> {
    for await (const one of list) {
      assertKey(one, 'expireByJob');
      if (!one.startsWith(request.prefix))
        throw refused(`${quoteKey(one)} is in the list, and not under ${quoteKey(request.prefix)}`, one);
      count++;
      yield one;
    }
  }
  const { etag } = await store.put(key, jobs.manifestOf(checked(keys)), { signal });
  if (count === 0) {
    await store.delete(key, { signal });
    throw refused('there is no key in the list');
  }
  return jobs.create(jobs.tagging({ ...request, manifest: { bucket, key, etag } }), { signal });
}

function refused(message: string, key?: string): StoreError {
  return new StoreError('InvalidArgument', message, { operation: 'expireByJob', key });
}

/** Why no rule is written. */
function reasonAgainst(job: Job, outcome: JobOutcome | undefined): string | undefined {
  const { jobId, status, failure, complete } = job;
  if (!outcome) return `the job ${jobId} waits to be confirmed: nothing is tagged, and no rule was written`;
  if (complete && outcome.succeeded > 0) return undefined;
  const reason = failure ? ` (${failure.code}: ${failure.reason})` : '';
  const tagged = `${outcome.succeeded} objects have the tag`;
  return `the job ${jobId} is ${status}${reason}: ${tagged}, and no rule was written`;
}
