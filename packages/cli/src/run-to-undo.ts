import { readAccount, type JournalHeader } from '@store/journal';
import { UsageError } from './exit-codes.js';
import { findRun } from './runs/find-run.js';

/** What `store undo` is to take back: by the journal of the run, or what one put into the trash. */
export type RunToUndo =
  | { readonly journal: string; readonly name: string; readonly header: JournalHeader }
  | { readonly bin: string };

/**
 * Finds a run as `store resume` does, or by the bin that its report names.
 *
 * @throws UsageError for what is neither
 */
export async function runToUndo(run: string): Promise<RunToUndo> {
  if (/^[0-9]{8}T[0-9.]+Z-[0-9a-f]+$/.test(run) && run.includes('.')) return { bin: run };
  const { path, name } = await findRun(run);
  const account = await readAccount(path);
  if (!account) throw new UsageError(`the run ${name} had not begun: nothing was deleted by it`);
  return { journal: path, name, header: account.header };
}
