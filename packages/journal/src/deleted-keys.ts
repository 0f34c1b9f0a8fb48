import { compareKeys, StoreError } from '@store/core';
import { journalRecords, readJournal, type ReadJournal } from './read-journal.js';

/** Keys whose versions are looked at together. */
const LOOK_SIZE = 1000;

/** What S3 calls the version that is written while versioning is suspended. */
const NULL_VERSION = 'null';

/** A key that a run deleted, and what its journal knows of the delete markers that it made there. */
export interface DeletedKey {
  readonly key: string;
  /** Version ids of the markers that may be removed. */
  readonly ids: ReadonlySet<string>;
  /** Why it cannot be undone, when there is none. */
  readonly doubt?: string | undefined;
}

const UNTOLD = "the service did not tell the marker's version id";
const SUSPENDED =
  'versioning was suspended: its marker took the place of the version without an id, which is gone for good';
const LOST = 'the answer to its delete was lost, so nobody knows which marker it made';
const UNSETTLED = 'nobody knows whether its delete was carried out, nor which marker it made';
const A_VERSION = 'a version of it was to be deleted, and nobody knows whether it was';

/** What the lines of a journal come to, for an undo. */
export interface MarkerCounts {
  /** Markers by what the journal knows of them: their ids, ids that are `null`, and nothing. */
  readonly named: number;
  readonly suspended: number;
  readonly untold: number;
  /** Deletes whose answers were lost. */
  readonly lost: number;
}

/** @throws as {@link readJournal}; StoreError `InvalidArgument` when nothing was begun */
export async function readMarkers(path: string): Promise<ReadJournal & { readonly counts: MarkerCounts }> {
  let [named, suspended, untold, lost] = [0, 0, 0, 0];
  const journal = await readJournal(path, (record) => {
    if (record.type === 'lost') lost += record.keys.length;
    if (record.type !== 'markers') return;
    for (const id of record.ids) {
      if (id === null) untold++;
      else if (id === NULL_VERSION) suspended++;
      else named++;
    }
  });
  if (!journal) throw new StoreError('InvalidArgument', `nothing was begun yet by the journal ${path}`);
  return { ...journal, counts: { named, suspended, untold, lost } };
}

/**
 * The keys that a run deleted, as they stand in its journal, some at a time: those of a time in order, each once. Memory is
 * that of one time, whatever the journal's size.
 */
export async function* deletedKeys(path: string): AsyncGenerator<readonly DeletedKey[]> {
  let some = new Map<string, DeletedKey>();
  const add = (key: string, id: string | undefined, doubt?: string): void => {
    const before = some.get(key);
    const ids = [...(before?.ids ?? []), ...(id === undefined ? [] : [id])];
    some.set(key, { key, ids: new Set(ids), doubt: before?.doubt ?? doubt });
  };
  const take = (): DeletedKey[] => {
    const taken = Array.from(some.values()).sort((a, b) => compareKeys(a.key, b.key));
    some = new Map();
    return taken;
  };
  const records = journalRecords(path);
  let next = await records.next();
  for (; !next.done; next = await records.next()) {
    const { record } = next.value;
    if (record.type === 'lost') for (const key of record.keys) add(key, undefined, LOST);
    if (record.type === 'markers') {
      for (const [index, key] of record.keys.entries()) {
        const id = record.ids[index] ?? null;
        if (id === null) add(key, undefined, UNTOLD);
        else if (id === NULL_VERSION) add(key, undefined, SUSPENDED);
        else add(key, id);
      }
    }
    if (some.size >= LOOK_SIZE) yield take();
  }
  for (const { key, versionId } of next.value?.state.unsettled() ?? []) {
    add(key, undefined, versionId === undefined ? UNSETTLED : A_VERSION);
    if (some.size >= LOOK_SIZE) yield take();
  }
  if (some.size > 0) yield take();
}
