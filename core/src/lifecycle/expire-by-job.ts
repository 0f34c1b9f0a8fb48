import { StoreError, toStoreError } from '../errors.js';
import type { JobOutcome, StoreJob, StoreJobs, WaitForJobOptions } from '../jobs.js';
import type { ObjectStore } from '../object-store.js';
import type { ExpirationReport, ExpireOptions } from './expiration.js';

const DEFAULT_TAG = { name: 'store-expire', value: 'yes' };

/** What works together in {@link expireByJob}. */
export interface ExpireByJobPlaces {
  readonly store: ObjectStore;
  /** Of the same store. */
  readonly jobs: StoreJobs;
  /** Where the provider writes its report; keep it outside of the prefix. */
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
  /** The role that the provider works as. */
  readonly role: string;
  /** The job waits to be confirmed before it tags anything. Default false. */
  readonly confirmationRequired?: boolean | undefined;
  /** Go on with this job, which an earlier call with the same prefix and tag has created. */
  readonly jobId?: string | undefined;
}

/** What became of the job, and of the rule. */
export interface ExpirationByJob {
  readonly expiration: ExpirationReport;
  /** Undefined for a dry run. */
  readonly job?: StoreJob | undefined;
  /** By the job's report. Undefined while there is none. */
  readonly outcome?: JobOutcome | undefined;
}

/**
 * Strategy `tag-job`: the provider tags everything that is under the prefix now, and a lifecycle rule removes what has
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
  options: ExpireByJobOptions,
): Promise<ExpirationByJob> {
  const { store, jobs, reports } = places;
  const { role, confirmationRequired, tag = DEFAULT_TAG, days, partialName, entireStore, signal } = options;
  const rule: ExpireOptions = { days, partialName, entireStore, tag, signal };
  if (reports.bucket === jobs.bucket && (reports.prefix ?? '').startsWith(prefix)) {
    const message =
      'the report would be written under the prefix, where it would be tagged or counted as well';
    throw new StoreError('InvalidArgument', message, { operation: 'expireByJob' });
  }
  // Refuses what the rule would be refused for, before anything is tagged for it.
  const plan = await store.expirePrefix(prefix, { ...rule, dryRun: true });
  const description = jobs.tagging({
    prefix,
    tag,
    role,
    confirmationRequired,
    reportBucket: reports.bucket,
    reportPrefix: reports.prefix,
  });
  if (options.dryRun) return { expiration: plan };
  const jobId = options.jobId ?? (await jobs.create(description, { signal }));
  try {
    const job = await jobs.wait(jobId, options);
    const outcome = job.ended ? await jobs.readReport(reports.store, job, { signal }) : undefined;
    const why = reasonAgainst(job, outcome);
    if (why !== undefined) return { job, outcome, expiration: { ...plan, warnings: [why] } };
    return { job, outcome, expiration: await store.expirePrefix(prefix, rule) };
  } catch (thrown) {
    const error = toStoreError(thrown);
    const message = `${error.message}; the job ${jobId} goes on by itself, and a call with its id goes on with it`;
    throw new StoreError(error.code, message, { operation: 'expireByJob', cause: error });
  }
}

/** Why no rule is written. */
function reasonAgainst(job: StoreJob, outcome: JobOutcome | undefined): string | undefined {
  const { jobId, status, failure, complete } = job;
  if (!outcome) return `the job ${jobId} waits to be confirmed: nothing is tagged, and no rule was written`;
  if (complete && outcome.succeeded > 0) return undefined;
  const reason = failure ? ` (${failure.code}: ${failure.reason})` : '';
  const tagged = `${outcome.succeeded} objects have the tag`;
  return `the job ${jobId} is ${status}${reason}: ${tagged}, and no rule was written`;
}
