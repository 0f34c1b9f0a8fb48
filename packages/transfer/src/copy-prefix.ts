import { isSame } from './compare.js';
import { copyPrefixOptions, selectionOf, type CopyPrefixOptions } from './options.js';
import { checkApart, sideOf, type Place } from './place.js';
import type { TransferReport } from './report.js';
import { checkOrder, checkTarget, Run, type Task } from './run.js';

const OPERATION = 'copyPrefix';

/**
 * Copies every object under a prefix to another prefix, of the same store or of another: on the provider's side inside of one
 * bucket, else through this machine with bounded memory. What was read is held against the ETag of the source where that is an
 * MD5, and what was written against what was read. Keys that could not be copied are in the report.
 *
 * @throws TransferError when the run could not be finished: the listing broke off, or nothing at all could be copied
 * @throws StoreError `InvalidArgument` when source and target overlap; `Unsupported` for what the stores cannot do. Nothing was
 * done then
 */
export async function copyPrefix(
  from: Place,
  to: Place,
  options: CopyPrefixOptions = {},
): Promise<TransferReport> {
  const { compare, ...given } = copyPrefixOptions.check(options);
  const sides = { from: sideOf(from, OPERATION), to: sideOf(to, OPERATION) };
  await checkApart(sides.from, sides.to, OPERATION, selectionOf(given));
  if (compare !== undefined) checkOrder([sides.from, sides.to], OPERATION);
  const task: Task = {
    operation: OPERATION,
    ...sides,
    options: given,
    isSame: compare && ((copying, source, target) => isSame(copying, source, target, compare)),
    finish: async (run) => ({ incomplete: !(await run.witness.check(run, OPERATION)) }),
  };
  checkTarget(task);
  return new Run(task).perform();
}
