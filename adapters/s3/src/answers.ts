/** What the documented answer to a request looks like. */
export interface ExpectedAnswer {
  readonly statuses: readonly number[];
  /** The root of its document. Without one the answer has no body but blanks. */
  readonly root?: string;
  /** It carries the entity tag of an object in its head. */
  readonly etag?: true;
}

/** Deletes answer 204, other changes 200; some services, the other of the two. */
export const DONE: ExpectedAnswer = { statuses: [200, 204] };
export const WRITTEN: ExpectedAnswer = { statuses: [200], etag: true };
/** The head of an object, and an object or a part of it, whose body is not looked at. */
export const OBJECT: ExpectedAnswer = { statuses: [200, 206], etag: true };

export function document(root: string): ExpectedAnswer {
  return { statuses: [200], root };
}

/** Of every command that the SDK sends. */
export const EXPECTED: Readonly<Record<string, ExpectedAnswer>> = {
  PutObjectCommand: WRITTEN,
  UploadPartCopyCommand: document('CopyPartResult'),
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
