import { defineOptions, type OptionTable } from '@store/driver';
import { deletePrefixOptions, type DeletePrefixOptions } from './options.js';

/** Which objects under a prefix are meant, where nothing is deleted; the rest of a key behind the prefix is what globs look at. */
export type Selection = Pick<
  DeletePrefixOptions,
  'include' | 'exclude' | 'filter' | 'olderThan' | 'newerThan' | 'minSize' | 'maxSize'
>;

const { include, exclude, filter, olderThan, newerThan, minSize, maxSize } = deletePrefixOptions.table;

const selectionTable = {
  include,
  exclude: { ...exclude, cli: { ...exclude.cli, help: 'leave out keys whose rest matches' } },
  filter,
  olderThan,
  newerThan,
  minSize,
  maxSize,
} as const satisfies OptionTable<Selection>;

export const selectionOptions = defineOptions<Selection>()('selection', selectionTable);
