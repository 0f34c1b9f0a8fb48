import { XMLBuilder } from 'fast-xml-parser';
import { StoreError, type Tags } from '@store/core';
import { tagsOf } from '../listed.js';
import { given } from '../requests.js';
import { nodeIn, nodes, textIn, type XmlNode } from '../xml.js';
import {
  JOB_STATUSES,
  type Job,
  type JobDescription,
  type JobManifest,
  type JobOperation,
  type JobStatus,
} from './job.js';

const builder = new XMLBuilder({ suppressEmptyNode: false });

/** The body of CreateJob. */
export function jobElement(job: JobDescription): string {
  const { operation, report, manifest, keyPrefixManifestGenerator: generator } = job;
  const body = {
    ConfirmationRequired: job.confirmationRequired,
    Operation: operationElement(operation),
    Report: {
      Bucket: report.bucket,
      Enabled: report.enabled,
      Prefix: report.prefix,
      ReportScope: report.reportScope,
    },
    ClientRequestToken: job.clientRequestToken,
    Manifest: manifest && {
      Location: {
        ETag: manifest.location.etag,
        Bucket: manifest.location.bucket,
        Object: manifest.location.object,
        VersionId: manifest.location.versionId,
      },
      Spec: { Fields: manifest.spec.fields, Format: manifest.spec.format },
    },
    KeyPrefixManifestGenerator: generator && {
      SourceBucket: generator.sourceBucket,
      Prefix: generator.prefix,
    },
    Description: job.description,
    Priority: job.priority,
    RoleArn: job.roleArn,
  };
  return `<?xml version="1.0" encoding="UTF-8"?>${builder.build({ CreateJobRequest: withoutUndefined(body) })}`;
}

function operationElement(operation: JobOperation): object {
  if ('putObjectTagging' in operation) return { PutObjectTagging: tagSet(operation.putObjectTagging) };
  if ('addObjectTagging' in operation) return { AddObjectTagging: tagSet(operation.addObjectTagging) };
  if ('deleteObjectTagging' in operation) return { DeleteObjectTagging: '' };
  if ('putObjectAcl' in operation) return { PutObjectAcl: { ObjectAcl: operation.putObjectAcl } };
  const { days, tier } = operation.restoreObject;
  return { RestoreObject: { Days: days, Tier: tier } };
}

function tagSet(tags: Tags): object {
  return { TagSet: { Tag: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) } };
}

/** The library would write an element for it. */
function withoutUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutUndefined);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, one]) => one !== undefined)
      .map(([name, one]) => [name, withoutUndefined(one)]),
  );
}

/** From these a job goes on by itself no more. */
const ENDED: ReadonlySet<JobStatus> = new Set(['Complete', 'Cancelled', 'Failed']);

/** A `Job` of an answer. @throws StoreError `Corrupt` when it has no id, or a status that is not known */
export function readJob(job: XmlNode): Job {
  const jobId = textIn(job, 'JobId') ?? '';
  const status = JOB_STATUSES.find((known) => known === textIn(job, 'Status'));
  if (jobId === '' || !status) {
    const found = JSON.stringify(textIn(job, 'Status'));
    throw new StoreError(
      'Corrupt',
      `the answer describes no job: id ${JSON.stringify(jobId)}, status ${found}`,
    );
  }
  const summary = nodeIn(job, 'ProgressSummary');
  const failure = nodeIn(nodeIn(job, 'FailureReasons') ?? {}, 'JobFailure');
  const generator = nodeIn(job, 'KeyPrefixManifestGenerator');
  const report = nodeIn(job, 'Report');
  return {
    jobId,
    status,
    ended: ENDED.has(status),
    complete: status === 'Complete',
    priority: Number(textIn(job, 'Priority') ?? 0),
    description: textIn(job, 'Description'),
    operation: readOperation(nodeIn(job, 'Operation')),
    report: report && {
      bucket: textIn(report, 'Bucket') ?? '',
      enabled: textIn(report, 'Enabled') === 'true',
      prefix: textIn(report, 'Prefix'),
      reportScope: textIn(report, 'ReportScope') === 'FailedTasksOnly' ? 'FailedTasksOnly' : 'AllTasks',
    },
    manifest: readManifest(nodeIn(job, 'Manifest')),
    keyPrefixManifestGenerator: generator && {
      sourceBucket: textIn(generator, 'SourceBucket') ?? '',
      prefix: textIn(generator, 'Prefix'),
    },
    confirmationRequired: textIn(job, 'ConfirmationRequired') === 'true',
    roleArn: textIn(job, 'RoleArn'),
    createdAt: timeOf(textIn(job, 'CreationTime')),
    endedAt: timeOf(textIn(job, 'TerminationDate')),
    statusUpdateReason: textIn(job, 'StatusUpdateReason') || undefined,
    // Without a failure the element is there, and empty.
    failure: failure && {
      code: textIn(failure, 'FailureCode') ?? '',
      reason: textIn(failure, 'FailureReason') ?? '',
    },
    tasks: summary && {
      total: Number(textIn(summary, 'TotalNumberOfTasks') ?? 0),
      succeeded: Number(textIn(summary, 'NumberOfTasksSucceeded') ?? 0),
      failed: Number(textIn(summary, 'NumberOfTasksFailed') ?? 0),
    },
  };
}

function readOperation(operation: XmlNode | undefined): JobOperation | undefined {
  if (!operation) return undefined;
  const put = nodeIn(operation, 'PutObjectTagging');
  if (put) return { putObjectTagging: tagsOf(put) };
  const add = nodeIn(operation, 'AddObjectTagging');
  if (add) return { addObjectTagging: tagsOf(add) };
  const acl = nodeIn(operation, 'PutObjectAcl');
  const granted = ACLS.find((known) => acl && known === textIn(acl, 'ObjectAcl'));
  if (granted) return { putObjectAcl: granted };
  const restore = nodeIn(operation, 'RestoreObject');
  if (restore) {
    const tier = textIn(restore, 'Tier');
    const days = textIn(restore, 'Days');
    return {
      restoreObject: {
        ...(days ? { days: Number(days) } : {}),
        ...(tier === 'Standard' || tier === 'Bulk' ? { tier } : {}),
      },
    };
  }
  return 'DeleteObjectTagging' in operation ? { deleteObjectTagging: true } : undefined;
}

const ACLS = ['default', 'private', 'public-read', 'public-read-write'] as const;

function readManifest(manifest: XmlNode | undefined): JobManifest | undefined {
  const location = manifest && nodeIn(manifest, 'Location');
  const spec = manifest && nodeIn(manifest, 'Spec');
  if (!location || !spec) return undefined;
  const format = textIn(spec, 'Format');
  return {
    location: {
      bucket: textIn(location, 'Bucket') ?? '',
      object: textIn(location, 'Object') ?? '',
      ...given({ etag: textIn(location, 'ETag'), versionId: textIn(location, 'VersionId') }),
    },
    spec: {
      ...given({ fields: textIn(spec, 'Fields') }),
      format: format === 'OSS_InventoryReport_CSV_20250611' ? format : 'OSS_BatchOperations_CSV_20250611',
    },
  };
}

/** Seconds since the epoch. */
function timeOf(text: string | undefined): Date | undefined {
  return text ? new Date(Number(text) * 1000) : undefined;
}

/** The jobs of a page of ListJobs. */
export function readJobs(page: XmlNode): Job[] {
  return [...nodes(page, 'Job'), ...nodes(nodeIn(page, 'Jobs') ?? {}, 'Job')].map(readJob);
}
