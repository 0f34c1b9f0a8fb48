import type { Tags } from '@store/driver';

/** What a job does to each object; exactly one. */
export type JobOperation =
  /** Replaces all tags. */
  | { readonly putObjectTagging: Tags }
  /** Adds tags, and leaves others; read and write are two steps, so concurrent writers can lose theirs. */
  | { readonly addObjectTagging: Tags }
  | { readonly deleteObjectTagging: true }
  | { readonly putObjectAcl: 'default' | 'private' | 'public-read' | 'public-read-write' }
  | { readonly restoreObject: RestoreOperation };

export interface RestoreOperation {
  /** Archive: 1 to 7; ColdArchive and DeepColdArchive: 1 to 365. */
  readonly days?: number | undefined;
  /** ColdArchive: `Standard` or `Bulk`; DeepColdArchive: `Standard`; Archive has none. */
  readonly tier?: 'Standard' | 'Bulk' | undefined;
  /** Of the objects. It is not sent: `days` and `tier` are checked by its rules. */
  readonly storageClass?: 'Archive' | 'ColdArchive' | 'DeepColdArchive' | undefined;
}

/** Where the final report goes, which alone says what became of each object. */
export interface JobReportTarget {
  readonly bucket: string;
  readonly prefix?: string | undefined;
  /** False: no report is written. */
  readonly enabled: boolean;
  /** Default `AllTasks`. */
  readonly reportScope?: 'AllTasks' | 'FailedTasksOnly' | undefined;
}

/** A file that names the objects. */
export interface JobManifest {
  readonly location: {
    readonly bucket: string;
    readonly object: string;
    readonly etag?: string | undefined;
    readonly versionId?: string | undefined;
  };
  readonly spec: {
    /** Of a CSV of one's own, such as `Bucket,Key,VersionId`. */
    readonly fields?: string | undefined;
    readonly format: 'OSS_BatchOperations_CSV_20250611' | 'OSS_InventoryReport_CSV_20250611';
  };
}

/** A job to be created. Source: https://www.alibabacloud.com/help/en/oss/developer-reference/createjob */
export interface JobDescription {
  readonly operation: JobOperation;
  readonly report: JobReportTarget;
  /** Higher ones go first. */
  readonly priority: number;
  /** The RAM role that OSS works as: `acs:ram::<account>:role/<name>`. */
  readonly roleArn: string;
  /** Wait for a confirmation before anything is done. Default false. */
  readonly confirmationRequired?: boolean | undefined;
  /** 1 to 64 characters that make a repeated request the same one. Default: made, and kept for retries. */
  readonly clientRequestToken?: string | undefined;
  /** Either this or `keyPrefixManifestGenerator`. */
  readonly manifest?: JobManifest | undefined;
  /** All objects under a prefix. */
  readonly keyPrefixManifestGenerator?:
    { readonly sourceBucket: string; readonly prefix?: string | undefined } | undefined;
  readonly description?: string | undefined;
}

export const JOB_STATUSES = [
  'New',
  'Preparing',
  'Suspended',
  'Ready',
  'Active',
  'Pausing',
  'Paused',
  'Completing',
  'Complete',
  'Cancelling',
  'Cancelled',
  'Failing',
  'Failed',
] as const;

/** `Suspended` waits for a confirmation, for 14 days. `Complete` does not say that every task succeeded. */
export type JobStatus = (typeof JOB_STATUSES)[number];

export interface Job {
  readonly jobId: string;
  readonly status: JobStatus;
  /** It does nothing any more: it is complete, or was cancelled, or has failed. */
  readonly ended: boolean;
  /** It went through all tasks, which may have failed each. */
  readonly complete: boolean;
  readonly priority: number;
  readonly description?: string | undefined;
  readonly operation?: JobOperation | undefined;
  readonly report?: JobReportTarget | undefined;
  readonly manifest?: JobManifest | undefined;
  readonly keyPrefixManifestGenerator?: JobDescription['keyPrefixManifestGenerator'];
  readonly confirmationRequired?: boolean | undefined;
  readonly roleArn?: string | undefined;
  readonly createdAt?: Date | undefined;
  readonly endedAt?: Date | undefined;
  readonly statusUpdateReason?: string | undefined;
  /** Of the job as a whole; failed tasks are in the report. */
  readonly failure?: { readonly code: string; readonly reason: string } | undefined;
  readonly tasks?:
    { readonly total: number; readonly succeeded: number; readonly failed: number } | undefined;
}
