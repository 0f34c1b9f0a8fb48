import type { Readable } from 'node:stream';
import type { DeletionFailure } from './deletion/report.js';
import type { DriverCall } from './driver.js';
import type { ObjectStore } from './object-store.js';

/** A job that a provider carries out by itself, as far as all providers have them alike. */
export interface StoreJob {
  readonly jobId: string;
  /** The provider's own name for it. */
  readonly status: string;
  /** It does nothing any more: it is complete, or was cancelled, or has failed. */
  readonly ended: boolean;
  /** It went through all tasks, which may have failed each. */
  readonly complete: boolean;
  readonly priority: number;
  readonly description?: string | undefined;
  /** Where the final report goes. */
  readonly report?: JobReportPlace | undefined;
  /** Of the job as a whole; failed tasks are in the report. */
  readonly failure?: { readonly code: string; readonly reason: string } | undefined;
  readonly tasks?:
    { readonly total: number; readonly succeeded: number; readonly failed: number } | undefined;
}

export interface JobReportPlace {
  readonly bucket: string;
  readonly prefix?: string | undefined;
  /** False: no report is written. */
  readonly enabled?: boolean | undefined;
  /** Default `AllTasks`. */
  readonly reportScope?: 'AllTasks' | 'FailedTasksOnly' | undefined;
}

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
    /** By the provider's code. The sum is `failed`. */
    readonly byCode: Readonly<Record<string, number>>;
    /** The first of them. */
    readonly sample: readonly DeletionFailure[];
  };
}

/** The jobs of a provider; see the adapter's package for what a description is. */
export interface StoreJobs {
  /** The bucket of the store that was configured. */
  readonly bucket: string;
  /** Resolves to the job's id. @throws StoreError `InvalidArgument` that names the fields that are wrong */
  create(description: object, call?: DriverCall): Promise<string>;
  /** @throws StoreError `NotFound` */
  describe(jobId: string, call?: DriverCall): Promise<StoreJob>;
  list(statuses?: readonly string[], call?: DriverCall): AsyncIterable<StoreJob>;
  updatePriority(jobId: string, priority: number, call?: DriverCall): Promise<void>;
  /** Lets a job begin that waits for it. */
  confirm(jobId: string, call?: DriverCall): Promise<void>;
  cancel(jobId: string, reason: string, call?: DriverCall): Promise<void>;
  /** Looks at a job until it has ended, or waits for a confirmation. */
  wait(jobId: string, options?: WaitForJobOptions): Promise<StoreJob>;
  /** Reads the final report. @param reports a store on the bucket of the report. @throws StoreError `NotFound` */
  readReport(reports: ObjectStore, job: StoreJob, options?: ReadJobReportOptions): Promise<JobOutcome>;
  /** Describes a job that adds a tag to every object under a prefix or in a list, and leaves other tags. */
  tagging(request: TagJobRequest): object;
  /** A list of keys of {@link bucket}, as the provider reads it. */
  manifestOf(keys: AsyncIterable<string>): Readable;
  close(): void;
}

export interface WaitForJobOptions extends DriverCall {
  /** How often the job is looked at, in milliseconds. Default 10 000. */
  readonly pollMs?: number | undefined;
  /** Called when the job has been looked at. */
  readonly onProgress?: ((job: StoreJob) => void) | undefined;
}

export interface ReadJobReportOptions extends DriverCall {
  /** Where the report begins, when it is not found by itself. */
  readonly manifestKey?: string | undefined;
  /** Called for every failed task. */
  readonly onFailure?: ((failure: DeletionFailure) => void) | undefined;
}

export interface TagJobRequest {
  /** In {@link StoreJobs.bucket}. */
  readonly prefix: string;
  /** A list ({@link StoreJobs.manifestOf}) of the objects; without one, everything under the prefix. */
  readonly manifest?:
    { readonly bucket: string; readonly key: string; readonly etag?: string | undefined } | undefined;
  readonly tag: { readonly name: string; readonly value: string };
  readonly reportBucket: string;
  readonly reportPrefix?: string | undefined;
  /** The role that the provider works as. */
  readonly role: string;
  readonly confirmationRequired?: boolean | undefined;
}
