import { inspect } from 'node:util';
import type { Engine } from '@store/engine';
import {
  keyProblem,
  quoteKey,
  StoreError,
  thrownBy,
  type FailureReason,
  type ObjectInfo,
  type VersionInfo,
} from '@store/driver';
import { rangedObjectPages, rangedVersionPages, type KeyRange } from '@store/engine/ranges';
import { abortUploads } from './abort-uploads.js';
import { backupOf, checkBackup, type Copy } from './backup.js';
import { notByServer } from './by-server.js';
import type { Candidate } from './candidate.js';
import type { RunControls } from './deletion-handle.js';
import { compileFilter, filtersIn, type Verdict } from './filter.js';
import { KeyRules } from './key-rules.js';
import { leftOutFilter } from './left-out-filter.js';
import type { CheckedDeletePrefixOptions, DeletePrefixOptions } from './options.js';
import type { DeletionReport } from './report.js';
import type { PassRecord } from './journal-keeper.js';
import { runListed } from './listed-run.js';
import type { Run, RunCompany, RunPage, RunSource } from './run.js';
import { checkPrefix } from './safety.js';
import { runByServer } from './server-run.js';
import { SeenNameless } from './seen-nameless.js';
import { checkTrash, trashOf } from './trash.js';
import { withJournal } from './with-journal.js';
import { UnmetRules } from './unmet-rules.js';
import { MarkerPass, ObjectVersionPass, type VersionPass } from './version-selection.js';

/** An object or version that was listed. Those whose `doomed` is false are kept by the selection of versions. */
interface Listed extends ObjectInfo, Candidate {
  readonly doomed?: boolean;
  readonly doubtful?: true;
}

const DOUBTFUL: FailureReason = {
  code: 'Corrupt',
  message: 'the listing does not say which version of this key is the latest; this one was left alone',
  retryable: false,
};

/** What is listed, and whether in the order of its keys. */
interface ListedPrefix {
  readonly prefix: string;
  readonly inOrder: boolean;
  /** Where the run writes down how far it has come with it. */
  readonly record?: PassRecord | undefined;
}

type Pass = RunSource<Listed>['passes'][number];

/** `ObjectStore.deletePrefix` over a driver. */
export async function deletePrefix(
  engine: Engine,
  prefix: string,
  options: CheckedDeletePrefixOptions,
  { copy, controls }: { readonly copy: Copy; readonly controls?: RunControls | undefined },
): Promise<DeletionReport> {
  checkPrefix(prefix, options);
  checkCapabilities(engine, options);
  checkTrash(engine, options, 'deletePrefix');
  checkBackup(engine, prefix, options);
  return withJournal(engine, { operation: 'deletePrefix', prefix, options }, (keeper) =>
    performPrefix(engine, prefix, options, {
      keeper,
      controls,
      trash: trashOf(engine, options, keeper),
      backup: backupOf(engine, options, keeper, copy),
    }),
  );
}

/** Which delete markers a run removes. */
function markersOf({ versions, deleteMarkers = versions === 'all' ? 'all' : 'keep' }: DeletePrefixOptions) {
  return deleteMarkers;
}

/** How often a run goes through what is under its prefix: over objects and versions, and then over delete markers. */
export function passesOf(options: DeletePrefixOptions): 1 | 2 {
  return markersOf(options) === 'keep' ? 1 : 2;
}

async function performPrefix(
  engine: Engine,
  prefix: string,
  options: CheckedDeletePrefixOptions,
  company: RunCompany,
): Promise<DeletionReport> {
  const { versions, backup, where } = options;
  // What is deleted has to be what was copied.
  const isCompared = options.ifUnchanged === true || backup !== undefined;
  const isConditional = isCompared && engine.driver.delete.ifMatch !== false;
  const deleteMarkers = markersOf(options);
  const startedAt = company.keeper?.soFar?.startedAt ?? engine.clock.now();
  const keyRules = new KeyRules(options);
  const filter = compileFilter(prefix, options, startedAt, undefined, keyRules);
  // Of a run that goes on with another, nobody knows what that one has listed.
  const unmet = company.keeper?.soFar ? undefined : new UnmetRules(keyRules);
  const matches = (entry: Listed): Verdict => {
    unmet?.see(entry.key, prefix);
    const verdict = entry.doomed !== false && filter(entry);
    // Only what is clear is asked about, and of a copy: what a caller does with it must not change what is deleted.
    if (verdict === true && !entry.doubtful && where) return answerOf(where, entry);
    return verdict === true && entry.doubtful ? DOUBTFUL : verdict;
  };
  // A listing that was decoded wrongly can yield '', and deleting '' means deleting the bucket.
  const problem = ({ key, versionId, etag }: Listed): string | undefined =>
    keyProblem(key, engine.driver.keys.maxBytes) ??
    // What is named by its version, as delete markers are, never changes.
    (isCompared && versionId === undefined && !isOneETag(etag)
      ? 'the listing gives no ETag to compare with'
      : undefined);
  const rules = { versions, deleteMarkers };
  // People read what a dry run names; and the first ones are deleted, when not all may be.
  const inOrder =
    options.maxDelete !== undefined || (options.dryRun === true && options.onMatch !== undefined);
  const listed = { prefix, inOrder };
  const nameless = new SeenNameless();
  const passes: Pass[] = [
    versions === 'current'
      ? (run, record) =>
          currentObjects(run, { ...listed, record }, { isConditional, brief: isBriefEnough(options) })
      : (run, record) =>
          nameless.remember(selectedVersions(run, { ...listed, record }, () => new ObjectVersionPass(rules))),
  ];
  if (deleteMarkers !== 'keep') {
    // What the first pass takes is decided there alone, for both kinds of run. It is all gone when the second one begins:
    // after `maxDelete` there is none.
    const isGone = (): ((version: VersionInfo) => boolean) => {
      if (!options.dryRun || versions === 'current') return () => false;
      const first = new ObjectVersionPass(rules);
      return (version) =>
        Array.from(first.next([version])).some(
          (entry) => matches(entry) === true && problem(entry) === undefined,
        );
    };
    passes.push(async function* (run, record) {
      const tooMany = (key: string): void =>
        run.ledger.warn(`the key ${quoteKey(key)} has too many delete markers for one run; run again`);
      const select = () => new MarkerPass(deleteMarkers, isGone(), tooMany);
      const pages = selectedVersions(run, { ...listed, record }, select);
      yield* versions === 'current' ? pages : nameless.leaveOut(pages);
    });
  }
  const uploadFilter = compileFilter(prefix, options, startedAt, 'size', keyRules);
  const wouldMatch = leftOutFilter(prefix, options);
  const source: RunSource<Listed> = {
    prefix,
    versions,
    uploads: options.uploads
      ? (run) =>
          abortUploads(run, prefix, (upload) => {
            unmet?.see(upload.key, prefix);
            return uploadFilter(upload);
          })
      : undefined,
    passes,
    problem,
    matches,
    onMatch: options.onMatch,
    wouldMatch: (entry) => {
      unmet?.seeLeftOut(entry, prefix);
      return wouldMatch(entry);
    },
    unmet,
    verify: options.verify,
  };
  // A dry run lists, whatever the strategy.
  const run = options.strategy === 'server-prefix' && !options.dryRun ? runByServer : runListed;
  return run(engine, source, options, company);
}

function answerOf(where: NonNullable<DeletePrefixOptions['where']>, entry: Listed): boolean {
  let answer: unknown;
  try {
    answer = where({ ...entry });
  } catch (error) {
    throw thrownBy('where', error, { operation: 'deletePrefix', key: entry.key });
  }
  if (typeof answer === 'boolean') return answer;
  // A promise, as of a function that is async, would mean everything.
  throw new StoreError(
    'InvalidArgument',
    `where returns true or false, at once, and not ${inspect(answer)}`,
    {
      operation: 'deletePrefix',
    },
  );
}

/** Whether keys and sizes are all that the run looks at, as in most runs. */
function isBriefEnough(options: CheckedDeletePrefixOptions): boolean {
  const { onMatch, where, ifUnchanged, backup } = options;
  const isListener = onMatch !== undefined || where !== undefined;
  const isCompared = ifUnchanged === true || backup !== undefined;
  return !isListener && !isCompared && filtersIn(options, 'time').length === 0;
}

/** Whether a condition on it is one: `*` and lists are met by more than the object that was listed. */
function isOneETag(etag: unknown): boolean {
  return typeof etag === 'string' && /^(?:W\/)?(?:"[^"]*"|[^"*,\s]+)$/.test(etag);
}

/** Refuses before anything is deleted what this store cannot do. @throws StoreError */
function checkCapabilities(engine: Engine, options: CheckedDeletePrefixOptions): void {
  const operation = 'deletePrefix';
  const { driver, provider } = engine;
  const { versions, deleteMarkers = 'keep', uploads, ifUnchanged, strategy, where } = options;
  if (uploads && where) {
    const message =
      'where looks at objects, and cannot say which uploads are meant: it does not go with uploads';
    throw new StoreError('InvalidArgument', message, { operation, provider });
  }
  if ((versions !== 'current' || deleteMarkers !== 'keep') && !driver.versions)
    throw engine.unsupported(operation, 'versions');
  if (uploads && !driver.uploads) throw engine.unsupported(operation, 'listing incomplete uploads');
  if (strategy === 'server-prefix') {
    const others = notByServer(options);
    if (others.length > 0) {
      const message = `the strategy server-prefix deletes everything under a prefix: it does not go with ${others.join(', ')}`;
      throw new StoreError('InvalidArgument', message, { operation, provider });
    }
    if (!driver.prefixDelete) {
      const message = `this ${provider} store does not delete by prefix itself; leave the strategy out`;
      throw new StoreError('Unsupported', message, { operation, provider });
    }
  }
  if (!ifUnchanged) return;
  if (versions !== 'current') {
    const message = "ifUnchanged goes with versions 'current': a version never changes";
    throw new StoreError('InvalidArgument', message, { operation });
  }
  if (!driver.delete.ifMatch) {
    const what = 'ifUnchanged (deletes on condition of the ETag have not been seen to work there)';
    throw engine.unsupported(operation, what);
  }
}

async function* currentObjects(
  run: Run,
  { prefix, inOrder, record }: ListedPrefix,
  { isConditional, brief }: { readonly isConditional: boolean; readonly brief: boolean },
): AsyncGenerator<RunPage<Listed>> {
  const purpose = run.listing('list');
  const pages = rangedObjectPages(run.engine, { prefix, brief }, purpose, run.sideBySide(inOrder, record));
  for await (const { range, page, last } of pages) {
    const { objects, unnameable, leftOut } = page;
    const keyAt = (index: number): string => objects[index]?.key ?? '';
    yield {
      entries: objects.map((object) => currentObject(object, isConditional)),
      unnameable,
      leftOut,
      record: record?.page(range, { keyAt, size: objects.length, several: false, last }),
      range,
    };
  }
}

/** The object without its version, because the delete is meant for what is current. Mostly it is as the driver made it. */
function currentObject(object: ObjectInfo, isConditional: boolean): Listed {
  if (object.versionId === undefined && !isConditional) return object;
  const { versionId: _current, ...rest } = object;
  return isConditional ? { ...rest, ifMatch: object.etag } : rest;
}

/** What a pass selects of the versions of each range: it looks at one after the other, in order. */
async function* selectedVersions(
  run: Run,
  { prefix, inOrder, record }: ListedPrefix,
  begin: () => VersionPass,
): AsyncGenerator<RunPage<Listed>> {
  const passes = new Map<KeyRange, VersionPass>();
  const purpose = run.listing('listVersions');
  const pages = rangedVersionPages(run.engine, prefix, purpose, run.sideBySide(inOrder, record));
  for await (const { range, page, last } of pages) {
    const pass = passes.get(range) ?? begin();
    passes.set(range, pass);
    const { versions, unnameable } = page;
    const keyAt = (index: number): string => versions[index]?.key ?? '';
    const entries = [...pass.next(versions, unnameable), ...(last ? pass.end() : [])];
    yield {
      entries,
      unnameable,
      record: record?.page(range, { keyAt, size: versions.length, several: true, last }),
      range,
    };
    if (last) passes.delete(range);
  }
}
