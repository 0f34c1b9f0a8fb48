import { join, resolve } from 'node:path';
import type { DeletionJournal } from '@store/core';
import { journalFile } from '@store/journal';
import type { Context } from '../context.js';
import { UsageError } from '../exit-codes.js';
import { orNone } from './default-journal.js';
import { removeOldRuns } from './kept-runs.js';
import { openingOf } from './opening.js';
import { JOURNAL_EXTENSION, newRunId } from './run-id.js';
import { runsDirectory } from './state-directory.js';

export interface JournalChoice {
  readonly journal?: string | undefined;
  readonly noJournal?: boolean | undefined;
  readonly audit?: boolean | undefined;
}

/** The journal of a run that begins. */
export interface RunJournal {
  readonly journal: DeletionJournal;
  /** What `store resume` calls the run by; undefined when it has none after all. */
  readonly name: string | undefined;
}

/** @throws UsageError for what does not go together */
export function checkJournalChoice({ journal, noJournal, audit }: JournalChoice, dryRun = false): void {
  if (dryRun && (journal !== undefined || audit)) {
    throw new UsageError(`--${audit ? 'audit' : 'journal'} does not go with --dry-run: it deletes nothing`);
  }
  if (noJournal && audit) throw new UsageError('--audit is about the journal, and --no-journal writes none');
}

/** The journal that a run is to have: where it was asked for, else in the user's state; undefined for none. */
export async function runJournal(
  { session, output }: Context,
  address: string,
  { journal, noJournal, audit }: JournalChoice,
): Promise<RunJournal | undefined> {
  if (noJournal) return undefined;
  const settings = { audit, ...(await openingOf(session, address)) };
  if (journal !== undefined) {
    return { journal: journalFile(journal, settings), name: resolve(journal) };
  }
  const directory = runsDirectory();
  await removeOldRuns(directory);
  const id = newRunId();
  const path = join(directory, `${id}${JOURNAL_EXTENSION}`);
  let name: string | undefined = id;
  const file = orNone(journalFile(path, settings), path, (reason) => {
    name = undefined;
    output.note(`store: no journal: ${reason}; this run cannot be resumed`);
  });
  return {
    journal: file,
    get name() {
      return name;
    },
  };
}
