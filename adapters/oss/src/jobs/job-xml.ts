import type { Tags } from '@store/driver';
import { taggingOf, tagsOf, undocumented, xmlDocument, type XmlContent, type XmlElement } from '@store/kit';
import { given } from '../signer.js';
import {
  JOB_STATUSES,
  type Job,
  type JobDescription,
  type JobManifest,
  type JobOperation,
  type JobStatus,
} from './job.js';

/** The body of CreateJob. */
export function jobDocument(job: JobDescription): Buffer {
  return xmlDocument('CreateJobRequest', { ...elementsOf(job), Operation: operationContent(job.operation) });
}

function operationContent(operation: JobOperation): XmlContent {
  if ('putObjectTagging' in operation) return { PutObjectTagging: taggingOf(operation.putObjectTagging) };
  if ('addObjectTagging' in operation) return { AddObjectTagging: taggingOf(operation.addObjectTagging) };
  if ('deleteObjectTagging' in operation) return { DeleteObjectTagging: '' };
  if ('putObjectAcl' in operation) return { PutObjectAcl: elementsOf({ objectAcl: operation.putObjectAcl }) };
  const { storageClass: _checkedBy, ...restore } = operation.restoreObject;
  return { RestoreObject: elementsOf(restore) };
}

/** Elements are named like the members of a job, with a capital. */
function elementsOf(members: object): Record<string, XmlContent | undefined> {
  const elements = Object.entries(members).map(([name, value]: [string, XmlContent | undefined]) => {
    return [
      name === 'etag' ? 'ETag' : name.charAt(0).toUpperCase() + name.slice(1),
      typeof value === 'object' ? elementsOf(value) : value,
    ] as const;
  });
  return Object.fromEntries(elements);
}

/** From these a job goes on by itself no more. */
const ENDED: ReadonlySet<JobStatus> = new Set(['Complete', 'Cancelled', 'Failed']);

/** A `Job` of an answer. @throws StoreError `Corrupt` when it has no id, or a status that is not known */
export function readJob(job: XmlElement): Job {
  const jobId = job.textOf('JobId') ?? '';
  const status = JOB_STATUSES.find((known) => known === job.textOf('Status'));
  if (jobId === '' || !status) {
    const found = JSON.stringify(job.textOf('Status'));
    throw undocumented(`the answer describes no job: id ${JSON.stringify(jobId)}, status ${found}`);
  }
  const summary = job.child('ProgressSummary');
  const failure = job.child('FailureReasons')?.child('JobFailure');
  const generator = job.child('KeyPrefixManifestGenerator');
  const report = job.child('Report');
  return {
    jobId,
    status,
    ended: ENDED.has(status),
    complete: status === 'Complete',
    priority: Number(job.textOf('Priority') ?? 0),
    description: job.textOf('Description'),
    operation: readOperation(job.child('Operation')),
    report: report && {
      bucket: report.textOf('Bucket') ?? '',
      enabled: report.textOf('Enabled') === 'true',
      prefix: report.textOf('Prefix'),
      reportScope: report.textOf('ReportScope') === 'FailedTasksOnly' ? 'FailedTasksOnly' : 'AllTasks',
    },
    manifest: readManifest(job.child('Manifest')),
    keyPrefixManifestGenerator: generator && {
      sourceBucket: generator.textOf('SourceBucket') ?? '',
      prefix: generator.textOf('Prefix'),
    },
    confirmationRequired: job.textOf('ConfirmationRequired') === 'true',
    roleArn: job.textOf('RoleArn'),
    createdAt: timeOf(job.textOf('CreationTime')),
    endedAt: timeOf(job.textOf('TerminationDate')),
    statusUpdateReason: job.textOf('StatusUpdateReason') || undefined,
    // Without a failure the element is there, and empty.
    failure: failure?.children.length
      ? { code: failure.textOf('FailureCode') ?? '', reason: failure.textOf('FailureReason') ?? '' }
      : undefined,
    tasks: summary && {
      total: Number(summary.textOf('TotalNumberOfTasks') ?? 0),
      succeeded: Number(summary.textOf('NumberOfTasksSucceeded') ?? 0),
      failed: Number(summary.textOf('NumberOfTasksFailed') ?? 0),
    },
  };
}

/** A job that is described without its tags is described all the same. */
function tagsIn(tagging: XmlElement): Tags {
  return tagging.child('TagSet') ? tagsOf(tagging) : {};
}

function readOperation(operation: XmlElement | undefined): JobOperation | undefined {
  if (!operation) return undefined;
  const put = operation.child('PutObjectTagging');
  if (put) return { putObjectTagging: tagsIn(put) };
  const add = operation.child('AddObjectTagging');
  if (add) return { addObjectTagging: tagsIn(add) };
  const acl = operation.child('PutObjectAcl');
  const granted = ACLS.find((known) => known === acl?.textOf('ObjectAcl'));
  if (granted) return { putObjectAcl: granted };
  const restore = operation.child('RestoreObject');
  if (restore) {
    const tier = restore.textOf('Tier');
    const days = restore.textOf('Days');
    return {
      restoreObject: {
        ...(days ? { days: Number(days) } : {}),
        ...(tier === 'Standard' || tier === 'Bulk' ? { tier } : {}),
      },
    };
  }
  return operation.child('DeleteObjectTagging') ? { deleteObjectTagging: true } : undefined;
}

const ACLS = ['default', 'private', 'public-read', 'public-read-write'] as const;

function readManifest(manifest: XmlElement | undefined): JobManifest | undefined {
  const location = manifest?.child('Location');
  const spec = manifest?.child('Spec');
  if (!location || !spec) return undefined;
  const format = spec.textOf('Format');
  return {
    location: {
      bucket: location.textOf('Bucket') ?? '',
      object: location.textOf('Object') ?? '',
      ...given({ etag: location.textOf('ETag'), versionId: location.textOf('VersionId') }),
    },
    spec: {
      ...given({ fields: spec.textOf('Fields') }),
      format: format === 'OSS_InventoryReport_CSV_20250611' ? format : 'OSS_BatchOperations_CSV_20250611',
    },
  };
}

/** Seconds since the epoch. */
function timeOf(text: string | undefined): Date | undefined {
  return text ? new Date(Number(text) * 1000) : undefined;
}

/** The jobs of a page of ListJobs. */
export function readJobs(page: XmlElement): Job[] {
  return [...page.all('Job'), ...(page.child('Jobs')?.all('Job') ?? [])].map(readJob);
}
