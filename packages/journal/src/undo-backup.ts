import { StoreError, toStoreError, type ObjectInfo, type ObjectStore } from '@store/core';
import { copyWith } from '@store/core/operations';
import { IN_FLIGHT, type Engine, type Purpose } from '@store/engine';
import { backupsOf, copiedKeys, type CopiedKey } from './copied-keys.js';
import type { UndoOptions } from './undo-options.js';
import type { UndoBooks } from './undo-books.js';
import type { UndoReport } from './undo-report.js';
import { workAhead } from './work-ahead.js';

const OPERATION = 'undoDeletion';

const WRITTEN = 'something else is there now; what was deleted stays in the backup';
const NO_COPY = 'its copy is not there any more';

/** What became of one key. */
type Outcome =
  | { readonly kind: 'restored' | 'back' | 'skipped' }
  | { readonly kind: 'left'; readonly reason: string }
  | { readonly kind: 'failed'; readonly error: StoreError };

interface BackupUndo {
  readonly store: ObjectStore;
  readonly engine: Engine;
  readonly options: UndoOptions;
  readonly books: UndoBooks;
}

/** Copies back what a run with `backup` has copied before it deleted it, each object only where there is none under its key now. */
export async function restoreCopies(path: string, undo: BackupUndo): Promise<UndoReport> {
  const { store, engine, options, books } = undo;
  const { signal, dryRun, concurrency = IN_FLIGHT, maxKeysPerSecond, removeCopies } = options;
  const prefixes = await backupsOf(path);
  books.copies = { prefixes, removed: 0 };
  const source = paced(copiedKeys(path, prefixes), engine, maxKeysPerSecond, signal);
  const work = async (copied: CopiedKey) => ({ copied, outcome: await restoreOne(engine, copied, options) });
  for await (const { copied, outcome } of workAhead(source, concurrency, work)) {
    const { key } = copied;
    books.look(1);
    if (outcome.kind === 'restored') books.restored(key);
    else if (outcome.kind === 'back') books.alreadyBack();
    else if (outcome.kind === 'left') books.left({ key, reason: outcome.reason });
    else if (outcome.kind === 'failed') {
      const { code, reason, providerCode, status, requestId } = outcome.error;
      books.failed({ key, code, message: reason, providerCode, status, requestId, attempts: 1 });
    }
  }
  if (!removeCopies || dryRun || !books.report().complete) return books.report();
  // Those of what is back. What else is there, nobody has looked at.
  const { deleted } = await store.deleteMany(copiesOf(path, prefixes), {
    concurrency,
    maxKeysPerSecond,
    signal,
  });
  books.copies = { prefixes, removed: deleted };
  return books.report();
}

async function* copiesOf(path: string, prefixes: readonly string[]): AsyncGenerator<string> {
  for await (const { key, backups } of copiedKeys(path, prefixes))
    for (const prefix of backups) yield prefix + key;
}

async function restoreOne(
  engine: Engine,
  { key, backups }: CopiedKey,
  { signal, dryRun }: UndoOptions,
): Promise<Outcome> {
  // What has been sent is waited for.
  const purpose: Purpose = { operation: OPERATION, signal, unbroken: true };
  try {
    const there = await look(engine, key, purpose);
    for (const prefix of backups) {
      const from = prefix + key;
      const copy = await look(engine, from, purpose);
      if (!copy) continue;
      if (there) return isSame(there, copy) ? { kind: 'back' } : { kind: 'left', reason: WRITTEN };
      if (!dryRun) await copyWith(engine, purpose, { from, to: key }, copy.size);
      return { kind: 'restored' };
    }
    // With the copies gone, an earlier undo has been here; or it was never deleted.
    return there ? { kind: 'back' } : { kind: 'left', reason: NO_COPY };
  } catch (thrown) {
    const error = toStoreError(thrown, { operation: OPERATION });
    return signal?.aborted && error.code === 'Aborted' ? { kind: 'skipped' } : { kind: 'failed', error };
  }
}

/** Whether an object is the one that was copied, or its copy that has come back. */
function isSame(there: ObjectInfo, copy: ObjectInfo): boolean {
  if (there.size !== copy.size) return false;
  if (there.etag !== undefined && there.etag === copy.etag) return true;
  // Not written since it was copied: it was never deleted. (Both times are the service's own.)
  return (
    there.lastModified !== undefined &&
    copy.lastModified !== undefined &&
    there.lastModified < copy.lastModified
  );
}

async function look(engine: Engine, key: string, purpose: Purpose): Promise<ObjectInfo | undefined> {
  try {
    return await engine.request(purpose, (call) => engine.driver.read.head({ key }, call));
  } catch (error) {
    if (error instanceof StoreError && error.code === 'NotFound') return undefined;
    throw error;
  }
}

/** So many a second, and none any more when the signal has fired. */
async function* paced<T>(
  source: AsyncIterable<T>,
  { clock }: Engine,
  perSecond: number | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  let at = clock.now();
  for await (const one of source) {
    if (perSecond !== undefined) {
      if (at > clock.now()) await clock.sleep(at - clock.now(), signal);
      at = Math.max(at, clock.now()) + 1000 / perSecond;
    }
    if (signal?.aborted) return;
    yield one;
  }
}
