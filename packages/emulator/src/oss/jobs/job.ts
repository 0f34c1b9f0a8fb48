import { childrenOf, childText, parseStrictly, ServiceError, type XmlElement } from '@store/s3-server';

export type JobStatus =
  | 'New'
  | 'Preparing'
  | 'Suspended'
  | 'Ready'
  | 'Active'
  | 'Completing'
  | 'Complete'
  | 'Cancelling'
  | 'Cancelled'
  | 'Failing'
  | 'Failed';

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

const OPERATIONS = new Set([
  'PutObjectTagging',
  'AddObjectTagging',
  'DeleteObjectTagging',
  'PutObjectAcl',
  'RestoreObject',
]);

/** Reads a CreateJobRequest. @throws ServiceError for what the documentation does not allow */
export function readRequest(body: Buffer): Omit<EmulatedJob, 'id' | 'created' | 'status' | 'results'> {
  const root = parseStrictly(body);
  if (root?.name !== 'CreateJobRequest') throw malformed('the body is no CreateJobRequest');
  const only = (name: string): XmlElement | undefined => {
    const found = childrenOf(root, name);
    if (found.length > 1) throw malformed(`${name} is there ${found.length} times`);
    return found[0];
  };
  const need = (name: string): XmlElement => {
    const found = only(name);
    if (found) return found;
    throw malformed(`${name} is missing`);
  };
  const [operation, ...others] = childrenOf(need('Operation'));
  if (!operation || others.length > 0 || !OPERATIONS.has(operation.name))
    throw malformed('one operation is needed');
  const report = need('Report');
  for (const name of ['Bucket', 'Enabled'])
    if (!childText(report, name)) throw malformed(`Report.${name} is missing`);
  const token = need('ClientRequestToken').text;
  if (token.length < 1 || token.length > 64) throw malformed('ClientRequestToken has 1 to 64 characters');
  const manifest = only('Manifest');
  const generator = only('KeyPrefixManifestGenerator');
  if ((manifest === undefined) === (generator === undefined))
    throw malformed('either Manifest or KeyPrefixManifestGenerator is needed');
  const priority = Number(need('Priority').text);
  if (!Number.isInteger(priority)) throw malformed('Priority is a whole number');
  need('RoleArn');
  const told = new Set(['ClientRequestToken', 'Priority']);
  return {
    token,
    operation,
    report,
    manifest,
    generator,
    priority,
    confirmationRequired: only('ConfirmationRequired')?.text === 'true',
    elements: childrenOf(root).filter(({ name }) => !told.has(name)),
  };
}

export function malformed(why: string): ServiceError {
  return new ServiceError(400, 'MalformedXML', `The XML you provided was not well-formed: ${why}.`, {
    EC: '0016-00000101',
  });
}
