import {
  StoreError,
  type DeletionFailure,
  type ObjectStore,
  type TrashedObject,
  type TrashFacet,
  type TrashPage,
} from '@store/core';
import { defineOptions, optionTypes as types } from '@store/driver';
import { engineOf, type Engine, type Purpose } from '@store/engine';

export interface TrashOptions {
  /** What one run put aside; default: the whole trash. */
  readonly bin?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface EmptyTrashOptions extends TrashOptions {
  /** Only what was deleted more than so many milliseconds ago. Default 0: everything. */
  readonly olderThan?: number | undefined;
  /** Say what would go, and delete nothing. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Called for each object that could not be deleted. */
  readonly onFailure?: ((failure: DeletionFailure) => void) | undefined;
  /** Called after each page of the trash: how far it is. */
  readonly onProgress?: ((progress: Omit<EmptiedTrash, 'dryRun'>) => void) | undefined;
}

/** What became of a trash: `looked = deleted + kept + failed`. */
export interface EmptiedTrash {
  readonly looked: number;
  /** For good; in a dry run: would be. */
  readonly deleted: number;
  /** Not old enough. */
  readonly kept: number;
  readonly failed: number;
  /** Of what was deleted, as far as sizes are known. */
  readonly bytes: number;
  readonly dryRun: boolean;
}

const LIST = defineOptions<TrashOptions>()('listTrash', {
  bin: { type: types.id },
  signal: { type: types.signal },
});

export const EMPTY_TRASH = defineOptions<EmptyTrashOptions>()('emptyTrash', {
  ...LIST.table,
  olderThan: {
    type: types.duration,
    cli: { kind: 'duration', help: 'only what was deleted more than 30d, 12h, … ago' },
  },
  dryRun: { type: types.flag, cli: { kind: 'flag', short: 'n', help: 'say what would go, delete nothing' } },
  onFailure: { type: types.callback },
  onProgress: { type: types.callback },
});

/**
 * What deletes with `trash` have put aside, bin by bin.
 *
 * @throws StoreError `Unsupported` without `capabilities.trash`
 */
export async function* listTrash(
  store: ObjectStore,
  options: TrashOptions = {},
): AsyncGenerator<TrashedObject> {
  const { bin, signal } = LIST.check(options);
  const pages = trashPages(engineOf(store, 'listTrash'), bin, { operation: 'listTrash', signal });
  for await (const { objects } of pages) yield* objects;
}

/**
 * Deletes for good what deletes with `trash` have put aside.
 *
 * @throws StoreError `Unsupported` without `capabilities.trash`
 */
export async function emptyTrash(store: ObjectStore, options: EmptyTrashOptions = {}): Promise<EmptiedTrash> {
  const { bin, signal, olderThan = 0, dryRun = false, onFailure, onProgress } = EMPTY_TRASH.check(options);
  const operation = 'emptyTrash';
  const engine = engineOf(store, operation);
  const before = engine.clock.now() - olderThan;
  let [looked, deleted, failed, bytes] = [0, 0, 0, 0];
  let kept = 0;
  for await (const { objects } of trashPages(engine, bin, { operation, signal })) {
    const meant = objects.filter(({ trashedAt }) => olderThan === 0 || trashedAt.getTime() < before);
    looked += objects.length;
    kept += objects.length - meant.length;
    const lost = dryRun || meant.length === 0 ? [] : await purge(engine, meant, { operation, signal });
    const left = new Set(lost.map(({ id, key }) => JSON.stringify([id, key])));
    for (const { id, key, size = 0 } of meant) {
      if (left.has(JSON.stringify([id, key]))) continue;
      deleted++;
      bytes += size;
    }
    failed += lost.length;
    for (const { key, reason } of lost) onFailure?.({ ...reason, key, attempts: 1 });
    onProgress?.({ looked, deleted, kept, failed, bytes });
  }
  return { looked, deleted, kept, failed, bytes, dryRun };
}

async function purge(engine: Engine, targets: readonly TrashedObject[], purpose: Purpose) {
  const trash = trashFacet(engine, purpose.operation);
  const { failed } = await engine.request(purpose, (call) => trash.purge(targets, call));
  return failed;
}

/** @throws StoreError `Unsupported` without a trash */
export function trashFacet(engine: Engine, operation: string): TrashFacet {
  const { trash } = engine.driver;
  if (!trash) throw engine.unsupported(operation, 'trash');
  return trash;
}

export function trashPages(
  engine: Engine,
  bin: string | undefined,
  purpose: Purpose,
): AsyncGenerator<TrashPage, void, undefined> {
  const trash = trashFacet(engine, purpose.operation);
  const check = ({ objects }: TrashPage): void => {
    const foreign = bin === undefined ? undefined : objects.find((one) => one.bin !== bin);
    if (foreign) throw new StoreError('Corrupt', `the trash names what is in ${foreign.bin}, not in ${bin}`);
  };
  return engine.pages(purpose, (token, call) => trash.page({ bin, token, maxKeys: trash.maxKeys }, call), {
    check,
    size: ({ objects }) => objects.length,
  });
}
