/** What the documented answer to a request looks like. */
export interface ExpectedAnswer {
  readonly statuses: readonly number[];
  /** The root of its document. Without one the answer has no body but blanks. */
  readonly root?: string;
  /** It carries the entity tag of an object in its head. */
  readonly etag?: true;
  /** Its body is an object's. */
  readonly object?: true;
}

/** Deletes answer 204, other changes 200; some services, the other of the two. */
export const DONE: ExpectedAnswer = { statuses: [200, 204] };
const WRITTEN: ExpectedAnswer = { statuses: [200], etag: true };

export function document(root: string): ExpectedAnswer {
  return { statuses: [200], root };
}

/** Of every command that the SDK sends. */
export const EXPECTED: Readonly<Record<string, ExpectedAnswer>> = {
  GetObjectCommand: { statuses: [200, 206], etag: true, object: true },
  HeadObjectCommand: { statuses: [200], etag: true },
  PutObjectCommand: WRITTEN,
  UploadPartCommand: WRITTEN,
  CopyObjectCommand: document('CopyObjectResult'),
  UploadPartCopyCommand: document('CopyPartResult'),
  CreateMultipartUploadCommand: document('InitiateMultipartUploadResult'),
  CompleteMultipartUploadCommand: document('CompleteMultipartUploadResult'),
  AbortMultipartUploadCommand: DONE,
  ListPartsCommand: document('ListPartsResult'),
  ListObjectsV2Command: document('ListBucketResult'),
  DeleteObjectCommand: DONE,
  DeleteObjectsCommand: document('DeleteResult'),
  GetObjectTaggingCommand: document('Tagging'),
  PutObjectTaggingCommand: DONE,
  RestoreObjectCommand: { statuses: [200, 202] },
  GetBucketVersioningCommand: document('VersioningConfiguration'),
};
