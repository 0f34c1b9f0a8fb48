import { StoreError } from '@store/driver';

/** Two markers as one token, for listings that go on by both. */
export function joinMarkers(key: string, id: string | undefined): string {
  return JSON.stringify(id === undefined ? [key] : [key, id]);
}

/**
 * The markers of a token.
 *
 * @param startAfter the key that a listing begins behind, where there is no token yet
 * @throws StoreError `InvalidArgument` when the token does not come from {@link joinMarkers}
 */
export function splitMarkers(
  token: string | undefined,
  startAfter?: string,
): [key?: string | undefined, id?: string | undefined] {
  if (token === undefined) return startAfter === undefined ? [] : [startAfter];
  try {
    const parts: unknown = JSON.parse(token);
    if (Array.isArray(parts) && parts.every((part) => typeof part === 'string'))
      return [parts[0] ?? '', parts[1]];
  } catch {
    // Said below.
  }
  throw new StoreError('InvalidArgument', 'the continuation token is not one of this store');
}
