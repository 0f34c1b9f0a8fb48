import { defineOptions, optionTypes as types, type Checked, type OptionTable } from '@store/driver';
import { IN_FLIGHT } from '@store/engine';
import { selectionOptions, type Selection } from '@store/deletion/filters';
import * as v from 'valibot';
import type { Transferred, TransferFailure, TransferProgress } from './report.js';

/**
 * When an object at the target passes for the one at the source. `size-and-time`: it has the same size and is not older.
 * `size`: it has the same size. `checksum`: it has the same size and MD5; by the ETags where these are MD5s, else it is read.
 */
export type Comparison = 'size-and-time' | 'size' | 'checksum';

/** What all transfers have in common. */
export interface TransferOptions extends Selection {
  /** Say what would be transferred, and write nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Most objects on their way at the same time. Default 32; large ones are fewer, so that memory stays bounded. */
  readonly concurrency?: number | undefined;
  /** Most bytes read a second, averaged. Of copies on the provider's side none are, which a warning says. Default: no limit. */
  readonly maxBytesPerSecond?: number | undefined;
  /** Stop when more keys than this have failed. Default: no limit. */
  readonly maxFailures?: number | undefined;
  /** Size of the parts that large objects are read and written by, in bytes. Default 8 MiB, and what the target needs. */
  readonly partBytes?: number | undefined;
  /**
   * Go on with uploads in parts that an earlier run left, and leave those of this one for the next when they fail. Default true.
   */
  readonly resume?: boolean | undefined;
  /** Of what is written; with `capabilities.storageClasses`. Default: the bucket's. */
  readonly storageClass?: string | undefined;
  /** Of what is written. Default: that of the source, else by the name (`.html` is `text/html`). */
  readonly contentType?: string | undefined;
  /** An object whose metadata the target cannot have is a failure, and not copied without. Default false: a warning. */
  readonly strictMetadata?: boolean | undefined;
  /** Compare sizes alone: for buckets whose ETags look like MD5s and are none (encryption with keys of KMS). Default false. */
  readonly ignoreChecksum?: boolean | undefined;
  /** An object that is there already is a failure, and not replaced. Default false. */
  readonly ifAbsent?: boolean | undefined;
  /** List the source once more beside the work, so that `onProgress` knows how much there is. Default false. */
  readonly count?: boolean | undefined;
  /** Stops the run: what is on its way is broken off, and the report says `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then (at most every 100 ms) and once at the end. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
  /** Called for every object that was copied, or in a dry run would be. What it throws ends the run. */
  readonly onTransferred?: ((transferred: Transferred) => void) | undefined;
  /** Called for every key that was not copied, and for every one that was not deleted where it should be. What it throws ends the run. */
  readonly onFailure?: ((failure: TransferFailure) => void | Promise<void>) | undefined;
}

export interface CopyPrefixOptions extends TransferOptions {
  /** Do not copy what is at the target already, by this comparison. Default: copy everything. */
  readonly compare?: Comparison | undefined;
}

export type MovePrefixOptions = TransferOptions;

/** Of transfers that name their keys: nothing is chosen, and nothing is counted. */
export type KeysOptions = Omit<TransferOptions, keyof Selection | 'count'>;

export interface SyncPrefixOptions extends TransferOptions {
  /** Default `size-and-time`. */
  readonly compare?: Comparison | undefined;
  /**
   * Delete what is only at the target, at the end. What `include`, `exclude` and `filter` leave out stays. Nothing is deleted when the
   * source could not be listed to its end, when it is empty, or when something failed (see `force`). Default false.
   */
  readonly delete?: boolean | undefined;
  /** Delete nothing when there is more than this to delete. Default: no limit. */
  readonly maxDelete?: number | undefined;
  /** With `delete`: also when something could not be copied, or the source is empty. Default false. */
  readonly force?: boolean | undefined;
  /** Called for every key that was deleted, or in a dry run would be. What it throws ends the run. */
  readonly onDeleted?: ((key: string) => void) | undefined;
}

const comparison = {
  type: () => v.picklist(['size-and-time', 'size', 'checksum']),
} as const;

const transferTable = {
  ...selectionOptions.table,
  dryRun: {
    type: types.flag,
    cli: { kind: 'flag', short: 'n', help: 'say what would be done, and do nothing' },
  },
  concurrency: {
    type: types.concurrency,
    default: IN_FLIGHT,
    cli: { kind: 'number', group: 'how', help: 'most objects on their way at the same time' },
  },
  maxBytesPerSecond: {
    type: types.rate,
    cli: { kind: 'size', group: 'how', help: 'most bytes a second: 500K, 10MB, …' },
  },
  maxFailures: {
    type: types.count,
    cli: { kind: 'number', group: 'how', help: 'stop when more than this have failed' },
  },
  partBytes: {
    type: types.whole,
    cli: { kind: 'size', group: 'how', help: 'size of the parts of large objects; default: 8MiB' },
  },
  resume: { type: types.flag, default: true },
  storageClass: {
    type: types.word,
    cli: { kind: 'text', argument: 'name', help: "of what is written, by the provider's name" },
  },
  contentType: {
    type: types.text,
    cli: {
      kind: 'text',
      argument: 'type',
      help: "of what is written; default: the source's, else by the name",
    },
  },
  strictMetadata: {
    type: types.flag,
    cli: { kind: 'flag', help: 'metadata that the target cannot have is a failure, not a warning' },
  },
  ignoreChecksum: {
    type: types.flag,
    cli: { kind: 'flag', group: 'how', help: 'compare sizes alone (ETags of KMS are no MD5s)' },
  },
  ifAbsent: {
    type: types.flag,
    cli: { kind: 'flag', help: 'do not replace what is there: it is a failure' },
  },
  count: { type: types.flag },
  signal: { type: types.signal },
  onProgress: { type: types.callback },
  onTransferred: { type: types.callback },
  onFailure: { type: types.callback },
} as const satisfies OptionTable<TransferOptions>;

export const copyPrefixOptions = defineOptions<CopyPrefixOptions>()('copyPrefix', {
  ...transferTable,
  compare: comparison,
});

const keysTable = withoutChoice(transferTable);

export const copyKeysOptions = defineOptions<KeysOptions>()('copyKeys', keysTable);
export const moveKeysOptions = defineOptions<KeysOptions>()('moveKeys', keysTable);

export const movePrefixOptions = defineOptions<MovePrefixOptions>()('movePrefix', transferTable);

export const syncPrefixOptions = defineOptions<SyncPrefixOptions>()('syncPrefix', {
  ...transferTable,
  compare: { ...comparison, default: 'size-and-time' },
  delete: {
    type: types.flag,
    cli: { kind: 'flag', help: 'delete what is only at the target, at the end; asks before' },
  },
  maxDelete: {
    type: types.count,
    cli: { kind: 'number', help: 'with --delete: delete nothing when there is more than this' },
  },
  force: {
    type: types.flag,
    cli: { kind: 'flag', help: 'with --delete: also when something failed, or the source is empty' },
  },
  onDeleted: { type: types.callback },
});

/** Those of the options that go with keys by their names: without those that choose, and count what they choose. */
export function withoutChoice<T extends Partial<Record<keyof Selection | 'count', unknown>>>(
  options: T,
): Omit<T, keyof Selection | 'count'> {
  const {
    include: _1,
    exclude: _2,
    filter: _8,
    olderThan: _3,
    newerThan: _4,
    minSize: _5,
    maxSize: _6,
    count: _7,
    ...rest
  } = options;
  return rest;
}

/** Those of the options that choose, as far as they are given. */
export function selectionOf(options: Selection): Selection {
  return selectionOptions.pick(options);
}

/** What every transfer knows of its options. */
export type CheckedTransferOptions = Checked<typeof movePrefixOptions>;
