import type { DeletionFailure, DeletionReport, StoreErrorCode } from '@store/core';
import type { JournalHeader } from './header.js';
import { realJournal, workerOn } from './journal-lock.js';
import { readJournal } from './read-journal.js';

/**
 * `running`: a process is at work on it. `interrupted`: it was killed or stopped. `incomplete`: it came to its end or broke off,
 * and something is left. `complete`: nothing is left to do.
 */
export type RunState = 'running' | 'interrupted' | 'incomplete' | 'complete';

/** What a journal says about its run. */
export interface RunAccount {
  readonly header: JournalHeader;
  readonly state: RunState;
  /** Who is at work on it, in words. */
  readonly worker?: string | undefined;
  /** Processes that have worked on it, one after the other. */
  readonly sessions: number;
  readonly deleted: number;
  /** Of what was deleted, as listed. */
  readonly bytes: number;
  /** In the last session: keys that failed or are blocked. */
  readonly failed: number;
  /** The same, by code, and the first of them. */
  readonly failures: {
    readonly byCode: Readonly<Partial<Record<StoreErrorCode, number>>>;
    readonly sample: readonly DeletionFailure[];
  };
  /** Keys whose delete may have been sent, and of which nobody knows what became of them. A resume finds out. */
  readonly unconfirmed: number;
  /** How the last session ended; undefined while one is at work, and when it was killed. */
  readonly end?: { readonly at: string; readonly report: DeletionReport } | undefined;
}

/**
 * Reads what a journal says about its run, also while somebody works on it.
 *
 * @returns undefined for one that was not even begun
 * @throws StoreError `InvalidArgument` for what is no journal, `Corrupt` for one that is not readable in the middle
 */
export async function readAccount(path: string): Promise<RunAccount | undefined> {
  // Asked first: what ends in between has ended.
  const worker = await workerOn(await realJournal(path));
  const journal = await readJournal(path);
  if (!journal) return undefined;
  const { header, state } = journal;
  const { deleted, sessions, failures, end } = state;
  let unconfirmed = 0;
  for (const _one of state.unsettled()) unconfirmed++;
  return {
    header,
    state: worker !== undefined && !end ? 'running' : stateAt(end?.report),
    worker: end ? undefined : worker,
    sessions,
    deleted,
    bytes: state.bytes,
    failed: Object.values(failures.byCode).reduce((sum, count) => sum + count, 0),
    failures,
    unconfirmed,
    end,
  };
}

function stateAt(report: DeletionReport | undefined): RunState {
  if (!report || report.aborted) return 'interrupted';
  return report.complete ? 'complete' : 'incomplete';
}
