import type { Engine } from '@store/engine';
import { StoreError, toStoreError, type OptionEntry } from '@store/driver';
import { JournalKeeper } from './journal-keeper.js';
import type { RunOutline } from './journal.js';
import { deletePrefixOptions, type DeletePrefixOptions } from './options.js';

interface Asked extends Pick<RunOutline, 'operation' | 'prefix'> {
  readonly options: DeletePrefixOptions;
}

/**
 * Does a run with its journal open, if it is to have one.
 *
 * @throws StoreError `InvalidArgument` for a dry run, and what the journal refuses
 */
export async function withJournal<T>(
  engine: Engine,
  { operation, prefix, options }: Asked,
  work: (keeper: JournalKeeper | undefined) => Promise<T>,
): Promise<T> {
  const { journal, dryRun } = options;
  if (!journal) return work(undefined);
  if (dryRun) {
    const message = 'a dry run deletes nothing, so there is nothing to write into a journal';
    throw new StoreError('InvalidArgument', message, { operation });
  }
  const { driver, provider, clock } = engine;
  const outline = { operation, provider, place: driver.place, prefix, options: outlineOf(options) };
  const session = await journal
    .begin({ ...outline, startedAt: clock.now() })
    .catch((error: unknown) => Promise.reject(toStoreError(error, { operation, provider })));
  const keeper = new JournalKeeper(session, driver.list.order === 'utf8');
  try {
    return await work(keeper);
  } finally {
    await keeper.close();
  }
}

/** The options that make a run what it is, as they are in JSON. */
function outlineOf(options: DeletePrefixOptions): RunOutline['options'] {
  const { names, table } = deletePrefixOptions;
  const outline: Record<string, unknown> = {};
  for (const name of names) {
    const { session }: OptionEntry = table[name];
    const value = options[name];
    if (!session && value !== undefined) outline[name] = inJson(value);
  }
  return outline;
}

/** A function is not what it is, but that there was one: a run with a filter must not go on without. */
function inJson(value: unknown): unknown {
  if (typeof value === 'function') return '(a function)';
  return value instanceof Date ? value.toISOString() : value;
}
