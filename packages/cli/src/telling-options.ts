import type { DeletePrefixOptions } from '@store/core';
import { deletePrefixOptions } from '@store/deletion';
import { optionTypes as types, type OptionTable } from '@store/driver';

/** How a run of deletes is told of. */
export interface TellingOptions {
  readonly json?: boolean | undefined;
  readonly failures?: string | undefined;
}

export const yes = { type: types.flag, cli: { kind: 'flag', short: 'y', help: 'do not ask' } } as const;

/** The flags of every subcommand that runs deletes, beside those that all have (`common-flags.ts`). */
export const tellingTable = {
  json: { type: types.flag, cli: { kind: 'flag', help: 'print the report as JSON' } },
  failures: {
    type: types.text,
    cli: {
      kind: 'text',
      argument: 'file',
      group: 'how',
      help: 'write each key that was not deleted to this file, as a line of JSON',
    },
  },
} as const satisfies OptionTable<TellingOptions>;

const { concurrency, maxKeysPerSecond, maxDuration, maxFailures } = deletePrefixOptions.table;

/** How fast a session of a run goes, and when it ends. */
export type PaceOptions = Pick<
  DeletePrefixOptions,
  'concurrency' | 'maxKeysPerSecond' | 'maxDuration' | 'maxFailures'
>;

export const paceTable = { concurrency, maxKeysPerSecond, maxDuration, maxFailures };
