import type { Engine, Purpose } from '@store/engine';
import {
  detailsOf,
  keyProblem,
  quoteKey,
  soundSize,
  StoreError,
  toStoreError,
  type WriteResult,
  type CopyRequest,
} from '@store/driver';
import type { Candidate } from './candidate.js';
import type { JournalKeeper } from './journal-keeper.js';
import type { DeletePrefixOptions } from './options.js';
import type { Ledger } from './ledger.js';
import { newBin } from './trash.js';

/** Keys that are deleted together, at most: little time is to pass between the last look at a key and its delete. */
const MOST_TOGETHER = 100;

/** What S3 calls the version of an object in a bucket whose versioning is off or suspended, where it names one. */
const NULL_VERSION = 'null';

/** @throws StoreError `InvalidArgument` for a backup that would be deleted with the rest, and with options that it does not go with */
export function checkBackup(engine: Engine, prefix: string, options: DeletePrefixOptions): void {
  const { backup, trash, versions = 'current', deleteMarkers = 'keep' } = options;
  if (backup === undefined) return;
  const refuse = (message: string): never => {
    throw new StoreError('InvalidArgument', message, {
      operation: 'deletePrefix',
      provider: engine.provider,
    });
  };
  if (!backup.endsWith('/') || keyProblem(backup, engine.driver.keys.maxBytes) !== undefined)
    refuse(`backup is a prefix that ends in "/", not ${quoteKey(backup)}`);
  if (backup.startsWith(prefix) || prefix.startsWith(backup)) {
    refuse(
      `the backup ${quoteKey(backup)} and what is deleted, ${quoteKey(prefix)}, lie in each other: ` +
        'copies would be deleted too, now or the next time; choose a prefix that has nothing to do with it',
    );
  }
  if (trash) refuse('trash puts aside what backup would copy: take one of them');
  if (versions !== 'current' || deleteMarkers !== 'keep')
    refuse('backup is for current objects: it copies no versions and no delete markers');
}

/** The backup of one session of a run. */
export function backupOf(
  { clock }: Engine,
  { backup, dryRun }: Pick<DeletePrefixOptions, 'backup' | 'dryRun'>,
  keeper: JournalKeeper | undefined,
  copy: Copy,
): Backup | undefined {
  if (backup === undefined || dryRun) return undefined;
  // Of each session its own: a key that has come again since the last one must not take the place of its copy.
  const prefix = `${backup}${newBin(clock.now())}/`;
  keeper?.backUpTo(prefix);
  return new Backup(prefix, copy);
}

/** What a run has to do with its backup. */
export interface CopyingRun {
  readonly engine: Engine;
  readonly ledger: Ledger;
  /** Fires when nothing new may be sent. */
  readonly stop: AbortSignal;
  looking(operation?: string): Purpose;
  breakOff(error: unknown): void;
}

/** Copies an object, however large it is. @param size in bytes, where it is known */
export type Copy = (
  engine: Engine,
  purpose: Purpose,
  request: CopyRequest,
  size: number | undefined,
) => Promise<WriteResult>;

type Failed = readonly [Candidate, StoreError];

/** Copies what is about to be deleted, on the provider's side. */
export class Backup {
  /** Before the key of each copy. */
  readonly prefix: string;
  readonly mostTogether = MOST_TOGETHER;
  /** Looks at the first copy, for what its answer did not say. */
  #look: Promise<void> | undefined;

  readonly #copyObject: Copy;

  constructor(prefix: string, copy: Copy) {
    this.prefix = prefix;
    this.#copyObject = copy;
  }

  /** Copies keys, each once; returns those that may be deleted now. The others have failed, or the run is over. */
  async take(run: CopyingRun, candidates: readonly Candidate[]): Promise<readonly Candidate[]> {
    const copied = await this.#each(run, candidates, (candidate) => this.#copy(run, candidate));
    await this.#look;
    // Where no delete has a condition, another look is all that there is.
    if (run.engine.driver.delete.ifMatch !== false) return copied;
    return this.#each(run, copied, (candidate) => lookAgain(run, candidate));
  }

  async #each(
    run: CopyingRun,
    candidates: readonly Candidate[],
    work: (candidate: Candidate) => Promise<void>,
  ): Promise<readonly Candidate[]> {
    const failed: Failed[] = [];
    const attempt = async (candidate: Candidate): Promise<void> => {
      try {
        await work(candidate);
      } catch (error) {
        failed.push([candidate, toStoreError(error, { operation: 'copy' })]);
      }
    };
    await Promise.all(candidates.map(attempt));
    const lost = new Set<Candidate>();
    for (const [candidate, error] of failed) {
      // It was not tried: nothing is said of it.
      if (run.stop.aborted && error.code === 'Aborted') continue;
      lost.add(candidate);
      const message = `there is no copy of it: ${error.reason}`;
      await run.ledger.countFailed(candidate, new StoreError(error.code, message, detailsOf(error)), 0);
    }
    return lost.size === 0 ? candidates : candidates.filter((candidate) => !lost.has(candidate));
  }

  async #copy(run: CopyingRun, { key, size }: Candidate): Promise<void> {
    const { engine } = run;
    const to = this.prefix + key;
    const problem = keyProblem(to, engine.driver.keys.maxBytes);
    if (problem !== undefined) throw new StoreError('InvalidArgument', problem, { key });
    const purpose = run.looking('copy');
    const { versionId } = await this.#copyObject(engine, purpose, { from: key, to }, soundSize(size));
    if (versionId !== undefined || !engine.driver.versions) return refuseVersion(run, to, versionId);
    const { read } = engine.driver;
    this.#look ??= engine
      .request(purpose, (call) => read.head({ key: to }, call))
      .then(
        (info) => refuseVersion(run, to, info.versionId),
        (error: unknown) => run.breakOff(error),
      );
  }
}

/** Ends the run where a copy shows that its bucket keeps versions: there undo needs none. */
async function refuseVersion(run: CopyingRun, key: string, versionId: string | undefined): Promise<void> {
  if (versionId === undefined || versionId === NULL_VERSION) return;
  const message =
    'the bucket keeps versions: undo takes its deletes back without copies; leave backup out (nothing was deleted)';
  run.breakOff(new StoreError('PreconditionFailed', message, { operation: 'deletePrefix' }));
  // What stays is one copy that nobody needs.
  await run.engine.driver.delete.one({ key, versionId }, {}).catch(() => undefined);
}

/** @throws StoreError `PreconditionFailed` for what is not what was listed, and copied, any more */
async function lookAgain(run: CopyingRun, { key, etag }: Candidate): Promise<void> {
  const { read } = run.engine.driver;
  const info = await run.engine.request(run.looking(), (call) => read.head({ key }, call));
  if (info.etag === etag) return;
  throw new StoreError('PreconditionFailed', 'it was written since it was listed', { key });
}
