import { IN_FLIGHT, type Engine, type Purpose } from '@store/engine';
import { isThere } from './is-there.js';
import { keyOutcomes } from './key-outcomes.js';
import type { UndoBooks } from './undo-books.js';
import type { UndoOptions } from './undo-options.js';
import { workAhead } from './work-ahead.js';

/**
 * Of what is not in the trash any more, finds out what is back under its key. Keys that the journal does not name, because it was
 * made shorter, stay unknown.
 */
export async function lookForMissing(
  engine: Engine,
  path: string,
  { signal, concurrency = IN_FLIGHT }: UndoOptions,
  books: UndoBooks,
): Promise<void> {
  if (books.missing === 0 || signal?.aborted) return;
  const purpose: Purpose = { operation: 'undoDeletion', signal };
  let [named, absent] = [0, 0];
  try {
    const looks = workAhead(deletedKeys(path), concurrency, (key) => isThere(engine, key, purpose));
    for await (const found of looks) {
      named++;
      if (!found) absent++;
    }
  } catch (error) {
    if (signal?.aborted) return;
    throw error;
  }
  books.lookedForMissing(named, absent);
}

async function* deletedKeys(path: string): AsyncGenerator<string> {
  for await (const { key, outcome } of keyOutcomes(path)) if (outcome === 'deleted') yield key;
}
