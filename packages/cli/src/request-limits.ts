import { InvalidArgumentError } from 'commander';
import { RETRIES, TIMEOUT, type CommonFlags } from './common-flags.js';
import { UsageError } from './exit-codes.js';
import type { RequestLimits } from './limited-entry.js';
import { duration, integer } from './option-values.js';

/** Most that `retry.maxAttempts` takes, without the first request. */
const MOST_RETRIES = 99;

/** The longest `timeoutMs`. */
const LONGEST_MS = 3_600_000;

/** @throws UsageError for values that are none */
export function requestLimits({ retries, timeout }: CommonFlags): RequestLimits {
  const repeats = retries === undefined ? undefined : valueOf(RETRIES, retries, integer(0, MOST_RETRIES));
  return {
    maxAttempts: repeats === undefined ? undefined : repeats + 1,
    timeoutMs: timeout === undefined ? undefined : valueOf(TIMEOUT, timeout, milliseconds),
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
