import { stat } from 'node:fs/promises';
import { UsageError } from './exit-codes.js';

/** What `store undo` is to take back: by the journal of the run, or what one put into the trash. */
export type RunToUndo =
  { readonly journal: string; readonly address?: string | undefined } | { readonly bin: string };

/**
 * Finds a run by the path of its journal, or by the bin that its report names.
 *
 * @throws UsageError for what is neither
 */
export async function runToUndo(run: string): Promise<RunToUndo> {
  const isFile = await stat(run).then(
    (found) => found.isFile(),
    () => false,
  );
  if (isFile) return { journal: run };
  if (/^[0-9]{8}T[0-9.]+Z-[0-9a-f]+$/.test(run)) return { bin: run };
  throw new UsageError(
    `there is no journal ${JSON.stringify(run)}, and it is no bin of a trash; "store trash ls" names those`,
  );
}
