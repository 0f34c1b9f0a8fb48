import type { DeletePrefixOptions } from '@store/core';
import { defineOptions, optionTypes as types, passThroughOptions, type OptionEntry } from '@store/driver';
import { deleteOptions } from '@store/core/operations';
import { deletePrefixOptions } from '@store/deletion';
import * as v from 'valibot';
import { LIST_FORMATS, type ListFormat } from '../list/list-format.js';
import { paceTable, tellingTable, yes } from '../telling-options.js';
import type { JournalChoice } from '../runs/run-journal.js';

interface OwnOptions {
  readonly recursive?: boolean | undefined;
  readonly yes?: boolean | undefined;
  readonly force?: boolean | undefined;
  readonly json?: boolean | undefined;
}

interface SingleOptions extends RawOption {
  readonly strict?: boolean | undefined;
}

/** Of addresses that name keys or prefixes. */
interface RawOption {
  readonly raw?: boolean | undefined;
}

interface RecursiveOptions extends RawOption {
  readonly count?: boolean | undefined;
  readonly out?: string | undefined;
}

interface ManyOptions extends JournalChoice {
  readonly failures?: string | undefined;
}

interface ListOptions {
  readonly from?: string | undefined;
  readonly format?: ListFormat | 'auto' | undefined;
  readonly null?: boolean | undefined;
}

/** Those of the command itself. */
const own = defineOptions<OwnOptions>()('rm', {
  recursive: {
    type: types.flag,
    cli: { kind: 'flag', short: 'r', help: 'delete everything under the prefix' },
  },
  yes,
  force: {
    type: types.flag,
    cli: { kind: 'flag', short: 'f', help: 'do not ask, and say nothing about keys that are not there' },
  },
  json: tellingTable.json,
});

const raw = {
  type: types.flag,
  cli: { kind: 'flag', help: 'a * in an address is a part of the key, and no pattern' },
} as const;

const single = defineOptions<SingleOptions>()('rm', {
  raw,
  strict: { type: types.flag, cli: { kind: 'flag', help: 'a key that is not there is a failure' } },
});

const recursive = defineOptions<RecursiveOptions>()('rm -r', {
  raw,
  count: {
    type: types.flag,
    cli: {
      kind: 'flag',
      group: 'how',
      help: 'count first, so that the progress has an exact end; else it is estimated',
    },
  },
  out: {
    type: types.text,
    cli: {
      kind: 'text',
      argument: 'file',
      group: 'how',
      help: 'with --dry-run: write down exactly what would be deleted, for "store apply"',
    },
  },
});

/** With `-r` and with `--from`. */
const many = defineOptions<ManyOptions>()('rm', {
  failures: tellingTable.failures,
  journal: {
    type: types.text,
    cli: {
      kind: 'text',
      argument: 'file',
      group: 'how',
      help: 'where the run writes down what it does; default: a file of its own, see "store runs"',
    },
  },
  noJournal: { type: types.flag, cli: { kind: 'flag', group: 'how', help: 'write nothing down' } },
  audit: {
    type: types.flag,
    cli: {
      kind: 'flag',
      group: 'how',
      help: 'keep every key, version id and marker id in the journal, for "store report --csv"',
    },
  },
});

const list = defineOptions<ListOptions>()('rm --from', {
  from: {
    type: types.text,
    cli: { kind: 'text', argument: 'file', help: 'delete the keys of a list; "-" is stdin' },
  },
  format: {
    type: () => v.picklist(['auto', ...LIST_FORMATS]),
    cli: { kind: 'choice', argument: 'format', help: 'what the list is written in; default: auto' },
  },
  null: {
    type: types.flag,
    cli: { kind: 'flag', short: '0', help: 'the keys of the list end in NUL: --format nul' },
  },
});

/** What a run over a list and one over a prefix have in common. */
type DeletionOptions = Pick<
  DeletePrefixOptions,
  | 'dryRun'
  | 'maxDelete'
  | 'maxDuration'
  | 'maxFailures'
  | 'strategy'
  | 'concurrency'
  | 'maxKeysPerSecond'
  | 'mfa'
  | 'bypassGovernance'
  | 'requestPayer'
  | 'expectedBucketOwner'
>;

const { dryRun, maxDelete, strategy } = deletePrefixOptions.table;

const listDeletion = defineOptions<DeletionOptions>()('rm --from', {
  dryRun,
  maxDelete,
  strategy,
  ...paceTable,
  ...passThroughOptions.table,
});

/** The library's is an object; the command's is a file. */
const { journal: _object, ...prefixTable } = deletePrefixOptions.table;

/** What a command line of `store rm` is about. */
export type RmMode = 'single' | 'pattern' | 'recursive' | 'list';

type Table = Readonly<Record<string, OptionEntry>>;

/** A pattern says itself what is included, and begins where a name does. */
const { include: _include, partialName: _partialName, ...besidePattern } = prefixTable;

/** The options of `store rm`: those that always go, and those of each mode. */
export const RM_TABLES: Readonly<Record<'always' | RmMode, Table>> = {
  always: own.table,
  recursive: { ...prefixTable, ...recursive.table, ...many.table },
  pattern: { ...besidePattern, ...recursive.table, ...many.table },
  list: { ...listDeletion.table, ...many.table, ...list.table },
  single: { ...deleteOptions.table, ...single.table },
};

type Values = Readonly<Record<string, unknown>>;

/** The options of `store rm` without `-r`; `pass` is what is handed on to the provider. */
export function singleOptions(values: Values) {
  const { versionId } = deleteOptions.take(values);
  return { ...ownOptions(values), ...single.take(values), versionId, pass: passThroughOptions.take(values) };
}

/** The options of `store rm` with a prefix or a pattern; `deletion` is for the library. */
export function recursiveOptions(values: Values) {
  const { journal: _file, ...others } = values;
  return {
    ...ownOptions(values),
    ...recursive.take(values),
    ...manyOptions(values),
    deletion: deletePrefixOptions.take(others),
  };
}

/** The options of `store rm --from`; `deletion` is for the library. */
export function listOptions(values: Values) {
  return {
    ...ownOptions(values),
    ...list.take(values),
    ...manyOptions(values),
    deletion: listDeletion.take(values),
  };
}

function ownOptions(values: Values): OwnOptions {
  const { yes: agreed, force, ...others } = own.take(values);
  return { ...others, force, yes: agreed || force };
}

/** `--no-journal` comes as `journal: false`. */
function manyOptions(values: Values): ManyOptions {
  const { journal, ...others } = values;
  return many.take(journal === false ? { ...others, noJournal: true } : values);
}

export type SingleRmOptions = ReturnType<typeof singleOptions>;
export type RecursiveRmOptions = ReturnType<typeof recursiveOptions>;
export type ListRmOptions = ReturnType<typeof listOptions>;
