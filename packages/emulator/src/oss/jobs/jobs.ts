import { createHash, randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import {
  childrenOf,
  childText,
  element,
  serialise,
  ServiceError,
  textElement,
  xmlAnswer,
  type Answer,
  type FaceCall,
  type Incoming,
  type XmlElement,
} from '@store/s3-server';
import type { Buckets } from '../../buckets.js';
import {
  JOB_STATUSES,
  readRequest,
  type EmulatedJob,
  type JobResult,
  type JobStatus,
  type JobTask,
} from './job.js';
import { malformed } from './job-rules.js';
import { integerIn, invalidArgument } from './job-query.js';

/** Documented: a job that waits for longer fails. */
const MAX_SUSPENDED_MS = 14 * 86_400_000;

const MAX_PRIORITY = 2_147_483_647;

/** Tasks that a job does between two looks at it. */
const TASKS_A_STEP = 1000;

const CANCELLABLE: ReadonlySet<JobStatus> = new Set(['New', 'Preparing', 'Suspended', 'Ready', 'Active']);

const REPORT_COLUMNS = [
  'Bucket',
  'Key',
  'VersionId',
  'TaskStatus',
  'ErrorCode',
  'HTTPStatusCode',
  'ResultMessage',
];

/** Which of the job calls a request is; undefined for other requests. */
export function jobOperation({ method, query }: Incoming): string | undefined {
  if (query.has('batchJobPriority') && method === 'POST') return 'UpdateJobPriority';
  if (query.has('batchJobStatus') && method === 'POST') return 'UpdateJobStatus';
  if (!query.has('batchJob')) return undefined;
  if (method === 'POST') return 'CreateJob';
  return query.has('batchJobId') ? 'DescribeJob' : 'ListJobs';
}

/**
 * The batch-operation jobs of OSS. A job goes on by one step each time it is described, so that a test sees every
 * status; its tasks are really done.
 */
export class Jobs {
  readonly #buckets: Buckets;
  readonly #now: () => number;
  readonly #confirmationMs: number;
  readonly #jobs = new Map<string, EmulatedJob>();

  /** @param confirmationMs how long a job waits to be confirmed */
  constructor(buckets: Buckets, now: () => number, confirmationMs = MAX_SUSPENDED_MS) {
    this.#buckets = buckets;
    this.#now = now;
    this.#confirmationMs = confirmationMs;
  }

  async perform(operation: string, call: FaceCall): Promise<Answer> {
    const { query, body } = call.request;
    switch (operation) {
      case 'CreateJob':
        return this.#create(body);
      case 'ListJobs':
        return this.#list(call.request);
      case 'DescribeJob': {
        const job = this.#find(query.get('batchJobId'));
        await this.#step(job, call);
        return xmlAnswer(element('DescribeJobResult', this.#describe(job)));
      }
      case 'UpdateJobPriority': {
        const job = this.#find(query.get('batchJobId'));
        job.priority = integerIn(query, 'targetPriority', 0, MAX_PRIORITY);
        return xmlAnswer(
          element(
            'UpdateJobPriorityResult',
            textElement('JobId', job.id),
            textElement('Priority', job.priority),
          ),
        );
      }
      default:
        return this.#updateStatus(this.#find(query.get('batchJobId')), call.request);
    }
  }

  #create(body: Buffer): Answer {
    const request = readRequest(body);
    const known = [...this.#jobs.values()].find(({ token }) => token === request.token);
    const id = known?.id ?? Buffer.from(randomBytes(16).toString('hex')).toString('base64');
    if (!known) this.#jobs.set(id, { ...request, id, created: this.#now(), status: 'New', results: [] });
    return xmlAnswer(element('CreateJobResult', textElement('JobId', id)));
  }

  #list({ query }: Incoming): Answer {
    const wanted = query
      .get('batchJobStatuses')
      ?.split('|')
      .map((status) => status.trim());
    for (const status of wanted ?? []) {
      if (!JOB_STATUSES.some((known) => known === status)) throw invalidArgument('batchJobStatuses', status);
    }
    const all = [...this.#jobs.values()].filter(({ status }) => wanted?.includes(status) ?? true);
    const start = query.has('continuation-token') ? integerIn(query, 'continuation-token', 0, all.length) : 0;
    const most = query.has('max-keys') ? integerIn(query, 'max-keys', 1, 1000) : 100;
    const page = all.slice(start, start + most);
    const end = start + page.length;
    return xmlAnswer(
      element(
        'ListJobsResult',
        element('Jobs', ...page.map((job) => this.#describe(job))),
        textElement('NextToken', end < all.length ? end : undefined),
      ),
    );
  }

  #updateStatus(job: EmulatedJob, { query }: Incoming): Answer {
    const wanted = query.get('requestedJobStatus');
    const reason = query.get('statusUpdateReason');
    if (wanted !== 'Cancelled' && wanted !== 'Ready') throw invalidArgument('requestedJobStatus', wanted);
    const reasonIsWrong = reason === undefined ? wanted === 'Cancelled' : !/^[^]{1,256}$/.test(reason);
    if (reasonIsWrong) throw invalidArgument('statusUpdateReason', reason);
    const allowed =
      wanted === 'Cancelled'
        ? CANCELLABLE.has(job.status)
        : job.status === 'Suspended' || job.status === 'Preparing';
    if (!allowed) {
      throw new ServiceError(
        409,
        'InvalidJobStatus',
        `A job that is ${job.status} cannot be made ${wanted}.`,
      );
    }
    job.status = wanted === 'Cancelled' ? 'Cancelling' : 'Ready';
    if (reason !== undefined) job.reason = reason;
    return xmlAnswer(
      element('UpdateJobStatusResult', textElement('JobId', job.id), textElement('Status', job.status)),
    );
  }

  #find(id: string | undefined): EmulatedJob {
    const job = this.#jobs.get(id ?? '');
    if (job) return job;
    throw new ServiceError(404, 'NoSuchJob', 'The specified job does not exist.');
  }

  async #step(job: EmulatedJob, call: FaceCall): Promise<void> {
    switch (job.status) {
      case 'New':
        job.status = 'Preparing';
        return;
      case 'Preparing':
        try {
          job.tasks = await this.#tasksOf(job);
        } catch (error) {
          job.failure = {
            code: error instanceof ServiceError ? error.code : 'ManifestNotFound',
            reason: error instanceof Error ? error.message : String(error),
          };
          job.status = 'Failing';
          return;
        }
        job.status = job.confirmationRequired ? 'Suspended' : 'Ready';
        job.suspendedAt = this.#now();
        return;
      case 'Suspended':
        if (this.#now() - (job.suspendedAt ?? 0) <= this.#confirmationMs) return;
        job.failure = { code: 'ConfirmationTimeout', reason: 'The job was not confirmed in time.' };
        job.status = 'Failing';
        return;
      case 'Ready':
        job.status = 'Active';
        return;
      case 'Active':
        return this.#work(job, call);
      case 'Completing':
      case 'Cancelling':
      case 'Failing':
        await this.#writeReport(job);
        job.ended = this.#now();
        job.status = { Completing: 'Complete', Cancelling: 'Cancelled', Failing: 'Failed' }[
          job.status
        ] as JobStatus;
        return;
      default:
        return;
    }
  }

  async #work(job: EmulatedJob, { refusalOf }: FaceCall): Promise<void> {
    const tasks = job.tasks ?? [];
    const next = tasks.slice(job.results.length, job.results.length + TASKS_A_STEP);
    for (const task of next) {
      const refused = refusalOf(task.key);
      job.results.push(
        refused
          ? { ...task, code: refused.code, message: refused.message, status: refused.status }
          : await this.#perform(job.operation, task),
      );
    }
    if (job.results.length >= tasks.length) job.status = 'Completing';
  }

  async #perform(operation: XmlElement, task: JobTask): Promise<JobResult> {
    const { key, versionId } = task;
    const objects = this.#buckets.find(task.bucket)?.memory;
    try {
      if (!objects) throw new ServiceError(404, 'NoSuchBucket', 'The specified bucket does not exist.');
      const target = { key, versionId };
      if (operation.name === 'RestoreObject') {
        await objects.restore({ ...target, days: Number(childText(operation, 'Days') ?? 1) }, {});
      } else if (operation.name !== 'PutObjectAcl') {
        const [set] = childrenOf(operation, 'TagSet');
        const given = Object.fromEntries(
          (set ? childrenOf(set, 'Tag') : []).map((tag) => [
            childText(tag, 'Key') ?? '',
            childText(tag, 'Value') ?? '',
          ]),
        );
        const before = operation.name === 'AddObjectTagging' ? await objects.getTags(target, {}) : {};
        await objects.setTags({ ...target, tags: { ...before, ...given } }, {});
      } else await objects.head(target, {});
      return { ...task, code: undefined, message: 'Successful', status: 200 };
    } catch (error) {
      const { providerCode = 'InternalError', status = 500 } = error as {
        providerCode?: string;
        status?: number;
      };
      return { ...task, code: providerCode, message: String(error), status };
    }
  }

  async #tasksOf({ generator, manifest }: EmulatedJob): Promise<JobTask[]> {
    if (generator) {
      const name = childText(generator, 'SourceBucket') ?? '';
      const bucket = this.#buckets.find(name);
      if (!bucket) throw new ServiceError(404, 'NoSuchBucket', `there is no bucket ${name}`);
      const keys = await bucket.keys(childText(generator, 'Prefix') ?? '');
      return keys.map((key) => ({ bucket: name, key, versionId: undefined }));
    }
    const [location] = manifest ? childrenOf(manifest, 'Location') : [];
    const [spec] = manifest ? childrenOf(manifest, 'Spec') : [];
    if (!location || !spec) throw malformed('Manifest has a Location and a Spec');
    const source = this.#buckets.find(childText(location, 'Bucket') ?? '');
    const ifMatch = childText(location, 'ETag');
    const read = {
      key: childText(location, 'Object') ?? '',
      ifMatch: ifMatch && `"${ifMatch.replaceAll('"', '')}"`,
    };
    if (!source) throw new ServiceError(404, 'NoSuchBucket', 'the bucket of the manifest does not exist');
    const text = await buffer((await source.memory.get(read, {})).body);
    const fields = (childText(spec, 'Fields') ?? 'Bucket,Key').split(',').map((field) => field.trim());
    const rows: string[][] = parse(text, { relax_column_count: true });
    return rows.map((row) => ({
      bucket: row[fields.indexOf('Bucket')] ?? '',
      key: decodeURIComponent(row[fields.indexOf('Key')] ?? ''),
      versionId: row[fields.indexOf('VersionId')] || undefined,
    }));
  }

  /** As S3's batch operations do; what OSS writes is not documented. */
  async #writeReport({ id, report, results }: EmulatedJob): Promise<void> {
    const bucket = this.#buckets.find(childText(report, 'Bucket') ?? '');
    if (childText(report, 'Enabled') !== 'true' || !bucket) return;
    const directory = `${childText(report, 'Prefix') ?? ''}job-${id}/`;
    const files = [];
    for (const status of ['succeeded', 'failed']) {
      const rows = results.filter(({ code }) => (code === undefined) === (status === 'succeeded'));
      const left = status === 'succeeded' && childText(report, 'ReportScope') === 'FailedTasksOnly';
      if (rows.length === 0 || left) continue;
      const text = stringify(
        rows.map((row) => [
          row.bucket,
          encodeURIComponent(row.key),
          row.versionId ?? '',
          status,
          row.code ?? '',
          row.status,
          row.message,
        ]),
      );
      const key = `${directory}results/${createHash('sha1').update(text).digest('hex')}.csv`;
      await bucket.memory.put({ key, body: Buffer.from(text) }, {});
      files.push({ TaskExecutionStatus: status, Bucket: bucket.name, Key: key });
    }
    const manifest = { Format: 'Report_CSV', ReportSchema: REPORT_COLUMNS.join(', '), Results: files };
    await bucket.memory.put(
      { key: `${directory}manifest.json`, body: Buffer.from(JSON.stringify(manifest)) },
      {},
    );
  }

  #describe(job: EmulatedJob): string {
    const failed = job.results.filter(({ code }) => code !== undefined).length;
    return element(
      'Job',
      ...job.elements.map(serialise),
      textElement('JobId', job.id),
      textElement('Priority', job.priority),
      textElement('Status', job.status),
      textElement('CreationTime', Math.floor(job.created / 1000)),
      textElement('TerminationDate', job.ended && Math.floor(job.ended / 1000)),
      textElement('StatusUpdateReason', job.reason),
      element(
        'FailureReasons',
        element(
          'JobFailure',
          textElement('FailureCode', job.failure?.code),
          textElement('FailureReason', job.failure?.reason),
        ),
      ),
      element(
        'ProgressSummary',
        textElement('TotalNumberOfTasks', job.tasks?.length ?? 0),
        textElement('NumberOfTasksSucceeded', job.results.length - failed),
        textElement('NumberOfTasksFailed', failed),
      ),
    );
  }
}
