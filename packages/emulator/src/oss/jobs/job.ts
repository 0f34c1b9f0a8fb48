import { childrenOf, childText, parseStrictly, type XmlElement } from '@store/s3-server';
import { checkRequest, malformed } from './job-rules.js';

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

export type JobStatus = (typeof JOB_STATUSES)[number];

/** An object that a job is about. */
export interface JobTask {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string | undefined;
}

/** What became of one. */
export interface JobResult extends JobTask {
  readonly code: string | undefined;
  readonly message: string;
  readonly status: number;
}

export interface EmulatedJob {
  readonly id: string;
  readonly token: string;
  /** The elements of the request that an answer repeats, as they came. */
  readonly elements: readonly XmlElement[];
  readonly operation: XmlElement;
  readonly report: XmlElement;
  readonly manifest: XmlElement | undefined;
  readonly generator: XmlElement | undefined;
  readonly confirmationRequired: boolean;
  readonly created: number;
  priority: number;
  status: JobStatus;
  suspendedAt?: number;
  ended?: number;
  reason?: string;
  failure?: { readonly code: string; readonly reason: string };
  /** Read when the job is prepared. */
  tasks?: readonly JobTask[];
  readonly results: JobResult[];
}

/** Reads a CreateJobRequest. @throws ServiceError for what the documentation does not allow */
export function readRequest(body: Buffer): Omit<EmulatedJob, 'id' | 'created' | 'status' | 'results'> {
  const root = parseStrictly(body);
  if (root?.name !== 'CreateJobRequest') throw malformed('the body is no CreateJobRequest');
  checkRequest(root);
  const [operation] = childrenOf(need(root, 'Operation'));
  if (!operation) throw malformed('Operation is empty');
  const told = new Set(['ClientRequestToken', 'Priority']);
  return {
    token: need(root, 'ClientRequestToken').text,
    operation,
    report: need(root, 'Report'),
    manifest: childrenOf(root, 'Manifest')[0],
    generator: childrenOf(root, 'KeyPrefixManifestGenerator')[0],
    priority: Number(need(root, 'Priority').text),
    confirmationRequired: childText(root, 'ConfirmationRequired') === 'true',
    elements: childrenOf(root).filter(({ name }) => !told.has(name)),
  };
}

function need(parent: XmlElement, name: string): XmlElement {
  const [found] = childrenOf(parent, name);
  if (found) return found;
  throw malformed(`${name} is missing`);
}
