import { quoteKey, StoreError, type DeleteTarget, type DeletionReport, type ObjectInfo } from '@store/core';
import { compileFilter } from '@store/deletion/filters';
import type { Checked } from '@store/driver';
import { bothDeletions } from './both-deletions.js';
import { isSame } from './compare.js';
import { inTheWayOf } from './in-the-way.js';
import { syncPrefixOptions, type SyncPrefixOptions } from './options.js';
import { merged } from './pairs.js';
import { checkApart, sideOf, type Place, type Side } from './place.js';
import { undeleted } from './removal.js';
import type { TransferReport } from './report.js';
import { checkOrder, checkTarget, Run, type Task } from './run.js';

const OPERATION = 'syncPrefix';

/** Objects that wait for a look at the source before they are deleted. */
const WAITING = 1000;

const GONE =
  'the source no longer has what it was listed with, as when a disk goes away in the middle: nothing more was deleted at the target; ' +
  'look at the source, and sync again';

/**
 * Makes a target like a source: copies what is missing there or differs, and with `delete` deletes what is only there. Both
 * ends are listed side by side in the order of their keys, so memory does not grow with them. The same call goes on with a run
 * that was killed: what is there is not copied again.
 *
 * @throws TransferError, StoreError as `copyPrefix`; `Unsupported` where a store does not list its keys in order
 */
export async function syncPrefix(
  from: Place,
  to: Place,
  options: SyncPrefixOptions = {},
): Promise<TransferReport> {
  const checked = syncPrefixOptions.check(options);
  const { compare, delete: deletes, maxDelete, force, onDeleted, ...given } = checked;
  const needsDelete = { maxDelete, force, onDeleted };
  for (const [name, value] of Object.entries(needsDelete)) {
    if (deletes || value === undefined) continue;
    throw new StoreError('InvalidArgument', `${name} goes with delete`, { operation: OPERATION });
  }
  const sides = { from: sideOf(from, OPERATION), to: sideOf(to, OPERATION) };
  await checkApart(sides.from, sides.to, OPERATION);
  checkOrder([sides.from, sides.to], OPERATION);
  const { include, exclude, filter } = given;
  const isMeant = compileFilter(sides.to.prefix, { include, exclude, filter }, 0);
  let extra = 0;
  const task: Task = {
    operation: OPERATION,
    ...sides,
    options: given,
    holdsBack: deletes && !given.dryRun && sides.to.engine.driver.keys.paths,
    isSame: (copying, source, target) => isSame(copying, source, target, compare),
    onExtra: (target) => {
      if (isMeant(target) === true) extra++;
    },
    finish: async (run) => {
      if (run.over) return { extra };
      if (!(await run.witness.isThere(OPERATION, run.signal))) {
        run.ledger.warn(GONE);
        return { extra, incomplete: true };
      }
      if (!deletes || extra === 0) return { extra };
      const isExtra = (target: ObjectInfo): boolean => isMeant(target) === true;
      const way = await makeWay(run, extra, { sides, checked, isExtra });
      const { deletion: made = null } = way;
      const rest = extra - (made?.matched ?? 0);
      if (way.incomplete || run.over || rest <= 0)
        return { extra, deletion: made, incomplete: way.incomplete };
      const why = reasonToKeep(run, rest, checked);
      if (why !== undefined) {
        run.ledger.warn(
          `${rest === 1 ? '1 object that is' : `${rest} objects that are`} only at the target ${rest === 1 ? 'was' : 'were'} not deleted: ${why}`,
        );
        return { extra, deletion: made, incomplete: true };
      }
      const isLeft = (target: ObjectInfo): boolean => isExtra(target) && !way.isInTheWay?.(target.key);
      const { maxDelete } = checked;
      const left = {
        ...checked,
        maxDelete: maxDelete === undefined ? undefined : maxDelete - (made?.matched ?? 0),
      };
      const { deletion, incomplete } = await deleteExtra(run, sides, left, isLeft);
      return { extra, deletion: made ? bothDeletions(made, deletion) : deletion, incomplete };
    },
  };
  checkTarget(task);
  return new Run(task).perform();
}

interface Sides {
  readonly from: Side;
  readonly to: Side;
}

/** What is only at the target. */
interface Extra {
  readonly sides: Sides;
  readonly checked: Checked<typeof syncPrefixOptions>;
  readonly isExtra: (target: ObjectInfo) => boolean;
}

interface Deleted {
  readonly deletion: DeletionReport;
  readonly incomplete: boolean;
}

/** Why what is only at the target stays; undefined when it may go. */
function reasonToKeep(
  { ledger }: Run,
  extra: number,
  { force, maxDelete }: Checked<typeof syncPrefixOptions>,
): string | undefined {
  if (maxDelete !== undefined && extra > maxDelete) return `more than ${maxDelete} (maxDelete)`;
  if (force) return undefined;
  if (ledger.failed > 0) {
    const why = 'something failed at the source; with force they are deleted all the same';
    // A file may stand where a directory is to be, or the other way round, and hold up more than can be held back.
    return ledger.failures.byCode.Conflict
      ? `${why}, and the next sync copies what they were in the way of`
      : why;
  }
  // Whoever says how many may go has thought of it.
  if (ledger.listed === 0 && maxDelete === undefined)
    return 'the source is empty, which may be a mistake; with force they are deleted all the same';
  return undefined;
}

/**
 * In directories, deletes what is in the way of objects that are held back, and copies these: what is only at the target goes, but for
 * one that is in the way not before all that can be copied is.
 */
async function makeWay(
  run: Run,
  extra: number,
  { sides, checked, isExtra }: Extra,
): Promise<Partial<Deleted> & { readonly isInTheWay?: (key: string) => boolean }> {
  if (run.heldBack.length === 0) return {};
  if (extra === 0 || reasonToKeep(run, extra, checked) !== undefined) {
    await run.giveUp();
    return {};
  }
  const isInTheWay = inTheWayOf(run.heldBack);
  const made = await deleteExtra(run, sides, checked, (target) => isExtra(target) && isInTheWay(target.key));
  if (made.incomplete) await run.giveUp();
  else await run.tryAgain();
  return { ...made, isInTheWay };
}

/**
 * Looks at both ends again, because nobody keeps a list of unknown length. A key is deleted when the listing of the source has
 * gone past it, and the source is still there then.
 */
async function deleteExtra(
  run: Run,
  { from, to }: Sides,
  { dryRun, maxDelete, concurrency, onDeleted, onFailure }: Checked<typeof syncPrefixOptions>,
  isToGo: (object: ObjectInfo) => boolean,
): Promise<Deleted> {
  const { signal, ledger, witness } = run;
  let isGone = false;
  const tell = run.deleting();
  async function* targets(): AsyncGenerator<DeleteTarget> {
    const told = async (): Promise<void> => undefined;
    const purpose = { operation: OPERATION, signal, onUnnameable: told, onLeftOut: told };
    let waiting: string[] = [];
    for await (const { source, target, hidden } of merged(from, to, purpose)) {
      if (source) witness.saw(source.key);
      if (source || !target || hidden || !isToGo(target)) continue;
      waiting.push(target.key);
      if (waiting.length < WAITING) continue;
      yield* await whileThere(waiting);
      if (isGone) return;
      waiting = [];
    }
    yield* await whileThere(waiting);
  }
  const whileThere = async (keys: readonly string[]): Promise<readonly DeleteTarget[]> => {
    isGone = keys.length > 0 && !(await witness.isThere(OPERATION, signal));
    if (isGone) return [];
    if (dryRun) for (const key of keys) onDeleted?.(key);
    return keys.map((key) => ({ key }));
  };
  const deletion = await to.store.deleteMany(targets(), {
    dryRun,
    maxDelete,
    concurrency,
    signal,
    onProgress: ({ deleted }) => tell(deleted),
    onDeleted: onDeleted && (({ key }) => onDeleted(key)),
    onFailure: undeleted('target', onFailure),
  });
  for (const { key, code, message } of deletion.failures.sample.slice(0, 5))
    ledger.warn(`${quoteKey(key)} was not deleted at the target: ${code}: ${message}`);
  if (isGone) ledger.warn(GONE);
  return { deletion, incomplete: isGone };
}
