import { defineOptions, optionTypes as types, type OptionEntry } from '@store/driver';
import {
  copyPrefixOptions,
  syncPrefixOptions,
  type Comparison,
  type CopyPrefixOptions,
  type SyncPrefixOptions,
} from '@store/transfer/options';
import { UsageError } from '../exit-codes.js';
import { tellingTable, yes } from '../telling-options.js';

/** How a transfer is told of. */
interface OwnOptions {
  readonly json?: boolean | undefined;
  readonly failures?: string | undefined;
}

/** How the sources of a transfer are opened. */
interface SourceOptions {
  readonly followLinks?: boolean | undefined;
}

interface CopyFlags {
  readonly recursive?: boolean | undefined;
}

interface ComparisonFlags {
  readonly checksum?: boolean | undefined;
  readonly sizeOnly?: boolean | undefined;
}

interface UpdateFlags extends ComparisonFlags {
  readonly update?: boolean | undefined;
}

const own = defineOptions<OwnOptions>()('cp', {
  json: tellingTable.json,
  failures: {
    type: types.text,
    cli: {
      kind: 'text',
      argument: 'file',
      group: 'how',
      help: 'write each key that was not copied, or not deleted after that, to this file, as a line of JSON',
    },
  },
});

const ofSources = defineOptions<SourceOptions>()('cp', {
  followLinks: {
    type: types.flag,
    cli: {
      kind: 'flag',
      short: 'L',
      help: 'copy what symbolic links of the sources lead to; without it they are left out, and named',
    },
  },
});

const recursive = defineOptions<CopyFlags>()('cp', {
  recursive: { type: types.flag, cli: { kind: 'flag', short: 'r', help: 'everything under each source' } },
});

const comparisonTable = {
  checksum: { type: types.flag, cli: { kind: 'flag', help: 'compare sizes and checksums, not times' } },
  sizeOnly: { type: types.flag, cli: { kind: 'flag', help: 'compare sizes alone' } },
} as const;

const comparison = defineOptions<ComparisonFlags>()('sync', comparisonTable);

const update = defineOptions<UpdateFlags>()('cp', {
  update: {
    type: types.flag,
    cli: {
      kind: 'flag',
      short: 'u',
      help: 'with -r: leave alone what is there with the same size and is not older; goes on with a copy that was stopped',
    },
  },
  ...comparisonTable,
});

const asked = defineOptions<{ readonly yes?: boolean | undefined }>()('sync', { yes });

type Table = Readonly<Record<string, OptionEntry>>;

/** The flags of `store cp`, of `store mv`, and of `store sync`. */
export const TRANSFER_TABLES: Readonly<Record<'cp' | 'mv' | 'sync', Table>> = {
  cp: {
    ...recursive.table,
    ...update.table,
    ...ofSources.table,
    ...copyPrefixOptions.table,
    ...own.table,
  },
  // Not with links: a move would delete what they lead to, wherever that is.
  mv: { ...recursive.table, ...copyPrefixOptions.table, ...own.table },
  sync: { ...comparison.table, ...ofSources.table, ...syncPrefixOptions.table, ...asked.table, ...own.table },
};

type Values = Readonly<Record<string, unknown>>;

export interface TransferFlags extends OwnOptions, SourceOptions {
  readonly recursive: boolean;
  /** For the library. */
  readonly transfer: CopyPrefixOptions;
}

export interface SyncFlags extends OwnOptions, SourceOptions {
  readonly yes?: boolean | undefined;
  /** For the library. */
  readonly transfer: SyncPrefixOptions;
}

/** The options of `store cp` and `store mv`. */
export function copyFlags(values: Values): TransferFlags {
  const { recursive: all = false } = recursive.take(values);
  const { update: onlyNew = false, ...how } = update.take(values);
  const compare = comparisonOf(how) ?? (onlyNew ? 'size-and-time' : undefined);
  const given = { ...own.take(values), ...ofSources.take(values) };
  return { ...given, recursive: all, transfer: { ...copyPrefixOptions.pick(values), compare } };
}

/** The options of `store sync`. */
export function syncFlags(values: Values): SyncFlags {
  const compare = comparisonOf(comparison.take(values));
  const transfer = { ...syncPrefixOptions.pick(values), compare };
  return { ...own.take(values), ...ofSources.take(values), ...asked.take(values), transfer };
}

function comparisonOf({ checksum, sizeOnly }: ComparisonFlags): Comparison | undefined {
  if (checksum && sizeOnly) throw new UsageError('--checksum does not go with --size-only');
  return checksum ? 'checksum' : sizeOnly ? 'size' : undefined;
}
