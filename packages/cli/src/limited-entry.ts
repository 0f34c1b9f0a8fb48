import type { StoreAdapter, StoreEntry } from '@store/core';

/** What flags say about requests, in the words of a store's entry; undefined where they say nothing. */
export interface RequestLimits {
  readonly maxAttempts?: number | undefined;
  readonly timeoutMs?: number | undefined;
}

/** The entry with what the flags say; where a store sends no requests over a network, a time limit says nothing. */
export function limited(
  entry: StoreEntry,
  { schema }: StoreAdapter,
  { maxAttempts, timeoutMs }: RequestLimits,
): StoreEntry {
  const timed = timeoutMs !== undefined && 'entries' in schema && 'timeoutMs' in Object(schema.entries);
  return {
    ...entry,
    ...(maxAttempts === undefined ? {} : { retry: { ...entry.retry, maxAttempts } }),
    ...(timed ? { timeoutMs } : {}),
  };
}
