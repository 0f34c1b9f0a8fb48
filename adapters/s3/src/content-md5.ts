import { createHash } from 'node:crypto';
import { restate, StoreError } from '@store/driver';
import { checksum, type ChecksumAlgorithm } from '@store/kit';
import type { Quirks } from './quirks.js';

/**
 * Sends Content-MD5 in place of a checksum, as SDKs did before 2025, and no checksum beside it: services that refuse the one
 * refuse the request.
 */
export class ContentMd5 {
  readonly #mode: Quirks['contentMd5'];
  #active: boolean;

  constructor(mode: Quirks['contentMd5']) {
    this.#mode = mode;
    this.#active = mode === true;
  }

  /** The headers with the digest of a body. */
  headersOf(body: Buffer, algorithm: Quirks['checksumAlgorithm']): Record<string, string> {
    if (this.#active) return { 'content-md5': createHash('md5').update(body).digest('base64') };
    return checksumHeader(checksum(body, algorithm), algorithm);
  }

  /** A request that is refused for want of Content-MD5 turns it on, where that is left to be found out. */
  async adjusting<T>(work: () => Promise<T>): Promise<T> {
    const sentMd5 = this.#active;
    try {
      return await work();
    } catch (error) {
      const adjustable = this.#mode === 'auto' && !sentMd5;
      if (!adjustable || !(error instanceof StoreError) || !wantsContentMd5(error)) throw error;
      this.#active = true;
      const adjusted =
        `the service wants Content-MD5 with batch deletes (${error.reason}); it is sent from now on. ` +
        `Set quirks.contentMd5 to true, or the profile of the service, to save the refusals`;
      throw restate(error, { retryable: true, adjusted });
    }
  }
}

/** A checksum of a body, as the SDK sends it. @param value in base64 */
export function checksumHeader(value: string, algorithm: ChecksumAlgorithm): Record<string, string> {
  return {
    'x-amz-sdk-checksum-algorithm': algorithm,
    [`x-amz-checksum-${algorithm.toLowerCase()}`]: value,
  };
}

/**
 * Whether a service refused a request because it wants Content-MD5, or because it does not want the checksum. Seen:
 * `MissingArgument` (Alibaba Cloud OSS), `InvalidRequest` "Missing required header for this request: Content-MD5"
 * (Swift), `MissingContentMD5` (MinIO), "Unsupported header 'x-amz-checksum-crc32'" (Backblaze B2).
 */
function wantsContentMd5({ status, providerCode, message }: StoreError): boolean {
  if (status !== 400 && status !== 501) return false;
  if (providerCode === 'MissingContentMD5' || providerCode === 'MissingArgument') return true;
  return /content-md5|x-amz-(?:sdk-)?checksum/i.test(message);
}
