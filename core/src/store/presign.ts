import type { PresignRequest } from '../driver.js';
import { StoreError } from '../errors.js';
import type { PresignOptions } from '../object-store.js';
import { portableAttributes } from './attributes.js';

/** Longest life of a presigned URL in seconds: SigV4's limit (X-Amz-Expires), which OSS shares. */
const MAX_PRESIGN_SECONDS = 604_800;

/** The request for a URL that works with every provider. @throws StoreError `InvalidArgument` */
export function presignRequest(key: string, options: PresignOptions): PresignRequest {
  const { method = 'GET', expiresIn = 900 } = options;
  const refused = (message: string): StoreError =>
    new StoreError('InvalidArgument', message, { operation: 'presign', key });
  if (/(?:^|\/)\.{1,2}(?:\/|$)/.test(key)) {
    // Also when they are encoded: the URL would be one for another object.
    throw refused('no URL can name a key with the segments "." or "..": whoever uses it resolves them');
  }
  const { contentType } = portableAttributes({ contentType: options.contentType }, 'presign', key);
  if (contentType !== undefined && method !== 'PUT')
    throw refused(`contentType goes with a URL for PUT, not for ${method}: nobody sends one there`);
  if (!Number.isInteger(expiresIn) || expiresIn < 1 || expiresIn > MAX_PRESIGN_SECONDS) {
    throw refused(
      `expiresIn is a whole number of seconds from 1 to ${MAX_PRESIGN_SECONDS}, not ${expiresIn}`,
    );
  }
  return { key, method, expiresIn, contentType };
}
