import { StoreError } from '@store/driver';

/** Opaque continuation tokens: a list of strings, so that they hold when their keys are gone. */
export function encodeToken(...parts: readonly string[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** @throws StoreError `InvalidArgument` when it is no token of this store */
export function decodeToken(token: string): string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    if (Array.isArray(parts) && parts.every((part) => typeof part === 'string')) return parts;
  } catch {
    // Said below.
  }
  throw new StoreError('InvalidArgument', 'the continuation token is not one of this store', {
    provider: 'memory',
  });
}
