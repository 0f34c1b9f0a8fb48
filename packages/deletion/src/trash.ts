import { StoreError, type StoreDriver, type DeleteTarget, type FailureReason } from '@store/driver';
import type { Engine } from '@store/engine';
import type { JournalKeeper } from './journal-keeper.js';
import type { DeletePrefixOptions } from './options.js';

/** The calls by which a run deletes: those of the driver, or others in their place. */
export type DeletingCalls = Pick<StoreDriver, 'batch' | 'delete'>;

/** Where a run puts what it deletes. */
export interface Trash {
  readonly bin: string;
  readonly calls: DeletingCalls;
}

/** @throws StoreError `Unsupported` where there is no trash; `InvalidArgument` with options that it does not go with */
export function checkTrash(engine: Engine, options: DeletePrefixOptions, operation: string): void {
  const { trash, versions = 'current', deleteMarkers = 'keep' } = options;
  if (!trash) return;
  if (!engine.driver.trash) throw engine.unsupported(operation, 'trash');
  if (versions === 'current' && deleteMarkers === 'keep') return;
  throw new StoreError(
    'InvalidArgument',
    'trash is for current objects: it takes no versions and no delete markers',
    {
      operation,
    },
  );
}

/** The trash of a run; with a journal, the same one in each of its sessions. */
export function trashOf(
  { driver, clock }: Engine,
  options: Pick<DeletePrefixOptions, 'trash' | 'dryRun'>,
  keeper: JournalKeeper | undefined,
): Trash | undefined {
  const { trash, delete: single } = driver;
  if (!options.trash || options.dryRun || !trash) return undefined;
  const bin = keeper?.soFar?.bin ?? newBin(clock.now());
  keeper?.append({ type: 'trash', bin });
  const batch: NonNullable<DeletingCalls['batch']> = {
    maxKeys: trash.maxKeys,
    keys: 'any',
    delete: (targets, call) => trash.put({ bin, targets }, call),
  };
  const one: DeletingCalls['delete']['one'] = async (target, call) => {
    const { failed } = await trash.put({ bin, targets: [target] }, call);
    const [failure] = failed;
    if (failure) throw errorOf(failure.reason, target);
    return target;
  };
  return { bin, calls: { batch, delete: { ...single, one } } };
}

/** Of its own for each run, and in the order of time. */
export function newBin(now: number): string {
  const time = new Date(now).toISOString().replaceAll(/[-:]/g, '');
  return `${time}-${Buffer.from(crypto.getRandomValues(new Uint8Array(4))).toString('hex')}`;
}

function errorOf({ code, message, ...details }: FailureReason, { key }: DeleteTarget): StoreError {
  return new StoreError(code, message, { ...details, key, operation: 'delete' });
}
