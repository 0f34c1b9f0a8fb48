import type { StoreAdapter, StoreEntry } from '@store/core';
import { InvalidArgumentError } from 'commander';
import { RETRIES, TIMEOUT, type CommonFlags } from './common-flags.js';
import { UsageError } from './exit-codes.js';
import { duration, integer } from './option-values.js';

/** Most that `retry.maxAttempts` takes, without the first request. */
const MOST_RETRIES = 99;

/** The longest `timeoutMs`. */
const LONGEST_MS = 3_600_000;

/** What flags say about requests, in the words of a store's entry; undefined where they say nothing. */
export interface RequestLimits {
  readonly maxAttempts: number | undefined;
  readonly timeoutMs: number | undefined;
}

/** @throws UsageError for values that are none */
export function requestLimits({ retries, timeout }: CommonFlags): RequestLimits {
  const repeats = retries === undefined ? undefined : valueOf(RETRIES, retries, integer(0, MOST_RETRIES));
  return {
    maxAttempts: repeats === undefined ? undefined : repeats + 1,
    timeoutMs: timeout === undefined ? undefined : valueOf(TIMEOUT, timeout, milliseconds),
  };
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

function milliseconds(text: string): number {
  const value = Math.round(duration(text));
  if (value >= 1 && value <= LONGEST_MS) return value;
  throw new InvalidArgumentError('It takes a duration from 1ms to 1h.');
}

function valueOf<T>(flag: string, text: string, read: (text: string) => T): T {
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw new UsageError(`option '${flag}' argument '${text}' is invalid. ${error.message}`);
  }
}
