import { StoreError, type DeletePrefixOptions, type DeletionReport, type ObjectStore } from '@store/core';
import { engineOf } from '@store/engine';
import { SetWriter, type SetEnd } from './approved-set.js';
import { checkOutsideStore } from './outside-store.js';

/** What a dry run is asked for whose result is to be approved. */
export interface WriteSetOptions extends Omit<
  DeletePrefixOptions,
  'dryRun' | 'journal' | 'uploads' | 'strategy' | 'where' | 'verify'
> {
  /** How whoever makes it calls the store; goes into the file. No secrets. */
  readonly address?: string | undefined;
}

/**
 * Writes down exactly what `deletePrefix` would delete now: keys, versions, ETags, sizes, for somebody to approve, and for
 * `applySet` to delete, and nothing else. The file is there when it is whole.
 *
 * @throws StoreError `InvalidArgument` where it cannot be written; `DeletionError` when the dry run breaks off
 */
export async function writeSet(
  store: ObjectStore,
  prefix: string,
  path: string,
  { address, ...options }: WriteSetOptions = {},
): Promise<{ readonly report: DeletionReport; readonly set: SetEnd }> {
  const { driver, provider } = engineOf(store, 'writeSet');
  await checkOutsideStore({ place: driver.place, prefix }, path, 'the file');
  const { versions, deleteMarkers, partialName, entireStore, onMatch } = options;
  const kept = { versions, deleteMarkers, partialName, entireStore };
  const writer = new SetWriter(path, {
    provider,
    place: driver.place,
    ...(address === undefined ? {} : { address }),
    prefix,
    options: Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)),
    madeAt: new Date().toISOString(),
  });
  try {
    const report = await store.deletePrefix(prefix, {
      ...options,
      dryRun: true,
      onMatch: (object) => {
        writer.add(object);
        onMatch?.(object);
      },
    });
    if (report.aborted || report.failed > 0) throw incomplete(report, path);
    return { report, set: writer.finish() };
  } catch (error) {
    writer.discard();
    throw error;
  }
}

/** What could not be looked at, nobody can approve. */
function incomplete({ aborted, failures }: DeletionReport, path: string): StoreError {
  const [first] = failures.sample;
  const why = aborted ? 'the dry run was stopped' : `${first?.key}: ${first?.message}`;
  return new StoreError(
    aborted ? 'Aborted' : 'Corrupt',
    `${path} was not written, because it would not be whole: ${why}`,
  );
}
