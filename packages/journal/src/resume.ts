import { StoreError, type DeletePrefixOptions, type DeletionReport, type ObjectStore } from '@store/core';
import { deletePrefixOptions } from '@store/deletion';
import type { OptionEntry } from '@store/driver';
import type { JournalHeader } from './header.js';
import { journalFile, type JournalFileOptions } from './journal-file.js';
import { readJournal } from './read-journal.js';

/** What may be another one in each session of a run: what it is told, how fast it goes. */
export type ResumeOptions = Pick<
  DeletePrefixOptions,
  | 'signal'
  | 'where'
  | 'maxDuration'
  | 'maxFailures'
  | 'concurrency'
  | 'maxKeysPerSecond'
  | 'onProgress'
  | 'onDeleted'
  | 'onFailure'
  | 'onMatch'
  | 'mfa'
> &
  Pick<JournalFileOptions, 'shortenAt'>;

/**
 * Goes on with a run of `deletePrefix` that was killed, broke off, or left something: with what it is about, as its journal
 * says. What is finished is not listed again; its account goes on.
 *
 * @throws StoreError `InvalidArgument` for a journal of another store, and for what is no journal; `PreconditionFailed` when
 * somebody works on it; `DeletionError` as `deletePrefix`
 */
export async function resumeDeletion(
  store: ObjectStore,
  path: string,
  { shortenAt, ...options }: ResumeOptions = {},
): Promise<DeletionReport> {
  const journal = await readJournal(path);
  if (!journal) throw new StoreError('InvalidArgument', `nothing was begun yet by the journal ${path}`);
  const { prefix } = journal.header;
  if (prefix === null) {
    const message = `the journal ${path} is about keys that were named one by one; give them again`;
    throw new StoreError('InvalidArgument', message);
  }
  if (journal.header.options['where'] !== undefined && !options.where) {
    const message = `the run of the journal ${path} was told by a function which objects are meant (where); give it again`;
    throw new StoreError('InvalidArgument', message);
  }
  return store.deletePrefix(prefix, {
    ...runOptions(journal.header),
    ...options,
    journal: journalFile(path, { shortenAt }),
  });
}

/** The options that a run began with, as `deletePrefix` takes them. */
export function runOptions({ options }: JournalHeader): DeletePrefixOptions {
  const table: Readonly<Record<string, OptionEntry>> = deletePrefixOptions.table;
  const given = Object.entries(options).map(([name, value]) => [
    name,
    table[name]?.cli?.kind === 'date' ? new Date(String(value)) : value,
  ]);
  // `deletePrefix` checks them.
  return Object.fromEntries(given) as DeletePrefixOptions;
}
