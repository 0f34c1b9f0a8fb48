import type { ObjectStore, TrashedObject } from '@store/core';
import { engineOf, type Engine, type Purpose } from '@store/engine';
import { isThere } from './is-there.js';
import { trashFacet, trashPages } from './trash.js';
import { UNDO_OPTIONS, type UndoOptions } from './undo-options.js';
import { UndoBooks } from './undo-books.js';
import type { UndoReport } from './undo-report.js';

const OPERATION = 'undoDeletion';

const THERE = 'something is there now; what was deleted stays in the trash';

/**
 * Brings back what a run with `trash` has put aside, each object only where there is none under its key now. Undoing again
 * goes on where it was broken off.
 *
 * @param bin as the report of the run names it, and `listTrash`
 * @throws StoreError `Unsupported` without `capabilities.trash`
 */
export async function restoreTrash(
  store: ObjectStore,
  bin: string,
  options: UndoOptions = {},
): Promise<UndoReport> {
  const checked = UNDO_OPTIONS.check(options);
  return restoreBin(engineOf(store, OPERATION), bin, checked, new UndoBooks('trash', checked));
}

/** As {@link restoreTrash}, with options that have been checked. */
export async function restoreBin(
  engine: Engine,
  bin: string,
  options: UndoOptions,
  books: UndoBooks,
): Promise<UndoReport> {
  const { signal, dryRun } = options;
  const trash = trashFacet(engine, OPERATION);
  const purpose: Purpose = { operation: OPERATION, signal };
  try {
    for await (const { objects } of trashPages(engine, bin, purpose)) {
      books.look(objects.length);
      if (dryRun) await lookAtKeys(engine, objects, books, purpose);
      else {
        const { done, failed } = await engine.request(purpose, (call) => trash.restore(objects, call));
        for (const { key } of done) books.restored(key);
        for (const { key, reason } of failed) {
          if (reason.code === 'PreconditionFailed') books.left({ key, reason: THERE });
          else books.failed({ ...reason, key, attempts: 1 });
        }
      }
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  }
  return books.report();
}

/** What a restore would say, without one. */
async function lookAtKeys(
  engine: Engine,
  objects: readonly TrashedObject[],
  books: UndoBooks,
  purpose: Purpose,
): Promise<void> {
  for (const { key } of objects) {
    if (await isThere(engine, key, purpose)) books.left({ key, reason: THERE });
    else books.restored(key);
  }
}
