import type { Unnameable } from '../driver.js';
import { StoreError, type FailureReason } from '../errors.js';
import { keyProblem, quoteKey } from '../keys.js';
import { objectPages } from '../listing/object-pages.js';
import type { PagesContext } from '../listing/pages.js';
import { versionPages } from '../listing/version-pages.js';
import type { ObjectInfo, VersionInfo } from '../objects.js';
import { abortUploads } from './abort-uploads.js';
import { notByServer } from './by-server.js';
import type { Candidate } from './candidate.js';
import type { Engine } from './engine.js';
import { compileFilter, type Verdict } from './filter.js';
import type { DeletePrefixOptions } from './options.js';
import type { DeletionReport } from './report.js';
import { runDeletion, type RunPage, type RunSource, type SourceContext } from './run.js';
import { checkPrefix } from './safety.js';
import {
  LatestSeen,
  MarkerPass,
  selectObjectVersions,
  type DeleteMarkerSelection,
} from './version-selection.js';

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

type Pass = RunSource<Listed>['passes'][number];

/** `ObjectStore.deletePrefix` over a driver. */
export async function deletePrefix(
  engine: Engine,
  prefix: string,
  options: DeletePrefixOptions,
): Promise<DeletionReport> {
  checkPrefix(prefix, options);
  checkCapabilities(engine, options);
  const { versions = 'current', ifUnchanged = false } = options;
  const { deleteMarkers = versions === 'all' ? 'all' : 'keep' } = options;
  const startedAt = engine.clock.now();
  const filter = compileFilter(prefix, options, startedAt);
  const matches = (entry: Listed): Verdict => {
    const verdict = entry.doomed !== false && filter(entry);
    return verdict === true && entry.doubtful ? DOUBTFUL : verdict;
  };
  // A listing that was decoded wrongly can yield '', and deleting '' means deleting the bucket.
  const problem = ({ key, versionId, ifMatch }: Listed): string | undefined =>
    keyProblem(key, engine.driver.capabilities.keys.maxBytes) ??
    // What is named by its version, as delete markers are, never changes.
    (ifUnchanged && versionId === undefined && !isOneETag(ifMatch)
      ? 'the listing gives no ETag to compare with'
      : undefined);
  const rules = { versions, deleteMarkers };
  const firstPass = (): ((page: readonly VersionInfo[]) => Iterable<Listed>) => {
    const latest = new LatestSeen();
    return (page) => selectObjectVersions(page, rules, latest);
  };
  // What the first pass takes is decided here alone, for both kinds of run. It is all gone when the second one begins:
  // after `maxDelete` there is none.
  const wouldPick = firstPass();
  const wouldBeGone = (version: VersionInfo): boolean =>
    versions !== 'current' &&
    Array.from(wouldPick([version])).some((entry) => matches(entry) === true && problem(entry) === undefined);
  const isGone = options.dryRun ? wouldBeGone : (): boolean => false;
  const passes: Pass[] = [
    versions === 'current'
      ? (context) => currentObjects(engine, prefix, context, ifUnchanged)
      : (context) => objectVersions(engine, prefix, context, firstPass()),
  ];
  if (deleteMarkers !== 'keep') {
    passes.push(async function* (context) {
      for await (const page of markers(engine, prefix, context, { deleteMarkers, isGone })) {
        // Those of the same listing have been counted in the first pass.
        yield versions === 'current' ? page : { entries: page.entries };
      }
    });
  }
  return runDeletion<Listed>(
    engine,
    {
      prefix,
      versions,
      uploads: options.uploads
        ? (context) =>
            abortUploads(
              engine,
              prefix,
              compileFilter(prefix, options, startedAt, 'size'),
              options.dryRun ?? false,
              pagesContext(engine, 'listUploads', context),
            )
        : undefined,
      passes,
      problem,
      matches,
      onMatch: options.onMatch,
      notByServer: whyNotByServer(options),
      verify: options.verify,
    },
    options,
  );
}

/** Whether a condition on it is one: `*` and lists are met by more than the object that was listed. */
function isOneETag(etag: unknown): boolean {
  return typeof etag === 'string' && /^(?:W\/)?(?:"[^"]*"|[^"*,\s]+)$/.test(etag);
}

/** Why a service that deletes by prefix cannot do it. Empty when it can. */
function whyNotByServer(options: DeletePrefixOptions): string {
  const names = notByServer(options);
  return names.length === 0 ? '' : `it does not go with ${names.join(', ')}`;
}

/** Refuses before anything is deleted what this store cannot do. @throws StoreError */
function checkCapabilities({ driver }: Engine, options: DeletePrefixOptions): void {
  const { versions = 'current', deleteMarkers = 'keep', uploads, ifUnchanged } = options;
  const { capabilities, provider } = driver;
  const unsupported = (what: string): StoreError =>
    new StoreError('Unsupported', `deletePrefix: this ${provider} store does not support ${what}`, {
      provider,
      operation: 'deletePrefix',
    });
  if ((versions !== 'current' || deleteMarkers !== 'keep') && !capabilities.versions)
    throw unsupported('versions');
  if (uploads && !(capabilities.listUploads && driver.abortUpload))
    throw unsupported('listing incomplete uploads');
  if (!ifUnchanged) return;
  if (versions !== 'current') {
    throw new StoreError(
      'InvalidArgument',
      "ifUnchanged goes with versions 'current': a version never changes",
      {
        operation: 'deletePrefix',
      },
    );
  }
  if (!capabilities.conditionalDelete) {
    throw unsupported('ifUnchanged (deletes on condition of the ETag have not been seen to work there)');
  }
}

function pagesContext(
  { driver, retry, clock, onRetry }: Engine,
  operation: string,
  { ledger, call, throttled }: SourceContext,
): PagesContext {
  return {
    provider: driver.provider,
    operation,
    policy: retry,
    clock,
    call,
    onRetry,
    onRequest: (again) => ledger.countListRequest(again),
    onError: (error) => {
      if (error.adjusted !== undefined) ledger.warn(error.adjusted);
      if (error.code === 'Throttled') throttled();
    },
  };
}

async function* currentObjects(
  engine: Engine,
  prefix: string,
  context: SourceContext,
  ifUnchanged: boolean,
): AsyncGenerator<RunPage<Listed>> {
  for await (const { objects, unnameable } of objectPages(
    engine.driver,
    { prefix },
    pagesContext(engine, 'list', context),
  )) {
    yield { entries: objects.map((object) => currentObject(object, ifUnchanged)), unnameable };
  }
}

/** The object without its version, because the delete is meant for what is current. Mostly it is as the driver made it. */
function currentObject(object: ObjectInfo, ifUnchanged: boolean): Listed {
  if (object.versionId === undefined && !ifUnchanged) return object;
  const { versionId: _current, ...rest } = object;
  return ifUnchanged ? { ...rest, ifMatch: object.etag } : rest;
}

async function* objectVersions(
  engine: Engine,
  prefix: string,
  context: SourceContext,
  select: (page: readonly VersionInfo[], unnameable?: readonly Unnameable[]) => Iterable<Listed>,
): AsyncGenerator<RunPage<Listed>> {
  const pages = versionPages(engine.driver, prefix, pagesContext(engine, 'listVersions', context));
  for await (const { versions, unnameable } of pages)
    yield { entries: [...select(versions, unnameable)], unnameable };
}

async function* markers(
  engine: Engine,
  prefix: string,
  context: SourceContext,
  {
    deleteMarkers,
    isGone,
  }: {
    readonly deleteMarkers: DeleteMarkerSelection;
    readonly isGone: (version: VersionInfo) => boolean;
  },
): AsyncGenerator<RunPage<Listed>> {
  const pass = new MarkerPass(deleteMarkers, isGone, (key) =>
    context.ledger.warn(`the key ${quoteKey(key)} has too many delete markers for one run; run again`),
  );
  yield* objectVersions(engine, prefix, context, (page, unnameable) => pass.next(page, unnameable));
  yield { entries: [...pass.end()] };
}
