import { ServiceError } from './http/service-error.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Documents that clients send, and how large they may be in bytes; S3 publishes the first, the others are roomy. */
const DOCUMENTS: Readonly<Record<string, number>> = {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
  DeleteObjects: 2 * MIB,
  // It takes none; one that is there is named as what is wrong.
  DeletePrefix: 2 * MIB,
  // 10,000 parts, each with its checksum.
  CompleteMultipartUpload: 4 * MIB,
  // 1,000 rules with a prefix of 1,024 bytes.
  PutBucketLifecycle: 4 * MIB,
};

/** Tags, versioning, restore; and what comes with requests that need no body. */
const OTHER_DOCUMENTS = 64 * KIB;

/** Operations whose body is an object or a part of one. */
const WRITES = new Set(['PutObject', 'UploadPart']);

/** The largest body of an operation in bytes, or undefined when it is an object's. */
export function documentLimit(operation: string): number | undefined {
  return WRITES.has(operation) ? undefined : (DOCUMENTS[operation] ?? OTHER_DOCUMENTS);
}

/** How S3 refuses the body of an object or a part that is too large. */
export function entityTooLarge(maxBytes: number): ServiceError {
  return new ServiceError(
    400,
    'EntityTooLarge',
    `A request may bring ${maxBytes} bytes here; send larger objects as a multipart upload`,
    { MaxSizeAllowed: String(maxBytes) },
  );
}

/** How S3 refuses a document that is too large. */
export function messageTooLong(maxBytes: number): ServiceError {
  return new ServiceError(400, 'MaxMessageLengthExceeded', 'Your request was too big.', {
    MaxMessageLengthBytes: String(maxBytes),
  });
}
