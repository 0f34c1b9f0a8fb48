import { movePrefixOptions, selectionOf, type MovePrefixOptions } from './options.js';
import { checkApart, sideOf, type Place } from './place.js';
import { Removal } from './removal.js';
import type { TransferReport } from './report.js';
import { checkTarget, Run, type Task } from './run.js';

const OPERATION = 'movePrefix';

/**
 * As `copyPrefix`, and deletes at the source what was copied and nothing else: an object that has changed since it was read
 * stays (on condition of its ETag with `capabilities.conditionalDelete`, else it is looked at again just before). The report's
 * `deletion` says what was deleted.
 *
 * @throws as `copyPrefix`
 */
export async function movePrefix(
  from: Place,
  to: Place,
  options: MovePrefixOptions = {},
): Promise<TransferReport> {
  const given = movePrefixOptions.check(options);
  const sides = { from: sideOf(from, OPERATION), to: sideOf(to, OPERATION) };
  await checkApart(sides.from, sides.to, OPERATION, selectionOf(given));
  const removal = given.dryRun ? undefined : new Removal(sides.from, sides.to, given.onFailure);
  const task: Task = {
    operation: OPERATION,
    ...sides,
    options: given,
    beforeCopy: removal && ((key, target) => removal.before(key, target)),
    onCopied: removal && ((copied) => removal.add(copied)),
    finish: removal && (async (run) => removal.end(run)),
  };
  checkTarget(task);
  return new Run(task).perform();
}
