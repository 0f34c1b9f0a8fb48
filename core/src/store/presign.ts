import type { PresignRequest } from '../requests.js';
import { StoreError } from '../errors.js';
import type { Checked } from '../options/define-options.js';
import type { STORE_OPTIONS } from './option-tables.js';
import { portableAttributes } from './attributes.js';

/** The request for a URL that works with every provider. @throws StoreError `InvalidArgument` */
export function presignRequest(key: string, options: Checked<typeof STORE_OPTIONS.presign>): PresignRequest {
  const { method, expiresIn } = options;
  const refused = (message: string): StoreError =>
    new StoreError('InvalidArgument', message, { operation: 'presign', key });
  if (/(?:^|\/)\.{1,2}(?:\/|$)/.test(key)) {
    // Also when they are encoded: the URL would be one for another object.
    throw refused('no URL can name a key with the segments "." or "..": whoever uses it resolves them');
  }
  const { contentType } = portableAttributes({ contentType: options.contentType }, 'presign', key);
  if (contentType !== undefined && method !== 'PUT')
    throw refused(`contentType goes with a URL for PUT, not for ${method}: nobody sends one there`);
  return { key, method, expiresIn, contentType };
}
