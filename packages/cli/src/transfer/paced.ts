import { systemClock } from '@store/core';
import { holdErrors } from '@store/driver';
import { InvalidArgumentError, Option } from 'commander';
import { withAlias } from '../alias.js';
import { size } from '../option-values.js';

/** What limits how fast one object goes. */
export interface PaceOptions {
  readonly maxBytesPerSecond?: number | undefined;
}

/** Of `put` and `get`, as `cp` has it. */
export const paceOptions: readonly Option[] = withAlias(
  new Option('--max-bytes-per-second <size>', 'most bytes a second: 500K, 10MB, …').argParser(
    (text: string) => {
      const bytes = size(text);
      if (bytes > 0) return bytes;
      throw new InvalidArgumentError('It takes a size above 0; leave it out for no limit.');
    },
  ),
);

/** The body of one object, as fast as it may go. */
export async function paced<T extends AsyncIterable<Uint8Array>>(
  body: T,
  { maxBytesPerSecond }: PaceOptions,
  signal: AbortSignal,
): Promise<T | AsyncGenerator<Uint8Array, void, undefined>> {
  if (maxBytesPerSecond === undefined) return body;
  // Loaded by who asks for it; meanwhile the body may fail.
  holdErrors(body);
  const { ByteRate } = await import('@store/transfer');
  return new ByteRate(maxBytesPerSecond, systemClock).paced(body, signal);
}
