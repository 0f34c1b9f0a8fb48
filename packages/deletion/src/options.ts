import * as v from 'valibot';
import {
  defineOptions,
  optionTypes as types,
  passThroughTable,
  type DeletedTarget,
  type PassThrough,
  type ObjectInfo,
  type VersionInfo,
  type Checked,
  type OptionTable,
} from '@store/driver';
import type { DeletionJournal } from './journal.js';
import type { DeletionFailure, DeletionProgress, DeletionStrategy } from './report.js';
import type { DeleteMarkerSelection, VersionSelection } from './version-selection.js';

/** What `deleteMany` and `deletePrefix` have in common. */
export interface DeleteManyOptions extends PassThrough {
  /** Say what would be deleted, and delete nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  /**
   * Stop before more than this many keys would be sent for deletion. Default: no limit. With a limit the first ones in the order of
   * their keys are deleted, which takes longer: pages are listed one after the other.
   */
  readonly maxDelete?: number | undefined;
  /**
   * Default: `batch` where the store has it, else `single`. `server-prefix` is for `deletePrefix` without filters.
   */
  readonly strategy?: DeletionStrategy | undefined;
  /** Most requests in flight, listings and deletes together; throttling lowers it for a while. Default 32. */
  readonly concurrency?: number | undefined;
  /** Most keys deleted a second, averaged. Default: no limit but the service's own. */
  readonly maxKeysPerSecond?: number | undefined;
  /**
   * Stop after so many milliseconds, as `signal` does; `report.stoppedBy` says so. With a journal the run can be gone on with.
   * Default: none.
   */
  readonly maxDuration?: number | undefined;
  /**
   * Stop when more keys than this have failed (or are blocked), as `signal` does: something may be wrong with everything.
   * Default: no limit.
   */
  readonly maxFailures?: number | undefined;
  /** Stops the run: nothing new is sent, what is in flight is waited for, the report says `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Called now and then (at most every 100 ms) and once at the end. */
  readonly onProgress?: ((progress: DeletionProgress) => void) | undefined;
  /** Called for every key that the service named as deleted. What it throws ends the run. */
  readonly onDeleted?: ((deleted: DeletedTarget) => void) | undefined;
  /** Called for every key that failed or is blocked. What it throws ends the run. */
  readonly onFailure?: ((failure: DeletionFailure) => void | Promise<void>) | undefined;
  /**
   * Put what is deleted aside, whole, so that it can be brought back; with `capabilities.trash`. Frees nothing until the trash
   * is emptied. Default false.
   */
  readonly trash?: boolean | undefined;
  /**
   * Where the run writes down what it does, each delete before it is sent, so that it can be gone on with when it is killed,
   * looked at, or taken back: `journalFile(path)` of `@store/journal`. Goes on with the run that the journal is about, when
   * that is this one and not finished. Not with `dryRun`.
   */
  readonly journal?: DeletionJournal | undefined;
}

const STRATEGIES =
  'expected batch, single or server-prefix; for a lifecycle rule there is expirePrefix, for a job and a tag expireByJob';

const deleteManyTable = {
  dryRun: {
    type: types.flag,
    serverPrefix: true,
    cli: { kind: 'flag', short: 'n', help: 'say what would be deleted, delete nothing' },
  },
  maxDelete: {
    type: types.count,
    serverPrefix: true,
    cli: { kind: 'number', help: 'stop before more than this many are deleted' },
  },
  maxDuration: {
    type: types.duration,
    serverPrefix: true,
    session: true,
    cli: { kind: 'duration', group: 'how', help: 'stop after 8h, 30m, …' },
  },
  maxFailures: {
    type: types.count,
    serverPrefix: true,
    session: true,
    cli: { kind: 'number', group: 'how', help: 'stop when more keys than this have failed' },
  },
  strategy: {
    type: () => v.picklist(['batch', 'single', 'server-prefix'], STRATEGIES),
    serverPrefix: true,
    cli: {
      kind: 'choice',
      argument: 'name',
      group: 'how',
      help: 'how keys are deleted; default: what the store has',
      otherwise: 'what the provider does by itself, and later: see "store expire"',
    },
  },
  concurrency: {
    type: types.concurrency,
    serverPrefix: true,
    session: true,
    cli: { kind: 'number', group: 'how', help: 'most requests in flight' },
  },
  maxKeysPerSecond: {
    type: types.rate,
    serverPrefix: true,
    session: true,
    cli: { kind: 'number', group: 'how', help: 'most keys deleted a second' },
  },
  signal: { type: types.signal, serverPrefix: true, session: true },
  onProgress: { type: types.callback, serverPrefix: true, session: true },
  onDeleted: { type: types.callback, serverPrefix: true, session: true },
  onFailure: { type: types.callback, serverPrefix: true, session: true },
  trash: {
    type: types.flag,
    cli: { kind: 'flag', help: 'put what is deleted aside; "store undo" brings it back' },
  },
  journal: {
    type: () => types.objectWith<DeletionJournal>(['begin'], 'expected a journal, such as journalFile(path)'),
    serverPrefix: true,
    session: true,
  },
  ...passThroughTable,
} as const satisfies OptionTable<DeleteManyOptions>;

export const deleteManyOptions = defineOptions<DeleteManyOptions>()('deleteMany', deleteManyTable);

/** Which objects under the prefix are meant, and how the run goes. */
export interface DeletePrefixOptions extends DeleteManyOptions {
  /** Allow a prefix that does not end in `/`, which also matches longer names: `tmp/aa` matches `tmp/aab`. */
  readonly partialName?: boolean | undefined;
  /** Allow the empty prefix: delete everything in the store. */
  readonly entireStore?: boolean | undefined;
  /**
   * Delete only keys whose rest behind the prefix matches one of these globs. `*` and `?` stop at `/`, `**` does not;
   * `[ab]`, `[!ab]`, `{a,b}`, and `\` before a special character work as in `.gitignore`; nothing else is special.
   */
  readonly include?: string | readonly string[] | undefined;
  /** Keep keys whose rest behind the prefix matches one of these globs, whatever `include` says. */
  readonly exclude?: string | readonly string[] | undefined;
  /**
   * Rules as those of rclone, beside `include` and `exclude`: `+ GLOB`, `- GLOB`, of which the first that matches the rest of a key decides,
   * and `!`, which forgets those before it. What none matches is included. A glob matches the end of the rest, from the beginning of a
   * part on, and with `/` in front all of it; with `/` at its end it is about everything under it.
   */
  readonly filter?: readonly string[] | undefined;
  /** Delete only what was last modified more than this many milliseconds before the run began. */
  readonly olderThan?: number | undefined;
  /** Delete only what was last modified less than this many milliseconds before the run began. */
  readonly newerThan?: number | undefined;
  /** Delete only what was last modified before this time. */
  readonly modifiedBefore?: Date | undefined;
  /** Delete only what was last modified before the run began, by this machine's clock. Default false. */
  readonly notAfterStart?: boolean | undefined;
  /** Delete only objects of at least this many bytes. */
  readonly minSize?: number | undefined;
  /** Delete only objects of at most this many bytes. */
  readonly maxSize?: number | undefined;
  /**
   * Delete only objects (versions, delete markers) for which this returns true, of those that all other filters mean; with
   * `verify` it is asked again. In the order of their keys with `maxDelete`. What it throws ends the run. Not with `uploads`,
   * which it cannot look at.
   */
  readonly where?: ((object: ObjectInfo | VersionInfo) => boolean) | undefined;
  /**
   * Which object versions to delete. `current` (the default): each current object; in a versioned bucket that puts a
   * delete marker on top and frees nothing. `noncurrent`: the versions below. `all`: every version, for good.
   */
  readonly versions?: VersionSelection | undefined;
  /**
   * Which delete markers to remove. `expired`: those of keys without any object version left. `all`: also those
   * between versions; one that hides a version stays in any case. Default `keep`; `all` with `versions: 'all'`.
   */
  readonly deleteMarkers?: DeleteMarkerSelection | undefined;
  /** Abort the incomplete multipart uploads under the prefix first. The filters apply to key and time. Default false. */
  readonly uploads?: boolean | undefined;
  /**
   * Copy each object on the provider's side before it is deleted, to this prefix, a directory of this session of the run, and its
   * key; `report.backup` is what stands before the keys. Deleted is what was copied and nothing else: a key whose copy fails stays,
   * and so does one that was written since it was listed (on condition of the ETag with `capabilities.conditionalDelete`, else
   * looked at again). `undoDeletion` of `@store/journal` copies back. Not in a bucket that keeps versions. Default: no copies.
   */
  readonly backup?: string | undefined;
  /** Delete only what still has the ETag that was listed; with `capabilities.conditionalDelete`. Default false. */
  readonly ifUnchanged?: boolean | undefined;
  /** List once more at the end; what still matches is in `report.remaining` and makes it incomplete. Default false. */
  readonly verify?: boolean | undefined;
  /**
   * Called for each object that matched, before it is deleted, in no order; in a dry run for each that would be, in the order
   * of their keys where the store lists them so.
   */
  readonly onMatch?: ((object: ObjectInfo) => void) | undefined;
}

export const deletePrefixOptions = defineOptions<DeletePrefixOptions>()('deletePrefix', {
  ...deleteManyTable,
  partialName: {
    type: types.flag,
    serverPrefix: true,
    cli: { kind: 'flag', help: 'allow a prefix that does not end in "/"' },
  },
  entireStore: {
    type: types.flag,
    serverPrefix: true,
    cli: { kind: 'flag', help: 'allow the empty prefix' },
  },
  include: {
    type: types.globs,
    filters: 'key',
    cli: { kind: 'list', argument: 'glob', help: 'only keys whose rest behind the prefix matches' },
  },
  exclude: {
    type: types.globs,
    filters: 'key',
    cli: { kind: 'list', argument: 'glob', help: 'keep keys whose rest matches' },
  },
  filter: {
    type: types.rules,
    filters: 'key',
    cli: {
      kind: 'list',
      argument: 'rule',
      help: '"+ GLOB", "- GLOB", "!", as of rclone: the first that matches the end of a key decides',
    },
  },
  olderThan: {
    type: types.duration,
    filters: 'time',
    cli: { kind: 'duration', help: 'only objects older than 30d, 12h, 15m, …' },
  },
  newerThan: {
    type: types.duration,
    filters: 'time',
    cli: { kind: 'duration', help: 'only objects newer than that' },
  },
  modifiedBefore: {
    type: () => v.date('expected a date that is one'),
    filters: 'time',
    cli: { kind: 'date', help: 'only objects last modified before' },
  },
  notAfterStart: {
    type: types.flag,
    filters: 'time',
    cli: { kind: 'flag', help: 'only objects last modified before this run began' },
  },
  minSize: {
    type: types.count,
    filters: 'size',
    cli: { kind: 'size', help: 'only objects of at least 1000, 10MB, 1.5GiB, …' },
  },
  maxSize: {
    type: types.count,
    filters: 'size',
    cli: { kind: 'size', help: 'only objects of at most that size' },
  },
  where: { type: types.callback },
  versions: {
    type: () => v.picklist(['current', 'noncurrent', 'all']),
    default: 'current',
    serverPrefix: ['current'],
    cli: { kind: 'choice', argument: 'which', help: 'object versions: current objects, noncurrent, or all' },
  },
  deleteMarkers: {
    type: () => v.picklist(['keep', 'expired', 'all']),
    serverPrefix: ['keep'],
    cli: {
      kind: 'choice',
      argument: 'which',
      help: 'delete markers; those that hide a version stay in any case',
    },
  },
  uploads: {
    type: types.flag,
    serverPrefix: true,
    cli: { kind: 'flag', help: 'abort incomplete multipart uploads first' },
  },
  backup: {
    type: types.text,
    cli: {
      kind: 'text',
      argument: 'address',
      help: 'copy everything to this prefix of the same store first; "store undo" copies it back',
    },
  },
  ifUnchanged: {
    type: types.flag,
    cli: { kind: 'flag', help: 'only what still has the ETag that was listed' },
  },
  verify: {
    type: types.flag,
    serverPrefix: true,
    cli: { kind: 'flag', group: 'how', help: 'list again at the end and say what is left' },
  },
  onMatch: { type: types.callback, serverPrefix: 'dry-run', session: true },
});

/** The options of a run as they were checked. */
export type CheckedDeletePrefixOptions = Checked<typeof deletePrefixOptions>;
