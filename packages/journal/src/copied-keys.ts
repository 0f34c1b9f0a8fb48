import { StoreError } from '@store/core';
import { journalRecords } from './read-journal.js';

/** A key that a run with `backup` deleted, or may have. */
export interface CopiedKey {
  readonly key: string;
  /** Prefixes under one of which its copy is, the latest one first: what was deleted last comes back. */
  readonly backups: readonly string[];
}

/**
 * The keys that a run with `backup` deleted, in the order of its journal, and those of which nobody knows whether it did.
 *
 * @param backups as {@link backupsOf} names them
 */
export async function* copiedKeys(path: string, backups: readonly string[]): AsyncGenerator<CopiedKey> {
  const latest = backups.toReversed();
  let sessions = 0;
  const records = journalRecords(path);
  let next = await records.next();
  for (; !next.done; next = await records.next()) {
    const { record } = next.value;
    if (record.type === 'backup') sessions++;
    // What was deleted in a session has its copy there, and a later one where it had come again.
    if (record.type === 'deleted')
      for (const key of record.keys ?? [])
        yield { key, backups: latest.slice(0, latest.length - sessions + 1) };
    if (record.type === 'lost') for (const key of record.keys) yield { key, backups: latest };
  }
  if (!next.value) throw new StoreError('InvalidArgument', `nothing was begun yet by the journal ${path}`);
  for (const { key } of next.value.state.unsettled()) yield { key, backups: latest };
}

/** The prefixes under which the copies of a run are, one for each session. */
export async function backupsOf(path: string): Promise<readonly string[]> {
  const backups: string[] = [];
  for await (const { record } of journalRecords(path))
    if (record.type === 'backup') backups.push(record.prefix);
  return backups;
}
