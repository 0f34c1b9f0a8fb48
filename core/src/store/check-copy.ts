import { quoteKey, StoreError, type ObjectInfo, type WriteResult } from '@store/driver';

/**
 * Holds what stands under the key of a copy against what was copied and what the write said.
 *
 * @throws StoreError `PreconditionFailed` when somebody else has written there; `Corrupt` when the copy has another size
 */
export function checkCopy(
  source: ObjectInfo,
  { key, etag }: WriteResult,
  found: ObjectInfo,
  operation: string,
): void {
  const refused = (code: 'PreconditionFailed' | 'Corrupt', what: string): StoreError =>
    new StoreError(code, `${quoteKey(key)} ${what}: the source stays as it is`, { operation, key });
  if (etag !== undefined && found.etag !== undefined && found.etag !== etag)
    throw refused('PreconditionFailed', 'was written by somebody else while it was copied');
  if (source.size !== undefined && found.size !== source.size)
    throw refused('Corrupt', `has ${found.size} bytes, and what was copied ${source.size}`);
}
