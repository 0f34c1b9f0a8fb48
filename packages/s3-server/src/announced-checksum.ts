import { ServiceError } from './http/service-error.js';
import type { Incoming } from './http/incoming.js';

/** Algorithms of S3's that are known here, and how their elements call them. */
export const CHECKSUM_ELEMENTS: Readonly<Record<string, string>> = {
  crc32: 'ChecksumCRC32',
  crc32c: 'ChecksumCRC32C',
  crc64nvme: 'ChecksumCRC64NVME',
  sha1: 'ChecksumSHA1',
  sha256: 'ChecksumSHA256',
};

export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** Which checksum an upload in parts will have. */
export interface AnnouncedChecksum {
  readonly algorithm: string;
  readonly type: ChecksumType;
}

/**
 * What the beginning of an upload says of its checksum: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html
 *
 * @throws ServiceError `InvalidRequest` for what S3 has not
 */
export function announcedChecksum({ headers }: Pick<Incoming, 'headers'>): AnnouncedChecksum | undefined {
  const algorithm = headers.get('x-amz-checksum-algorithm')?.toLowerCase();
  const given = checksumTypeOf(headers);
  if (algorithm === undefined) {
    if (given === undefined) return undefined;
    throw invalid(
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  if (CHECKSUM_ELEMENTS[algorithm] === undefined)
    throw invalid(
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    );
  const type = given ?? (algorithm === 'crc64nvme' ? 'FULL_OBJECT' : 'COMPOSITE');
  checkType(algorithm, type);
  return { algorithm, type };
}

export function announcedHeaders(announced: AnnouncedChecksum | undefined): Record<string, string> {
  if (!announced) return {};
  const { algorithm, type } = announced;
  return { 'x-amz-checksum-algorithm': algorithm.toUpperCase(), 'x-amz-checksum-type': type };
}

/** @throws ServiceError `InvalidRequest` for a type that is none */
export function checksumTypeOf(headers: ReadonlyMap<string, string>): ChecksumType | undefined {
  const type = headers.get('x-amz-checksum-type');
  if (type === undefined || type === 'FULL_OBJECT' || type === 'COMPOSITE') return type;
  throw invalid(`Value for x-amz-checksum-type header is invalid: ${type}`);
}

/** Hashes cannot be put together, and S3 has this CRC of whole objects alone. @throws ServiceError `InvalidRequest` */
export function checkType(algorithm: string, type: ChecksumType): void {
  const wrong = type === 'FULL_OBJECT' ? algorithm.startsWith('sha') : algorithm === 'crc64nvme';
  if (wrong)
    throw invalid(`The ${type} checksum type cannot be used with the ${algorithm} checksum algorithm.`);
}

function invalid(message: string): ServiceError {
  return new ServiceError(400, 'InvalidRequest', message);
}
