import { StoreError, type DeleteTarget, type ObjectStore } from '@store/core';
import { engineOf, IN_FLIGHT, type Engine, type Purpose } from '@store/engine';
import { passThrough, passThroughOptions } from '@store/driver';
import { deletedKeys, readMarkers, type MarkerCounts } from './deleted-keys.js';
import type { JournalHeader } from './header.js';
import { JournalLock, realJournal } from './journal-lock.js';
import type { KeyVersions } from './key-versions.js';
import { lookAtVersions } from './look-at-versions.js';
import type { ReadJournal } from './read-journal.js';
import { UNDO_OPTIONS, type UndoOptions } from './undo-options.js';
import { restoreCopies } from './undo-backup.js';
import { lookForMissing } from './undo-missing.js';
import { UndoBooks } from './undo-books.js';
import type { UndoReport } from './undo-report.js';
import { restoreBin } from './undo-trash.js';
import { workAhead } from './work-ahead.js';

const OPERATION = 'undoDeletion';

/**
 * Takes a run back, as its journal says: removes the delete markers that it made, by their version ids, while they are on
 * top; or brings back what it put into the trash, or into its backup. Keys that were written since are left as they are, and
 * named. Undoing again goes on where it was broken off, and leaves what is back.
 *
 * @throws StoreError `PreconditionFailed` where nothing can be taken back: versions were deleted, versioning was off or
 * suspended; and when somebody works on the journal. `InvalidArgument` for a journal of another store, and for what is no
 * journal. `DeletionError` when it could not be finished
 */
export async function undoDeletion(
  store: ObjectStore,
  path: string,
  options: UndoOptions = {},
): Promise<UndoReport> {
  const engine = engineOf(store, OPERATION);
  const checked = UNDO_OPTIONS.check(options);
  const file = await realJournal(path);
  const lock = await JournalLock.acquire(file);
  try {
    const journal = await readMarkers(file);
    checkStore(journal.header, engine, path);
    const { bin } = journal.state.soFar();
    if (bin !== undefined) {
      const books = new UndoBooks('trash', checked);
      books.trashed = journal.state.deleted;
      await restoreBin(engine, bin, checked, books);
      await lookForMissing(engine, file, checked, books);
      return books.report();
    }
    if (journal.header.options['backup'] !== undefined) {
      const books = new UndoBooks('copies', checked);
      return await restoreCopies(file, { store, engine, options: checked, books });
    }
    const gone = checkMarkers(journal, path, await versioningOf(engine, checked));
    if (!engine.driver.versions) throw engine.unsupported(OPERATION, 'versions');
    const books = new UndoBooks('markers', checked);
    books.gone = gone;
    const prefix = journal.header.prefix ?? '';
    await new MarkerUndo({ store, engine, prefix, options: checked, books }).perform(file);
    return books.report();
  } finally {
    await lock.release();
  }
}

function checkStore({ provider, place }: JournalHeader, engine: Engine, path: string): void {
  if (provider === engine.provider && place === engine.driver.place) return;
  const message = `the journal ${path} is about ${place} of ${provider}, and this store is ${engine.driver.place} of ${engine.provider}`;
  throw new StoreError('InvalidArgument', message, { operation: OPERATION });
}

/** Whether a delete can have made a marker of which the journal does not know. */
type Versioning = 'none' | 'off' | 'perhaps';

async function versioningOf({ driver }: Engine, { signal }: UndoOptions): Promise<Versioning> {
  if (!driver.versions) return 'none';
  const { state } = driver.versions;
  // Who may not ask can still undo: then each key is looked at.
  const now = await state?.({ signal }).catch(() => undefined);
  signal?.throwIfAborted();
  return now === 'off' ? 'off' : 'perhaps';
}

/** @returns how many deletes made no marker */
function checkMarkers(
  { header, state, counts }: ReadJournal & { readonly counts: MarkerCounts },
  path: string,
  versioning: Versioning,
): number {
  const refuse = (why: string): never => {
    throw new StoreError('PreconditionFailed', `the run of ${path} cannot be taken back: ${why}`, {
      operation: OPERATION,
    });
  };
  const { versions = 'current', deleteMarkers = 'keep' } = header.options;
  if (versions !== 'current')
    refuse(`it deleted versions (${String(versions)}), and what is deleted by its version is gone for good`);
  if (deleteMarkers !== 'keep')
    refuse(`it removed delete markers (${String(deleteMarkers)}), which nobody can put back`);
  const { named, suspended, untold, lost } = counts;
  const gone = Math.max(0, state.deleted - named - suspended - untold - lost);
  const doubtful = versioning === 'perhaps' ? lost : 0;
  if (named + untold + doubtful > 0) return gone;
  if (suspended > 0) {
    refuse(
      'versioning was suspended: each of its markers took the place of a version without an id, which is gone for good',
    );
  }
  if (gone + lost > 0) {
    const why = versioning === 'none' ? 'this store keeps no versions' : 'versioning was off';
    refuse(`it made no delete marker: ${why}, and what it deleted (${gone + lost}) is gone for good`);
  }
  return gone;
}

interface Undo {
  readonly store: ObjectStore;
  readonly engine: Engine;
  readonly prefix: string;
  readonly options: UndoOptions;
  readonly books: UndoBooks;
}

/** What is being removed from a key. */
interface Removal {
  markers: number;
  failed: boolean;
  readonly still: string | undefined;
}

class MarkerUndo {
  readonly #undo: Undo;
  /** Keys whose markers are on their way. */
  readonly #removals = new Map<string, Removal>();

  constructor(undo: Undo) {
    this.#undo = undo;
  }

  async perform(path: string): Promise<void> {
    const { store, options, books } = this.#undo;
    const { dryRun, concurrency, maxKeysPerSecond, signal } = options;
    if (dryRun) {
      try {
        for await (const { key } of this.#markers(path)) this.#removed(key);
      } catch (error) {
        if (!signal?.aborted) throw error;
      }
      return;
    }
    // Between the look and this, somebody may write the key: then the marker is not on top any more, and removing it by its
    // id does no harm to what is.
    await store.deleteMany(this.#markers(path), {
      ...passThroughOptions.pick(options),
      concurrency,
      maxKeysPerSecond,
      signal,
      onDeleted: ({ key }) => this.#removed(key),
      onFailure: (failure) => {
        const removal = this.#removals.get(failure.key);
        if (removal && !removal.failed) books.failed(failure);
        if (removal) removal.failed = true;
        this.#removed(failure.key);
      },
    });
  }

  /** The markers that are to go, by their version ids. */
  async *#markers(path: string): AsyncGenerator<DeleteTarget> {
    const { engine, prefix, options, books } = this.#undo;
    const { signal, concurrency = IN_FLIGHT } = options;
    const pass = passThrough(options, engine.driver, OPERATION);
    const purpose: Purpose = { operation: OPERATION, signal, pass };
    const looks = workAhead(deletedKeys(path), concurrency, (keys) =>
      lookAtVersions(engine, prefix, keys, purpose),
    );
    for await (const keys of looks) {
      books.look(keys.length);
      for (const look of keys) yield* this.#targets(look);
    }
  }

  *#targets(look: KeyVersions): Generator<DeleteTarget> {
    const { books } = this.#undo;
    const { key } = look;
    const finding = look.finding();
    if (finding.kind === 'back') books.alreadyBack();
    else if (finding.kind === 'left') books.left({ key, reason: finding.reason });
    else {
      const { ids, still } = finding;
      this.#removals.set(key, { markers: ids.length, failed: false, still });
      for (const versionId of ids) yield { key, versionId };
    }
  }

  /** One of the key's markers has its outcome. */
  #removed(key: string): void {
    const { books } = this.#undo;
    const removal = this.#removals.get(key);
    if (!removal || --removal.markers > 0) return;
    this.#removals.delete(key);
    if (removal.failed) return;
    if (removal.still === undefined) books.restored(key);
    else books.left({ key, reason: removal.still });
  }
}
