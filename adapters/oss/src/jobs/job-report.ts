import type { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import * as v from 'valibot';
import { StoreError } from '@store/driver';
import type { Abortable, ObjectStore } from '@store/core';
import type { DeletionFailure } from '@store/core';
import { codeOf } from '../errors.js';
import { given } from '../signer.js';
import type { Job } from './job.js';

/** What became of a job, by its final report. */
export interface JobOutcome {
  readonly jobId: string;
  readonly status: string;
  /** Tasks that the report names as done. */
  readonly succeeded: number;
  readonly failed: number;
  /** Tasks that the job counts, and the report does not name: nobody knows what became of them. */
  readonly unaccounted: number;
  readonly failures: {
    /** By OSS's code. The sum is `failed`. */
    readonly byCode: Readonly<Record<string, number>>;
    /** The first of them. */
    readonly sample: readonly DeletionFailure[];
  };
}

export interface ReadJobReportOptions extends Abortable {
  /** Where the report begins, when it is not found by itself. */
  readonly manifestKey?: string | undefined;
  /** Called for every failed task. */
  readonly onFailure?: ((failure: DeletionFailure) => void) | undefined;
}

const PLACE = { provider: 'oss', operation: 'readJobReport' };

/** Failures that an outcome names; `onFailure` gets all. */
const SAMPLE_SIZE = 20;

/**
 * The format of a report is not documented: this is that of the service it is modelled on (S3 Batch Operations), read by
 * the columns that it names itself.
 */
const manifestSchema = v.looseObject({
  ReportSchema: v.string(),
  Results: v.array(v.looseObject({ Key: v.string(), TaskExecutionStatus: v.optional(v.string()) })),
});

/**
 * Reads the final report of a job, which alone says what became of each object: `Complete` does not.
 *
 * @param store on the bucket of the report
 * @throws StoreError `NotFound` when there is none, `Corrupt` when it cannot be read
 */
export async function readJobReport(
  store: ObjectStore,
  job: Job,
  options: ReadJobReportOptions = {},
): Promise<JobOutcome> {
  const { signal, onFailure } = options;
  const manifestKey = options.manifestKey ?? (await findManifest(store, job, signal));
  const manifest = v.safeParse(manifestSchema, await (await store.get(manifestKey, { signal })).json());
  if (!manifest.success) throw corrupt(`${manifestKey} is no manifest of a report`);
  const columns = manifest.output.ReportSchema.split(',').map((name) => name.trim());
  const byCode: Record<string, number> = {};
  const sample: DeletionFailure[] = [];
  let succeeded = 0;
  let failed = 0;
  for (const { Key } of manifest.output.Results) {
    const { body } = await store.get(Key, { signal });
    for await (const task of tasksOf(body, columns)) {
      if (/^succeeded$/i.test(task.TaskStatus ?? '')) {
        succeeded++;
        continue;
      }
      failed++;
      const failure = failureOf(task);
      const name = failure.providerCode ?? failure.code;
      byCode[name] = (byCode[name] ?? 0) + 1;
      if (sample.length < SAMPLE_SIZE) sample.push(failure);
      onFailure?.(failure);
    }
  }
  const { jobId, status, report, tasks } = job;
  // A report of failures alone leaves the others to the count of the job.
  if (report?.reportScope === 'FailedTasksOnly') succeeded = tasks?.succeeded ?? 0;
  const unaccounted = Math.max(0, (tasks?.total ?? 0) - succeeded - failed);
  return { jobId, status, succeeded, failed, unaccounted, failures: { byCode, sample } };
}

async function findManifest(store: ObjectStore, job: Job, signal: AbortSignal | undefined): Promise<string> {
  const prefix = job.report?.prefix ?? '';
  for await (const { key } of store.list(prefix, { signal })) {
    if (key.includes(job.jobId) && key.endsWith('/manifest.json')) return key;
  }
  const why = job.report?.enabled === false ? 'none was asked for' : 'it is written when the job has ended';
  const message = `there is no report of the job ${job.jobId} under ${JSON.stringify(prefix)}: ${why}`;
  throw new StoreError('NotFound', message, PLACE);
}

/** A line of a report, by the names of its columns. */
interface Task {
  readonly Key?: string;
  readonly VersionId?: string;
  readonly TaskStatus?: string;
  readonly ErrorCode?: string;
  readonly HTTPStatusCode?: string;
  readonly ResultMessage?: string;
}

/** Streamed: a report has as many lines as the job had objects. */
function tasksOf(body: Readable, columns: string[]): AsyncIterable<Task> {
  if (!columns.includes('Key') || !columns.includes('TaskStatus'))
    throw corrupt('the report names no Key and TaskStatus');
  return body.pipe(parse({ columns, relax_column_count: true })) as AsyncIterable<Task>;
}

/** Percent-encoded, as in manifests (inferred). */
function decode(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

function failureOf({ Key = '', VersionId, ErrorCode, HTTPStatusCode, ResultMessage }: Task): DeletionFailure {
  const status = Number(HTTPStatusCode) || undefined;
  return {
    key: decode(Key),
    code: codeOf(ErrorCode || undefined, status),
    message: ResultMessage || ErrorCode || 'the report gives no reason',
    ...given({ versionId: VersionId, providerCode: ErrorCode }),
    ...(status === undefined ? {} : { status }),
    attempts: 1,
  };
}

function corrupt(message: string): StoreError {
  return new StoreError('Corrupt', message, PLACE);
}
