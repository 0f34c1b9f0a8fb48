import {
  defineOptions,
  deleteOptions,
  deletePrefixOptions,
  optionTypes as types,
  passThroughOptions,
  type OptionEntry,
} from '@store/core/extend';

interface OwnOptions {
  readonly recursive?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly verbose?: boolean | undefined;
}

interface SingleOptions {
  readonly strict?: boolean | undefined;
}

interface RecursiveOptions {
  readonly count?: boolean | undefined;
  readonly failures?: string | undefined;
}

/** Those of the command itself. */
const own = defineOptions<OwnOptions>()('rm', {
  recursive: {
    type: types.flag,
    cli: { kind: 'flag', short: 'r', help: 'delete everything under the prefix' },
  },
  yes: { type: types.flag, cli: { kind: 'flag', short: 'y', help: 'do not ask' } },
  json: { type: types.flag, cli: { kind: 'flag', help: 'print the report as JSON' } },
  quiet: { type: types.flag, cli: { kind: 'flag', short: 'q', help: 'no progress' } },
  verbose: {
    type: types.flag,
    cli: {
      kind: 'flag',
      short: 'v',
      help: 'name each key that is (or, with --dry-run, would be) deleted',
    },
  },
});

const single = defineOptions<SingleOptions>()('rm', {
  strict: { type: types.flag, cli: { kind: 'flag', help: 'a key that is not there is a failure' } },
});

const recursive = defineOptions<RecursiveOptions>()('rm -r', {
  count: {
    type: types.flag,
    cli: { kind: 'flag', group: 'how', help: 'count first, so that the progress has an end' },
  },
  failures: {
    type: types.text,
    cli: {
      kind: 'text',
      argument: 'file',
      group: 'how',
      help: 'write each key that was not deleted to this file, as a line of JSON',
    },
  },
});

/** The tables of `store rm`: what goes with and without `-r`, what goes without it alone, and with it alone. */
export const RM_TABLES: Readonly<
  Record<'always' | 'single' | 'recursive', Readonly<Record<string, OptionEntry>>>
> = {
  always: own.table,
  single: { ...deleteOptions.table, ...single.table },
  recursive: { ...deletePrefixOptions.table, ...recursive.table },
};

type Values = Readonly<Record<string, unknown>>;

/** The options of `store rm` without `-r`; `pass` is what is handed on to the provider. */
export function singleOptions(values: Values) {
  const { versionId } = deleteOptions.take(values);
  return { ...own.take(values), ...single.take(values), versionId, pass: passThroughOptions.take(values) };
}

/** The options of `store rm -r`; `deletion` is for the library. */
export function recursiveOptions(values: Values) {
  return { ...own.take(values), ...recursive.take(values), deletion: deletePrefixOptions.take(values) };
}

export type SingleRmOptions = ReturnType<typeof singleOptions>;
export type RecursiveRmOptions = ReturnType<typeof recursiveOptions>;
