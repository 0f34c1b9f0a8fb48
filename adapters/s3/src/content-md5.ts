import { createHash } from 'node:crypto';
import { restate, StoreError } from '@store/driver';
import { checksum, type ChecksumAlgorithm } from '@store/kit';
import { changeRequests } from './client-plugin.js';
import type { Quirks } from './quirks.js';

/** The requests for which services demand a digest of the body. */
const COMMANDS = new Set(['DeleteObjectsCommand', 'PutObjectTaggingCommand', 'RestoreObjectCommand']);

const CHECKSUM_HEADERS = /^x-amz-(checksum-|sdk-checksum-algorithm$)/i;

/**
 * Sends Content-MD5 in place of the SDK's CRC32, as SDKs did before 2025.
 *
 * Measured with client-s3 3.1162 and 3.1169: at `priority: 'low'` of the step `build` this comes after the SDK's
 * checksum and before the signature, so that the header is signed and no checksum stands beside it. With the usual
 * priority (as in AWS's own recipe, MD5_FALLBACK.md) both are sent, and services that refuse the one refuse the
 * request. `ChecksumAlgorithm: 'MD5'` leaves `x-amz-sdk-checksum-algorithm: MD5`, which some refuse by name.
 */
export class ContentMd5 {
  readonly #mode: Quirks['contentMd5'];
  #active: boolean;

  constructor(mode: Quirks['contentMd5']) {
    this.#mode = mode;
    this.#active = mode === true;
  }

  /** The headers with the digest of a body, where the SDK does not make them. */
  headersOf(body: Buffer, algorithm: Quirks['checksumAlgorithm']): Record<string, string> {
    if (this.#active) return { 'content-md5': createHash('md5').update(body).digest('base64') };
    return checksumHeaders(body, algorithm);
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

  readonly plugin = changeRequests('storeContentMd5', (request, command) => {
    if (!this.#active || !COMMANDS.has(command)) return;
    const kept = Object.entries(request.headers).filter(([name]) => !CHECKSUM_HEADERS.test(name));
    const { body } = request;
    if (typeof body !== 'string' && !(body instanceof Uint8Array))
      throw new TypeError('the body of this request is not in memory');
    const digest = createHash('md5').update(body).digest('base64');
    request.headers = { ...Object.fromEntries(kept), 'content-md5': digest };
  });
}

/** The checksum of a body as the SDK sends it. */
export function checksumHeaders(body: Buffer, algorithm: ChecksumAlgorithm): Record<string, string> {
  return checksumHeader(checksum(body, algorithm), algorithm);
}

/** @param value in base64 */
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
