import { Readable } from 'node:stream';
import { restate, StoreError, systemClock, throwIfAborted } from '@store/driver';
import type { Abortable, ObjectStore } from '@store/core';
import { Contact, eitherSignal, retrying, retryPolicy, type Line, type RetrySettings } from '@store/engine';
import {
  beginningOf,
  documentIn,
  textIn,
  undocumented,
  XML,
  type ServiceRequest,
  type XmlElement,
} from '@store/kit';
import { endpointOfOss, type OssConfig } from '../config.js';
import { Requests } from '../requests.js';
import { given } from '../signer.js';
import { checkJob } from './job-check.js';
import { JOB_OPTIONS, type TagJobRequest, type WaitForJobOptions } from './job-options.js';
import { readJobReport, type JobOutcome, type ReadJobReportOptions } from './job-report.js';
import { jobDocument, readJob, readJobs } from './job-xml.js';
import type { Job, JobDescription, JobManifest } from './job.js';

/** What {@link OssJobs.manifestOf} writes. */
const MANIFEST_SPEC = { fields: 'Bucket,Key', format: 'OSS_BatchOperations_CSV_20250611' } as const;

const LINES_A_PIECE = 1000;

const NO_JOB = { method: 'GET', query: { batchJob: '', batchJobId: '0' } } as const;

/**
 * Batch-operation jobs of OSS: the provider works through up to ten billion objects by itself. Not in every region, and
 * by invitation in some.
 *
 * Source: https://www.alibabacloud.com/help/en/oss/user-guide/batch-operations
 */
export class OssJobs {
  /** The bucket of the store that was configured. */
  readonly bucket: string;
  readonly #requests: Requests;
  readonly #line: Line;

  /** @param config as of a store; jobs belong to the account and the region, not to its bucket */
  constructor(config: OssConfig, retry?: RetrySettings) {
    this.bucket = config.bucket;
    this.#requests = new Requests(config, { service: true });
    const policy = retryPolicy(retry);
    const contact = new Contact({
      endpoint: endpointOfOss(config),
      contactMs: policy.contactMs,
      // There is no such job.
      ask: (signal) => this.#requests.send('describeJob', { signal }, NO_JOB, [200], () => undefined),
    });
    this.#line = { retry: policy, clock: systemClock, contact };
  }

  /**
   * Creates a job and resolves to its id. A request that is repeated makes no second job, by its token.
   *
   * @throws StoreError `InvalidArgument` that names the fields that are wrong; `Unsupported` where there are no jobs
   */
  async create(description: object, call: Abortable = {}): Promise<string> {
    JOB_OPTIONS.create.check(call);
    const job = checkJob(description);
    const content = jobDocument(job);
    const request = { method: 'POST', query: { batchJob: '' }, headers: XML, content } as const;
    return this.#ask('createJob', call, request, 'CreateJobResult', (document) => textIn(document, 'JobId'));
  }

  /** @throws StoreError `NotFound` */
  async describe(jobId: string, call: Abortable = {}): Promise<Job> {
    JOB_OPTIONS.describe.check(call);
    const query = { batchJob: '', batchJobId: checkId(jobId) };
    return this.#ask('describeJob', call, { method: 'GET', query }, 'DescribeJobResult', (document) => {
      const job = document.child('Job');
      if (job) return readJob(job);
      throw undocumented('the answer describes no job');
    });
  }

  /** All jobs of the account in this region, or those with one of these statuses. */
  async *list(statuses: readonly string[] = [], call: Abortable = {}): AsyncGenerator<Job> {
    JOB_OPTIONS.list.check(call);
    let token: string | undefined;
    const seen = new Set<string>();
    do {
      const wanted = given({ batchJobStatuses: statuses.join(' | '), 'continuation-token': token });
      const request = { method: 'GET', query: { batchJob: '', ...wanted, 'max-keys': 1000 } } as const;
      const { jobs, next } = await this.#ask('listJobs', call, request, 'ListJobsResult', (page) => ({
        jobs: readJobs(page),
        next: page.textOf('NextToken'),
      }));
      yield* jobs;
      token = next;
      // Tokens can be new for ever; jobs cannot.
      const message = 'the listing of jobs goes on without another job';
      if (token !== undefined && jobs.every(({ jobId }) => seen.has(jobId)))
        throw new StoreError('Corrupt', message, { provider: 'oss' });
      for (const { jobId } of jobs) seen.add(jobId);
    } while (token !== undefined);
  }

  async updatePriority(jobId: string, priority: number, call: Abortable = {}): Promise<void> {
    JOB_OPTIONS.updatePriority.check(call);
    if (!(Number.isInteger(priority) && priority >= 0))
      throw invalid(`a priority is a whole number, not ${priority}`, 'updateJobPriority');
    const query = { batchJobPriority: '', batchJobId: checkId(jobId), targetPriority: String(priority) };
    await this.#update('updateJobPriority', query, 'UpdateJobPriorityResult', call);
  }

  /** Lets a job begin that was created with `confirmationRequired`. */
  async confirm(jobId: string, call: Abortable = {}): Promise<void> {
    JOB_OPTIONS.confirm.check(call);
    await this.#updateStatus(jobId, { requestedJobStatus: 'Ready' }, call);
  }

  /** Ends a job, which takes a while. What it has done until then stays done. @param reason 1 to 256 characters */
  async cancel(jobId: string, reason: string, call: Abortable = {}): Promise<void> {
    JOB_OPTIONS.cancel.check(call);
    if (reason.length < 1 || reason.length > 256)
      throw invalid('a reason has 1 to 256 characters', 'updateJobStatus');
    await this.#updateStatus(jobId, { requestedJobStatus: 'Cancelled', statusUpdateReason: reason }, call);
  }

  /**
   * Looks at a job until it has ended, or waits for a confirmation. Resolves to how it is then: `Complete`, `Cancelled`,
   * `Failed` or `Suspended`. What became of each object only the report says (`readJobReport`).
   */
  async wait(jobId: string, options: WaitForJobOptions = {}): Promise<Job> {
    const { pollMs, onProgress, signal } = JOB_OPTIONS.wait.check(options);
    for (;;) {
      throwIfAborted(signal, 'waitForJob');
      const job = await this.describe(jobId, { signal });
      onProgress?.(job);
      if (job.ended || job.status === 'Suspended') return job;
      await systemClock.sleep(pollMs, signal);
    }
  }

  /** Reads the final report of a job, which alone says what became of each object: `Complete` does not. */
  async readReport(reports: ObjectStore, job: Job, options: ReadJobReportOptions = {}): Promise<JobOutcome> {
    return readJobReport(reports, job, JOB_OPTIONS.readReport.check(options));
  }

  /** Describes a job that adds a tag to every object under a prefix or in a list, and leaves other tags. */
  tagging(request: TagJobRequest): JobDescription {
    JOB_OPTIONS.tagging.check(request);
    const { prefix, manifest, tag, reportBucket, reportPrefix, role, confirmationRequired } = request;
    return checkJob({
      operation: { addObjectTagging: { [tag.name]: tag.value } },
      ...(manifest
        ? { manifest: { location: locationOf(manifest), spec: MANIFEST_SPEC } }
        : { keyPrefixManifestGenerator: { sourceBucket: this.bucket, prefix } }),
      report: { bucket: reportBucket, enabled: true, prefix: reportPrefix },
      priority: 1,
      roleArn: role,
      confirmationRequired,
    });
  }

  /** A list of keys of {@link bucket}, as OSS reads it. Keys are percent-encoded, as in OSS's inventories (inferred for manifests). */
  manifestOf(keys: AsyncIterable<string>): Readable {
    return Readable.from(linesOf(this.bucket, keys));
  }

  close(): void {
    this.#requests.close();
  }

  #updateStatus(jobId: string, status: Record<string, string>, call: Abortable): Promise<void> {
    const query = { batchJobStatus: '', batchJobId: checkId(jobId), ...status };
    return this.#update('updateJobStatus', query, 'UpdateJobStatusResult', call);
  }

  /**
   * Whether the document is always there is not confirmed; another one is no success. It is not asked for again: a second
   * cancel of a job is refused.
   */
  async #update(
    operation: string,
    query: Record<string, string>,
    root: string,
    call: Abortable,
  ): Promise<void> {
    await this.#send(operation, call, (sent) =>
      this.#requests.send(operation, sent, { method: 'POST', query }, [200], (answer) => {
        try {
          if (beginningOf(answer.data) !== '') documentIn(answer, { statuses: [200], root });
        } catch (error) {
          throw error instanceof StoreError ? restate(error, { retryable: false }) : error;
        }
      }),
    );
  }

  /** @param read what the answer says; where it says nothing documented, the request is repeated */
  #ask<T>(
    operation: string,
    call: Abortable,
    request: ServiceRequest,
    root: string,
    read: (document: XmlElement) => T,
  ): Promise<T> {
    return this.#send(operation, call, (sent) => this.#requests.ask(operation, sent, request, root, read));
  }

  async #send<T>(
    operation: string,
    { signal }: Abortable,
    send: (call: Abortable) => Promise<T>,
  ): Promise<T> {
    return retrying({ ...this.#line, operation, provider: 'oss', signal }, (nobody) =>
      send({ signal: eitherSignal(signal, nobody) }).catch((error: unknown) => {
        throw asUnsupported(error, operation);
      }),
    );
  }
}

/** In pieces of some size: a line at a time would be slow. */
async function* linesOf(bucket: string, keys: AsyncIterable<string>): AsyncGenerator<Buffer> {
  let lines: string[] = [];
  for await (const key of keys) {
    lines.push(`${bucket},${encodeURIComponent(key)}\n`);
    if (lines.length < LINES_A_PIECE) continue;
    yield Buffer.from(lines.join(''));
    lines = [];
  }
  if (lines.length > 0) yield Buffer.from(lines.join(''));
}

function locationOf({ bucket, key, etag }: NonNullable<TagJobRequest['manifest']>): JobManifest['location'] {
  return { bucket, object: key, ...given({ etag: etag?.replaceAll('"', '') }) };
}

/** A region without jobs takes the request for one about buckets. */
function asUnsupported(error: unknown, operation: string): unknown {
  if (!(error instanceof StoreError)) return error;
  const { providerCode, status } = error;
  if (status !== 405 && providerCode !== 'NotImplemented' && providerCode !== 'MethodNotAllowed')
    return error;
  return new StoreError(
    'Unsupported',
    `batch-operation jobs are not to be had here (${error.reason}): they are in some regions only, and by invitation`,
    { provider: 'oss', operation, status, providerCode, cause: error },
  );
}

function checkId(jobId: string): string {
  if (jobId !== '') return jobId;
  throw invalid('a job has an id');
}

function invalid(message: string, operation?: string): StoreError {
  return new StoreError('InvalidArgument', message, { provider: 'oss', operation });
}
